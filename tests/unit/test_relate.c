/*
 * test_relate.c - pass 2 as a whole: what the views show of it; the same result in any order, in
 * any number of runs, and done again. Its rows one by one: test_relations.c.
 */
#include "db/relate.h"

#include "tests/unit/relate_sample.h"

/* Everything pass 2 can say, by keys that are the same in every run. */
static char *
dump(const char *path)
{
	static const char *const questions[] = {
	    "SELECT session_key, confidence, coalesce(modifiers, '-') FROM sessions ORDER BY 1",
	    "SELECT s.session_key, relation, o.session_key FROM related r "
	    "JOIN sessions s USING (session_id) JOIN sessions o "
	    "ON o.session_id = r.other_session_id ORDER BY 1, 2, 3",
	    "SELECT s.session_key, f.attempt_no, fact, value, f.evidence, f.confidence, basis, "
	    "frames "
	    "FROM facts f JOIN sessions s USING (session_id) ORDER BY 1, 2, 3",
	    "WITH k AS (SELECT session_id, session_key AS key FROM sessions) "
	    "SELECT key, attempt_no, confidence FROM attempts JOIN k USING (session_id) "
	    "ORDER BY 1, 2",
	    "SELECT session_key, explanation FROM sessions ORDER BY 1",
	    "SELECT s.session_key, attempt_no, rank, cause, certainty, severity, f.explanation, "
	    "server_fix, client_fix, frames FROM findings f JOIN sessions s USING (session_id) "
	    "ORDER BY 1, rank",
	    "PRAGMA foreign_key_check",
	};
	char *all = NULL;

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		char *rows = sample_rows(path, questions[i]);

		sample_append(&all, rows);
		free(rows);
	}
	return all;
}

/* --- what the views show
 * ----------------------------------------------------------------------------- */

static const struct made story[SESSIONS_MAX] = {
    {.frame = 1, SUSPECT},
    {.frame = 2, .start = 9, .random = 3, TICKETS},
    {.frame = 3, .start = 20, PLAIN, .notes = {.handle = 77, .ticket_length = 225}},
    {.frame = 4, .start = 25, PLAIN, .notes = {.used = 5, .identity_length = 200}},
    {.frame = 5, .start = 26, .random = 3, REFUSED, .notes = {.used = 77}},
};

static const struct {
	const char *sql, *rows;
} views[] = {
    {"SELECT confidence, modifiers, explanation FROM sessions WHERE first_frame = 1",
     "high|retry_followed,same_client_succeeded|Inferred (confidence: high), not read.\n"},
    {"SELECT confidence, outcome FROM attempts WHERE session_id = 1", "high|rejected\n"},
    {"SELECT attempt_no, value, evidence, confidence, basis, frames FROM facts "
     "WHERE session_id = 1 AND fact = 'outcome'",
     "1|rejected|inferred|high|an alert; in another session the same server sent records of its "
     "own as soon as it had accepted|6,7\n"
     "2|rejected|inferred|medium|elsewhere|8\n"},
    {"SELECT attempt_no, value, evidence, confidence, frames FROM facts "
     "WHERE session_id = 4 AND fact = 'resumed_from'",
     "1|f00d0100-3|inferred|medium|4\n"},
    /* pass 1 stays */
    {"SELECT a.confidence, c.modifiers FROM revised r JOIN answer a ON a.id = r.answer_id "
     "JOIN conclusion c ON c.id = r.conclusion_id WHERE session_id = 1",
     "medium|NULL\n"},
    {"SELECT confidence FROM claim WHERE basis = 'an alert' AND confidence = 'medium'", "medium\n"},
    {"SELECT count(*), count(DISTINCT attempt || resumed || client_cert || outcome || confidence) "
     "FROM answer",
     "6|6\n"},
};

static void
test_views(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, NULL, 1, story);
	sample_close(s);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		sample_expect(t.db, views[i].sql, views[i].rows);
	sample_scratch_remove(&t);
}

/* --- order, runs, again
 * ------------------------------------------------------------------------------ */

/* --- findings among those of pass 1
 * ------------------------------------------------------------- */

#define REFUSED_SINCE(n, at, cert, cause_name, how_sure)                                     \
	{                                                                                    \
		.frame = (n), .start = (at), .client = (at), .client_cert = (cert), REFUSED, \
		.alert = 48, .cause = (cause_name), .certainty = (how_sure)                  \
	}

static const struct made turned_away[SESSIONS_MAX] = {
    {.frame = 1, .start = 1, .client = 1, .client_cert = "a", OK_SESSION},
    {.frame = 2, .start = 2, .client = 2, .client_cert = "b", OK_SESSION},
    {.frame = 3, .start = 3, .client = 3, .client_cert = "c", OK_SESSION},
    REFUSED_SINCE(4, 10, "a", "client_cert_unknown_ca", "likely"),
    REFUSED_SINCE(5, 11, "b", "client_cert_unknown_ca", "proven"),
    REFUSED_SINCE(6, 12, "c", "crl_missing_or_expired", "possible"),
    REFUSED_SINCE(7, 13, "a", NULL, NULL),
    REFUSED_SINCE(8, 14, "b", NULL, NULL),
};

static const struct {
	const char *sql, *rows;
} found[] = {
    /* before one that is as sure, after one that is surer, in the place of an equal one */
    {"SELECT session_id, rank, cause, certainty, frames FROM findings ORDER BY 1, 2",
     "4|1|server_changed|likely|6,7\n4|2|client_cert_unknown_ca|likely|NULL\n"
     "4|3|crl_missing_or_expired|possible|6,7\n"
     "5|1|client_cert_unknown_ca|proven|NULL\n"
     "6|1|server_changed|likely|6,7\n6|2|crl_missing_or_expired|possible|6,7\n"
     "7|1|server_changed|likely|6,7\n7|2|crl_missing_or_expired|possible|6,7\n"
     "8|1|server_changed|likely|6,7\n8|2|crl_missing_or_expired|possible|6,7\n"},
    {"SELECT explanation, client_fix FROM findings WHERE session_id = 4 AND rank = 1",
     "Inferred, not read: Until 2026-11-23 14:40:03 UTC this server accepted clients; since "
     "2026-11-23 14:40:10 UTC it has refused all 3 that came with a certificate, 3 of which it "
     "had accepted before: something changed at the server, such as a CRL that ran out or the "
     "CAs it trusts.|nothing to change; the server refuses clients that it accepted before\n"},
    {"SELECT server_fix LIKE 'give it a current CRL%. Settings: nginx ssl_crl; %' FROM findings "
     "WHERE session_id = 6 AND rank = 2",
     "1\n"},
    {"SELECT explanation, server_fix FROM findings WHERE session_id = 5", "Pass 1 says so.|NULL\n"},
    /* pass 1 stays */
    {"SELECT cause, certainty FROM session s JOIN finding ON list_id = findings_id "
     "JOIN diagnosis d ON d.id = diagnosis_id WHERE s.id = 6",
     "crl_missing_or_expired|possible\n"},
};

static void
test_findings(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, NULL, 1, turned_away);
	sample_close(s);
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		sample_expect(t.db, found[i].sql, found[i].rows);
	sample_scratch_remove(&t);
}

/* What a verdict calls an earlier session, its explanation names. */
static void
test_explanations(void **state)
{
	static const struct made resumed[SESSIONS_MAX] = {
	    {.frame = 1, .client_cert = "tug", OK_SESSION, .notes = {.handle = 77}},
	    {.frame = 2, .start = 60, RESUMED, .notes = {.used = 77}},
	    {.frame = 3, .start = 90, PLAIN},
	};
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, NULL, 1, resumed);
	sample_close(s);
	sample_expect(
	    t.db, "SELECT explanation FROM sessions WHERE session_id > 1 ORDER BY 1",
	    "Inferred, not read: The server did not ask for a client certificate in this "
	    "handshake, although it asked this same client at the same address and port "
	    "(2026-11-23 14:40:00 UTC).\n"
	    "The session was resumed from one that began at 2026-11-23 14:40:00 UTC, in which "
	    "the client presented CN=tug, and TLS finished. No certificate is exchanged in a "
	    "resumed session.\n");
	sample_scratch_remove(&t);
}

/* Three captures of one incident; all that relates lies between captures, but for one. */
static const struct made shards[3][SESSIONS_MAX] = {
    {{.frame = 1, .random = 9, ABORTED},
     {.frame = 2, .start = 4, PLAIN, .notes = {.handle = 77}},
     {.frame = 3, SUSPECT},
     {.frame = 4, .start = 4, .random = 8, REFUSED}},
    {{.frame = 1, .start = 3, .random = 9, ABORTED},
     {.frame = 2, .start = 4, PLAIN, .notes = {.handle = 77}},
     {.frame = 3, .start = 8, OK_SESSION},
     {.frame = 4, .start = 4, .random = 8, REFUSED}},
    {{.frame = 1, .start = 8, PLAIN, .notes = {.used = 77}},
     {.frame = 2, .start = 8, OK_SESSION},
     {.frame = 3, .start = 9, SUSPECT},
     {.frame = 4, .start = 9, TICKETS},
     {.frame = 5, .start = 4, .random = 8, REFUSED}},
};

/* All clients of a server are turned away; what shows it is spread over the captures. */
#define VISIT(n, at, cert, r)                                                                      \
	{                                                                                          \
		.frame = (n), .start = (at), .client = (at), .random = (r), .client_cert = (cert), \
		OK_SESSION                                                                         \
	}
static const struct made trend[3][SESSIONS_MAX] = {
    {VISIT(1, 1, "a", 11), VISIT(2, 2, "b", 12),
     REFUSED_SINCE(9, 13, "c", "client_cert_unknown_ca", "likely")},
    {VISIT(1, 3, "c", 13), VISIT(2, 3, "c", 14), REFUSED_SINCE(8, 12, "b", NULL, NULL)},
    {REFUSED_SINCE(6, 11, "a", "crl_missing_or_expired", "possible"),
     REFUSED_SINCE(7, 11, "a", NULL, NULL)},
};

static char *
dump_in_order(const struct made shards_made[3][SESSIONS_MAX], const int order[3], bool one_run)
{
	struct sample_scratch t;

	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	for (int i = 0; i < 3; i++) {
		store_made(s, "IR-1", (uint8_t)(order[i] + 1), shards_made[order[i]]);
		if (!one_run) {
			sample_close(s);
			s = sample_open(t.db);
		}
	}
	sample_close(s);
	char *all = dump(t.db);
	sample_scratch_remove(&t);
	return all;
}

static void
test_order_and_runs(void **state)
{
	static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					{1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	char *want = dump_in_order(shards, orders[0], true);
	char *want_trend = dump_in_order(trend, orders[0], true);

	(void)state;
	assert_non_null(strstr(want, "f00d0100-1|retry_followed|f00d0100-4\n"));
	assert_non_null(strstr(want, "f00d0100-1|same_client_succeeded|f00d0200-3\n"));
	assert_non_null(strstr(want, "f00d0100-1|same_handshake|f00d0200-1\n"));
	assert_non_null(strstr(want, "f00d0300-1|resumed_from|f00d0200-2\n"));
	assert_non_null(strstr(want, "f00d0300-3|corroborated_by|f00d0300-4\n"));
	assert_null(strstr(want, "f00d0100-3|corroborated_by")); /* that is the capture's matter */
	assert_non_null(strstr(want_trend, "f00d0100-9|accepted_until|f00d0200-1\n"));
	assert_non_null(strstr(want_trend, "f00d0300-6|1|1|server_changed|likely|"));
	for (size_t i = 0; i < 6; i++)
		for (int one_run = 0; one_run < 2; one_run++) {
			char *have = dump_in_order(shards, orders[i], one_run != 0);
			char *have_trend = dump_in_order(trend, orders[i], one_run != 0);

			assert_string_equal(have, want);
			assert_string_equal(have_trend, want_trend);
			free(have);
			free(have_trend);
		}
	free(want);
	free(want_trend);
}

static void
relate_again(const char *path, int64_t capture)
{
	struct database *d = calloc(1, sizeof(*d));
	struct dictionary *c = dictionary_create();

	assert_non_null(d);
	assert_non_null(c);
	assert_true(database_set_path(d, path));
	assert_true(database_open(d, NULL, SQLITE_OPEN_READWRITE));
	assert_true(dictionary_open(c, d));
	assert_true(database_exec(d, "BEGIN"));
	if (!relate_capture(d, c, capture, NULL))
		fail_msg("%s", d->error);
	assert_true(database_exec(d, "COMMIT"));
	if (!relate_incidents(d, c))
		fail_msg("%s", d->error);
	dictionary_destroy(c);
	database_close(d);
	free(d);
}

static void
test_again_is_the_same(void **state)
{
	(void)state;
	for (int round = 0; round < 4; round++) {
		bool incident = round % 2 != 0;
		struct sample_scratch t;

		sample_scratch_make(&t);
		struct store *s = sample_open(t.db);
		store_made(s, incident ? "IR-1" : NULL, 1, round < 2 ? story : turned_away);
		sample_close(s);
		char *want = dump(t.db);
		for (int i = 0; i < 2; i++) {
			relate_again(t.db, 1);
			char *have = dump(t.db);

			assert_string_equal(have, want);
			free(have);
		}
		sample_expect(t.db, "SELECT count(*) > 0 FROM revised_finding", "1\n");
		free(want);
		sample_scratch_remove(&t);
	}
}

/* What rested on a capture is gone with it. */
static void
test_replaced_capture(void **state)
{
	static const struct made nothing[SESSIONS_MAX] = {{0}};
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(2, "y.pcap");

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, "IR-1", 1, shards[0]);
	int64_t second = store_made(s, "IR-1", 2, shards[1]);
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) > 0 FROM related WHERE relation = 'same_handshake'",
		      "1\n");
	s = sample_open(t.db);
	assert_true(store_begin(s));
	assert_true(store_end(s, &c, &sample_parameters, NULL, second, NULL));
	sample_close(s);
	char *have = dump(t.db);
	struct sample_scratch alone;
	sample_scratch_make(&alone);
	s = sample_open(alone.db);
	store_made(s, "IR-1", 1, shards[0]);
	store_made(s, NULL, 2, nothing);
	sample_close(s);
	char *want = dump(alone.db);
	assert_string_equal(have, want);
	free(have);
	free(want);
	sample_scratch_remove(&t);
	sample_scratch_remove(&alone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_views),
	    cmocka_unit_test(test_findings),
	    cmocka_unit_test(test_explanations),
	    cmocka_unit_test(test_order_and_runs),
	    cmocka_unit_test(test_again_is_the_same),
	    cmocka_unit_test(test_replaced_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
