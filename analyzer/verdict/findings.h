/*
 * findings.h - why an attempt failed, and what each side may change: the rows of `findings`.
 * Between verdict.c and the sink. Rules are cause_rules.def, words causes.def.
 */
#ifndef ANALYZER_VERDICT_FINDINGS_H
#define ANALYZER_VERDICT_FINDINGS_H

#include "analyzer/verdict/conditions.h"

/* Sets out->findings, ranked, and the stack guesses, for the attempt at index out->headline. False
 * when memory is short. */
bool findings_add(struct tls_session *s, const struct mutual_auth *m, const struct facts *f,
		  const struct verdict_result *v, struct outcome *out);

/* The findings of a case, ranked; to has room for one of each cause. Returns how many. */
size_t findings_of(const struct finding_case *c, unsigned attempt_no,
		   struct outcome_finding to[static CAUSE_COUNT]);

/* A rule, for `explain` and for the test that every rule has one. */
struct finding_rule {
	enum cause cause;
	const char *severity, *certainty, *sentence;
	int alert;                 /* 0: any */
	const uint8_t *all, *not ; /* enum condition, up to IF_NONE */
};
/* Rule i, in the order of cause_rules.def; false behind the last. */
bool findings_rule(size_t i, struct finding_rule *out);

/* findings_text.c: a template with its {words} filled in, in the session's arena; NULL when memory
 * is short. *named_at: where it names the frame of the request, as in outcome_finding. */
const char *findings_text(const struct finding_case *c, const char *template, uint16_t *named_at);
const char *findings_fix(const struct finding_case *c, const struct cause_fix *fix,
			 uint16_t *named_at);
/* The same behind what was written before; findings_named_at() tells where in all of it. */
void findings_write(struct arena_writer *to, const struct finding_case *c, const char *template);
uint16_t findings_named_at(const struct arena_writer *to);

#endif
