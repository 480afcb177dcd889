/*
 * test_schema.c - upgrades: numbered scripts, one transaction, a copy before.
 */
#include "db/schema.h"

#include "tests/unit/store_sample.h"

#include <sys/stat.h>

static void
open_database(struct database *d, const char *path)
{
	memset(d, 0, sizeof(*d));
	assert_true(database_set_path(d, path));
	assert_true(database_open(d, NULL, SQLITE_OPEN_READWRITE));
}

static const struct embed_upgrade good[] = {
    {1, "this one is older than the file and must not run"},
    {2, "ALTER TABLE session ADD COLUMN mood TEXT; UPDATE session SET mood = 'two'"},
    {3, "UPDATE session SET mood = mood || ' three'"},
    {0, NULL},
};
static const struct embed_upgrade bad[] = {
    {2, "ALTER TABLE session ADD COLUMN mood TEXT"},
    {3, "UPDATE session SET no_such_column = 1"},
    {0, NULL},
};

static void
test_upgrade(void **state)
{
	struct sample_scratch t;
	struct database d;
	enum schema_state found;
	int version;
	char backup[320];
	struct stat st;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	open_database(&d, t.db);
	assert_true(schema_check(&d, 3, &found, &version));
	assert_int_equal(found, SCHEMA_OLD);
	assert_int_equal(version, 1);
	/* views go and come back, so a script may change what they stand on */
	assert_true(database_exec(&d, "DROP VIEW incidents; CREATE VIEW old_one AS SELECT 1"));
	if (!schema_upgrade(&d, 1, good))
		fail_msg("%s", d.error);
	assert_true(schema_check(&d, 3, &found, &version));
	assert_int_equal(found, SCHEMA_CURRENT);
	database_close(&d);
	sample_expect(t.db, "SELECT DISTINCT mood FROM session", "two three\n");
	sample_expect(t.db, "SELECT count(*) FROM sessions", "2\n");
	sample_expect(
	    t.db, "SELECT count(*), sum(name = 'old_one') FROM sqlite_schema WHERE type = 'view'",
	    "18|0\n");
	snprintf(backup, sizeof(backup), "%s.v1.bak", t.db);
	sample_expect(backup, "PRAGMA user_version", "1\n");
	sample_expect(backup, "SELECT count(*) FROM session", "2\n");
	assert_int_equal(stat(backup, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	sample_scratch_remove(&t);
}

/* A script that fails leaves the database as it was, and the copy. */
static void
test_failed_upgrade(void **state)
{
	struct sample_scratch t;
	struct database d;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	open_database(&d, t.db);
	assert_false(schema_upgrade(&d, 1, bad));
	assert_non_null(strstr(d.error, "no_such_column"));
	database_close(&d);
	sample_expect(t.db, "PRAGMA user_version", "1\n");
	sample_expect(t.db, "SELECT count(*) FROM sessions", "2\n");
	sample_expect(t.db, "SELECT count(*) FROM pragma_table_info('session') WHERE name = 'mood'",
		      "0\n");
	s = sample_open(t.db);
	sample_close(s);
	sample_scratch_remove(&t);
}

/* The scripts of this version lead to this version, from the first one on. */
static void
test_scripts_reach_the_version(void **state)
{
	int to = 1;

	(void)state;
	for (const struct embed_upgrade *u = embed_upgrades; u->to != 0; u++)
		assert_int_equal(u->to, ++to);
	assert_int_equal(to, STORE_USER_VERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_upgrade),
	    cmocka_unit_test(test_failed_upgrade),
	    cmocka_unit_test(test_scripts_reach_the_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
