/*
 * test_store_faults.c - files that are not ours, full disks, read-only places, other writers.
 */
#include "tests/unit/store_sample.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void
expect_refused(const char *path, const char *want)
{
	struct store *s = store_create();

	assert_non_null(s);
	assert_false(store_open(s, path));
	if (strstr(store_error(s), want) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", store_error(s), want);
	assert_ptr_equal(strstr(store_error(s), path), store_error(s));
	assert_null(strchr(store_error(s), '\n'));
	store_destroy(s);
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
test_foreign(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	run_sql(t.extra, "CREATE TABLE photos (id INTEGER)");
	expect_refused(t.extra, "an SQLite file, but not from mtlscope");
	run_sql(t.extra, "PRAGMA application_id = 1");
	expect_refused(t.extra, "an SQLite file, but not from mtlscope");
	sample_expect(t.extra, "SELECT name FROM sqlite_schema", "photos\n");
	sample_scratch_remove(&t);
}

/* SQLite writes what a statement would undo in one piece once there is too much for memory, and
 * takes a piece of 128 KiB or more for a full disk (store.c, UNDO_IN_MEMORY; set before the
 * process first uses SQLite, so this test is the first). */
static void
test_large_undo(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	run_sql(
	    t.extra,
	    "PRAGMA page_size=16384;"
	    "CREATE TABLE many (key INTEGER, text TEXT NOT NULL, PRIMARY KEY (key)) WITHOUT ROWID;"
	    "BEGIN; INSERT INTO many WITH n (i) AS (VALUES (0) UNION ALL SELECT i + 2 FROM n "
	    "WHERE i < 15998) SELECT i, printf('%0900d', i) FROM n;"
	    "INSERT INTO many SELECT key + 1, text FROM many; COMMIT");
	sample_expect(t.extra, "SELECT count(*) FROM many", "16000\n");
	sample_scratch_remove(&t);
}

static void
test_newer(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	run_sql(t.db, "PRAGMA user_version = 7");
	expect_refused(t.db, "written by a newer mtlscope (schema 7, this one reads 1)");
	sample_scratch_remove(&t);
}

static void
test_not_sqlite(void **state)
{
	struct sample_scratch t;
	FILE *f;

	(void)state;
	sample_scratch_make(&t);
	f = fopen(t.extra, "w");
	assert_non_null(f);
	for (int i = 0; i < 100; i++)
		fputs("Dear all, this is not a database. ", f);
	fclose(f);
	expect_refused(t.extra, "not an SQLite file");
	expect_refused(t.folder, "a directory, not a database");
	snprintf(t.extra, sizeof(t.extra), "%s/none/x.db", t.folder);
	expect_refused(t.extra, "cannot be made: No such file or directory");
	sample_scratch_remove(&t);
}

/* An empty file, as mktemp makes it, becomes a database. */
static void
test_empty_file(void **state)
{
	struct sample_scratch t;
	FILE *f;

	(void)state;
	sample_scratch_make(&t);
	f = fopen(t.db, "w");
	assert_non_null(f);
	fclose(f);
	sample_close(sample_open(t.db));
	sample_expect(t.db, "SELECT count(*) FROM sessions", "0\n");
	sample_scratch_remove(&t);
}

static void
test_read_only(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	sample_lower(&t);
	chmod(t.db, 0400);
	expect_refused(t.db, "cannot be written to");
	chmod(t.db, 0600);
	chmod(t.folder, 0500);
	expect_refused(t.db, "cannot be written to");
	chmod(t.folder, 0700);
	sample_raise();
	sample_scratch_remove(&t);
}

/* The child's files may not grow past 2 MiB; 0 when it all went as it should. */
static int
fill_disk(const char *path)
{
	const struct rlimit limit = {2 << 20, 2 << 20};
	struct store *s = store_create();
	struct outcome o = sample_bare(&sample_unknown);
	struct outcome_capture c = sample_capture(2, "b.pcap");
	char sni[1000];
	int i = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (s == NULL || !store_open(s, path) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	sample_store_capture(s, 1, "a.pcap", 0);
	o.sni = sni;
	bool ok = store_begin(s);
	for (; ok && i < 100000; i++) {
		snprintf(sni, sizeof(sni), "%d.%0900d", i, 0);
		ok = store_emit(s, &o);
	}
	ok = ok && store_end(s, &c, &sample_parameters, NULL, 0, NULL);
	if (ok || strstr(store_error(s), "no space left on ") == NULL)
		return 2;
	char text[1024];
	snprintf(text, sizeof(text), "%s", store_error(s));
	if (store_emit(s, &o) || strcmp(text, store_error(s)) != 0)
		return 3;
	store_abandon(s);
	store_destroy(s);
	return 0;
}

static void
test_full_disk(void **state)
{
	struct sample_scratch t;
	int status;

	(void)state;
	sample_scratch_make(&t);
	pid_t pid = fork();
	if (pid == 0)
		_exit(fill_disk(t.db));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	sample_expect(t.db, "SELECT path, sessions FROM captures", "a.pcap|2\n");
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 2, "b.pcap", 0);
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) FROM sessions", "4\n");
	sample_expect(t.db, "PRAGMA integrity_check", "ok\n");
	sample_scratch_remove(&t);
}

static void
test_other_writer(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	sample_scratch_make(&t);
	struct store *a = sample_open(t.db), *b = sample_open(t.db);
	store_wait(b, 50);
	assert_true(store_begin(a));
	assert_false(store_begin(b));
	assert_non_null(strstr(store_error(b), "another mtlscope is writing to it"));
	assert_true(store_end(a, &c, &sample_parameters, NULL, 0, NULL));
	sample_store_capture(b, 2, "b.pcap", 0);
	sample_close(a); /* b is still there */
	sample_store_capture(b, 3, "c.pcap", 0);
	sample_close(b);
	sample_expect(t.db, "SELECT count(*), (SELECT count(*) FROM sessions) FROM captures",
		      "3|4\n");
	sample_expect(t.db, "PRAGMA journal_mode", "delete\n");
	sample_scratch_remove(&t);
}

/* Another writer removed what this one's cache still has ids of. */
static void
test_other_writer_swept(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct sample *o = malloc(sizeof(*o));
	int64_t id;

	(void)state;
	assert_non_null(o);
	sample_scratch_make(&t);
	struct store *a = sample_open(t.db), *b = sample_open(t.db);
	sample_fill(o);
	assert_true(store_begin(a) && store_emit(a, &o->o));
	assert_true(store_end(a, &c, &sample_parameters, NULL, 0, &id));
	assert_true(store_begin(b));
	assert_true(store_end(b, &c, &sample_parameters, NULL, id, NULL));
	sample_close(b);
	sample_expect(t.db, "SELECT count(*) FROM certificates", "0\n");
	c.xxh3[2] = 2;
	assert_true(store_begin(a) && store_emit(a, &o->o));
	assert_true(store_end(a, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(a);
	sample_expect(t.db, "SELECT client_subject FROM sessions", "CN=alice\n");
	sample_expect(t.db, "SELECT count(*) FROM certificate_requests", "3\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	free(o);
	sample_scratch_remove(&t);
}

/* Readers go on while a capture is being written, and see whole captures. */
static void
test_reader_beside_writer(void **state)
{
	struct sample_scratch t;
	struct outcome o = sample_bare(&sample_unknown);
	struct outcome_capture c = sample_capture(2, "b.pcap");

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	assert_true(store_begin(s) && store_emit(s, &o));
	sample_expect(t.db, "SELECT count(*) FROM sessions", "2\n");
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_expect(t.db, "SELECT count(*) FROM sessions", "3\n");
	sample_close(s);
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_large_undo),
	    cmocka_unit_test(test_foreign),
	    cmocka_unit_test(test_newer),
	    cmocka_unit_test(test_not_sqlite),
	    cmocka_unit_test(test_empty_file),
	    cmocka_unit_test(test_read_only),
	    cmocka_unit_test(test_full_disk),
	    cmocka_unit_test(test_other_writer),
	    cmocka_unit_test(test_other_writer_swept),
	    cmocka_unit_test(test_reader_beside_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
