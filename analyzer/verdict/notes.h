/*
 * notes.h - what other sessions may need to know of this one: tickets, session ids, PSKs.
 * Filled beside the facts by judge.c, stored as plain columns, used by db/relate. No opinion here.
 */
#ifndef ANALYZER_VERDICT_NOTES_H
#define ANALYZER_VERDICT_NOTES_H

#include "analyzer/verdict/mutual_auth.h"

/* resumed: of the first handshake. What only inference knows of (outcome_rule, corroborable,
 * unsolicited, ticket_length without keys) is left as it is. */
void notes_of(struct outcome_notes *n, const struct mutual_auth *m, enum answer resumed);

#endif
