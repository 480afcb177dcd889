/*
 * test_store_incident.c - captures put into an incident and taken out of the database, nothing of
 * which is left in the file; reading one incident only.
 */
#include "db/query.h"

#include "tests/unit/relate_sample.h"

static const struct made first[SESSIONS_MAX] = {{.frame = 1, .sni = "only.example", ABORTED}};
static const struct made second[SESSIONS_MAX] = {{.frame = 2, .start = 4, OK_SESSION}};
static const struct made third[SESSIONS_MAX] = {{.frame = 3, .start = 9, PLAIN}};

/* Captures 1 and 2 are an incident, 3 is of none. */
static void
make(struct sample_scratch *t)
{
	sample_scratch_make(t);
	struct store *s = sample_open(t->db);
	store_made(s, "IR", 1, first);
	store_made(s, "IR", 2, second);
	store_made(s, NULL, 3, third);
	sample_close(s);
}

static void
test_first_name_wins(void **state)
{
	static const char *const orders[][3] = {
	    {"B", "A", "C"}, {"A", "B", "C"}, {"C", "B", "A"}, {"C", "A", "B"}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct sample_scratch t;

		make(&t);
		struct store *s = sample_open(t.db);
		for (int n = 0; n < 3; n++)
			assert_true(store_set_incident(s, 3, orders[i][n]));
		sample_close(s);
		sample_expect(t.db, "SELECT incident, captures FROM incidents ORDER BY 1",
			      "A|1\nIR|2\n");
		sample_expect(t.db, "SELECT count(*) FROM incident WHERE related = 0", "0\n");
		sample_scratch_remove(&t);
	}
}

/* A capture that joins is related with the others. */
static void
test_joining_relates(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, "IR", 1, first);
	store_made(s, NULL, 2, second);
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) FROM related", "0\n");
	s = sample_open(t.db);
	assert_true(store_set_incident(s, 2, "IR"));
	sample_close(s);
	sample_expect(t.db, "SELECT relation FROM related WHERE session_id = 1 ORDER BY 1",
		      "retry_followed\nsame_client_succeeded\n");
	sample_scratch_remove(&t);
}

/* Read again without a label, a capture keeps its own. */
static void
test_replaced_keeps_incident(void **state)
{
	struct outcome_capture c = sample_capture(1, "x.pcap");
	struct sample_scratch t;

	(void)state;
	make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	emit(s, &first[0]);
	assert_true(store_end(s, &c, &sample_parameters, NULL, 1, NULL));
	sample_close(s);
	sample_expect(t.db, "SELECT incident, captures FROM incidents", "IR|2\n");
	sample_expect(t.db, "SELECT count(*) FROM related", "2\n");
	sample_scratch_remove(&t);
}

static void
test_remove_capture(void **state)
{
	struct sample_scratch t;
	struct store_totals removed;

	(void)state;
	make(&t);
	sample_expect(t.db, "SELECT count(*) FROM related", "2\n");
	struct store *s = sample_open(t.db);
	assert_true(store_remove_capture(s, 2, &removed));
	assert_int_equal(removed.captures, 1);
	assert_int_equal(removed.sessions, 1);
	assert_true(store_remove_capture(s, 2, &removed)); /* gone already */
	assert_int_equal(removed.captures, 0);
	sample_close(s);
	sample_expect(t.db, "SELECT session_id, modifiers FROM sessions", "1|NULL\n3|NULL\n");
	sample_expect(t.db, "SELECT count(*) FROM related", "0\n");
	sample_expect(t.db, "SELECT captures FROM incidents", "1\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	sample_scratch_remove(&t);
}

static long
count_in_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "rb");
	long count = 0;
	size_t at = 0;

	assert_non_null(f);
	for (int c; (c = fgetc(f)) != EOF;) {
		at = c == text[at] ? at + 1 : c == text[0];
		if (text[at] == '\0')
			count++, at = 0;
	}
	fclose(f);
	return count;
}

/* Nothing of it is left, not even in free pages. */
static void
test_remove_incident(void **state)
{
	struct sample_scratch t;
	struct store_totals removed;

	(void)state;
	make(&t);
	assert_true(count_in_file(t.db, "only.example") > 0);
	struct store *s = sample_open(t.db);
	assert_true(store_remove_incident(s, "IR", &removed));
	assert_int_equal(removed.captures, 2);
	assert_int_equal(removed.sessions, 2);
	assert_true(store_remove_incident(s, "IR", &removed));
	assert_int_equal(removed.captures, 0);
	sample_close(s);
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM sessions), "
		      "(SELECT count(*) FROM incidents), (SELECT count(*) FROM capture_names), "
		      "(SELECT count(*) FROM name), (SELECT count(*) FROM profile)",
		      "1|1|0|1|0|1\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	assert_int_equal(count_in_file(t.db, "only.example"), 0);
	sample_scratch_remove(&t);
}

static bool
count_captures(void *ctx, const struct store_capture *c)
{
	(void)c;
	*(int *)ctx += 1;
	return true;
}

/* What is removed is read again when it is met; a file that also holds another capture, too. */
static void
test_files_are_read_again(void **state)
{
	const struct store_file archive = {"/d/a.zip", 77, 5, 4, 3};
	struct sample_scratch t;
	struct store_totals removed;
	int found = 0;
	bool done;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	for (uint8_t n = 1; n <= 2; n++) {
		struct outcome_capture c = sample_capture(n, n == 1 ? "a.zip!1" : "a.zip!2");

		assert_true(store_begin(s) &&
			    store_end(s, &c, &sample_parameters, &archive, 0, NULL));
	}
	assert_true(store_file_done(s, &archive));
	assert_true(store_remove_capture(s, 1, &removed));
	assert_true(store_find_file(s, &archive, &done, count_captures, &found));
	assert_false(done);
	assert_true(store_file_done(s, &archive));
	assert_true(store_find_file(s, &archive, &done, count_captures, &found));
	assert_int_equal(found, 1);
	assert_true(store_remove_capture(s, 2, &removed));
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) FROM file", "0\n");
	sample_scratch_remove(&t);
}

/* --- reading one only ---------------------------------------------------------------------------
 */

static int64_t
rows_of(const char *path, const char *incident, const char *view)
{
	struct query *q = query_create();
	struct query_rows rows;
	char sql[128];

	assert_non_null(q);
	if (!query_open(q, path, 0) || (incident != NULL && !query_narrow(q, incident)))
		fail_msg("%s", query_error(q));
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", view);
	if (!query_run(q, sql, NULL, 0, &rows))
		fail_msg("%s", query_error(q));
	assert_int_equal(query_next(&rows), QUERY_ROW);
	int64_t count = query_int(&rows, 0);
	query_finish(&rows);
	/* it still only reads */
	assert_false(query_run(q, "CREATE TEMP VIEW x AS SELECT 1", NULL, 0, &rows));
	assert_false(query_run(q, "DROP VIEW temp.sessions", NULL, 0, &rows));
	query_destroy(q);
	return count;
}

/* Each view has rows of two incidents, which add up. */
static void
test_narrow_every_view(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	for (uint8_t n = 1; n <= 2; n++) {
		struct outcome_capture c = sample_capture(n, "x.pcap");
		struct sample *full = malloc(sizeof(*full));

		assert_non_null(full);
		sample_fill(full);
		for (int i = 0; i < 3; i++) /* certificates of its own */
			full->certificates[i].sha256[9] = n;
		c.incident = n == 1 ? "ONE" : "TWO";
		assert_true(store_begin(s) && store_emit(s, &full->o) &&
			    store_end(s, &c, &sample_parameters, NULL, 0, NULL));
		free(full);
	}
	sample_close(s);
	char *views = sample_rows(t.db, "SELECT name FROM sqlite_schema WHERE type = 'view'");
	for (char *view = strtok(views, "\n"); view != NULL; view = strtok(NULL, "\n")) {
		int64_t all = rows_of(t.db, NULL, view), one = rows_of(t.db, "ONE", view);

		if (all != 2 * one)
			fail_msg("%s: %d of %d rows", view, (int)one, (int)all);
		assert_int_equal(rows_of(t.db, "THREE", view), 0);
	}
	assert_int_equal(rows_of(t.db, "ONE", "session_certificates"), 4);
	assert_int_equal(rows_of(t.db, "ONE", "failed_mutual_auth"), 1);
	free(views);
	sample_scratch_remove(&t);
}

/* Free pages of the file count as well. */
static bool
file_holds(const char *path, const char *text)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(1 << 20);
	assert_true(f != NULL && data != NULL);
	size_t n = fread(data, 1, 1 << 20, f);
	assert_true(n < 1 << 20);
	bool found = memmem(data, n, text, strlen(text)) != NULL;

	free(data);
	fclose(f);
	return found;
}

static void
test_sweep(void **state)
{
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	int64_t id = sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	assert_true(file_holds(t.db, "use what frame") && file_holds(t.db, "CN=alice") &&
		    file_holds(t.db, "a#b="));
	s = sample_open(t.db);
	assert_true(store_begin(s));
	assert_true(store_end(s, &c, &sample_parameters, NULL, id, NULL));
	sample_close(s);
	assert_false(file_holds(t.db, "use what frame") || file_holds(t.db, "CN=alice") ||
		     file_holds(t.db, "a#b="));
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM certificate), (SELECT count(*) FROM chain), "
		      "(SELECT count(*) FROM request), (SELECT count(*) FROM request_item), "
		      "(SELECT count(*) FROM sentence), (SELECT count(*) FROM ladder), "
		      "(SELECT count(*) FROM fact_list), (SELECT count(*) FROM claim), "
		      "(SELECT count(*) FROM finding_list), (SELECT count(*) FROM finding), "
		      "(SELECT count(*) FROM diagnosis), sweep FROM state",
		      "0|0|0|0|0|0|0|0|0|0|0|0\n");
	s = sample_open(t.db);
	sample_store_capture(s, 3, "c.pcap", 0);
	sample_close(s);
	sample_expect(t.db, "SELECT count(*) FROM session_certificates", "4\n");
	sample_expect(t.db, "SELECT count(*) FROM findings", "2\n");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sweep),
	    cmocka_unit_test(test_first_name_wins),
	    cmocka_unit_test(test_joining_relates),
	    cmocka_unit_test(test_replaced_keeps_incident),
	    cmocka_unit_test(test_remove_capture),
	    cmocka_unit_test(test_remove_incident),
	    cmocka_unit_test(test_files_are_read_again),
	    cmocka_unit_test(test_narrow_every_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
