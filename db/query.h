/*
 * query.h - the read side: one read-only statement at a time or nested, and its rows.
 * cli/ prints; nothing here does. Works in read-only directories and on read-only files.
 *
 * Only SELECT (with CTEs, functions) and EXPLAIN get through, whatever the text; every statement
 * has a time limit. A fault leaves one line in query_error(): open's begins with the path, a
 * statement's names no object.
 */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUERY_LIMIT_MS = 30000 };

struct query;
struct sqlite3_stmt;

/* NULL only without memory. destroy takes NULL; finish all rows before. */
struct query *query_create(void);
void query_destroy(struct query *q);
const char *query_error(const struct query *q);

/* limit_ms: time one statement may spend in SQLite, 0 no limit. */
bool query_open(struct query *q, const char *path, unsigned limit_ms);

/* All views show what belongs to one incident only, from now on; once per query. An incident that
 * is not there shows nothing. */
bool query_narrow(struct query *q, const char *incident);

/* A value for :name in the statement; text, the statement casts. Unused ones are ignored. */
struct query_param {
	const char *name, *value; /* name without the colon; value NULL is SQL NULL */
};

enum query_type { QUERY_NULL, QUERY_INTEGER, QUERY_REAL, QUERY_TEXT, QUERY_BLOB };
enum query_step { QUERY_ROW, QUERY_DONE, QUERY_FAULT };

/* A running statement in the caller's memory; its fields are private. finish takes a zeroed one. */
struct query_rows {
	struct query *q;
	struct sqlite3_stmt *stmt;
	int64_t left_ns;
};

/* Exactly one statement (a trailing ';' and comments are fine). Parameters without a value are a
 * fault that names them. On a fault there is nothing to finish. */
bool query_run(struct query *q, const char *sql, const struct query_param *params, size_t count,
	       struct query_rows *out);
/* The same statement from the start, with other values. */
bool query_again(struct query_rows *r, const struct query_param *params, size_t count);
enum query_step query_next(struct query_rows *r);
void query_finish(struct query_rows *r);

/* Columns: of the statement (count, name), and of the current row (the rest, 0-based). Text and
 * blobs are valid until the next query_next or query_finish; text is UTF-8 as stored. */
int query_columns(const struct query_rows *r);
const char *query_name(const struct query_rows *r, int column);
enum query_type query_type(const struct query_rows *r, int column);
int64_t query_int(const struct query_rows *r, int column);
double query_real(const struct query_rows *r, int column);
const char *query_text(const struct query_rows *r, int column, size_t *len); /* len may be NULL */
const void *query_blob(const struct query_rows *r, int column, size_t *len);

#endif
