/*
 * infer_facts.h - inferred facts take the places of those that could not be read.
 * Between infer.h (pure) and facts.c, judge.c.
 */
#ifndef ANALYZER_VERDICT_INFER_FACTS_H
#define ANALYZER_VERDICT_INFER_FACTS_H

#include "analyzer/verdict/facts.h"
#include "analyzer/verdict/infer.h"

/* What sizes say of one attempt; the facts are EVIDENCE_NONE where they say nothing. */
struct inferred {
	struct fact requested, client_cert, proof, outcome, client_finished;
	unsigned modifiers;
	bool client_left;
	const struct step *answer, *alert;
	struct infer_notes notes;
};

/* Infers what it can of every attempt, and adds the attempts that only sizes show. False when
 * memory is short. */
bool infer_attempts(struct mutual_auth *m);
/* Fills the facts that are still unknown. When a read fact and an inferred one disagree nothing of
 * the attempt is inferred. */
void infer_fill(struct facts *f, const struct attempt *a);
/* Instead of its flight the client sent an alert, or nothing and closed. */
bool infer_client_left(const struct attempt *a);
/* What the second pass needs of attempt i. */
void infer_note(struct outcome_notes *to, const struct mutual_auth *m, size_t i,
		const struct facts *f);

#endif
