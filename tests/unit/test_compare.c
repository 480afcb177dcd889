/*
 * test_compare.c - what is found about a session that was seen at two points, or at one of two.
 * Ladders are words of few letters.
 */
#include "tests/unit/compare_sample.h"

enum { STEPS = 8, NAMES = 256 };

static const char *seen[NAMES]; /* findings of all tests */
static size_t n_seen;

/* --- made-up sessions ------------------------------------------------------------------------- */

/* A letter is a step: H C V R client's ClientHello, Certificate, CertificateVerify, RST; h q f a r
 * the server's ServerHello, CertificateRequest, Finished, alert, RST; e an encrypted record of the
 * client's.
 */
static struct compare_step
step(char letter, size_t place, int64_t start_ns)
{
	static const struct {
		char letter;
		const char *name;
		enum tls_side sender;
		enum message_kind kind;
	} rows[] = {{'H', "ClientHello", TLS_CLIENT, MESSAGE_HANDSHAKE},
		    {'C', "Certificate", TLS_CLIENT, MESSAGE_HANDSHAKE},
		    {'V', "CertificateVerify", TLS_CLIENT, MESSAGE_HANDSHAKE},
		    {'R', "RST", TLS_CLIENT, MESSAGE_TCP},
		    {'e', "encrypted record", TLS_CLIENT, MESSAGE_APPLICATION},
		    {'h', "ServerHello", TLS_SERVER, MESSAGE_HANDSHAKE},
		    {'q', "CertificateRequest", TLS_SERVER, MESSAGE_HANDSHAKE},
		    {'f', "Finished", TLS_SERVER, MESSAGE_HANDSHAKE},
		    {'a', "unknown_ca", TLS_SERVER, MESSAGE_ALERT},
		    {'r', "RST", TLS_SERVER, MESSAGE_TCP}};
	size_t i = 0;

	while (rows[i].letter != letter)
		i++;
	return (struct compare_step){.frame = 10 + place,
				     .time_ns = start_ns + (int64_t)place * MS,
				     .name = rows[i].name,
				     .length = 100,
				     .sender = rows[i].sender,
				     .kind = rows[i].kind,
				     .evidence = letter == 'e' ? EVIDENCE_NONE : EVIDENCE_OBSERVED};
}

static void
ladder(struct compare_session *s, struct compare_step *steps, const char *letters)
{
	s->n_steps = strlen(letters);
	s->steps = steps;
	for (size_t i = 0; i < s->n_steps; i++)
		steps[i] = step(letters[i], i, s->started_ns);
}

/* --- findings --------------------------------------------------------------------------------- */

/* "reset_injected/proven lost_to_server/likely" */
static void
find(const struct compare_pairing *p, char *out, size_t size)
{
	struct arena arena = {0};
	struct compare_finding f[COMPARE_FINDINGS_MAX];
	size_t n = compare_pair(&arena, p, f), used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		used += (size_t)snprintf(out + used, size - used, "%s%s/%s", i > 0 ? " " : "",
					 f[i].finding, compare_sure_name(f[i].sure));
		if (n_seen < NAMES)
			seen[n_seen++] = f[i].finding;
		assert_non_null(f[i].evidence);
		assert_null(strchr(f[i].evidence, '{'));
		assert_null(strchr(f[i].between_fix, '{'));
		assert_true(f[i].server_fix[0] != '\0' && f[i].client_fix[0] != '\0');
	}
	arena_finish(&arena);
}

struct lane_row {
	const char *what, *near, *far, *near_state, *far_state;
	int64_t far_ends_ms;
	const char *modifiers, *want;
};

#define COMPLETE "complete", "complete", 1000
static const struct lane_row lane_rows[] = {
    {"nothing", "HhqCVf", "HhqCVf", COMPLETE, NULL, "passes_through/proven"},
    {"order of directions", "HhqCVf", "hHqCfV", COMPLETE, NULL, "passes_through/proven"},
    {"encrypted records", "Hhee", "Hhee", COMPLETE, NULL, "passes_through/proven"},
    {"certificate lost", "HhqCV", "Hhq", COMPLETE, NULL, "lost_to_server/likely"},
    {"encrypted record lost", "Hhee", "Hhe", COMPLETE, NULL, "lost_to_server/likely"},
    {"answer lost", "HhqCV", "HhqCVf", COMPLETE, NULL, "lost_to_client/likely"},
    {"far capture ended", "HhqCV", "Hhq", "complete", "complete", 2, NULL,
     "lost_to_server/possible"},
    {"far capture cut", "HhqCV", "Hhq", "complete", "ends_early", 2, NULL,
     "missing_far/proven same_session/proven"},
    {"far gap", "HhqCV", "HhqV", "complete", "gap_client", 1000, NULL,
     "missing_far/proven same_session/proven"},
    {"near gap", "HhqV", "HhqCV", "gap_client", "complete", 1000, NULL,
     "missing_near/proven same_session/proven"},
    {"near one-sided", "HCV", "HhqCVf", "only_client", "complete", 1000, NULL,
     "missing_near/proven same_session/proven"},
    {"near has less, no reason", "HhqC", "HhqCV", COMPLETE, NULL, "same_session/proven"},
    {"reset to client", "HhqCVr", "HhqCV", COMPLETE, NULL,
     "reset_injected/likely passes_through/proven"},
    {"reset to client, foreign", "HhqCVr", "HhqCV", COMPLETE, "reset_injected_suspected",
     "reset_injected/proven passes_through/proven"},
    {"reset to server", "HhqCV", "HhqCVR", COMPLETE, NULL,
     "reset_injected/likely passes_through/proven"},
    {"reset to both", "HhqCVr", "HhqCVR", COMPLETE, NULL,
     "reset_injected/proven passes_through/proven"},
    {"the server's own reset", "HhqCVr", "HhqCVr", COMPLETE, NULL, "passes_through/proven"},
    {"the client's own reset, lost", "HhqCVR", "HhqCV", COMPLETE, NULL, "passes_through/proven"},
    {"reset after far ended", "HhqCVr", "HhqCV", "complete", "complete", 2, NULL,
     "reset_injected/possible passes_through/proven"},
    {"foreign reset after far ended", "HhqCVr", "HhqCV", "complete", "complete", 2,
     "reset_injected_suspected", "reset_injected/likely passes_through/proven"},
    {"reset, far cannot see the server", "HhqCVr", "HCV", "complete", "only_client", 1000, NULL,
     "missing_far/proven same_session/proven"},
};

static void
finds_what_happened_on_the_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lane_rows) / sizeof(lane_rows[0]); i++) {
		const struct lane_row *r = &lane_rows[i];
		struct compare_step steps[2][STEPS];
		struct compare_session near = session(1, "aa", 0), far = session(2, "aa", 0);
		char have[256];

		ladder(&near, steps[0], r->near);
		ladder(&far, steps[1], r->far);
		near.capture_state = r->near_state;
		near.modifiers = r->modifiers;
		far.capture_state = r->far_state;
		far.capture_ends_ns = r->far_ends_ms * MS;
		const struct compare_pairing p = {.near = &near, .far = &far, .covered = true};
		find(&p, have, sizeof(have));
		if (strcmp(have, r->want) != 0)
			fail_msg("%s: want %s, have %s", r->what, r->want, have);
	}
}

/* One message takes longer than the quickest of its side; a slow way alone is not late. */
static void
finds_late_messages(void **state)
{
	static const struct {
		int64_t more_ms[STEPS];
		const char *want;
	} rows[] = {
	    {{0, 0, 0, 0, 0}, "passes_through/proven"},
	    {{300, 300, 300, 300, 300}, "passes_through/proven"},
	    {{0, 0, 0, 149, 0}, "passes_through/proven"},
	    {{0, 0, 0, 150, 0}, "late_on_the_way/likely passes_through/proven"},
	    {{0, -200, 0, 0, 0}, "late_on_the_way/likely passes_through/proven"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compare_step steps[2][STEPS];
		struct compare_session near = session(1, "aa", 0), far = session(2, "aa", 0);
		char have[256];

		ladder(&near, steps[0], "HhqCV");
		ladder(&far, steps[1], "HhqCV");
		for (size_t k = 0; k < 5; k++)
			steps[1][k].time_ns += rows[i].more_ms[k] * MS;
		const struct compare_pairing p = {.near = &near, .far = &far, .covered = true};
		find(&p, have, sizeof(have));
		assert_string_equal(have, rows[i].want);
	}
}

struct facts_row {
	const char *near_asked, *near_sent, *near_outcome;
	const char *far_asked, *far_sent, *far_outcome;
	const char *evidence, *want;
};

static const struct facts_row facts_rows[] = {
    {"no", "none_sent", "not_applicable", "yes", "empty", "rejected", "observed",
     "request_far_only/likely refused_far_only/likely"},
    {"no", "none_sent", "not_applicable", "yes", "presented", "accepted", "observed",
     "request_far_only/likely"},
    {"no", "none_sent", "not_applicable", "yes", "unknown", "unknown", "observed", ""},
    {"unknown", "unknown", "unknown", "yes", "empty", "rejected", "observed",
     "refused_far_only/likely"},
    {"yes", "presented", "accepted", "no", "none_sent", "not_applicable", "inferred",
     "request_near_only/likely"},
    {"yes", "presented", "accepted", "yes", "presented", "accepted", "observed",
     "client_cert_differs/likely"},
    {"yes", "presented", "accepted", "yes", "empty", "accepted", "observed",
     "client_cert_near_only/likely"},
    {"yes", "empty", "accepted", "yes", "presented", "accepted", "observed",
     "client_cert_far_only/likely"},
    {"no", "none_sent", "not_applicable", "no", "none_sent", "not_applicable", "observed", ""},
};

static void
finds_what_a_proxy_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(facts_rows) / sizeof(facts_rows[0]); i++) {
		const struct facts_row *r = &facts_rows[i];
		struct compare_step steps[2][STEPS];
		struct compare_session near = session(1, "aa", 0), far = session(2, "bb", 5);
		char have[256], want[256];

		ladder(&near, steps[0], "Hh");
		ladder(&far, steps[1], "HhqC");
		near.client_cert_requested = r->near_asked;
		near.client_cert = r->near_sent;
		near.outcome = r->near_outcome;
		near.client_cert_sha256 = "01";
		far.client_cert_requested = r->far_asked;
		far.client_cert = r->far_sent;
		far.outcome = r->far_outcome;
		far.client_cert_sha256 = "02";
		near.evidence = far.evidence = r->evidence;
		const struct compare_pairing p = {
		    .near = &near, .far = &far, .link = COMPARE_NAME, .covered = true};
		snprintf(want, sizeof(want), "tls_terminated_between/likely%s%s",
			 r->want[0] != '\0' ? " " : "", r->want);
		find(&p, have, sizeof(have));
		assert_string_equal(have, want);
	}
}

static void
claims_no_more_than_its_evidence(void **state)
{
	struct compare_session near = session(1, "aa", 0), far = session(2, "bb", 5);
	struct compare_pairing p = {
	    .near = &near, .far = &far, .link = COMPARE_NAME, .ambiguous = true, .covered = true};
	char have[256];

	(void)state;
	far.client_cert_requested = "no";
	find(&p, have, sizeof(have));
	assert_string_equal(have, "tls_terminated_between/possible request_near_only/possible");
	/* the same random before another server: seen, not guessed */
	far = session(2, "aa", 5);
	far.server_random = "52";
	p = (struct compare_pairing){.near = &near, .far = &far, .covered = true};
	find(&p, have, sizeof(have));
	assert_string_equal(have, "tls_terminated_between/proven");
	/* without a hello nothing can be compared */
	far = session(2, NULL, 5);
	p.link = COMPARE_TUPLE;
	find(&p, have, sizeof(have));
	assert_string_equal(have, "cannot_tell/possible");
}

static void
tells_of_the_unpaired(void **state)
{
	static const struct {
		const char *ladder, *outcome, *capture_state;
		bool near, covered;
		const char *want;
	} rows[] = {
	    {"Hhf", "accepted", "complete", true, true, "only_near/proven"},
	    {"Hha", "rejected", "complete", true, true, "only_near/likely"},
	    {"H", "unknown", "ends_early", true, true, "only_near/likely"},
	    {"H", "unknown", "only_client", true, true, "only_near/proven"},
	    {"Hhf", "accepted", "complete", false, true, "only_far/proven"},
	    {"Hha", "rejected", "complete", true, false, "not_covered/proven"},
	    {"Hhf", "accepted", "complete", false, false, "not_covered/proven"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct compare_step steps[STEPS];
		struct compare_session s = session(1, "aa", 0);
		char have[256];

		ladder(&s, steps, rows[i].ladder);
		s.outcome = rows[i].outcome;
		s.capture_state = rows[i].capture_state;
		const struct compare_pairing p = {.near = rows[i].near ? &s : NULL,
						  .far = rows[i].near ? NULL : &s,
						  .covered = rows[i].covered};
		find(&p, have, sizeof(have));
		assert_string_equal(have, rows[i].want);
	}
}

static void
tells_of_copies(void **state)
{
	struct compare_session s = session(1, "aa", 0);
	const struct compare_pairing near = {.near = &s, .covered = true, .again = true};
	const struct compare_pairing far = {.far = &s, .again = true};
	char have[256];

	(void)state;
	find(&near, have, sizeof(have));
	assert_string_equal(have, "captured_twice/proven");
	find(&far, have, sizeof(have));
	assert_string_equal(have, "captured_twice/proven");
}

static void
says_it_in_sentences(void **state)
{
	struct compare_step steps[2][STEPS];
	struct compare_session near = session(1, "aa", 0), far = session(2, "aa", 0);
	struct compare_finding f[COMPARE_FINDINGS_MAX];
	struct arena arena = {0};
	const struct compare_pairing p = {.near = &near, .far = &far, .covered = true};

	(void)state;
	ladder(&near, steps[0], "HhqCV");
	ladder(&far, steps[1], "Hhq");
	assert_int_equal(compare_pair(&arena, &p, f), 1);
	assert_string_equal(f[0].evidence,
			    "Probably the client's Certificate and what follows it (2 in all) left "
			    "the near point (frame 13) and did not reach the far one, which saw "
			    "nothing of the client's after ClientHello (frame 10)");
	assert_true(f[0].differs);
	assert_false(f[0].endpoint);
	arena_finish(&arena);
}

/* --- every row -------------------------------------------------------------------------------- */

/* Runs last: a row of compare.def that no test found has none. */
static void
every_finding_has_a_test(void **state)
{
	size_t n;
	const char *const *names = compare_finding_names(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		for (size_t k = 0; k < n_seen; k++)
			found |= strcmp(seen[k], names[i]) == 0;
		if (!found)
			fail_msg("no test finds %s", names[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_happened_on_the_way),
	    cmocka_unit_test(finds_late_messages),
	    cmocka_unit_test(finds_what_a_proxy_changes),
	    cmocka_unit_test(claims_no_more_than_its_evidence),
	    cmocka_unit_test(tells_of_the_unpaired),
	    cmocka_unit_test(tells_of_copies),
	    cmocka_unit_test(says_it_in_sentences),
	    cmocka_unit_test(every_finding_has_a_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
