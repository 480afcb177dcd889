/*
 * test_row_batch.c - values of every type, batches by rows and by bytes, faults, who sees a batch.
 */
#include "db/row_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
	struct database d;
	struct row_batch b;
};

static void
run(struct world *w, const char *sql)
{
	if (!database_exec(&w->d, sql))
		fail_msg("%s: %s", sql, w->d.error);
}

static void
begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	assert_true(database_set_path(&w->d, ":memory:"));
	assert_true(database_open(&w->d, NULL, SQLITE_OPEN_READWRITE));
	run(w, "CREATE TABLE t (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, text TEXT, "
	       "data BLOB) STRICT");
	if (!row_batch_open(&w->b, &w->d, "t", "id", "number, text, data"))
		fail_msg("%s", w->d.error);
}

static void
end(struct world *w)
{
	row_batch_close(&w->b);
	database_close(&w->d);
}

/* The first column of the first row. */
static void
expect(struct world *w, const char *sql, const char *want)
{
	sqlite3_stmt *stmt;

	assert_true(database_prepare(&w->d, sql, &stmt));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), want);
	sqlite3_finalize(stmt);
}

static void
expect_count(struct world *w, int64_t want)
{
	int64_t n;

	assert_true(database_number(&w->d, "SELECT count(*) FROM t", &n));
	assert_int_equal(n, want);
}

static bool
add_number(struct world *w, int64_t id, int64_t v)
{
	row_batch_int(&w->b, v);
	row_batch_null(&w->b);
	row_batch_null(&w->b);
	return row_batch_end(&w->b, &w->d, id);
}

static bool
add_incomplete(struct world *w, int64_t id)
{
	row_batch_null(&w->b); /* NOT NULL in the table */
	row_batch_text(&w->b, "x", 1);
	row_batch_null(&w->b);
	return row_batch_end(&w->b, &w->d, id);
}

/* clang-format off */
static const struct value_case {
	int64_t number;
	const char *text;
	size_t text_len;
	const char *data;
	size_t data_len;
	const char *want; /* number, types, bytes in hex */
} value_cases[] = {
    {0,         "a",          1, "\0\1\xff", 3, "0 text 61 blob 0001FF"},
    {1,         "",           0, "",         0, "1 text  blob "},
    {-1,        NULL,         0, NULL,       0, "-1 null  null "},
    {INT64_MAX, "a\0b",       3, "a",        1, "9223372036854775807 text 610062 blob 61"},
    {INT64_MIN, "\xc3\xa9'\"", 4, NULL,      0, "-9223372036854775808 text C3A92722 null "},
    {300,       NULL,         0, "\0",       1, "300 null  blob 00"},
};
/* clang-format on */
enum { VALUE_CASES = sizeof(value_cases) / sizeof(value_cases[0]) };

/* The caller's memory is free again once a value is put. */
static void
put_copied(struct row_batch *b, const struct value_case *c)
{
	char text[8], data[8];

	memcpy(text, c->text != NULL ? c->text : "", c->text_len);
	memcpy(data, c->data != NULL ? c->data : "", c->data_len);
	row_batch_int(b, c->number);
	row_batch_text(b, c->text != NULL ? text : NULL, c->text_len);
	row_batch_blob(b, c->data != NULL ? data : NULL, c->data_len);
	memset(text, 'z', sizeof(text));
	memset(data, 'z', sizeof(data));
}

static void
test_values(void **state)
{
	struct world w;
	char sql[160];

	(void)state;
	begin(&w);
	for (size_t i = 0; i < VALUE_CASES; i++) {
		put_copied(&w.b, &value_cases[i]);
		assert_true(row_batch_end(&w.b, &w.d, (int64_t)i + 1));
	}
	expect_count(&w, 0);
	assert_true(row_batch_flush(&w.b, &w.d));
	expect_count(&w, VALUE_CASES);
	for (size_t i = 0; i < VALUE_CASES; i++) {
		snprintf(sql, sizeof(sql),
			 "SELECT number || ' ' || typeof(text) || ' ' || hex(text) || ' ' || "
			 "typeof(data) || ' ' || hex(data) FROM t WHERE id = %zu",
			 i + 1);
		expect(&w, sql, value_cases[i].want);
	}
	end(&w);
}

/* In their order, after what is there; an empty batch is none. */
static void
test_batches(void **state)
{
	enum { ROWS = 3 * ROW_BATCH_ROWS + 5 };
	struct world w;

	(void)state;
	begin(&w);
	run(&w, "INSERT INTO t VALUES (41, -1, NULL, NULL)");
	assert_true(row_batch_flush(&w.b, &w.d));
	for (int64_t i = 0; i < ROWS; i++) {
		assert_true(add_number(&w, 42 + i, i));
		expect_count(&w, 1 + (i + 1) / ROW_BATCH_ROWS * ROW_BATCH_ROWS);
	}
	for (int again = 0; again < 2; again++) {
		assert_true(row_batch_flush(&w.b, &w.d));
		expect_count(&w, 1 + ROWS);
	}
	run(&w, "DELETE FROM t WHERE id <> number + 42");
	expect_count(&w, 1 + ROWS);
	end(&w);
}

static void
test_bytes_are_bounded(void **state)
{
	enum { LEN = ROW_BATCH_BYTES / 3 };
	struct world w;
	char *text = malloc(4 * (size_t)ROW_BATCH_BYTES);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 4 * (size_t)ROW_BATCH_BYTES);
	begin(&w);
	for (int64_t id = 1; id <= 12; id++) {
		row_batch_int(&w.b, id);
		row_batch_text(&w.b, text, LEN + 1);
		row_batch_null(&w.b);
		assert_true(row_batch_end(&w.b, &w.d, id));
		assert_true(w.b.bytes.len < ROW_BATCH_BYTES);
	}
	expect_count(&w, 12);
	row_batch_int(&w.b, 13); /* one row may be larger */
	row_batch_text(&w.b, text, 4 * (size_t)ROW_BATCH_BYTES);
	row_batch_blob(&w.b, text, 4 * (size_t)ROW_BATCH_BYTES);
	assert_true(row_batch_end(&w.b, &w.d, 13));
	expect_count(&w, 13);
	run(&w, "DELETE FROM t WHERE id = 13 AND length(text) = length(data)");
	expect_count(&w, 12);
	end(&w);
	free(text);
}

/* One line, and after the rollback and a drop the batch is as new. */
static void
test_fault_in_the_middle(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	run(&w, "BEGIN IMMEDIATE");
	for (int64_t id = 1; id < ROW_BATCH_ROWS; id++)
		assert_true(id == 50 ? add_incomplete(&w, id) : add_number(&w, id, id));
	assert_false(add_number(&w, ROW_BATCH_ROWS, 1));
	assert_string_equal(w.d.error, ":memory:: NOT NULL constraint failed: t.number");
	run(&w, "ROLLBACK");
	expect_count(&w, 0);
	row_batch_drop(&w.b);
	assert_true(row_batch_flush(&w.b, &w.d));
	assert_true(add_number(&w, 1, 7) && row_batch_flush(&w.b, &w.d));
	expect_count(&w, 1);
	end(&w);
}

/* SQLite gives the keys; they are what the caller says, or it is told. */
static void
test_key_is_another(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	run(&w, "INSERT INTO t VALUES (9, 0, NULL, NULL)");
	assert_true(add_number(&w, 12, 0));
	assert_false(row_batch_flush(&w.b, &w.d));
	assert_string_equal(w.d.error, ":memory:: damaged (row 12 of a table would not be where it "
				       "belongs). Analyze again with -o NEW.db");
	end(&w);
}

/* A row that was not completed goes, too. */
static void
test_drop(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_true(add_number(&w, 1, 1));
	row_batch_int(&w.b, 2);
	row_batch_drop(&w.b);
	assert_true(add_number(&w, 1, 3) && row_batch_flush(&w.b, &w.d));
	expect(&w, "SELECT group_concat(id || ':' || number) FROM t", "1:3");
	end(&w);
}

static void
test_who_sees_it(void **state)
{
	static const char *const refused[] = {
	    "CREATE VIRTUAL TABLE temp.other USING t_rows",
	    "SELECT * FROM v",
	    "DELETE FROM t_rows",
	};
	struct world w, other;

	(void)state;
	begin(&w);
	assert_true(add_number(&w, 1, 5));
	expect(&w, "SELECT number FROM t_rows", "5");
	run(&w, "CREATE VIEW v AS SELECT * FROM t_rows");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(database_exec(&w.d, refused[i]));
	memset(&other, 0, sizeof(other));
	assert_true(database_set_path(&other.d, ":memory:"));
	assert_true(database_open(&other.d, NULL, SQLITE_OPEN_READWRITE));
	assert_false(database_exec(&other.d, "SELECT * FROM t_rows"));
	database_close(&other.d);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_batches),
	    cmocka_unit_test(test_bytes_are_bounded),
	    cmocka_unit_test(test_fault_in_the_middle),
	    cmocka_unit_test(test_key_is_another),
	    cmocka_unit_test(test_drop),
	    cmocka_unit_test(test_who_sees_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
