/*
 * test_query.c - what gets through to the database, what does not, and with which words.
 */
#include "db/query.h"

#include "tests/unit/store_sample.h"

#include <sys/stat.h>
#include <time.h>

static struct sample_scratch scratch;
static struct query *query;

static int
set_up(void **state)
{
	(void)state;
	sample_scratch_make(&scratch);
	struct store *s = sample_open(scratch.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	query = query_create();
	if (query == NULL || !query_open(query, scratch.db, QUERY_LIMIT_MS))
		return -1;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	query_destroy(query);
	sample_scratch_remove(&scratch);
	return 0;
}

/* Runs sql to its end; the number of rows, or -1 for a fault. */
static int
run(const char *sql)
{
	struct query_rows r;
	enum query_step step;
	int rows = 0;

	if (!query_run(query, sql, NULL, 0, &r))
		return -1;
	while ((step = query_next(&r)) == QUERY_ROW)
		rows++;
	query_finish(&r);
	return step == QUERY_DONE ? rows : -1;
}

static void
test_allowed(void **state)
{
	static const struct {
		const char *sql;
		int rows;
	} rows[] = {
	    {"SELECT value FROM json_each('[1, 2]')", 2}, /* first: nothing has used it before */
	    {"SELECT * FROM sessions", 2},
	    {"  select 1 ; ", 1},
	    {"SELECT 1; -- and a comment\n", 1},
	    {"SELECT 1 /* ; */; /* one more */ ;;", 1},
	    {"-- first\nSELECT ';' FROM sessions", 2},
	    {"VALUES (1), (2), (3)", 3},
	    {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i "
	     "FROM n",
	     9},
	    {"SELECT * FROM facts JOIN json_each('[1,2]')", 6},
	    {"SELECT session_id, row_number() OVER (ORDER BY started_at) FROM sessions", 2},
	    {"SELECT json_object('a', group_concat(sni)) FROM sessions", 1},
	    {"SELECT 1 WHERE 0", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (run(rows[i].sql) != rows[i].rows)
			fail_msg("%s: %s", rows[i].sql, query_error(query));
	assert_true(run("EXPLAIN SELECT * FROM sessions") > 0);
	assert_true(run("EXPLAIN QUERY PLAN SELECT * FROM sessions") > 0);
}

#define READ_ONLY "the database is read-only here: "
#define ONE       "one statement at a time"

static void
test_refused(void **state)
{
	static const struct {
		const char *sql, *error;
	} rows[] = {
	    {"INSERT INTO name (text) VALUES ('x')", READ_ONLY "INSERT is not allowed"},
	    {"DELETE FROM session", READ_ONLY "DELETE is not allowed"},
	    {"update session set stream = 1", READ_ONLY "UPDATE is not allowed"},
	    {"DROP TABLE session", READ_ONLY "DROP is not allowed"},
	    {"CREATE TABLE t (a)", READ_ONLY "CREATE is not allowed"},
	    {"CREATE TEMP TABLE t (a)", READ_ONLY "CREATE is not allowed"},
	    {"CREATE TEMP VIEW v AS SELECT 1", READ_ONLY "CREATE is not allowed"},
	    {"WITH x AS (SELECT 1) INSERT INTO name (text) SELECT 'x'",
	     READ_ONLY "INSERT is not allowed"},
	    {"REPLACE INTO name (text) VALUES ('x')", READ_ONLY "REPLACE is not allowed"},
	    {"ATTACH ':memory:' AS m", READ_ONLY "ATTACH is not allowed"},
	    {"DETACH main", READ_ONLY "DETACH is not allowed"},
	    {"PRAGMA writable_schema = 1", READ_ONLY "PRAGMA is not allowed"},
	    {"PRAGMA table_info(session)", READ_ONLY "PRAGMA is not allowed"},
	    {"VACUUM INTO 'x.db'", READ_ONLY "VACUUM is not allowed"},
	    {"BEGIN", READ_ONLY "BEGIN is not allowed"},
	    {"ANALYZE", READ_ONLY "ANALYZE is not allowed"},
	    {"REINDEX", READ_ONLY "REINDEX is not allowed"},
	    {"SELECT load_extension('x')", READ_ONLY "load_extension() is not allowed"},
	    {"EXPLAIN DELETE FROM session", READ_ONLY "DELETE is not allowed"},
	    {"SELECT 1; SELECT 2", ONE},
	    {"SELECT 1; DELETE FROM session", ONE},
	    {"SELECT 1; nonsense", ONE},
	    {"", "no statement in it"},
	    {" ; -- nothing", "no statement in it"},
	    {"SELECT nosuch FROM sessions", "no such column: nosuch"},
	    {"SELEC 1", "near \"SELEC\": syntax error"},
	    {"SELECT * FROM sessions WHERE sni = ?", "a parameter needs a name"},
	    {"SELECT :days", "parameter \"days\" has no value: add days=VALUE"},
	    {"SELECT zeroblob(1000000000)", "string or blob too big"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (run(rows[i].sql) != -1)
			fail_msg("%s: got through", rows[i].sql);
		if (strncmp(query_error(query), rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("%s: %s", rows[i].sql, query_error(query));
	}
	sample_expect(scratch.db, "SELECT count(*) FROM session", "2\n");
}

static void
test_time_limit(void **state)
{
	static const char endless[] =
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
	struct query *q = query_create();
	struct query_rows r;
	struct timespec start, end;

	(void)state;
	assert_true(query_open(q, scratch.db, 200));
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_true(query_run(q, endless, NULL, 0, &r));
	assert_int_equal(query_next(&r), QUERY_FAULT);
	query_finish(&r);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - start.tv_sec < 5);
	assert_non_null(strstr(query_error(q), "stopped after 0.2 s"));
	/* the next statement has its own time */
	assert_true(query_run(q, "SELECT 1", NULL, 0, &r));
	assert_int_equal(query_next(&r), QUERY_ROW);
	query_finish(&r);
	query_destroy(q);
}

static void
test_values(void **state)
{
	const struct query_param params[] = {{"unused", "x"}, {"a", "12"}, {"none", NULL}};
	struct query_rows r;
	size_t len;

	(void)state;
	assert_true(query_run(query,
			      "SELECT 1 AS one, 2.5 AS half, 'd\xc3\xa9' AS t, x'00ff' AS b, NULL "
			      "AS n, :a + 1 AS a, :none, '' AS e",
			      params, 3, &r));
	assert_int_equal(query_columns(&r), 8);
	assert_string_equal(query_name(&r, 0), "one");
	assert_string_equal(query_name(&r, 6), ":none");
	assert_int_equal(query_next(&r), QUERY_ROW);
	const enum query_type types[] = {QUERY_INTEGER, QUERY_REAL,    QUERY_TEXT, QUERY_BLOB,
					 QUERY_NULL,    QUERY_INTEGER, QUERY_NULL, QUERY_TEXT};
	for (int i = 0; i < 8; i++)
		assert_int_equal(query_type(&r, i), types[i]);
	assert_int_equal(query_int(&r, 0), 1);
	assert_true(query_real(&r, 1) == 2.5);
	assert_string_equal(query_text(&r, 2, &len), "d\xc3\xa9");
	assert_int_equal(len, 3);
	assert_memory_equal(query_blob(&r, 3, &len), "\x00\xff", 2);
	assert_int_equal(len, 2);
	assert_null(query_text(&r, 4, NULL));
	assert_int_equal(query_int(&r, 5), 13);
	assert_string_equal(query_text(&r, 7, &len), "");
	assert_int_equal(len, 0);
	assert_int_equal(query_next(&r), QUERY_DONE);
	query_finish(&r);
	query_finish(&r);
}

static void
test_nested(void **state)
{
	struct query_rows outer, inner;
	int rows = 0;

	(void)state;
	assert_true(query_run(query, "SELECT session_id FROM sessions", NULL, 0, &outer));
	while (query_next(&outer) == QUERY_ROW) {
		const struct query_param id = {"id", query_text(&outer, 0, NULL)};

		assert_true(query_run(query,
				      "SELECT * FROM messages WHERE session_id = CAST(:id AS "
				      "INTEGER)",
				      &id, 1, &inner));
		while (query_next(&inner) == QUERY_ROW)
			rows++;
		query_finish(&inner);
	}
	query_finish(&outer);
	assert_int_equal(rows, 5);
}

static void
expect_not_opened(const char *path, const char *want)
{
	struct query *q = query_create();

	assert_non_null(q);
	assert_false(query_open(q, path, 0));
	if (strstr(query_error(q), want) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", query_error(q), want);
	query_destroy(q);
}

static void
run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
test_not_opened(void **state)
{
	struct sample_scratch t;
	FILE *f;

	(void)state;
	sample_scratch_make(&t);
	expect_not_opened(t.db, "t.db: not found here. Make it: mtlscope analyze PATH");
	f = fopen(t.db, "w");
	assert_non_null(f);
	fclose(f);
	expect_not_opened(t.db, "an empty database");
	run_sql(t.db, "CREATE TABLE photos (id)");
	expect_not_opened(t.db, "an SQLite file, but not from mtlscope");
	expect_not_opened(t.folder, "a directory, not a database");
	f = fopen(t.db, "w");
	assert_non_null(f);
	for (int i = 0; i < 200; i++)
		fputs("plain text ", f);
	fclose(f);
	expect_not_opened(t.db, "not an SQLite file");
	sample_close(sample_open(t.extra));
	run_sql(t.extra, "PRAGMA user_version = 7");
	expect_not_opened(t.extra, "written by a newer mtlscope (schema 7, this one reads 1)");
	sample_scratch_remove(&t);
}

static int64_t
count_sessions(const char *path)
{
	struct query *q = query_create();
	struct query_rows r;

	assert_non_null(q);
	if (!query_open(q, path, 0))
		fail_msg("%s", query_error(q));
	assert_true(query_run(q, "SELECT count(*) FROM sessions", NULL, 0, &r));
	assert_int_equal(query_next(&r), QUERY_ROW);
	int64_t count = query_int(&r, 0);
	query_finish(&r);
	query_destroy(q);
	return count;
}

/* Also one in WAL mode, whose -shm file cannot be made there, with a name that a URI must quote. */
static void
test_read_only_directory(void **state)
{
	struct sample_scratch t;
	char wal[330], odd[320];

	(void)state;
	sample_scratch_make(&t);
	snprintf(odd, sizeof(odd), "%s/a b?c#d%%41.db", t.folder);
	snprintf(wal, sizeof(wal), "%s-wal", odd);
	struct store *s = sample_open(odd);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	sample_lower(&t);
	chmod(t.folder, 0500);
	assert_int_equal(count_sessions(odd), 2);
	chmod(t.folder, 0700);
	run_sql(odd, "PRAGMA journal_mode = WAL");
	chmod(odd, 0400);
	chmod(t.folder, 0500);
	assert_int_equal(count_sessions(odd), 2);
	chmod(t.folder, 0700);
	FILE *f = fopen(wal, "w");
	assert_non_null(f);
	fputs("what a killed writer left", f);
	fclose(f);
	chmod(t.folder, 0500);
	expect_not_opened(odd, "its last writer was interrupted");
	chmod(t.folder, 0700);
	sample_raise();
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_time_limit),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_nested),
	    cmocka_unit_test(test_not_opened),
	    cmocka_unit_test(test_read_only_directory),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
