/*
 * conditions.h - everything about one attempt that the rules of cause_rules.def may ask.
 * Between facts.c and findings.c. Conditions are rows of conditions.def.
 */
#ifndef ANALYZER_VERDICT_CONDITIONS_H
#define ANALYZER_VERDICT_CONDITIONS_H

#include <assert.h>

#include "analyzer/crypto/chain.h"
#include "analyzer/verdict/checks.h"
#include "analyzer/verdict/network.h"
#include "analyzer/verdict/stack.h"
#include "analyzer/verdict/verdict.h"

enum condition {
	IF_NONE, /* ends a list */
#define CONDITION(constant, meaning) IF_##constant,
#include "analyzer/verdict/conditions.def"
	IF_COUNT,
};

enum { CONDITION_WORDS = 2 };
static_assert((int)IF_COUNT <= 64 * CONDITION_WORDS, "a bit for each condition");

/* A set of conditions. */
struct condition_set {
	uint64_t word[CONDITION_WORDS];
};

static inline bool
condition_in(const struct condition_set *s, enum condition c)
{
	return (s->word[c / 64] >> c % 64 & 1) != 0;
}

static inline void
condition_put(struct condition_set *s, enum condition c, bool holds)
{
	const uint64_t bit = UINT64_C(1) << c % 64;

	s->word[c / 64] = holds ? s->word[c / 64] | bit : s->word[c / 64] & ~bit;
}

enum {
	CONDITIONS_WAIT_NS = 2 * 1000 * 1000 * 1000LL, /* longer than a program needs to answer */
};

/* One attempt with everything known of it. Borrows from the session. */
struct finding_case {
	struct tls_session *session;
	const struct mutual_auth *m;
	const struct attempt *attempt;
	const struct facts *facts;
	const struct verdict_result *verdict;
	const struct step *cert;         /* the client's Certificate, NULL when none was read */
	const struct step *request_step; /* likewise */
	const struct chain_detail *chain, *server_chain; /* NULL when none was read, or empty */
	const struct outcome_certificate *leaf;          /* of chain */
	const struct request *request;
	int64_t now;     /* of the certificate's packet, or the session's first; seconds */
	int alert;       /* the server's fatal alert that decided, -1 none or unreadable */
	int64_t waited;  /* request to what followed, ns; 0 when one is unknown */
	int64_t stalled; /* answer to what followed, ns */
	struct checks checks;
	struct chain_result trust;
	struct network network;
	enum stack client_stack, server_stack;
	struct condition_set holds;
};

const char *condition_meaning(enum condition c);
void conditions_of(struct finding_case *c, struct tls_session *s, const struct mutual_auth *m,
		   size_t attempt, const struct facts *f, const struct verdict_result *v);

#endif
