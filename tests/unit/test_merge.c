/*
 * test_merge.c - shards into one database: ids in rows and lists, what is kept of two readings.
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
    "SELECT session_key, rank, cause, frames FROM findings JOIN sessions USING (session_id) "
    "WHERE capture_path = 'b.pcap'",
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
	sample_expect(t.db,
		      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
		      "('incident', 'file', 'capture', 'capture_name', 'capture_part', 'name', "
		      "'profile', 'answer', 'conclusion', 'step', 'claim', 'certificate', 'chain', "
		      "'request', 'request_item', 'session', 'story', 'finding', 'relation', "
		      "'revised', 'revised_fact', 'revised_finding', 'without_tls', 'comparison', "
		      "'comparison_point', 'state')",
		      "");
	sample_scratch_remove(&t);
}

/* --- two readings of one capture ----------------------------------------------------------------
 */

/* In order: each replaces the one above it, whichever comes first. */
static const struct store_parameters ladder[] = {
    {"0.9.0", "k9", "c9"}, {"0.10.0; filter tcp", "k9", "c9"},
    {"0.10.0", "", ""},    {"0.10.0; verify-all", "", ""},
    {"0.10.0", "", "c1"},  {"0.10.0", "k1", ""},
    {"0.10.0", "k2", ""},  {"0.10.0", "k1", "c1"},
};

static void
test_better_reading(void **state)
{
	const size_t count = sizeof(ladder) / sizeof(ladder[0]);

	(void)state;
	for (size_t a = 0; a < count; a++)
		for (size_t b = a > 0 ? a - 1 : 0; b < count && b <= a + 1; b++) {
			const struct reading ours = {.n = 1, .path = "b", .parameters = ladder[a]};
			const struct reading theirs = {
			    .n = 1, .path = "a", .parameters = ladder[b]};
			const struct store_parameters *best = &ladder[a > b ? a : b];
			struct sample_scratch t;
			struct merge_counts counts;
			char want[128];

			sample_scratch_make(&t);
			make_shard(t.db, &ours, 1);
			make_shard(t.extra, &theirs, 1);
			merge_well(t.db, t.extra, &counts);
			assert_int_equal(counts.replaced, b > a);
			assert_int_equal(counts.known, b <= a);
			snprintf(want, sizeof(want), "a|%s|%s|%s|2|2|2\n", best->program,
				 best->secrets, best->trust);
			sample_expect(t.db,
				      "SELECT path, program, secrets, trust, (SELECT count(*) FROM "
				      "capture_name), (SELECT count(*) FROM session), (SELECT "
				      "count(*) FROM story) FROM capture",
				      want);
			snprintf(want, sizeof(want), "%s\n", best->secrets);
			sample_expect(t.db,
				      "SELECT eap_identity FROM sessions WHERE transport = 'eap'",
				      want);
			sample_scratch_remove(&t);
		}
}

/* One content under several names and incidents, in every order of three shards. */
static void
test_names_and_incidents(void **state)
{
	static const struct reading readings[] = {
	    {.n = 1, .path = "m.pcap", .incident = "INC-2", .note = "what"},
	    {.n = 1, .path = "z.pcap", .incident = "INC-1"},
	    {.n = 1, .path = "c.pcap", .incident = "INC-2", .note = "else", .sha256 = "ab"},
	};
	static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					{1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct sample_scratch t;
		struct merge_counts counts;

		sample_scratch_make(&t);
		for (int n = 0; n < 3; n++) {
			unlink(t.extra);
			make_shard(t.extra, &readings[orders[i][n]], 1);
			merge_well(t.db, t.extra, &counts);
		}
		sample_expect(t.db, "SELECT path, abs_path, incident, sha256 FROM captures",
			      "c.pcap|c.pcap|INC-1|ab\n");
		sample_expect(t.db, "SELECT path FROM capture_names ORDER BY 1",
			      "c.pcap\nm.pcap\nz.pcap\n");
		sample_expect(t.db, "SELECT count(*) FROM session", "2\n");
		sample_expect(t.db, "SELECT count(*) FROM incident WHERE related = 0", "0\n");
		sample_scratch_remove(&t);
	}
}

/* The same XXH3, and SHA-256 says that it is another capture. */
static void
test_collision(void **state)
{
	const struct reading ours = {.n = 1, .path = "a", .sha256 = "aa"};
	const struct reading theirs = {.n = 1, .path = "b", .sha256 = "bb"};
	struct sample_scratch t;
	struct merge_counts counts;

	(void)state;
	sample_scratch_make(&t);
	make_shard(t.db, &ours, 1);
	make_shard(t.extra, &theirs, 1);
	merge_well(t.db, t.extra, &counts);
	sample_expect(t.db, "SELECT path, sha256 FROM captures ORDER BY 1", "a|aa\nb|bb\n");
	sample_scratch_remove(&t);
}

static bool
count_captures(void *ctx, const struct store_capture *c)
{
	(void)c;
	*(int *)ctx += 1;
	return true;
}

/* Of a file that changed between two shards the later state is known. */
static void
test_files(void **state)
{
	const struct store_file old = {"/d/x", 10, 1, 2, 3}, new = {"/d/x", 20, 9, 2, 3};
	const struct reading before = {.n = 1, .path = "/d/x", .file = &old};
	const struct reading after = {.n = 2, .path = "/d/x", .file = &new};

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct sample_scratch t;
		struct merge_counts counts;
		bool done;
		int found = 0;

		sample_scratch_make(&t);
		make_shard(turn == 0 ? t.db : t.extra, &before, 1);
		make_shard(turn == 0 ? t.extra : t.db, &after, 1);
		merge_well(t.db, t.extra, &counts);
		struct store *s = sample_open(t.db);
		assert_true(store_find_file(s, &old, &done, count_captures, &found));
		assert_false(done);
		assert_true(store_find_file(s, &new, &done, count_captures, &found));
		assert_true(done);
		assert_int_equal(found, 1);
		sample_close(s);
		sample_expect(t.db, "SELECT count(*), count(file_id) FROM capture_name", "2|1\n");
		sample_scratch_remove(&t);
	}
}

/* A ring buffer's files as one capture: as many parts as `parts`, the last of `size` bytes. */
static void
make_set(const char *path, uint8_t n, unsigned parts, uint64_t size)
{
	static const char *const names[] = {"r1", "r2", "r3"};
	struct outcome_capture c = sample_capture(n, "r1");
	struct store *s = sample_open(path);

	assert_true(store_begin(s));
	for (unsigned i = 0; i < parts; i++) {
		struct store_part p = {.part_no = i + 1,
				       .path = names[i],
				       .abs_path = names[i],
				       .xxh3 = {1, (uint8_t)i},
				       .size = i + 1 == parts ? size : 100,
				       .first_frame = 1};

		if (i + 1 == parts)
			p.xxh3[0] = n; /* it may have grown */
		assert_true(store_part(s, &p));
	}
	if (!store_end(s, &c, &sample_parameters, NULL, 0, NULL))
		fail_msg("%s", store_error(s));
	sample_close(s);
}

static void
test_grown_set(void **state)
{
	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct sample_scratch t;
		struct merge_counts counts;

		sample_scratch_make(&t);
		make_set(turn == 0 ? t.db : t.extra, 10, 2, 50);
		make_set(turn == 0 ? t.extra : t.db, 20, 3, 70);
		merge_well(t.db, t.extra, &counts);
		merge_well(t.db, t.extra, &counts);
		sample_expect(t.db, "SELECT path, lower(substr(content_hash, 10, 6)) FROM captures",
			      "r1|f00d14\n");
		sample_expect(t.db, "SELECT part_no, path FROM capture_parts ORDER BY 1",
			      "1|r1\n2|r2\n3|r3\n");
		sample_scratch_remove(&t);
	}
}

/* Captures 1 and 2 compared in one shard, 2 and 3 in another; 1 is in both. */
static void
compare(const char *path, int64_t near, int64_t far)
{
	const struct store_points points = {&near, &far, 1, 1};
	const struct store_comparison rows[] = {
	    {1, near * 2 - 1, far * 2 - 1, "only_far", "likely", "e", NULL, NULL, NULL},
	    {2, near * 2, 0, "no_partner", "likely", NULL, NULL, NULL, NULL}};
	struct store *s = sample_open(path);

	if (!store_compare(s, &points, rows, 2))
		fail_msg("%s", store_error(s));
	sample_close(s);
}

static const char all_comparisons[] =
    "SELECT n.session_key, f.session_key, finding, c.evidence, (SELECT count(DISTINCT pair) FROM "
    "comparisons) FROM comparisons c LEFT JOIN sessions n ON n.session_id = near_session LEFT JOIN "
    "sessions f ON f.session_id = far_session ORDER BY 1, 2";

static void
test_comparisons(void **state)
{
	const struct store_parameters plain = {"1", "", ""}, keys = {"1", "k", ""};
	const struct reading first[] = {{.n = 1, .path = "a", .parameters = plain},
					{.n = 2, .path = "b", .parameters = plain}};
	const struct reading second[] = {{.n = 3, .path = "c", .parameters = plain},
					 {.n = 2, .path = "b", .parameters = plain},
					 {.n = 1, .path = "a", .parameters = plain}};
	const struct reading better = {.n = 2, .path = "b", .parameters = keys};

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct sample_scratch t;
		struct merge_counts counts;
		const char *one = turn == 0 ? t.db : t.extra, *two = turn == 0 ? t.extra : t.db;

		sample_scratch_make(&t);
		make_shard(one, first, 2);
		make_shard(two, second, 3);
		compare(one, 1, 2);
		compare(two, 1, 2);
		compare(two, 3, 2);
		merge_well(t.db, t.extra, &counts);
		merge_well(t.db, t.extra, &counts);
		/* of the run that both shards have, one */
		sample_expect(t.db, all_comparisons,
			      "f00d0100-20|NULL|no_partner|NULL|4\n"
			      "f00d0100-8|f00d0200-8|only_far|e|4\n"
			      "f00d0300-20|NULL|no_partner|NULL|4\n"
			      "f00d0300-8|f00d0200-8|only_far|e|4\n");
		/* what was found in another reading goes */
		unlink(t.extra);
		make_shard(t.extra, &better, 1);
		merge_well(t.db, t.extra, &counts);
		assert_int_equal(counts.replaced, 1);
		sample_expect(t.db, all_comparisons, "");
		sample_scratch_remove(&t);
	}
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
	    cmocka_unit_test(test_better_reading),
	    cmocka_unit_test(test_names_and_incidents),
	    cmocka_unit_test(test_collision),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_grown_set),
	    cmocka_unit_test(test_comparisons),
	    cmocka_unit_test(test_related),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
