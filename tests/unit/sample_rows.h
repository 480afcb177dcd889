/*
 * sample_rows.h - a scratch folder, and rows of a database as text.
 * For the tests of db/. Rows are read with the contract's own means: plain SQLite, untrusted
 * schema.
 */
#ifndef TESTS_UNIT_SAMPLE_ROWS_H
#define TESTS_UNIT_SAMPLE_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

struct sample_scratch {
	char folder[256], db[300], extra[300];
};

static inline void
sample_scratch_make(struct sample_scratch *s)
{
	const char *base = getenv("TMPDIR");

	snprintf(s->folder, sizeof(s->folder), "%s/mtlscope-XXXXXX",
		 base != NULL ? base : P_tmpdir);
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->db, sizeof(s->db), "%s/t.db", s->folder);
	snprintf(s->extra, sizeof(s->extra), "%s/other.db", s->folder);
}

static inline void
sample_scratch_remove(struct sample_scratch *s)
{
	char command[320];

	snprintf(command, sizeof(command), "rm -rf '%s'", s->folder);
	assert_int_equal(system(command), 0);
}

/* Root writes everywhere: tests of read-only places run as somebody else in a folder of his own. */
static inline void
sample_lower(const struct sample_scratch *s)
{
	char command[340];

	if (geteuid() != 0)
		return;
	snprintf(command, sizeof(command), "chown -R 65534 '%s'", s->folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(seteuid(65534), 0);
}

static inline void
sample_raise(void)
{
	if (getuid() != 0)
		return;
	assert_int_equal(seteuid(0), 0);
	prctl(PR_SET_DUMPABLE, 1); /* the leak sanitizer needs it */
}

static inline void
sample_append(char **out, const char *text)
{
	size_t have = *out != NULL ? strlen(*out) : 0;

	*out = realloc(*out, have + strlen(text) + 1);
	assert_non_null(*out);
	strcpy(*out + have, text);
}

static inline void
sample_append_row(char **out, sqlite3_stmt *stmt)
{
	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		const char *text = (const char *)sqlite3_column_text(stmt, i);

		sample_append(out, i > 0 ? "|" : "");
		sample_append(out, text != NULL ? text : "NULL");
	}
	sample_append(out, "\n");
}

/* All rows, columns apart by '|', each row ended by a newline, NULL as "NULL"; free it. */
static inline char *
sample_rows(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	char *out = NULL;
	int rc;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sample_append(&out, "");
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		sample_append_row(&out, stmt);
	if (rc != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static inline void
sample_expect(const char *path, const char *sql, const char *want)
{
	char *have = sample_rows(path, sql);

	if (strcmp(have, want) != 0)
		print_error("%s\n", sql);
	assert_string_equal(have, want);
	free(have);
}

#endif
