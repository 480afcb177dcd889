/*
 * test_store_capture.c - captures and files: replaced, abandoned, renamed, skipped, interrupted.
 */
#include "tests/unit/store_sample.h"

#include <signal.h>
#include <sys/wait.h>

/* What one lookup found. */
struct found {
	int count;
	int64_t ids[8];
	char sha256[80], path[64], secrets[16];
	uint64_t size;
};

static bool
collect(void *ctx, const struct store_capture *c)
{
	struct found *f = ctx;

	f->ids[f->count++] = c->id;
	f->size = c->size;
	snprintf(f->sha256, sizeof(f->sha256), "%s", c->sha256 != NULL ? c->sha256 : "-");
	snprintf(f->path, sizeof(f->path), "%s", c->path);
	snprintf(f->secrets, sizeof(f->secrets), "%s", c->parameters.secrets);
	return f->count < 8;
}

static bool
count_randoms(void *ctx, const uint8_t random[32])
{
	int *count = ctx;

	assert_int_equal(random[0], 0xc1);
	assert_int_equal(random[31], 0xc1);
	*count += 1;
	return true;
}

static const struct store_file sample_file = {"/d/a.pcap", 77, 123456789, 42, 7};

static void
store_file_capture(struct store *s, uint8_t n, const char *path, const struct store_file *file)
{
	struct outcome_capture c = sample_capture(n, path);

	assert_true(store_begin(s));
	assert_true(store_end(s, &c, &sample_parameters, file, 0, NULL));
}

static void
test_find_content(void **state)
{
	struct sample_scratch t;
	struct found f = {0};
	int randoms = 0;
	struct store_totals totals;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	int64_t id = sample_store_capture(s, 1, "a.pcap", 0);
	const uint8_t content[16] = {0xf0, 0x0d, 1}, other[16] = {0xf0, 0x0d, 2};
	assert_true(store_find_content(s, 1000, content, collect, &f));
	assert_int_equal(f.count, 1);
	assert_int_equal(f.ids[0], id);
	assert_int_equal(f.size, 1000);
	assert_string_equal(f.path, "a.pcap");
	assert_string_equal(f.secrets, "k1");
	assert_string_equal(f.sha256, "-");
	f.count = 0;
	assert_true(store_find_content(s, 999, content, collect, &f));
	assert_true(store_find_content(s, 1000, other, collect, &f));
	assert_int_equal(f.count, 0);
	assert_true(store_set_sha256(s, id, "ab12"));
	assert_true(store_find_content(s, 1000, content, collect, &f));
	assert_string_equal(f.sha256, "ab12");
	assert_true(store_each_random(s, id, count_randoms, &randoms));
	assert_int_equal(randoms, 1);
	assert_true(store_totals(s, &totals));
	assert_int_equal(totals.captures, 1);
	assert_int_equal(totals.sessions, 2);
	sample_close(s);
	sample_scratch_remove(&t);
}

/* A file is skipped unopened only when it is done and nothing about it changed. */
static void
test_find_file(void **state)
{
	struct sample_scratch t;
	struct found f = {0};
	bool done;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_find_file(s, &sample_file, &done, collect, &f));
	assert_false(done);
	store_file_capture(s, 1, "a.zip!1", &sample_file);
	store_file_capture(s, 2, "a.zip!2", &sample_file);
	assert_true(store_find_file(s, &sample_file, &done, collect, &f));
	assert_false(done);
	assert_true(store_file_done(s, &sample_file));
	assert_true(store_find_file(s, &sample_file, &done, collect, &f));
	assert_true(done);
	assert_int_equal(f.count, 2);

	struct store_file changed[] = {sample_file, sample_file, sample_file, sample_file,
				       sample_file};
	changed[0].path = "/d/b.pcap";
	changed[1].size++;
	changed[2].mtime_ns++;
	changed[3].inode++;
	changed[4].device++;
	f.count = 0;
	for (int i = 0; i < 5; i++) {
		assert_true(store_find_file(s, &changed[i], &done, collect, &f));
		assert_false(done);
	}
	assert_int_equal(f.count, 0);
	sample_close(s);
	sample_scratch_remove(&t);
}

/* The file got new content: what it held before is no longer found by it. */
static void
test_changed_file(void **state)
{
	struct sample_scratch t;
	struct found f = {0};
	struct store_file grown = sample_file;
	bool done;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_file_capture(s, 1, "a.pcap", &sample_file);
	assert_true(store_file_done(s, &sample_file));
	grown.size = 99;
	store_file_capture(s, 2, "a.pcap", &grown);
	assert_true(store_find_file(s, &grown, &done, collect, &f));
	assert_false(done);
	assert_true(store_file_done(s, &grown));
	assert_true(store_find_file(s, &grown, &done, collect, &f));
	assert_true(done);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.ids[0], 2);
	assert_true(store_find_file(s, &sample_file, &done, collect, &f));
	assert_false(done);
	sample_close(s);
	sample_expect(t.db, "SELECT * FROM capture_names", "1|a.pcap|a.pcap\n2|a.pcap|a.pcap\n");
	sample_scratch_remove(&t);
}

static void
test_names(void **state)
{
	struct sample_scratch t;
	const struct store_file second = {"/d/copy.pcap.gz", 5, 6, 7, 8};
	struct found f = {0};
	bool done;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	int64_t id = sample_store_capture(s, 1, "a.pcap", 0);
	for (int i = 0; i < 2; i++) /* told twice, stored once */
		assert_true(store_add_name(s, id, "copy.pcap.gz", "/d/copy.pcap.gz", &second));
	assert_true(store_add_name(s, id, "-", "-", NULL));
	assert_true(store_file_done(s, &second));
	assert_true(store_find_file(s, &second, &done, collect, &f));
	assert_true(done);
	assert_int_equal(f.count, 1);
	sample_close(s);
	sample_expect(t.db, "SELECT * FROM capture_names ORDER BY abs_path",
		      "1|-|-\n1|copy.pcap.gz|/d/copy.pcap.gz\n1|a.pcap|a.pcap\n");
	sample_scratch_remove(&t);
}

/* Replaced rows are gone, with what only they referred to; the names stay. */
static void
test_replace(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct store_parameters changed = {"0.2.0", "k2", NULL};
	struct outcome o = sample_bare(&sample_unknown);

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	int64_t first = sample_store_capture(s, 1, "a.pcap", 0);
	sample_store_capture(s, 2, "b.pcap", 0);
	assert_true(store_add_name(s, first, "copy.pcap", "/copy.pcap", NULL));
	assert_true(store_begin(s));
	assert_true(store_emit(s, &o));
	assert_true(store_end(s, &c, &changed, NULL, first, NULL));
	sample_close(s);
	/* it goes by the smaller abs_path, which came second */
	sample_expect(t.db, "SELECT path, sessions FROM captures ORDER BY path",
		      "b.pcap|2\ncopy.pcap|1\n");
	sample_expect(
	    t.db,
	    "SELECT count(*), sum(capture_path = 'b.pcap'), (SELECT count(*) FROM story), "
	    "(SELECT count(*) FROM findings) FROM sessions",
	    "3|2|3|2\n");
	sample_expect(t.db,
		      "SELECT c.path, n.path FROM capture_names n JOIN captures c USING "
		      "(capture_id) ORDER BY 1, 2",
		      "b.pcap|b.pcap\ncopy.pcap|a.pcap\ncopy.pcap|copy.pcap\n");
	sample_expect(t.db, "SELECT count(*) FROM certificates", "3\n");
	sample_expect(t.db, "SELECT program, secrets, trust FROM capture WHERE path = 'copy.pcap'",
		      "0.2.0|k2|\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	sample_scratch_remove(&t);
}

/* The certificate cache keeps ids of a transaction that never was. */
static void
test_abandon(void **state)
{
	struct sample_scratch t;
	struct sample *a = malloc(sizeof(*a));
	struct outcome_capture c = sample_capture(1, "a.pcap");
	int64_t id;

	(void)state;
	assert_non_null(a);
	sample_fill(a);
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s) && store_emit(s, &a->o));
	assert_int_not_equal(a->certificates[0].store_id, 0);
	assert_true(store_abandon(s));
	assert_true(store_abandon(s)); /* nothing to do */
	sample_store_capture(s, 9, "other.pcap", 0);
	assert_true(store_begin(s) && store_emit(s, &a->o));
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, &id));
	assert_int_equal(id, 2);
	sample_close(s);
	sample_expect(t.db, "SELECT count(*), count(DISTINCT client_subject) FROM sessions",
		      "3|1\n");
	sample_expect(
	    t.db, "SELECT count(*), count(DISTINCT certificate_sha256) FROM session_certificates",
	    "8|3\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	free(a);
	sample_scratch_remove(&t);
}

static void
test_misuse(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct outcome o = sample_bare(&sample_unknown);

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_false(store_emit(s, &o));
	assert_false(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	assert_true(store_abandon(s));
	assert_true(store_begin(s));
	assert_false(store_begin(s));
	o.headline = 1;
	assert_false(store_emit(s, &o));
	assert_non_null(strstr(store_error(s), "t.db: "));
	o.headline = 0;
	assert_false(store_emit(s, &o)); /* the capture is lost, not half kept */
	assert_false(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	assert_true(store_abandon(s));
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) FROM captures", "0\n");
	sample_scratch_remove(&t);
}

static void
test_incidents_and_ports(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");
	const struct outcome_without_tls w = {
	    {.addr = {10, 77, 0, 1}, .family = 4, .port = 8883}, 1, 2, 3, 40};

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	c.incident = "INC-1";
	c.note = "first";
	c.problem = "ends inside packet 21";
	assert_true(store_begin(s) && store_without_tls(s, &w));
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	c.xxh3[2] = 2;
	c.note = NULL;
	assert_true(store_begin(s));
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db, "SELECT * FROM incidents",
		      "INC-1|first|2|0|2026-11-23T14:40:00.123456789Z|"
		      "2026-11-23T14:40:04.123456789Z\n");
	sample_expect(t.db, "SELECT * FROM connections_without_tls",
		      "1|10.77.0.1|8883|1|2|3|6|40\n");
	sample_expect(t.db, "SELECT problem, incident FROM captures",
		      "ends inside packet 21|INC-1\nends inside packet 21|INC-1\n");
	sample_scratch_remove(&t);
}

/* A process that dies in the middle of its second capture, with pages already written. */
static void
die_in_second_capture(const char *path)
{
	struct store *s = store_create();
	struct outcome o = sample_bare(&sample_unknown);
	char sni[1000];

	if (s == NULL || !store_open(s, path))
		_exit(1);
	sample_store_capture(s, 1, "a.pcap", 0);
	if (!store_begin(s))
		_exit(1);
	o.sni = sni;
	for (int i = 0; i < 30000; i++) {
		snprintf(sni, sizeof(sni), "%d.%0900d", i, 0);
		if (!store_emit(s, &o))
			_exit(1);
	}
	raise(SIGKILL);
}

static void
test_killed(void **state)
{
	struct sample_scratch t;
	int status;

	(void)state;
	sample_scratch_make(&t);
	pid_t pid = fork();
	if (pid == 0)
		die_in_second_capture(t.db);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	sample_expect(t.db, "SELECT path, sessions FROM captures", "a.pcap|2\n");
	sample_expect(t.db, "SELECT count(*), (SELECT count(*) FROM name) FROM sessions", "2|2\n");
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 2, "b.pcap", 0);
	sample_close(s);
	sample_expect(t.db, "SELECT path, sessions FROM captures", "a.pcap|2\nb.pcap|2\n");
	sample_expect(t.db, "PRAGMA integrity_check", "ok\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find_content), cmocka_unit_test(test_find_file),
	    cmocka_unit_test(test_changed_file), cmocka_unit_test(test_names),
	    cmocka_unit_test(test_replace),      cmocka_unit_test(test_abandon),
	    cmocka_unit_test(test_misuse),       cmocka_unit_test(test_incidents_and_ports),
	    cmocka_unit_test(test_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
