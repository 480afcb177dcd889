/*
 * test_merge_readings.c - what is kept of a capture that both databases hold, in any order: which
 * reading, its names, incident and files, its parts, what was compared.
 */
#include "tests/unit/merge_sample.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_better_reading), cmocka_unit_test(test_names_and_incidents),
	    cmocka_unit_test(test_collision),      cmocka_unit_test(test_files),
	    cmocka_unit_test(test_grown_set),      cmocka_unit_test(test_comparisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
