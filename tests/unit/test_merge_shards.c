/*
 * test_merge_shards.c - shards that are none or are damaged, and stopping: nothing of them is
 * taken.
 */
#include "db/schema.h"
#include "tests/unit/merge_sample.h"

/* --- shards that are none -----------------------------------------------------------------------
 */

static const struct {
	const char *sql, *said; /* done to a good shard; in the message */
} wrongs[] = {
    {"PRAGMA user_version = 99", "written by a newer mtlscope"},
    {"PRAGMA user_version = 0", "written by an older mtlscope"},
    {"PRAGMA application_id = 5", "not from mtlscope"},
    {"UPDATE session SET profile_id = 77", "an id that leads nowhere"},
    {"UPDATE session SET conclusion_id = -1", "an id that leads nowhere"},
    {"UPDATE story SET ladder_id = 77", "an id that leads nowhere"},
    {"UPDATE session SET findings_id = 77", "an id that leads nowhere"},
    {"UPDATE finding SET list_id = 77", "an id that leads nowhere"},
    {"UPDATE finding SET diagnosis_id = 77", "an id that leads nowhere"},
    {"UPDATE finding_list SET items = '[1'", "a list that is none"},
    {"UPDATE ladder SET items = replace(items, '\"1', '\"123')", "an id that leads nowhere"},
    {"UPDATE story SET attempts = '[1'", "a list that is none"},
    {"UPDATE story SET attempts = ''", "a list that is none"},
    {"UPDATE story SET attempts = '['", "a list that is none"},
    {"UPDATE story SET attempts = '[]]'", "a list that is none"},
    {"UPDATE story SET attempts = '[1,]'", "a list that is none"},
    {"UPDATE story SET attempts = '[1]x'", "a list that is none"},
    {"UPDATE story SET attempts = '[x]'", "a list that is none"},
    {"UPDATE story SET attempts = '[99999999999999999999]'", "an id that leads nowhere"},
    {"UPDATE fact_list SET items = '[\"1@2\\\"]'", "a list that is none"},
    {"UPDATE chain SET certificates = '{}'", "a list that is none"},
    {"UPDATE capture SET last_session = 9223372036854775807", "damaged"},
    {"DELETE FROM capture_name", "damaged"},
    {"DROP TABLE story", "damaged"},
};

static void
test_bad_shards(void **state)
{
	const struct reading good = {.n = 1, .path = "a"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct sample_scratch t;
		struct merge_counts counts;
		char error[1024];

		sample_scratch_make(&t);
		make_shard(t.extra, &good, 1);
		execute(t.extra, wrongs[i].sql);
		shift_ids(t.db);
		char *before = sample_rows(t.db, "SELECT * FROM sessions");
		enum merge_result result = merge(t.db, t.extra, &counts, error);
		if (result != MERGE_SHARD || strstr(error, wrongs[i].said) == NULL)
			fail_msg("%s: %d %s", wrongs[i].sql, result, error);
		assert_int_equal(strncmp(error, t.extra, strlen(t.extra)), 0);
		sample_expect(t.db, "SELECT * FROM sessions", before);
		sample_expect(t.db, "PRAGMA integrity_check", "ok\n");
		free(before);
		sample_scratch_remove(&t);
	}
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
test_no_shards(void **state)
{
	struct sample_scratch t;
	struct merge_counts counts;
	char error[1024];

	(void)state;
	sample_scratch_make(&t);
	assert_int_equal(merge(t.db, t.extra, &counts, error), MERGE_SHARD);
	assert_non_null(strstr(error, "no such file"));
	write_file(t.extra,
		   "Dear all, this is longer than an SQLite header would be, and it is none: "
		   "0123456789 0123456789");
	assert_int_equal(merge(t.db, t.extra, &counts, error), MERGE_SHARD);
	assert_non_null(strstr(error, "not an SQLite file"));
	assert_false(merge_check(t.extra, error, sizeof(error)));
	assert_int_equal(merge(t.db, t.db, &counts, error), MERGE_SHARD);
	assert_non_null(strstr(error, "is the database to merge into"));
	assert_int_equal(merge(t.db, t.folder, &counts, error), MERGE_SHARD);
	sample_scratch_remove(&t);
}

/* A page in the middle is overwritten: what SQLite finds out while rows are copied. */
static void
test_torn_shard(void **state)
{
	const struct reading good = {.n = 1, .path = "a"};
	struct sample_scratch t;
	struct merge_counts counts;
	char error[1024];

	(void)state;
	sample_scratch_make(&t);
	make_shard(t.extra, &good, 1);
	sample_close(sample_open(t.db));
	char *root =
	    sample_rows(t.extra, "SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'story'");
	FILE *f = fopen(t.extra, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, atol(root) * SCHEMA_PAGE_SIZE, SEEK_SET), 0);
	for (int i = 0; i < SCHEMA_PAGE_SIZE; i++)
		fputc(0x5a, f);
	fclose(f);
	assert_int_equal(merge(t.db, t.extra, &counts, error), MERGE_SHARD);
	assert_int_equal(strncmp(error, t.extra, strlen(t.extra)), 0);
	sample_expect(t.db, "SELECT count(*) FROM capture", "0\n");
	free(root);
	sample_scratch_remove(&t);
}

/* --- stopping -----------------------------------------------------------------------------------
 */

static bool
stop_now(void *ctx)
{
	return *(bool *)ctx;
}

static void
test_stop(void **state)
{
	const size_t many = 300;
	struct sample_scratch t;
	struct merge_counts counts;
	bool stop = true;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.extra);
	for (size_t i = 0; i < many; i++) {
		struct reading r = {.n = (uint8_t)i, .path = "x"};
		struct outcome_capture c = sample_capture((uint8_t)i, r.path);
		struct sample *full = malloc(sizeof(*full));

		assert_non_null(full);
		sample_fill(full);
		c.size += i;
		assert_true(store_begin(s) && store_emit(s, &full->o) &&
			    store_end(s, &c, &sample_parameters, NULL, 0, NULL));
		free(full);
	}
	sample_close(s);
	s = sample_open(t.db);
	struct merge *m = merge_create(s, stop_now, &stop);
	assert_int_equal(merge_shard(m, t.extra, &counts), MERGE_STOPPED);
	sample_expect(t.db, "SELECT count(*) FROM capture", "0\n");
	stop = false;
	assert_int_equal(merge_shard(m, t.extra, &counts), MERGE_DONE);
	assert_int_equal(counts.captures, many);
	merge_destroy(m);
	sample_close(s);
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bad_shards),
	    cmocka_unit_test(test_no_shards),
	    cmocka_unit_test(test_torn_shard),
	    cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
