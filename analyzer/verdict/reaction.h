/*
 * reaction.h - the server's reaction to the client's answer. Part of facts.c.
 * Rejected by an alert only; accepted when the server finished or, in TLS 1.3, went on; a close
 * without a word is neither. Design: verdicts.md section 3.
 */
#ifndef ANALYZER_VERDICT_REACTION_H
#define ANALYZER_VERDICT_REACTION_H

#include "analyzer/verdict/facts.h"

/* The step after which the reaction counts: the client's answer. NULL when there was none. */
const struct step *reaction_since(const struct attempt *a, const struct facts *f);
/* Sets modifiers, too. Needs the facts up to server_finished. */
struct fact reaction_fact(const struct mutual_auth *m, const struct attempt *a, struct facts *f);

#endif
