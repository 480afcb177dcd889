/*
 * relate_sample.h - sessions for pass 2, made from the few things that it looks at.
 * For test_relate.c and test_relations.c.
 */
#ifndef TESTS_UNIT_RELATE_SAMPLE_H
#define TESTS_UNIT_RELATE_SAMPLE_H

#include "tests/unit/store_sample.h"

enum { SECOND = 1000000000, SESSIONS_MAX = 12 };

/* What differs between the sessions of these tests; zeros are the usual. */
struct made {
	int frame;  /* 0: no session */
	int server; /* last byte of its address, 1 otherwise */
	int client; /* likewise, 2 otherwise */
	int port;   /* of the server, 443 otherwise */
	const char *sni;
	/* certificates, by name; issued by "CN=<name>,O=<issuer>", "ca" otherwise */
	const char *client_cert, *client_issuer, *server_cert, *server_issuer, *server_key;
	int alert;                     /* 0: none */
	const char *cause, *certainty; /* a finding of pass 1, a failure that explains */
	double start, length;          /* seconds */
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
#define EMPTY             REJECTED_AT(CONFIDENCE_HIGH)
#define DROPPED           MADE(CLIENT_CERT_DROPPED, PRESENTED, DROPPED_NO_REPLY, CONFIDENCE_HIGH)
#define RESUMED \
	MADE(RESUMED_IDENTITY_FROM_EARLIER_SESSION, NOT_IN_THIS_HANDSHAKE, NOT_APPLICABLE, CONFIDENCE_HIGH), \
	.decrypted = true
#define PLAIN             MADE(NOT_REQUESTED, NONE_SENT, NOT_APPLICABLE, CONFIDENCE_HIGH)
#define SUSPECT           REJECTED_AT(CONFIDENCE_MEDIUM), .notes = {.outcome_rule = 5, .corroborable = true}
#define TICKETS           OK_SESSION, .notes = {.outcome_rule = 4, .unsolicited = true}
/* clang-format on */

static inline bool
is_asked(const struct made *m)
{
	return m->verdict != VERDICT_NOT_REQUESTED &&
	       m->verdict != VERDICT_RESUMED_IDENTITY_FROM_EARLIER_SESSION;
}

static inline void
make_attempt(struct outcome_attempt *a, const struct made *m)
{
	bool weak = m->cert_confidence == CONFIDENCE_MEDIUM;

	*a = (struct outcome_attempt){
	    .attempt_no = m->attempt_no != 0 ? m->attempt_no : 1,
	    .resumed = m->notes.used != 0 ? ANSWER_YES : ANSWER_NO,
	    .client_cert_requested = is_asked(m) ? ANSWER_YES : ANSWER_NO,
	    .client_cert = m->cert,
	    .outcome = m->outcome,
	    .alert_code = m->alert != 0 ? m->alert : -1,
	    .alert = m->alert != 0 ? "an alert" : NULL,
	    .alert_from = TLS_SERVER,
	    .evidence = m->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_INFERRED,
	    .confidence = weak ? CONFIDENCE_MEDIUM : m->confidence,
	};
}

struct made_certificate {
	struct outcome_certificate c;
	char subject[80], issuer[80];
};

static inline void
make_certificate(struct made_certificate *to, const char *name, const char *issuer, const char *key)
{
	*to = (struct made_certificate){.c = {.not_before = INT64_MIN,
					      .not_after = INT64_MIN,
					      .is_ca = -1,
					      .path_len = -1,
					      .error_at = -1,
					      .format = "x509"}};
	snprintf(to->subject, sizeof(to->subject), "CN=%s", name);
	snprintf(to->issuer, sizeof(to->issuer), "CN=%s CA,O=%s", issuer, issuer);
	snprintf((char *)to->c.sha256, sizeof(to->c.sha256), "%.15s/%.15s", name, issuer);
	to->c.subject = to->subject;
	to->c.issuer = to->issuer;
	to->c.key_type = key;
}

/* The leaves of both sides; how many. */
static inline size_t
make_chain(struct outcome_chain_link *chain, struct made_certificate *certs, const struct made *m)
{
	unsigned no = m->attempt_no != 0 ? m->attempt_no : 1;
	size_t n = 0;

	if (m->client_cert != NULL) {
		make_certificate(&certs[n], m->client_cert,
				 m->client_issuer != NULL ? m->client_issuer : "ca", "EC P-256");
		chain[n] = (struct outcome_chain_link){no, TLS_CLIENT, 0, &certs[n].c};
		n++;
	}
	if (m->server_cert != NULL) {
		make_certificate(&certs[n], m->server_cert,
				 m->server_issuer != NULL ? m->server_issuer : "ca",
				 m->server_key != NULL ? m->server_key : "EC P-256");
		chain[n] = (struct outcome_chain_link){no, TLS_SERVER, 0, &certs[n].c};
		n++;
	}
	return n;
}

static inline void
emit(struct store *s, const struct made *m)
{
	struct outcome_finding finding = {.attempt_no = m->attempt_no != 0 ? m->attempt_no : 1,
					  .rank = 1,
					  .cause = m->cause,
					  .certainty = m->certainty,
					  .severity = "failure",
					  .explanation = "Pass 1 says so.",
					  .explains = true};
	struct made_certificate certs[2];
	struct outcome_chain_link chain[2];
	enum evidence e = m->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_INFERRED;
	enum confidence c =
	    m->cert_confidence != CONFIDENCE_NONE ? m->cert_confidence : CONFIDENCE_HIGH;
	unsigned no = m->attempt_no != 0 ? m->attempt_no : 1;
	uint8_t random[32], server_random[32];
	struct outcome_attempt attempt;
	const struct outcome_fact facts[] = {
	    {no,
	     "client_cert_requested",
	     is_asked(m) ? "yes" : "no",
	     e,
	     CONFIDENCE_HIGH,
	     "sizes",
	     {{4}, 1},
	     0},
	    {no, "client_cert", client_cert_name(m->cert), e, c, "sizes", {{5}, 1}, 0},
	    {no,
	     "outcome",
	     reaction_name(m->outcome),
	     e,
	     m->confidence,
	     "an alert",
	     {{6, 7}, 2},
	     0},
	    {no + 1, "outcome", "rejected", e, CONFIDENCE_MEDIUM, "elsewhere", {{8}, 1}, 0},
	};

	make_attempt(&attempt, m);
	memset(random, m->random != 0 ? m->random : 100 + m->frame, 32);
	memset(server_random, m->server_random != 0 ? m->server_random : 1, 32);
	struct outcome o = {
	    .client = {{10, 0, 0, (uint8_t)(m->client != 0 ? m->client : 2)}, 4, 40000, {0}, 0},
	    .server = {{10, 0, 0, (uint8_t)(m->server != 0 ? m->server : 1)},
		       4,
		       (uint16_t)(m->port != 0 ? m->port : 443),
		       {0},
		       0},
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
	    .chain = chain,
	    .n_chain = make_chain(chain, certs, m),
	    .findings = &finding,
	    .n_findings = m->cause != NULL,
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
