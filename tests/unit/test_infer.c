/*
 * test_infer.c - record traces against what may be claimed of them, row by row.
 * Sizes are those of TLS_AES_128_GCM_SHA256 unless a row says otherwise: alert 19, empty
 * Certificate 25, Finished 53, both 61; with SunJSSE's padding 16 more.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyzer/verdict/infer_parts.h"
#include "tests/unit/infer_script.h"

#define ASKED   "s23 s122 s985 s281 s53 "
#define UNASKED "s23 s985 s281 s53 "
#define NONE    "c25 c53 "
#define SHOWN   "c950 c281 c53 "

struct row {
	const char *script;
	uint16_t suite;
	enum answer requested;
	enum confidence requested_confidence;
	enum client_cert cert;
	enum reaction outcome;
	enum confidence outcome_confidence;
	unsigned modifiers;
};

#define VERY CONFIDENCE_VERY_HIGH
#define HIGH CONFIDENCE_HIGH
#define SOME CONFIDENCE_MEDIUM
#define NOT  CONFIDENCE_NONE

/* clang-format off */
static const struct row rows[] = {
    /* the client's flight */
    {ASKED NONE, 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN, 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {UNASKED "c53", 0x1301, ANSWER_NO, VERY, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s2136 cccs c25 c53", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c61", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c53", 0x1301, ANSWER_NO, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c1400 c60", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c1401", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c950 c334", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c1300 same c53", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c16401 c900 c281 c53", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c25", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c19 cFIN", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {ASKED "c19", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {ASKED "calert48", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {ASKED "cFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    /* SunJSSE, and other suites */
    {"s65 s157 s1717 s297 s69 c41 c69", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s65 s157 s1717 s297 s85 c692 c112 c85", 0x1302, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c25 c69", 0x1302, ANSWER_YES, HIGH, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c17 c45", 0x1305, ANSWER_YES, HIGH, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c25 c53", 0x00c6, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    /* no claim: middlebox, hole, contradiction, unknown sizes */
    {ASKED "cRST", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {ASKED "cgap c53 cFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {ASKED "cgap cFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {"sgap s985 s281 s53 c99", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    /* the longest record of the flight may be a part of the Certificate, or a long request */
    {"s40 s1017 s238 s281 s53 c53", 0x1301, ANSWER_NO, SOME, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s40 s1017 s238 s281 s53 c25 c53", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s40 s1017 s238 s281 s53 cFIN", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s40 s16401 s9000 s938 s281 s53 cFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    /* a Certificate is cut at a power of two, from 512 to 16384, or not at all */
    {"s23 s122 s273 s300 s281 s53 c25 c53", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s23 s122 s529 s300 s281 s53 c25 c53", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s23 s122 s530 s300 s281 s53 c25 c53", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s23 s122 s16401 s300 s281 s53 c25 c53", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s23 s122 s32785 s300 s281 s53 c25 c53", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED "c53", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {UNASKED NONE, 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c69", 0x1301, ANSWER_NO, HIGH, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s2136 c45 c33", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {"s123 s985 s281 s53", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    {"s23 s529 s985 s281 s53", 0x1301, ANSWER_NO, HIGH, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    /* block padding */
    {"s80 s80 s1040 s336 s80 c80 c80", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, MODIFIER_SERVER_PADDING},
    {"s80 s1040 s336 s80 c80 c80", 0x1301, ANSWER_NO, SOME, CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, NOT, 0},
    {"s80 s80 s1040 s336 s80 c976 c336 c80", 0x1301, ANSWER_YES, SOME, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, MODIFIER_SERVER_PADDING},
    {"s80 s80 s1040 s336 sgap c80 c80", 0x1301, ANSWER_UNKNOWN, NOT, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, NOT, 0},
    /* the outcome: alerts */
    {ASKED NONE "s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_REJECTED, SOME, 0},
    {ASKED SHOWN "s19 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_REJECTED, HIGH, 0},
    {ASKED SHOWN "^s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_REJECTED, HIGH, 0},
    {ASKED SHOWN "salert116 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_REJECTED, CONFIDENCE_CERTAIN, 0},
    {ASKED NONE "s19 stext sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_REJECTED, HIGH, MODIFIER_PLAINTEXT_AFTER_TLS},
    {ASKED NONE "+2000 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_REJECTED, SOME, 0},
    {ASKED NONE "+9000 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED NONE "+100 c90 +2000 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED NONE "c19 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED NONE "s19", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN "s19 s19 cRST", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_REJECTED, SOME, 0},
    {ASKED SHOWN "s19 s19", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN "s19 sgap s19 cRST", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {ASKED NONE "s19 sgap sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    {"s2136 " NONE "s35 sFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_EMPTY, REACTION_UNKNOWN, NOT, 0},
    /* ... more than alerts */
    {ASKED SHOWN "s250 s250 c90 s400", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, HIGH, 0},
    {ASKED SHOWN "s40", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, HIGH, 0},
    {"s2136 " SHOWN "s90", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, SOME, 0},
    {"s2136 " SHOWN "s50", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {"s2136 " SHOWN "s90 sFIN", 0x1301, ANSWER_YES, HIGH, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN "s250 s250 s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, HIGH, MODIFIER_DROPPED_AFTER_ACCEPT},
    {ASKED NONE "s250 s250 c102 s406 s19 sFIN c19", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_ACCEPTED, HIGH, MODIFIER_APP_LAYER_REFUSAL_SUSPECTED},
    {ASKED NONE "s250 s250 c102 s406 c19 cFIN s19 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_EMPTY, REACTION_ACCEPTED, HIGH, 0},
    /* ... and nothing */
    {ASKED SHOWN "sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_DROPPED_NO_REPLY, SOME, 0},
    {ASKED SHOWN "sRST", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_DROPPED_NO_REPLY, SOME, 0},
    {ASKED SHOWN "srst", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, MODIFIER_RESET_INJECTED_SUSPECTED},
    {ASKED SHOWN "+2000 sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN "cgap sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0}, /* its goodbye? */
    {ASKED SHOWN "cFIN sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
    {ASKED SHOWN "sgap sFIN", 0x1301, ANSWER_YES, VERY, CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, NOT, 0},
};
/* clang-format on */

static void
check_row(const struct row *r, const struct infer_output *out)
{
	enum confidence outcome = out->outcome.confidence;

	if (out->requested.value != (int)r->requested ||
	    out->requested.confidence != r->requested_confidence ||
	    out->client_cert.value != (int)r->cert || out->outcome.value != (int)r->outcome ||
	    outcome != r->outcome_confidence || out->modifiers != r->modifiers)
		print_error("%s: requested %d (%d) cert %d outcome %d (%d) modifiers %x\n",
			    r->script, out->requested.value, (int)out->requested.confidence,
			    out->client_cert.value, out->outcome.value, (int)outcome,
			    out->modifiers);
	assert_int_equal(out->requested.value, r->requested);
	assert_int_equal(out->requested.confidence, r->requested_confidence);
	assert_int_equal(out->client_cert.value, r->cert);
	assert_int_equal(out->outcome.value, r->outcome);
	assert_int_equal(outcome, r->outcome_confidence);
	assert_int_equal(out->modifiers, r->modifiers);
}

static void
test_rows(void **state)
{
	struct script s;
	struct infer_output out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		script_read(&s, rows[i].script, UINT_MAX);
		s.in.cipher_suite = rows[i].suite;
		infer_handshake(&s.in, &out);
		check_row(&rows[i], &out);
	}
}

/* A fact of a beginning is a fact of the whole, or unknown; an answer may still grow. */
static void
test_prefixes(void **state)
{
	struct script s;
	struct infer_output whole, part;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned words = script_read(&s, rows[i].script, UINT_MAX);
		s.in.cipher_suite = rows[i].suite;
		infer_handshake(&s.in, &whole);
		for (unsigned n = 0; n < words; n++) {
			script_read(&s, rows[i].script, n);
			s.in.cipher_suite = rows[i].suite;
			infer_handshake(&s.in, &part);
			if (part.requested.value != ANSWER_UNKNOWN &&
			    whole.requested.value != ANSWER_UNKNOWN)
				assert_int_equal(part.requested.value, whole.requested.value);
			if (part.client_cert.value != CLIENT_CERT_UNKNOWN &&
			    whole.client_cert.value != CLIENT_CERT_UNKNOWN)
				assert_int_equal(part.client_cert.value, whole.client_cert.value);
		}
	}
}

static void
test_basis_names_sizes(void **state)
{
	struct script s;
	struct infer_output out;

	(void)state;
	script_read(&s, "s2136 " NONE "s19 sFIN", UINT_MAX);
	infer_handshake(&s.in, &out);
	assert_string_equal(out.client_cert.basis,
			    "the client answered with a 25-byte and a 53-byte record: an empty "
			    "Certificate and Finished");
	assert_non_null(strstr(out.outcome.basis, "19 bytes"));
	assert_int_equal(out.client_cert.evidence, EVIDENCE_INFERRED);
	assert_ptr_equal(out.client_cert.records[0], &s.records[TLS_CLIENT][0]);
	assert_ptr_equal(out.alert, &s.records[TLS_SERVER][1]);
	script_read(&s, ASKED SHOWN "s250 s250", UINT_MAX);
	infer_handshake(&s.in, &out);
	assert_int_equal(out.proof.value, PROOF_SEEN);
	assert_string_equal(out.notes.client_key, "RSA 2048");
	assert_int_equal(out.notes.certificate_length, 950 - 17);
	assert_int_equal(out.notes.request_length, 122 - 17);
	assert_true(out.notes.unsolicited);
	assert_int_equal(out.notes.n_tickets, 2);
}

static void
test_early_data_and_psk(void **state)
{
	struct script s;
	struct infer_output out;

	(void)state;
	/* two records of early data that did not know the ServerHello, EndOfEarlyData, Finished */
	script_read(&s, "c25 c53 c21 c53 s250", UINT_MAX);
	s.in.early_data = s.in.psk = true;
	s.records[TLS_CLIENT][0].ack = s.records[TLS_CLIENT][1].ack = 0;
	infer_handshake(&s.in, &out);
	assert_int_equal(out.requested.value, ANSWER_NO);
	assert_int_equal(out.client_cert.value, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE);
	script_read(&s, "s23 s53 c53", UINT_MAX);
	s.in.psk = true;
	infer_handshake(&s.in, &out);
	assert_int_equal(out.requested.value, ANSWER_NO);
	assert_int_equal(out.requested.confidence, CONFIDENCE_VERY_HIGH);
}

static void
test_fragments(void **state)
{
	struct script s;
	struct infer_output out;

	(void)state;
	/* max_fragment_length 1024: the server's Certificate takes two records */
	script_read(&s, "s23 s122 s1041 s300 s281 s53 c1041 c200 c281 c53", UINT_MAX);
	s.in.max_fragment_length = 2;
	infer_handshake(&s.in, &out);
	assert_int_equal(out.requested.value, ANSWER_YES);
	assert_int_equal(out.requested.confidence, CONFIDENCE_VERY_HIGH);
	assert_int_equal(out.client_cert.value, CLIENT_CERT_PRESENTED);
	assert_int_equal(out.notes.certificate_length, 1024 + 183);
}

#define WORK UNASKED "c53 s250 c90 s400 "

static const struct {
	const char *script;
	bool found;
	enum client_cert cert;
	enum reaction outcome;
} late_rows[] = {
    {WORK "c90 s242 c57 ^c53 s250 s300", true, CLIENT_CERT_EMPTY, REACTION_ACCEPTED},
    {WORK "c90 s242 c57 ^c53 s19 sFIN", true, CLIENT_CERT_EMPTY, REACTION_REJECTED},
    {WORK "c90 s242 c57 ^c53 s19", true, CLIENT_CERT_EMPTY, REACTION_UNKNOWN},
    {WORK "c90 s242 c980 c281 c53 s1100", true, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED},
    /* written apart: the refusal comes between */
    {WORK "c90 s242 c57 s19 c53 sRST", true, CLIENT_CERT_EMPTY, REACTION_REJECTED},
    {WORK "c90 s242 c980 s19 c281 c53", true, CLIENT_CERT_PRESENTED, REACTION_REJECTED},
    {WORK "c90 s242 c57 s20 c53 sFIN", false, 0, 0},
    {WORK "c90 s242 c57 s19 c53 s250", false, 0, 0}, /* no alert: there is more behind it */
    {WORK "c90 c57 c53 s250", false, 0, 0},          /* nothing came since the client spoke last */
    {WORK "c90 s242 c58 c53 s250", false, 0, 0},
    {WORK "c90 s242 c57 cgap c53 s250", false, 0, 0},
};

static void
test_post_handshake(void **state)
{
	struct script s;
	struct infer_late late;

	(void)state;
	for (size_t i = 0; i < sizeof(late_rows) / sizeof(late_rows[0]); i++) {
		script_read(&s, late_rows[i].script, UINT_MAX);
		uint64_t from = s.records[TLS_CLIENT][0].end;
		assert_false(infer_post_handshake(&s.in, from, &late)); /* not offered */
		s.in.post_handshake_auth = true;
		/* the records of one answer leave together, but for a word between */
		for (size_t k = 1; k < s.in.side[TLS_CLIENT].count; k++)
			if (s.records[TLS_CLIENT][k].length == 53 &&
			    s.records[TLS_CLIENT][k].frame ==
				s.records[TLS_CLIENT][k - 1].frame + 1)
				s.records[TLS_CLIENT][k].ack = s.records[TLS_CLIENT][k - 1].ack;
		if (late_rows[i].found != infer_post_handshake(&s.in, from, &late))
			print_error("%s\n", late_rows[i].script);
		assert_int_equal(late.first != NULL, late_rows[i].found);
		assert_int_equal(late.output.client_cert.value, late_rows[i].cert);
		assert_int_equal(late.output.outcome.value, late_rows[i].outcome);
		if (late_rows[i].found)
			assert_int_equal(late.output.requested.value, ANSWER_YES);
	}
}

/* AES-GCM: a message of m bytes takes m + 24. ClientKeyExchange has 70, with CBC 66. */
static const struct infer_cipher gcm = {.kind = INFER_CIPHER_AEAD, .iv = 8, .tag = 16};
/* AES-CBC with HMAC-SHA1: 16 + 16 * ceil((m + 21) / 16). */
static const struct infer_cipher cbc = {
    .kind = INFER_CIPHER_BLOCK, .iv = 16, .block = 16, .mac = 20};

static const struct {
	const struct infer_cipher *cipher;
	const char *script;
	enum answer requested;
	enum client_cert cert;
	enum reaction outcome;
} again_rows[] = {
    {&gcm, "sh28 ch250 sh3000 ch94 cccs ch40 sccs sh40", ANSWER_NO, CLIENT_CERT_NONE_SENT, 0},
    {&gcm, "sh28 ch250 sh3000 ch31 ch94 cccs ch40 sccs sh40", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_ACCEPTED},
    {&gcm, "sh28 ch250 sh3000 ch101 cccs ch40 sa26 sFIN", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_REJECTED},
    {&gcm, "sh28 ch250 sh3000 ch31 ch94 cccs ch40 sFIN", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_DROPPED_NO_REPLY},
    {&gcm, "sh28 ch250 sh3000 ch960 ch94 ch288 cccs ch40 sccs sh40", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_ACCEPTED},
    {&gcm, "sh28 ch250 sh3000 ch1300 cccs ch40 sa26", ANSWER_YES, CLIENT_CERT_PRESENTED,
     REACTION_REJECTED},
    {&gcm, "sh28 ch250 sh90 sccs sh40 cccs ch40", ANSWER_NO, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE, 0},
    /* JSSE writes each message apart, and the server does not wait for the second */
    {&gcm, "sh28 ch250 sh3000 ch31 sa26 sFIN", ANSWER_YES, CLIENT_CERT_EMPTY, REACTION_REJECTED},
    {&gcm, "sh28 ch250 sh3000 ch31 sa26 ch94 cccs ch40 sFIN", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_REJECTED},
    {&gcm, "sh28 ch250 sh3000 ch960 sa26 ch94 ch288 sFIN", ANSWER_YES, CLIENT_CERT_PRESENTED,
     REACTION_REJECTED},
    {&gcm, "sh28 ch250 sh3000 ch960", ANSWER_YES, CLIENT_CERT_PRESENTED, 0},
    {&gcm, "sh28 ch250 ch960", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0}, /* more of its hello */
    {&gcm, "sh28 ch250 sh3000 ch286 sa26", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0},
    {&gcm, "sh28 ca26", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0},
    {&gcm, "sh28 cgap ch31 ch94 cccs ch40 sccs sh40", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0},
    {&gcm, "sh28 ch250 sh3000 ch95 cccs ch40", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0},
    /* 66 and 73 bytes both take 112 */
    {&cbc, "sh48 ch250 sh3000 ch112 cccs ch64 sccs sh64", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, 0},
    {&cbc, "sh48 ch250 sh3000 ch48 ch112 cccs ch64 sccs sh64", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_ACCEPTED},
};

static void
test_renegotiation(void **state)
{
	struct script s;
	struct infer_output out;

	(void)state;
	for (size_t i = 0; i < sizeof(again_rows) / sizeof(again_rows[0]); i++) {
		script_read(&s, again_rows[i].script, UINT_MAX);
		s.in.cipher = *again_rows[i].cipher;
		s.in.client_key_exchange = s.in.cipher.block != 0 ? 66 : 70;
		infer_renegotiation(&s.in, &out);
		if (out.requested.value != (int)again_rows[i].requested ||
		    out.outcome.value != (int)again_rows[i].outcome)
			print_error("%s: %s\n", again_rows[i].script, out.client_cert.basis);
		assert_int_equal(out.requested.value, again_rows[i].requested);
		assert_int_equal(out.client_cert.value, again_rows[i].cert);
		assert_int_equal(out.outcome.value, again_rows[i].outcome);
	}
}

/* Sentences are what printf would make of them, cut where they are too long. */
static void
test_say(void **state)
{
	char basis[INFER_BASIS_MAX], key[INFER_BASIS_MAX], want[2 * INFER_BASIS_MAX];

	(void)state;
	for (size_t len = 0; len < sizeof(key); len++) {
		memset(key, 'k', len);
		key[len] = '\0';
		infer_say(basis, "%u and %u of %s: %u.", 0u, 4294967295u, key, 1205u);
		snprintf(want, sizeof(want), "%u and %u of %s: %u.", 0u, 4294967295u, key, 1205u);
		want[INFER_BASIS_MAX - 1] = '\0';
		assert_string_equal(basis, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_basis_names_sizes),
	    cmocka_unit_test(test_early_data_and_psk),
	    cmocka_unit_test(test_fragments),
	    cmocka_unit_test(test_post_handshake),
	    cmocka_unit_test(test_renegotiation),
	    cmocka_unit_test(test_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
