/*
 * test_verdict.c - whole conversations against the verdict they must get, row by row.
 * Each script runs four times: a message a segment, a byte a segment, packed, and in OpenVPN;
 * nothing may change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/conversation.h"

#define FLIGHT  "CH s:SH s:cert s:ske s:CR s:done "
#define UNASKED "CH s:SH s:cert s:ske s:done "
#define ANSWER  "cert cke cv ccs fin "
#define NOTHING "none cke ccs fin "

static const struct {
	const char *script;
	enum verdict verdict;
	const char *sub_reason;
	enum answer requested;
	enum client_cert cert;
	enum reaction outcome;
	enum ended_by ended_by;
	enum confidence confidence;
} cases[] = {
    /* RFC 5246 7.4.6: what the server makes of the answer */
    {FLIGHT ANSWER "s:ccs s:fin app s:app bye FIN", VERDICT_MUTUAL_AUTH_OK, "", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, ENDED_BY_CLIENT_CLOSE_NOTIFY, CONFIDENCE_CERTAIN},
    {FLIGHT ANSWER "s:alert45 s:FIN", VERDICT_CLIENT_CERT_REJECTED, "expired", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT ANSWER "s:alert51 s:FIN", VERDICT_CLIENT_CERT_PROOF_FAILED, "", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT ANSWER "s:FIN FIN", VERDICT_CLIENT_CERT_DROPPED, "", ANSWER_YES, CLIENT_CERT_PRESENTED,
     REACTION_DROPPED_NO_REPLY, ENDED_BY_SERVER_FIN, CONFIDENCE_MEDIUM},
    {FLIGHT ANSWER "s:RST", VERDICT_CLIENT_CERT_DROPPED, "", ANSWER_YES, CLIENT_CERT_PRESENTED,
     REACTION_DROPPED_NO_REPLY, ENDED_BY_SERVER_RST, CONFIDENCE_MEDIUM},
    {FLIGHT ANSWER "FIN", VERDICT_CLIENT_CERT_UNKNOWN_OUTCOME, "", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, ENDED_BY_CLIENT_FIN, CONFIDENCE_CERTAIN},
    {FLIGHT NOTHING "s:alert40 s:FIN", VERDICT_NO_CLIENT_CERT_REJECTED, "", ANSWER_YES,
     CLIENT_CERT_EMPTY, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT NOTHING "app s:alert42 s:RST", VERDICT_NO_CLIENT_CERT_REJECTED, "", ANSWER_YES,
     CLIENT_CERT_EMPTY, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT NOTHING "s:ccs s:fin app s:app", VERDICT_NO_CLIENT_CERT_TOLERATED, "", ANSWER_YES,
     CLIENT_CERT_EMPTY, REACTION_ACCEPTED, ENDED_BY_CAPTURE_END, CONFIDENCE_CERTAIN},
    {FLIGHT NOTHING "s:FIN", VERDICT_NO_CLIENT_CERT_DROPPED, "", ANSWER_YES, CLIENT_CERT_EMPTY,
     REACTION_DROPPED_NO_REPLY, ENDED_BY_SERVER_FIN, CONFIDENCE_MEDIUM},
    {FLIGHT "warn41 cke ccs fin s:alert40", VERDICT_NO_CLIENT_CERT_REJECTED, "", ANSWER_YES,
     CLIENT_CERT_EMPTY, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT "cke ccs fin s:alert40", VERDICT_NO_CLIENT_CERT_REJECTED, "", ANSWER_YES,
     CLIENT_CERT_NONE_SENT, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT "cke ccs fin s:alert10", VERDICT_HANDSHAKE_FAILED_OTHER, "", ANSWER_YES,
     CLIENT_CERT_NONE_SENT, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    /* the alert was the reply even though the client had left */
    {FLIGHT NOTHING "FIN s:alert40", VERDICT_NO_CLIENT_CERT_REJECTED, "", ANSWER_YES,
     CLIENT_CERT_EMPTY, REACTION_REJECTED, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    /* the client leaves */
    {FLIGHT "alert48 FIN", VERDICT_SERVER_CERT_REJECTED_BY_CLIENT, "", ANSWER_YES,
     CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, ENDED_BY_CLIENT_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT "FIN s:alert50", VERDICT_CLIENT_ABORTED_ON_REQUEST, "", ANSWER_YES,
     CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, ENDED_BY_CLIENT_FIN, CONFIDENCE_CERTAIN},
    {FLIGHT "alert40", VERDICT_CLIENT_ABORTED_ON_REQUEST, "", ANSWER_YES, CLIENT_CERT_NONE_SENT,
     REACTION_UNKNOWN, ENDED_BY_CLIENT_ALERT, CONFIDENCE_CERTAIN},
    {FLIGHT "wait s:FIN", VERDICT_SERVER_GAVE_UP_WAITING, "", ANSWER_YES, CLIENT_CERT_NONE_SENT,
     REACTION_UNKNOWN, ENDED_BY_SERVER_FIN, CONFIDENCE_CERTAIN},
    {FLIGHT "wait s:FIN FIN s:ack", VERDICT_SERVER_GAVE_UP_WAITING, "", ANSWER_YES,
     CLIENT_CERT_NONE_SENT, REACTION_UNKNOWN, ENDED_BY_SERVER_FIN, CONFIDENCE_CERTAIN},
    /* not asked */
    {UNASKED "cke ccs fin s:ccs s:fin app", VERDICT_NOT_REQUESTED, "", ANSWER_NO,
     CLIENT_CERT_NONE_SENT, REACTION_NOT_APPLICABLE, ENDED_BY_CAPTURE_END, CONFIDENCE_CERTAIN},
    {UNASKED "alert42", VERDICT_SERVER_CERT_REJECTED_BY_CLIENT, "", ANSWER_NO,
     CLIENT_CERT_NONE_SENT, REACTION_NOT_APPLICABLE, ENDED_BY_CLIENT_ALERT, CONFIDENCE_CERTAIN},
    {UNASKED "cke ccs fin s:alert20", VERDICT_HANDSHAKE_FAILED_OTHER, "", ANSWER_NO,
     CLIENT_CERT_NONE_SENT, REACTION_NOT_APPLICABLE, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {"CH s:alert40", VERDICT_HANDSHAKE_FAILED_BEFORE_REQUEST, "", ANSWER_UNKNOWN,
     CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    {"CH s:FIN", VERDICT_HANDSHAKE_FAILED_BEFORE_REQUEST, "", ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN,
     REACTION_UNKNOWN, ENDED_BY_SERVER_FIN, CONFIDENCE_CERTAIN},
    {"CH s:SH s:cert s:alert80", VERDICT_HANDSHAKE_FAILED_BEFORE_REQUEST, "", ANSWER_UNKNOWN,
     CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN, ENDED_BY_SERVER_ALERT, CONFIDENCE_CERTAIN},
    /* resumed: RFC 5246 figure 2 */
    {"CH s:SH s:ccs s:fin ccs fin app s:app", VERDICT_RESUMED_IDENTITY_FROM_EARLIER_SESSION, "",
     ANSWER_NO, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE, REACTION_NOT_APPLICABLE, ENDED_BY_CAPTURE_END,
     CONFIDENCE_CERTAIN},
    {"CH s:SH s:nst s:ccs s:fin ccs fin", VERDICT_RESUMED_IDENTITY_FROM_EARLIER_SESSION, "",
     ANSWER_NO, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE, REACTION_NOT_APPLICABLE, ENDED_BY_CAPTURE_END,
     CONFIDENCE_CERTAIN},
    {"CH s:SHpsk13 s:app app app s:app", VERDICT_RESUMED_IDENTITY_FROM_EARLIER_SESSION, "",
     ANSWER_NO, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE, REACTION_NOT_APPLICABLE, ENDED_BY_CAPTURE_END,
     CONFIDENCE_CERTAIN},
    /* an encrypted last word right after Finished decides nothing; a polite one does */
    {FLIGHT ANSWER "s:ccs s:fin s:bye s:FIN", VERDICT_CLIENT_CERT_UNKNOWN_OUTCOME, "", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_UNKNOWN, ENDED_BY_SERVER_CLOSE_NOTIFY, CONFIDENCE_CERTAIN},
    {FLIGHT ANSWER "s:ccs s:fin bye s:bye s:FIN", VERDICT_MUTUAL_AUTH_OK, "", ANSWER_YES,
     CLIENT_CERT_PRESENTED, REACTION_ACCEPTED, ENDED_BY_CLIENT_CLOSE_NOTIFY, CONFIDENCE_CERTAIN},
    /* after a prelude, and with the server's words before the hello */
    {"s:text text " FLIGHT ANSWER "s:alert48 s:FIN", VERDICT_CLIENT_CERT_REJECTED, "unknown_ca",
     ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_REJECTED, ENDED_BY_SERVER_ALERT,
     CONFIDENCE_CERTAIN},
};

static void
check(size_t i, enum split split)
{
	struct heard h = conversation_run(cases[i].script, split);

	if (h.verdict != cases[i].verdict)
		print_error("case %zu, split %d: %s\n got %s: %s\n", i, (int)split, cases[i].script,
			    verdict_name(h.verdict), h.explanation);
	assert_int_equal(h.sessions, 1);
	assert_int_equal(h.verdict, cases[i].verdict);
	assert_string_equal(h.sub_reason, cases[i].sub_reason);
	assert_int_equal(h.attempt.client_cert_requested, cases[i].requested);
	assert_int_equal(h.attempt.client_cert, cases[i].cert);
	assert_int_equal(h.attempt.outcome, cases[i].outcome);
	assert_int_equal(h.attempt.ended_by, cases[i].ended_by);
	assert_int_equal(h.attempt.confidence, cases[i].confidence);
	assert_true(strchr(h.explanation, '{') == NULL && h.explanation[0] != '\0');
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (enum split s = SPLIT_MESSAGES; s <= SPLIT_OPENVPN; s++)
			check(i, s);
}

/* Whatever one lost message hides, the values of the whole conversation may only become unknown. */
static void
check_damaged(const char *script, enum split split, const struct heard *whole)
{
	struct heard h = conversation_run(script, split);
	const struct outcome_attempt *a = &h.attempt, *w = &whole->attempt;

	if (h.sessions != 1)
		return;
	if ((a->client_cert_requested != ANSWER_UNKNOWN &&
	     a->client_cert_requested != w->client_cert_requested) ||
	    (a->client_cert != CLIENT_CERT_UNKNOWN && a->client_cert != w->client_cert) ||
	    (a->outcome != REACTION_UNKNOWN && a->outcome != w->outcome)) {
		print_error("%s\n requested %s, cert %s, outcome %s: %s\n", script,
			    answer_name(a->client_cert_requested), client_cert_name(a->client_cert),
			    reaction_name(a->outcome), h.explanation);
		fail();
	}
}

static void
lose_word(const char *script, size_t n, const struct heard *whole)
{
	char damaged[512] = "", *words = strdup(script), *save = NULL;
	size_t i = 0;

	for (char *w = strtok_r(words, " ", &save); w != NULL;
	     w = strtok_r(NULL, " ", &save), i++) {
		bool speech = strcmp(w, "FIN") != 0 && strcmp(w, "wait") != 0;
		snprintf(damaged + strlen(damaged), sizeof(damaged) - strlen(damaged), "%s%s ",
			 i == n && speech ? "lost:" : "", w);
	}
	free(words);
	check_damaged(damaged, SPLIT_MESSAGES, whole);
	check_damaged(damaged, SPLIT_OPENVPN, whole);
}

static void
test_lost_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard whole = conversation_run(cases[i].script, SPLIT_MESSAGES);
		for (size_t n = 0; n < 24; n++)
			lose_word(cases[i].script, n, &whole);
	}
}

static void
test_attempts(void **state)
{
	struct heard h;

	(void)state;
	/* encrypted handshake records after a finished handshake are a renegotiation */
	h = conversation_run(UNASKED
			     "cke ccs fin s:ccs s:fin app s:fin fin s:fin s:fin fin ccs fin s:ccs "
			     "s:fin s:app",
			     SPLIT_MESSAGES);
	assert_int_equal(h.attempts, 2);
	assert_int_equal(h.kind, ATTEMPT_RENEGOTIATION);
	/* HelloRetryRequest does not make two */
	h = conversation_run("CH s:HRR ccs CH s:SH13 s:app app s:app", SPLIT_MESSAGES);
	assert_int_equal(h.sessions, 1);
	assert_int_equal(h.attempts, 1);
	assert_string_equal(h.version, "TLS1.3");
	/* a hello in the clear after TLS ended is a session of its own */
	h = conversation_run("CH s:alert40 CH s:SH s:cert s:ske s:CR s:done", SPLIT_MESSAGES);
	assert_int_equal(h.sessions, 2);
	assert_int_equal(h.attempt.client_cert_requested, ANSWER_YES);
}

/* Each renegotiation of OpenVPN is a TLS session of its own, whoever begins it, and even when the
 * soft reset or the ClientHello was not captured. */
static void
test_openvpn_renegotiation(void **state)
{
	(void)state;
	static const struct {
		const char *second;
		enum verdict verdict;
		enum answer requested;
	} rows[] = {
	    {"soft s:soft " UNASKED "cke ccs fin s:ccs s:fin", VERDICT_NOT_REQUESTED, ANSWER_NO},
	    {"s:soft soft " UNASKED "cke ccs fin s:ccs s:fin", VERDICT_NOT_REQUESTED, ANSWER_NO},
	    {"soft s:soft " FLIGHT NOTHING "s:alert40", VERDICT_NO_CLIENT_CERT_REJECTED,
	     ANSWER_YES},
	    {"lost:soft s:soft " FLIGHT NOTHING "s:alert40", VERDICT_NO_CLIENT_CERT_REJECTED,
	     ANSWER_YES},
	    {"soft s:soft lost:CH s:SH s:cert s:ske s:CR s:done " NOTHING "s:alert40",
	     VERDICT_INCOMPLETE_CAPTURE, ANSWER_YES},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char script[512];
		snprintf(script, sizeof(script), "%s%s", FLIGHT ANSWER "s:ccs s:fin app s:app ",
			 rows[i].second);
		struct heard h = conversation_run(script, SPLIT_OPENVPN);
		if (h.sessions != 2 || h.verdict != rows[i].verdict)
			print_error("%s\n got %u sessions, %s: %s\n", script, h.sessions,
				    verdict_name(h.verdict), h.explanation);
		assert_int_equal(h.sessions, 2);
		assert_int_equal(h.verdict, rows[i].verdict);
		assert_int_equal(h.attempt.client_cert_requested, rows[i].requested);
	}
}

/* Bytes that are no TLS are counted once, wherever segments begin. "text" holds what a hello or an
 * alert could begin with. */
static void
test_foreign_bytes(void **state)
{
	(void)state;
	enum { TEXT = 25 };
	static const struct {
		const char *script;
		unsigned client, server;
	} rows[] = {
	    {"CH s:text", 0, TEXT},
	    {"CH s:text s:text", 0, 2 * TEXT},
	    {"CH s:text s:alert40", 0, TEXT},
	    {"CH s:text s:SH13 s:app", 0, TEXT},
	    {"CH s:text s:CH", 0, TEXT},
	    {"text CH s:SH13 s:app", 0, 0},
	    {"CH s:alert40 s:text", 0, TEXT},
	    {"CH s:SH13 s:app s:text s:text", 0, 2 * TEXT},
	    {"CH s:SH13 text s:app", TEXT, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (enum split split = SPLIT_MESSAGES; split <= SPLIT_PACKED; split++) {
			struct heard h = conversation_run(rows[i].script, split);
			if (h.foreign[CLIENT] != rows[i].client ||
			    h.foreign[SERVER] != rows[i].server)
				print_error("%s, split %d\n", rows[i].script, (int)split);
			assert_int_equal(h.foreign[CLIENT], rows[i].client);
			assert_int_equal(h.foreign[SERVER], rows[i].server);
		}
}

static void
test_capture_state(void **state)
{
	struct heard h;

	(void)state;
	h = conversation_run(FLIGHT "lost:cert cke cv ccs fin s:ccs s:fin s:app", SPLIT_MESSAGES);
	assert_int_equal(h.verdict, VERDICT_INCOMPLETE_CAPTURE);
	assert_true((h.attempt.capture_state & CAPTURE_GAP_CLIENT) != 0);
	assert_int_equal(h.attempt.outcome, REACTION_ACCEPTED);
	/* the client's goodbye may be what is missing: then the server only answered it */
	h = conversation_run(FLIGHT ANSWER "lost:FIN s:FIN", SPLIT_MESSAGES);
	assert_int_equal(h.attempt.outcome, REACTION_UNKNOWN);
	h = conversation_run(FLIGHT, SPLIT_MESSAGES);
	assert_int_equal(h.verdict, VERDICT_INCOMPLETE_CAPTURE);
	assert_int_equal(h.attempt.capture_state, CAPTURE_ENDS_EARLY);
	h = conversation_run("CH s:SH13 s:app s:app app app s:app FIN s:FIN", SPLIT_MESSAGES);
	assert_int_equal(h.attempt.capture_state, 0);
	h = conversation_run("lost:CH lost:s:SH lost:s:cert app app app s:app s:app s:app",
			     SPLIT_MESSAGES);
	assert_int_equal(h.sessions, 1);
	assert_int_equal(h.attempt.evidence, EVIDENCE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),         cmocka_unit_test(test_lost_messages),
	    cmocka_unit_test(test_attempts),      cmocka_unit_test(test_openvpn_renegotiation),
	    cmocka_unit_test(test_foreign_bytes), cmocka_unit_test(test_capture_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
