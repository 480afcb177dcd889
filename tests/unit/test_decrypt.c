/*
 * test_decrypt.c - TLS 1.0 to 1.3 opened with secrets: what OpenSSL says to itself is read back.
 * Every conversation is read with its secrets before and behind its bytes, with wrong ones and
 * without; and with each of its segments missing, when nothing may contradict the whole.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <setjmp.h>

#include <cmocka.h>

#include "analyzer/crypto/rsa.h"
#include "analyzer/packet/flow.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/verdict/judge.h"
#include "tests/unit/tls_talk.h"

enum when { SECRETS_FIRST, SECRETS_LAST, SECRETS_WRONG, SECRETS_NONE, SECRETS_RSA };

struct result {
	unsigned sessions;
	size_t attempts;
	struct outcome_attempt a;
	enum verdict verdict;
	unsigned modifiers;
	char subject[64], decryption[32], explanation[600];
	bool text_leaked; /* client application data, or a secret, in any text */
};

struct reader {
	struct tls_run run;
	struct tls_wing wing;
	struct flow_table *flows;
	struct result result;
};

static bool
leaks(const char *text)
{
	return text != NULL && (strstr(text, "hunter2") != NULL || strstr(text, "secret?") != NULL);
}

static void
hear(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct reader *r = ctx;
	struct result *to = &r->result;
	struct outcome o;

	assert_true(judge_session(s, why, &o));
	to->sessions++;
	to->attempts = o.n_attempts;
	to->a = o.attempts[o.headline];
	to->verdict = o.verdict;
	to->modifiers = o.modifiers;
	snprintf(to->explanation, sizeof(to->explanation), "%s", o.explanation);
	to->text_leaked |= leaks(o.explanation);
	for (size_t i = 0; i < o.n_chain; i++)
		if (o.chain[i].role == TLS_CLIENT)
			snprintf(to->subject, sizeof(to->subject), "%s",
				 o.chain[i].certificate->subject);
	for (size_t i = 0; i < o.n_facts; i++) {
		to->text_leaked |= leaks(o.facts[i].value);
		if (strcmp(o.facts[i].fact, "decryption") == 0)
			snprintf(to->decryption, sizeof(to->decryption), "%s", o.facts[i].value);
	}
}

static void
feed(struct reader *r, const struct talk *t, size_t lost)
{
	static const struct endpoint ends[2] = {{.addr = {10, 0, 0, 2}, .port = 50000, .family = 4},
						{.addr = {10, 0, 0, 1}, .port = 443, .family = 4}};
	uint32_t seq[2] = {1000, 2000};
	struct segment s = {.protocol = PROTOCOL_TCP, .ttl = 64, .time_ns = 1700000000000000000};

	for (size_t i = 0; i < t->count + 2; i++) {
		const struct talk_segment *g = i < 2 ? NULL : &t->segments[i - 2];
		int side = g != NULL ? g->side : (int)i;
		s.src = ends[side];
		s.dst = ends[!side];
		s.tcp_flags = (uint8_t)(g == NULL ? (i == 0 ? TCP_SYN : TCP_SYN | TCP_ACK)
						  : TCP_ACK | TCP_PSH);
		s.seq = seq[side];
		s.ack = i == 0 ? 0 : seq[!side];
		s.payload = g != NULL ? bytes_of(g->data, g->len) : (struct bytes){0};
		s.payload_len = (uint32_t)s.payload.len;
		s.frame = i + 1;
		s.time_ns += 1000000;
		seq[side] += g == NULL ? 1 : (uint32_t)g->len;
		if (g == NULL || i - 2 != lost)
			assert_true(flow_feed_segment(r->flows, &s));
	}
}

static struct rsa_key *
server_key(const struct talk *t)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(t->key[TALK_SERVER], &der);
	struct rsa_key *k = rsa_key_read(bytes_of(der, (size_t)len));

	OPENSSL_free(der);
	return k;
}

static struct result
read_talk(const struct talk *t, enum when when, size_t lost)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct secrets *given = NULL;
	struct rsa_key *rsa = NULL;
	char keylog[TALK_KEYLOG_MAX];

	assert_true(r != NULL && tls_run_init(&r->run));
	memcpy(keylog, t->keylog, sizeof(keylog));
	if (when == SECRETS_WRONG)
		talk_spoil(keylog);
	if (when == SECRETS_FIRST || when == SECRETS_WRONG) {
		assert_non_null(given = secrets_create());
		assert_true(secrets_add(given, bytes_of(keylog, strlen(keylog))));
		r->run.given = given;
	}
	if (when == SECRETS_RSA) {
		assert_non_null(rsa = server_key(t));
		r->run.rsa_keys = &rsa;
		r->run.n_rsa_keys = 1;
	}
	tls_run_next_capture(&r->run, when == SECRETS_LAST);
	r->wing = (struct tls_wing){.run = &r->run, .sink = {.ctx = r, .session = hear}};
	struct flow_sink sink = tls_wing_sink(&r->wing);
	assert_non_null(r->flows = flow_table_create(&sink));
	feed(r, t, lost);
	if (when == SECRETS_LAST)
		assert_true(tls_run_add_secrets(&r->run, bytes_of(keylog, strlen(keylog))));
	flow_finish(r->flows);
	assert_false(r->wing.failed);
	struct result result = r->result;
	flow_table_destroy(r->flows);
	assert_int_equal(r->run.held_bytes, 0);
	assert_int_equal(r->run.transcript_bytes, 0);
	tls_run_finish(&r->run);
	secrets_destroy(given);
	rsa_key_destroy(rsa);
	free(r);
	return result;
}

/* --- the conversations
 * ---------------------------------------------------------------------------- */

struct expected {
	enum answer requested;
	enum client_cert cert;
	enum reaction outcome;
	enum proof proof;
	int alert; /* -1 none */
	enum attempt_kind kind;
	size_t attempts;
	unsigned modifiers;
};

#define OK                                                                             \
	{                                                                              \
		ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, PROOF_VALID, -1, \
		    ATTEMPT_INITIAL, 1, 0                                              \
	}
#define EMPTY                                                                         \
	{                                                                             \
		ANSWER_YES, CLIENT_CERT_EMPTY, REACTION_ACCEPTED, PROOF_NOT_SEEN, -1, \
		    ATTEMPT_INITIAL, 1, 0                                             \
	}
#define UNASKED                                                                                \
	{                                                                                      \
		ANSWER_NO, CLIENT_CERT_NONE_SENT, REACTION_NOT_APPLICABLE, PROOF_NOT_SEEN, -1, \
		    ATTEMPT_INITIAL, 1, 0                                                      \
	}
#define REFUSED(code)                                                                    \
	{                                                                                \
		ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_REJECTED, PROOF_VALID, code, \
		    ATTEMPT_INITIAL, 1, 0                                                \
	}
#define LATE(kind)                                                                                \
	{                                                                                         \
		ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, PROOF_VALID, -1, kind, 2, 0 \
	}
#define V13 .version = TLS1_3_VERSION
#define V12 .version = TLS1_2_VERSION

static const struct {
	struct talk_setup setup;
	struct expected expected;
} cases[] = {
    {{V13, .ask = 1, .key = "RSA", .words = "app sapp bye sbye"}, OK},
    {{V13, .ask = 1, .key = "EC", .ciphers = "TLS_AES_128_GCM_SHA256", .words = "app sapp"}, OK},
    {{V13, .ask = 1, .key = "ED25519", .ciphers = "TLS_CHACHA20_POLY1305_SHA256", .words = "sapp"},
     OK},
    {{V13, .ask = 1, .key = "RSA", .ciphers = "TLS_AES_128_CCM_SHA256", .words = "app sapp"}, OK},
    {{V13, .ask = 1, .key = "EC", .ciphers = "TLS_AES_128_CCM_8_SHA256", .words = "sapp"}, OK},
    {{V13, .ask = 1, .words = "app sapp"}, EMPTY},
    {{V13, .words = "app sapp bye"}, UNASKED},
    {{V13, .ask = 1, .refuse = 1, .key = "RSA"}, REFUSED(48)},
    {{V13, .ask = 1, .refuse = 1, .key = "EC", .padding = 1}, REFUSED(48)},
    {{V13, .ask = 1, .refuse = 1},
     {ANSWER_YES, CLIENT_CERT_EMPTY, REACTION_REJECTED, PROOF_NOT_SEEN, 116, ATTEMPT_INITIAL, 1,
      0}},
    {{V13, .ask = 1, .key = "RSA", .groups = "P-384", .words = "app sapp"}, OK},
    {{V13, .ask = 1, .key = "RSA", .padding = 1, .words = "app sapp"}, OK},
    {{V13, .ask = 1, .key = "EC", .words = "app sapp update app sapp update big bye sbye"}, OK},
    {{V13, .ask = 1, .words = "app 403 bye"},
     {ANSWER_YES, CLIENT_CERT_EMPTY, REACTION_ACCEPTED, PROOF_NOT_SEEN, -1, ATTEMPT_INITIAL, 1,
      MODIFIER_APP_LAYER_REFUSAL}},
    {{V13, .pha = 1, .key = "RSA", .words = "app pha app sapp"}, LATE(ATTEMPT_POST_HANDSHAKE)},
    {{V13, .pha = 1, .key = "EC", .words = "big update app pha app sapp"},
     LATE(ATTEMPT_POST_HANDSHAKE)},
    {{V12, .ask = 1, .key = "RSA", .words = "app sapp bye sbye"}, OK},
    {{V12, .ask = 1, .key = "EC", .ciphers = "ECDHE-RSA-AES128-GCM-SHA256", .words = "sapp"}, OK},
    {{V12, .ask = 1, .key = "ED25519", .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305"}, OK},
    {{V12, .ask = 1, .refuse = 1, .key = "RSA"}, REFUSED(48)},
    {{V12, .words = "app reneg app sapp", .key = "RSA"}, LATE(ATTEMPT_RENEGOTIATION)},
    {{V12, .words = "app reneg app sapp", .key = "EC", .ciphers = "AES128-SHA", .no_etm = 1},
     LATE(ATTEMPT_RENEGOTIATION)},
    {{V12, .words = "big reneg big reneg sapp", .key = "EC"},
     {ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, PROOF_VALID, -1, ATTEMPT_RENEGOTIATION,
      3, 0}},
    {{.version = TLS1_1_VERSION, .ask = 1, .key = "RSA", .words = "app sapp"}, OK},
    {{.version = TLS1_VERSION, .ask = 1, .key = "EC", .words = "app sapp bye"}, OK},
    {{.version = TLS1_VERSION, .words = "big reneg sapp", .key = "RSA"},
     LATE(ATTEMPT_RENEGOTIATION)},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void
expect(size_t i, const struct result *r, const struct expected *e)
{
	if (r->a.client_cert_requested != e->requested || r->a.client_cert != e->cert ||
	    r->a.outcome != e->outcome || r->a.proof != e->proof)
		print_error("case %zu: requested %s, cert %s, outcome %s, proof %s; %s\n", i,
			    answer_name(r->a.client_cert_requested),
			    client_cert_name(r->a.client_cert), reaction_name(r->a.outcome),
			    proof_name(r->a.proof), r->explanation);
	assert_int_equal(r->sessions, 1);
	assert_int_equal(r->a.client_cert_requested, e->requested);
	assert_int_equal(r->a.client_cert, e->cert);
	assert_int_equal(r->a.outcome, e->outcome);
	assert_int_equal(r->a.proof, e->proof);
	assert_int_equal(r->a.alert_code, e->alert);
	assert_int_equal(r->a.kind, e->kind);
	assert_int_equal(r->attempts, e->attempts);
	assert_int_equal(r->modifiers & MODIFIER_APP_LAYER_REFUSAL, e->modifiers);
	assert_int_equal(r->a.confidence, CONFIDENCE_CERTAIN);
	if (e->cert == CLIENT_CERT_PRESENTED)
		assert_string_equal(r->subject, "CN=client");
	assert_string_equal(r->decryption, "opened");
	assert_false(r->text_leaked);
}

static void
test_opened(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct talk *t = talk_create(&cases[i].setup);
		struct result first = read_talk(t, SECRETS_FIRST, SIZE_MAX);
		expect(i, &first, &cases[i].expected);
		talk_destroy(t);
	}
}

/* Secrets behind the last byte: what could be held back until then is opened all the same. */
static void
test_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct talk_setup *setup = &cases[i].setup;
		struct talk *t = talk_create(setup);
		struct result last = read_talk(t, SECRETS_LAST, SIZE_MAX);
		if (setup->words != NULL && strstr(setup->words, "big reneg big") != NULL)
			assert_string_equal(last.decryption, "keys_too_late");
		else
			expect(i, &last, &cases[i].expected);
		talk_destroy(t);
	}
}

static bool
contradicts(const struct result *r, const struct result *whole)
{
	if (r->sessions != 1 || r->a.kind != whole->a.kind)
		return false;
	return (r->a.client_cert_requested != ANSWER_UNKNOWN &&
		r->a.client_cert_requested != whole->a.client_cert_requested) ||
	       (r->a.client_cert != CLIENT_CERT_UNKNOWN &&
		r->a.client_cert != whole->a.client_cert) ||
	       (r->a.outcome != REACTION_UNKNOWN && r->a.outcome != whole->a.outcome) ||
	       r->a.proof == PROOF_INVALID;
}

/* With any one segment lost, and with wrong secrets or none, less may be known, nothing else. */
static void
test_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct talk *t = talk_create(&cases[i].setup);
		struct result whole = read_talk(t, SECRETS_FIRST, SIZE_MAX);
		for (size_t lost = 0; lost < t->count; lost++) {
			struct result r = read_talk(t, SECRETS_FIRST, lost);
			if (contradicts(&r, &whole))
				print_error("case %zu without segment %zu: %s, %s, %s, %s\n", i,
					    lost, answer_name(r.a.client_cert_requested),
					    client_cert_name(r.a.client_cert),
					    reaction_name(r.a.outcome), proof_name(r.a.proof));
			assert_false(contradicts(&r, &whole));
		}
		struct result wrong = read_talk(t, SECRETS_WRONG, SIZE_MAX);
		assert_false(contradicts(&wrong, &whole));
		assert_string_equal(wrong.decryption, "wrong_key");
		struct result none = read_talk(t, SECRETS_NONE, SIZE_MAX);
		assert_false(contradicts(&none, &whole));
		assert_string_equal(none.decryption, "");
		talk_destroy(t);
	}
}

/* --- all that protects records of TLS 1.2 and older
 * ------------------------------------------------ */

static const char *const ciphers_12[] = {
    "AES128-SHA",         "AES256-SHA",         "AES128-SHA256",
    "AES256-SHA256",      "AES128-GCM-SHA256",  "AES256-GCM-SHA384",
    "AES128-CCM",         "AES256-CCM",         "AES128-CCM8",
    "AES256-CCM8",        "CAMELLIA128-SHA",    "CAMELLIA256-SHA256",
    "ARIA128-GCM-SHA256", "ARIA256-GCM-SHA384", "NULL-SHA",
    "NULL-SHA256",        "NULL-MD5",           "ECDHE-RSA-AES256-SHA384",
};

/* A client that refuses is only readable when its alert is: after the handshake it is encrypted. */
static void
check_cipher(const char *cipher, bool no_etm, bool no_ems, enum when when)
{
	struct talk_setup setup = {.version = TLS1_2_VERSION,
				   .ciphers = cipher,
				   .no_etm = no_etm,
				   .no_ems = no_ems,
				   .key = "EC",
				   .words = "app reneg app 403 bye"};

	struct talk *t = talk_create(&setup);
	struct result r = read_talk(t, when, SIZE_MAX);
	if (r.a.proof != PROOF_VALID || r.attempts != 2)
		print_error("%s, etm %d, ems %d: %s (%s)\n", cipher, !no_etm, !no_ems,
			    r.explanation, r.decryption);
	assert_int_equal(r.attempts, 2);
	assert_int_equal(r.a.proof, PROOF_VALID);
	assert_int_equal(r.a.outcome, REACTION_ACCEPTED);
	assert_true((r.modifiers & MODIFIER_APP_LAYER_REFUSAL) != 0);
	assert_non_null(strstr(r.explanation, "403 Forbidden"));
	talk_destroy(t);
}

static void
test_ciphers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ciphers_12) / sizeof(ciphers_12[0]); i++) {
		bool rsa = strstr(ciphers_12[i], "ECDHE") == NULL;
		check_cipher(ciphers_12[i], false, false, SECRETS_FIRST);
		check_cipher(ciphers_12[i], true, true, SECRETS_FIRST);
		if (rsa && i % 3 == 0)
			check_cipher(ciphers_12[i], i % 2 == 0, i % 2 == 0, SECRETS_RSA);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_opened),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_ciphers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
