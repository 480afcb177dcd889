/*
 * intake.h - takes one input in: known already, no capture, or read through the pipeline.
 * Used by batch.c.
 */
#ifndef ANALYZER_CLI_INTAKE_H
#define ANALYZER_CLI_INTAKE_H

#include "analyzer/cli/batch.h"

/* False: the run must end (the fault is set, or it was interrupted). */
bool intake(struct batch *b, const struct input *in);

#endif
