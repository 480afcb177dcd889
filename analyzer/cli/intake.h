/*
 * intake.h - takes one input in: no capture, or one or more, each read through the pipeline.
 * Called by a worker of batch.c; what came of it goes to delivery.c.
 */
#ifndef ANALYZER_CLI_INTAKE_H
#define ANALYZER_CLI_INTAKE_H

#include "analyzer/cli/batch.h"

struct delivery;

void intake(struct batch_worker *w, size_t unit);

/* One capture (intake_capture.c): everything but its interpretation by the store into d. */
void intake_capture(struct batch_worker *w, struct opening *o, const struct opening_item *item,
		    struct delivery *d);

#endif
