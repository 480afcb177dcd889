/*
 * stage.h - how far an attempt came, and what its capture lacks.
 * The part of facts.c that is about absence: a stage that says "not yet" is stated only when the
 * bytes that would show more were all captured.
 */
#ifndef ANALYZER_VERDICT_STAGE_H
#define ANALYZER_VERDICT_STAGE_H

#include "analyzer/verdict/facts.h"

/* Needs the facts up to `outcome`. */
enum stage stage_of(const struct mutual_auth *m, const struct attempt *a, const struct facts *f);
/* Bits of enum capture_state; needs the stage. */
unsigned stage_capture_state(const struct mutual_auth *m, const struct facts *f, enum flow_end why);

#endif
