/*
 * infer_source.h - a session's trace as the plain input of infer.h, and the way back to its steps.
 */
#ifndef ANALYZER_VERDICT_INFER_SOURCE_H
#define ANALYZER_VERDICT_INFER_SOURCE_H

#include "analyzer/verdict/infer.h"
#include "analyzer/verdict/mutual_auth.h"

struct infer_source {
	struct infer_input input;
	const struct step **steps[2]; /* by side: of each record */
};

/* The first handshake of TLS 1.3, and all that followed. False: there is nothing to infer from. */
bool infer_source_handshake(struct infer_source *to, const struct mutual_auth *m);
/* Attempt i, a renegotiation of TLS 1.2 or older. */
bool infer_source_renegotiation(struct infer_source *to, const struct mutual_auth *m, size_t i);
/* The step a record was made of; NULL for NULL. */
const struct step *infer_source_step(const struct infer_source *s, const struct infer_record *r);

#endif
