/*
 * relate_sample.h - sessions for pass 2, made from the few things that it looks at.
 * For test_relate.c and test_relations.c.
 */
#ifndef TESTS_UNIT_RELATE_SAMPLE_H
#define TESTS_UNIT_RELATE_SAMPLE_H

#include "tests/unit/store_sample.h"

enum { SECOND = 1000000000, SESSIONS_MAX = 6 };

/* What differs between the sessions of these tests; zeros are the usual. */
struct made {
	int frame;  /* 0: no session */
	int server; /* last byte of its address, 1 otherwise */
	int client; /* likewise, 2 otherwise */
	const char *sni;
	double start, length; /* seconds */
	enum verdict verdict;
	enum client_cert cert;
	enum reaction outcome;
	enum confidence confidence, cert_confidence; /* of the outcome and the attempt; high */
	unsigned modifiers, attempt_no;
	struct outcome_notes notes;
	uint8_t random, server_random; /* 0: by frame; the server's: 1 */
	bool decrypted, no_server_random;
};

/* clang-format off */
#define MADE(v, c, o, sure) \
	.verdict = VERDICT_##v, .cert = CLIENT_CERT_##c, .outcome = REACTION_##o, .confidence = (sure)
#define OK_AT(sure)       MADE(MUTUAL_AUTH_OK, PRESENTED, ACCEPTED, sure)
#define REJECTED_AT(sure) MADE(NO_CLIENT_CERT_REJECTED, EMPTY, REJECTED, sure)
#define OK_SESSION        OK_AT(CONFIDENCE_HIGH)
#define ABORTED           MADE(CLIENT_ABORTED_ON_REQUEST, NONE_SENT, UNKNOWN, CONFIDENCE_HIGH)
#define REFUSED           MADE(CLIENT_CERT_REJECTED, PRESENTED, REJECTED, CONFIDENCE_HIGH)
#define PLAIN             MADE(NOT_REQUESTED, NONE_SENT, NOT_APPLICABLE, CONFIDENCE_HIGH)
#define SUSPECT           REJECTED_AT(CONFIDENCE_MEDIUM), .notes = {.outcome_rule = 5, .corroborable = true}
#define TICKETS           OK_SESSION, .notes = {.outcome_rule = 4, .unsolicited = true}
/* clang-format on */

static inline void
make_attempt(struct outcome_attempt *a, const struct made *m)
{
	bool weak = m->cert_confidence == CONFIDENCE_MEDIUM;

	*a = (struct outcome_attempt){
	    .attempt_no = m->attempt_no != 0 ? m->attempt_no : 1,
	    .resumed = m->notes.used != 0 ? ANSWER_YES : ANSWER_NO,
	    .client_cert_requested = ANSWER_YES,
	    .client_cert = m->cert,
	    .outcome = m->outcome,
	    .alert_code = -1,
	    .evidence = m->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_INFERRED,
	    .confidence = weak ? CONFIDENCE_MEDIUM : m->confidence,
	};
}

static inline void
emit(struct store *s, const struct made *m)
{
	enum evidence e = m->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_INFERRED;
	enum confidence c =
	    m->cert_confidence != CONFIDENCE_NONE ? m->cert_confidence : CONFIDENCE_HIGH;
	unsigned no = m->attempt_no != 0 ? m->attempt_no : 1;
	uint8_t random[32], server_random[32];
	struct outcome_attempt attempt;
	const struct outcome_fact facts[] = {
	    {no, "client_cert_requested", "yes", e, CONFIDENCE_HIGH, "sizes", {{4}, 1}},
	    {no, "client_cert", client_cert_name(m->cert), e, c, "sizes", {{5}, 1}},
	    {no, "outcome", reaction_name(m->outcome), e, m->confidence, "an alert", {{6, 7}, 2}},
	    {no + 1, "outcome", "rejected", e, CONFIDENCE_MEDIUM, "elsewhere", {{8}, 1}},
	};

	make_attempt(&attempt, m);
	memset(random, m->random != 0 ? m->random : 100 + m->frame, 32);
	memset(server_random, m->server_random != 0 ? m->server_random : 1, 32);
	struct outcome o = {
	    .client = {{10, 0, 0, (uint8_t)(m->client != 0 ? m->client : 2)}, 4, 40000, {0}, 0},
	    .server = {{10, 0, 0, (uint8_t)(m->server != 0 ? m->server : 1)}, 4, 443, {0}, 0},
	    .stream = m->frame,
	    .first_frame = (uint64_t)m->frame,
	    .last_frame = (uint64_t)m->frame + 5,
	    .started_ns = SAMPLE_START + (int64_t)(m->start * SECOND),
	    .ended_ns = SAMPLE_START + (int64_t)((m->start + m->length) * SECOND),
	    .tls_version = "TLS1.3",
	    .sni = m->sni,
	    .client_random = random,
	    .server_random = m->no_server_random ? NULL : server_random,
	    .attempts = &attempt,
	    .n_attempts = 1,
	    .verdict = m->verdict,
	    .modifiers = m->modifiers,
	    .notes = m->notes,
	    .explanation = "Inferred (confidence: medium), not read.",
	    .facts = facts,
	    .n_facts = 4,
	};
	if (!store_emit(s, &o))
		fail_msg("%s", store_error(s));
}

static inline int64_t
store_made(struct store *s, const char *incident, uint8_t n, const struct made *sessions)
{
	struct outcome_capture c = sample_capture(n, "x.pcap");
	int64_t id = 0;

	c.incident = incident;
	assert_true(store_begin(s));
	for (size_t i = 0; i < SESSIONS_MAX && sessions[i].frame != 0; i++)
		emit(s, &sessions[i]);
	if (!store_end(s, &c, &sample_parameters, NULL, 0, &id))
		fail_msg("%s", store_error(s));
	return id;
}

#endif
