/*
 * verdict.h - facts to a verdict, by the rows of verdicts.def.
 * A pure function: equal facts give equal verdicts.
 */
#ifndef ANALYZER_VERDICT_VERDICT_H
#define ANALYZER_VERDICT_VERDICT_H

#include "analyzer/verdict/facts.h"

struct verdict_result {
	enum verdict verdict;
	const char *sub_reason; /* NULL when the verdict has none */
	const char *reference;  /* RFC section of the rule that decided; NULL for "cannot tell" */
	enum evidence evidence; /* weakest of the facts the rule needed */
	enum confidence confidence;
};

/* later: the attempt is a renegotiation or post-handshake authentication. */
struct verdict_result verdict_of(const struct facts *f, bool later);

/* Words for reasons.def's row of an alert; NULL without a row. */
const char *verdict_reason_words(int alert_code);

#endif
