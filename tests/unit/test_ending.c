/*
 * test_ending.c - a server's alert after the client has left: an answer, or the echo of the close.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/verdict/ending.h"
#include "analyzer/verdict/reaction.h"

/* Client: Certificate up to 1000, FIN. Server: perhaps Finished, then an alert. */
static const struct {
	const char *what;
	enum tls_version version;
	bool finished, knew; /* the server had sent Finished; its alert knew the client's FIN */
	uint8_t code;
	enum ended_by ended_by;
	enum reaction outcome;
} rows[] = {
    {"OpenSSL finds the end", TLS_1_2, true, true, 50, ENDED_BY_CLIENT_FIN, REACTION_ACCEPTED},
    {"GnuTLS finds the end", TLS_1_2, true, true, 10, ENDED_BY_CLIENT_FIN, REACTION_ACCEPTED},
    {"verified late", TLS_1_2, true, true, 42, ENDED_BY_SERVER_ALERT, REACTION_REJECTED},
    {"they cross", TLS_1_2, true, false, 50, ENDED_BY_SERVER_ALERT, REACTION_REJECTED},
    {"refused at once", TLS_1_2, false, true, 50, ENDED_BY_SERVER_ALERT, REACTION_REJECTED},
    {"TLS 1.3, without tickets", TLS_1_3, false, true, 50, ENDED_BY_CLIENT_FIN, REACTION_UNKNOWN},
    {"TLS 1.3, JSSE", TLS_1_3, false, true, 40, ENDED_BY_CLIENT_FIN, REACTION_UNKNOWN},
    {"TLS 1.3, refused", TLS_1_3, false, true, 116, ENDED_BY_SERVER_ALERT, REACTION_REJECTED},
    {"TLS 1.3, they cross", TLS_1_3, false, false, 50, ENDED_BY_SERVER_ALERT, REACTION_REJECTED},
};

enum { ANSWER_END = 1000, ALERT_AT = 500 };

static void
test_echo(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flow = {0};
		struct tls_session s = {
		    .flow = &flow, .client = FLOW_DIR_A, .version = rows[i].version};
		struct step cert = {.kind = STEP_MESSAGE,
				    .sender = TLS_CLIENT,
				    .decrypted = true,
				    .end = ANSWER_END,
				    .mark = {.frame = 1}};
		struct step fin = {.kind = STEP_FIN,
				   .sender = TLS_CLIENT,
				   .at = ANSWER_END,
				   .end = ANSWER_END + 1,
				   .mark = {.frame = 3}};
		struct step alert = {.kind = STEP_ALERT,
				     .sender = TLS_SERVER,
				     .level = 2,
				     .code = rows[i].code,
				     .decrypted = true,
				     .at = ALERT_AT,
				     .end = ALERT_AT + 31,
				     .mark = {.frame = 4, .ack = ANSWER_END + rows[i].knew}};
		struct step finished = {.kind = STEP_MESSAGE,
					.sender = TLS_SERVER,
					.decrypted = true,
					.end = ALERT_AT,
					.next = &alert,
					.mark = {.frame = 2}};
		const struct step *steps[] = {&cert, &finished, &fin, &alert};
		uint8_t attempt_of[4] = {0};
		struct mutual_auth m = {
		    .session = &s, .steps = steps, .n_steps = 4, .attempt_of = attempt_of};
		struct attempt *a = &m.attempts[0];
		struct facts f = {.requested = {.value = ANSWER_YES}};

		s.trace.side[TLS_CLIENT].first = &fin;
		a->seen[EVENT_CLIENT_CERT] = &cert;
		a->seen[EVENT_SERVER_ALERT] = &alert;
		if (rows[i].finished) {
			a->server_finished = &finished;
			f.server_finished.value = ANSWER_YES;
		}
		ending_find(&f, &m, a, FLOW_END_CAPTURE);
		struct fact outcome = reaction_fact(&m, a, &f);
		if (outcome.value != (int)rows[i].outcome)
			print_error("%s\n", rows[i].what);
		assert_int_equal(f.ended_by.value, rows[i].ended_by);
		assert_int_equal(outcome.value, rows[i].outcome);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
