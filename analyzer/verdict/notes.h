/*
 * notes.h - what other sessions may need to know of this one: tickets, session ids, PSKs.
 * Filled beside the facts by judge.c, stored as plain columns, used by db/relate. No opinion here.
 */
#ifndef ANALYZER_VERDICT_NOTES_H
#define ANALYZER_VERDICT_NOTES_H

#include "analyzer/verdict/facts.h"

/* first: the facts of the first handshake. What infer_note() filled stays. */
void notes_of(struct outcome_notes *n, const struct mutual_auth *m, const struct facts *first);

#endif
