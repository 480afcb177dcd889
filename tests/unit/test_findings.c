/*
 * test_findings.c - every cause a conversation can show: one script that does, and one that must
 * not. Causes that need more than plaintext records are test_findings_rules.c's, which counts both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/verdict/findings_words.h"
#include "tests/unit/findings_conversations.h"
#include "tests/unit/findings_listen.h"

static void
print_all(const char *script, const struct said *said)
{
	print_error("%s\n", script);
	for (size_t i = 0; i < said->count; i++)
		print_error("  %s %s %s: %s\n", said->findings[i].cause,
			    said->findings[i].certainty, said->findings[i].severity,
			    said->explanations[i]);
}

static void
test_conversations(void **state)
{
	struct said *said = calloc(1, sizeof(*said));

	(void)state;
	for (size_t i = 0; i < COUNT(conversations); i++) {
		const char *name = cause_row(conversations[i].cause)->name;
		converse(said, conversations[i].shows, NULL);
		const struct outcome_finding *f = find(said, name);
		if (f == NULL || strcmp(f->certainty, conversations[i].certainty) != 0 ||
		    (conversations[i].first && f->rank != 1)) {
			print_error("want %s %s\n", name, conversations[i].certainty);
			print_all(conversations[i].shows, said);
			fail();
		}
		const char *severity = f->severity;
		converse(said, conversations[i].without, NULL);
		f = find(said, name);
		if (f != NULL && strcmp(f->severity, severity) == 0) {
			print_all(conversations[i].without, said);
			fail_msg("not wanted: %s", name);
		}
	}
	free(said);
}

/* --- stacks ----------------------------------------------------------------------------------- */

static void
test_stacks(void **state)
{
	struct said *said = calloc(1, sizeof(*said));

	(void)state;
	/* 42 of Go is not 42 of OpenSSL; an unknown stack may mean both. */
	assert_true(stack_alert_means(STACK_GO, TLS_1_2, 42, CAUSE_client_cert_expired));
	assert_false(stack_alert_means(STACK_OPENSSL, TLS_1_2, 42, CAUSE_client_cert_expired));
	assert_true(stack_alert_means(STACK_NONE, TLS_1_2, 42, CAUSE_client_cert_expired));
	assert_true(stack_alert_means(STACK_OPENSSL, TLS_1_2, 48, CAUSE_crl_missing_or_expired));
	assert_false(stack_alert_means(STACK_NSS, TLS_1_2, 48, CAUSE_crl_missing_or_expired));
	assert_int_equal(stack_find("OpenSSL"), STACK_OPENSSL);
	assert_int_equal(stack_find("java jsse"), STACK_JSSE);
	assert_int_equal(stack_find("x"), STACK_NONE);
	/* gnutls-cli and Bun send, libldap and browsers withhold: the library alone does not tell
	 */
	assert_int_equal(stack_answer(STACK_GNUTLS), STACK_UNKNOWN);
	assert_int_equal(stack_answer(STACK_BORINGSSL), STACK_UNKNOWN);
	/* decode_error for an empty answer is GnuTLS; a request in its order as well */
	converse(said, ASK EMPTY "s:alert50 s:FIN", NULL);
	assert_string_equal(said->stack, "GnuTLS");
	converse(said, ASK EMPTY "s:alert40 s:FIN", NULL);
	assert_string_equal(said->stack, "");
	converse(said, "CH s:SH s:cert s:ske s:@CRgnutls s:done @expired" REST "s:alert49 s:FIN",
		 NULL);
	assert_string_equal(said->stack, "GnuTLS");
	assert_int_equal(find(said, "client_cert_expired")->rank, 1);
	assert_null(find(said, "identity_not_authorised"));
	free(said);
}

/* One CA is not "among the 1". */
static void
test_numbers_of_cas(void **state)
{
	struct said *said = calloc(1, sizeof(*said));
	bool told = false;

	(void)state;
	converse(said, ASK "@stranger" REST "s:alert48 s:FIN", NULL);
	for (size_t i = 0; i < said->count; i++)
		told |= strstr(said->explanations[i],
			       "is not the CA that the request in frame 7 names") != NULL;
	if (!told)
		print_all("one CA", said);
	assert_true(told);
	told = false;
	converse(said, "CH s:SH s:cert s:ske s:@CRbig s:done @stranger" REST "s:alert48 s:FIN",
		 NULL);
	for (size_t i = 0; i < said->count; i++)
		told |= strstr(said->explanations[i],
			       "is not among the 900 CAs that the request in frame") != NULL;
	if (!told)
		print_all("900 CAs", said);
	assert_true(told);
	free(said);
}

/* Spans of years are written with one decimal, like printf's. */
static void
test_years(void **state)
{
	static const int64_t starts[] = {
	    365 * 86400LL,   31556952,    31556952LL * 19 / 4 - 60, 31556952LL * 21 / 4 - 60,
	    31556952LL * 99, 253402300799};
	struct arena arena = {0};
	struct arena_writer to;
	char want[64];

	(void)state;
	for (size_t i = 0; i < COUNT(starts); i++)
		for (int64_t at = starts[i]; at < starts[i] + 120; at++) {
			arena_write_begin(&to, &arena);
			words_put_span(&to, at);
			snprintf(want, sizeof(want), "%.1f years", (double)at / 31556952.0);
			assert_string_equal(arena_written(&to), want);
		}
	arena_finish(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_conversations),
	    cmocka_unit_test(test_stacks),
	    cmocka_unit_test(test_years),
	    cmocka_unit_test(test_numbers_of_cas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
