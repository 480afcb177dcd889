/*
 * test_merge.c - shards into one database: ids in rows and lists. What is kept of two readings of a
 * capture: test_merge_readings.c.
 * Shards that are none: test_merge_shards.c. That all views are those of a single run: tests/cli.
 */
#include "tests/unit/merge_sample.h"

/* --- rows and ids -------------------------------------------------------------------------------
 */

/* What refers to dictionaries, opened by the views; the same for the same capture in any database.
 */
static const char *const by_content[] = {
    "SELECT s.session_key, attempt_no, a.attempt, a.outcome, a.alert, a.capture_state FROM "
    "attempts a JOIN sessions s USING (session_id) "
    "WHERE capture_path = 'b.pcap'",
    "SELECT session_key, c.role, position, certificate_sha256, subject FROM session_certificates c "
    "JOIN sessions s USING (session_id) JOIN certificates USING (certificate_sha256) "
    "WHERE capture_path = 'b.pcap' ORDER BY 1, 2, 3",
    "SELECT session_key, kind, value, position FROM certificate_requests JOIN sessions USING "
    "(session_id) WHERE capture_path = 'b.pcap'",
    "SELECT session_key, fact, value, f.evidence, frames FROM facts f JOIN sessions USING "
    "(session_id) WHERE capture_path = 'b.pcap'",
    "SELECT session_key, message_no, frame, time, sender, kind, name, length, repeated, level, "
    "code "
    "FROM messages JOIN sessions USING (session_id) WHERE capture_path = 'b.pcap'",
    "SELECT session_key, rank, cause, f.explanation, server_fix, client_fix, frames FROM findings "
    "f "
    "JOIN sessions USING (session_id) WHERE capture_path = 'b.pcap'",
    "SELECT session_key, incident, carrier, sni, eap_identity, verdict, modifiers, client_subject, "
    "server_subject, ja4 FROM sessions WHERE capture_path = 'b.pcap'",
    "SELECT path, link_types, packets, sessions, problem, first_at FROM captures "
    "WHERE path = 'b.pcap'",
    "SELECT server_ip, server_port, count FROM connections_without_tls JOIN captures USING "
    "(capture_id) WHERE path = 'b.pcap'",
    "SELECT part_no, p.path, p.content_hash, first_frame FROM capture_parts p JOIN captures c "
    "USING "
    "(capture_id) WHERE c.path = 'b.pcap'",
};

static void
test_rows(void **state)
{
	const struct reading readings[] = {{.n = 1, .path = "a.pcap"}, {.n = 2, .path = "b.pcap"}};
	struct sample_scratch t;
	struct merge_counts counts;

	(void)state;
	sample_scratch_make(&t);
	make_shard(t.extra, readings, 2);
	execute(t.extra, "INSERT INTO without_tls VALUES (2, '10.0.0.1', 443, 1, 2, 3, 4);"
			 "INSERT INTO capture_part VALUES (2, 1, 'b.1', x'0102', 7, 1)");
	shift_ids(t.db);
	merge_well(t.db, t.extra, &counts);
	assert_int_equal(counts.captures, 2);
	assert_int_equal(counts.sessions, 4);
	assert_int_equal(counts.known + counts.replaced, 0);
	for (size_t i = 0; i < sizeof(by_content) / sizeof(by_content[0]); i++) {
		char *want = sample_rows(t.extra, by_content[i]);

		assert_true(want[0] != '\0');
		sample_expect(t.db, by_content[i], want);
		free(want);
	}
	merge_well(t.db, t.extra, &counts);
	assert_int_equal(counts.captures, 0);
	assert_int_equal(counts.known, 2);
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM sessions), "
		      "(SELECT count(*) FROM certificates), (SELECT count(*) FROM request)",
		      "3|6|3|1\n");
	sample_scratch_remove(&t);
}

/* A column that refers to a row must not be copied as it is. */
static void
test_every_reference_has_a_rule(void **state)
{
	static const char *const known[] = {
#define MERGE_COLUMN(table, column, expression) #table "." #column,
#include "db/merge.def"
#undef MERGE_COLUMN
	    /* merge.c's own statements */
	    "capture_name.capture_id", "capture_name.file_id", "comparison_point.capture_id"};
	struct sample_scratch t;
	int count = 0;

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	char *rows = sample_rows(t.db, "SELECT m.name || '.' || f.\"from\" FROM sqlite_schema m, "
				       "pragma_foreign_key_list(m.name) f WHERE m.type = 'table'");
	for (char *row = strtok(rows, "\n"); row != NULL; row = strtok(NULL, "\n"), count++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= strcmp(known[i], row) == 0;
		if (!found)
			fail_msg("%s refers to a row, and merge.def does not say how", row);
	}
	assert_true(count > 20);
	free(rows);
	/* and each table is one of those that merge_rows.c and merge.c know */
	sample_expect(
	    t.db,
	    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
	    "('incident', 'file', 'capture', 'capture_name', 'capture_part', 'name', 'sentence', "
	    "'profile', 'answer', 'conclusion', 'step', 'claim', 'certificate', 'chain', "
	    "'ladder', 'fact_list', 'diagnosis', 'finding_list', "
	    "'request', 'request_item', 'session', 'story', 'finding', 'relation', "
	    "'revised', 'revised_fact', 'revised_finding', 'without_tls', 'comparison', "
	    "'comparison_point', 'state')",
	    "");
	sample_scratch_remove(&t);
}

/* Rows that were made without a digest have one here, and are met by those that are here already.
 */
static void
test_digests(void **state)
{
	static const char counts_sql[] =
	    "SELECT (SELECT count(*) FROM sentence), (SELECT count(*) FROM claim), "
	    "(SELECT count(*) FROM ladder), (SELECT count(*) FROM fact_list), "
	    "(SELECT count(*) FROM diagnosis), (SELECT count(*) FROM finding_list), "
	    "(SELECT count(*) FROM finding)";
	static const char contents_sql[] =
	    "SELECT explanation, fact, value, basis, frames FROM facts JOIN sessions USING "
	    "(session_id) WHERE capture_path = 'b.pcap'";
	const struct reading a = {.n = 1, .path = "a.pcap"}, b = {.n = 2, .path = "b.pcap"};
	struct sample_scratch t;
	struct merge_counts counts;

	(void)state;
	sample_scratch_make(&t);
	make_shard(t.db, &a, 1);
	make_shard(t.extra, &b, 1);
	execute(t.extra,
		"UPDATE sentence SET digest = NULL; UPDATE claim SET digest = NULL;"
		"UPDATE ladder SET digest = NULL; UPDATE fact_list SET digest = NULL;"
		"UPDATE diagnosis SET digest = NULL; UPDATE finding_list SET digest = NULL");
	char *want = sample_rows(t.db, counts_sql), *contents = sample_rows(t.extra, contents_sql);
	merge_well(t.db, t.extra, &counts);
	assert_int_equal(counts.captures, 1);
	sample_expect(t.db, counts_sql, want);
	sample_expect(t.db, contents_sql, contents);
	sample_expect(t.db,
		      "SELECT count(digest) > 0 AND count(digest) = count(*) FROM (SELECT digest "
		      "FROM sentence UNION ALL SELECT digest FROM claim UNION ALL SELECT digest "
		      "FROM ladder UNION ALL SELECT digest FROM fact_list UNION ALL SELECT "
		      "digest FROM diagnosis UNION ALL SELECT digest FROM finding_list)",
		      "1\n");
	free(want);
	free(contents);
	sample_scratch_remove(&t);
}

/* Pass 2 of an incident whose captures come from two shards. */
static void
test_related(void **state)
{
	static const struct made first[SESSIONS_MAX] = {{.frame = 1, ABORTED}};
	static const struct made second[SESSIONS_MAX] = {{.frame = 2, .start = 4, OK_SESSION}};
	struct sample_scratch t;
	struct merge_counts counts;

	(void)state;
	sample_scratch_make(&t);
	for (int i = 0; i < 2; i++) {
		struct store *s = sample_open(i == 0 ? t.db : t.extra);

		store_made(s, "IR", (uint8_t)(1 + i), i == 0 ? first : second);
		store_made(s, NULL, (uint8_t)(8 + i), related);
		sample_close(s);
	}
	merge_well(t.db, t.extra, &counts);
	sample_expect(
	    t.db,
	    "SELECT a.session_key, relation, b.session_key FROM related r JOIN sessions a "
	    "USING (session_id) JOIN sessions b ON b.session_id = other_session_id "
	    "WHERE relation = 'retry_followed' ORDER BY 1",
	    "f00d0100-1|retry_followed|f00d0200-2\n"
	    "f00d0800-1|retry_followed|f00d0800-2\n"
	    "f00d0900-1|retry_followed|f00d0900-2\n");
	sample_expect(t.db,
		      "SELECT session_key, modifiers FROM sessions WHERE modifiers IS NOT NULL "
		      "ORDER BY 1",
		      "f00d0100-1|retry_followed,same_client_succeeded\n"
		      "f00d0800-1|retry_followed,same_client_succeeded\n"
		      "f00d0900-1|retry_followed,same_client_succeeded\n");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_reference_has_a_rule),
	    cmocka_unit_test(test_digests),
	    cmocka_unit_test(test_related),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
