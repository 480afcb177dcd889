/*
 * query.c - running one read-only statement safely, and reading its rows.
 * Used by cli/ and report/. Defence in depth: the file is opened read-only, the connection is
 * defensive, nothing can be attached, an authorizer lets only reading through, and a clock stops
 * what does not end.
 */
#include "db/query_impl.h"

#include "db/readable.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	PROGRESS_OPERATIONS = 10000, /* of SQLite's machine between looks at the clock */
	VALUE_BYTES_MAX = 64 << 20,
};

struct query *
query_create(void)
{
	return calloc(1, sizeof(struct query));
}

void
query_destroy(struct query *q)
{
	if (q != NULL)
		database_close(&q->d);
	free(q);
}

const char *
query_error(const struct query *q)
{
	return q->d.error;
}

/* Asked twice for every row: some milliseconds more or less are cheaper than to know them. */
static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Called by SQLite; non-zero stops the statement. */
static int
on_progress(void *ctx)
{
	struct query *q = ctx;

	q->late = q->deadline_ns != 0 && now_ns() > q->deadline_ns;
	return q->late;
}

/* What the refused action is called, for the message. */
static const char *
action_name(int action)
{
	switch (action) {
	case SQLITE_PRAGMA:
		return "PRAGMA";
	case SQLITE_ATTACH:
		return "ATTACH";
	case SQLITE_INSERT:
		return "INSERT";
	case SQLITE_UPDATE:
		return "UPDATE";
	case SQLITE_DELETE:
		return "DELETE";
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return "a transaction";
	default:
		return "changing it";
	}
}

static int
authorize(void *ctx, int action, const char *first, const char *second, const char *database,
	  const char *source)
{
	static const char *const functions[] = {"load_extension", "fts3_tokenizer"};
	struct query *q = ctx;

	(void)first, (void)database, (void)source;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action != SQLITE_FUNCTION) {
		snprintf(q->denied, sizeof(q->denied), "%s", action_name(action));
		return SQLITE_DENY;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (sqlite3_stricmp(second, functions[i]) == 0) {
			snprintf(q->denied, sizeof(q->denied), "%s()", functions[i]);
			return SQLITE_DENY;
		}
	return SQLITE_OK;
}

bool
query_restrict(struct query *q)
{
	sqlite3 *db = q->d.db;

	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	sqlite3_progress_handler(db, PROGRESS_OPERATIONS, on_progress, q);
	/* The table-valued functions declare themselves when first used, which the authorizer would
	 * refuse. */
	return (sqlite3_exec(db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL,
			     NULL) == SQLITE_OK &&
		sqlite3_set_authorizer(db, authorize, q) == SQLITE_OK) ||
	       database_sqlite_fault(&q->d);
}

bool
query_open(struct query *q, const char *path, unsigned limit_ms)
{
	struct database *d = &q->d;

	q->limit_ms = limit_ms;
	if (!database_set_path(d, path))
		return false;
	if (access(path, F_OK) != 0)
		return database_fault(d, "not found here. Make it: mtlscope analyze PATH, or name "
					 "it: mtlscope failures DB");
	bool ok = readable_open(d, NULL) && query_restrict(q);
	if (!ok)
		database_close(d);
	return ok;
}

static bool
fault(struct query *q, const char *text)
{
	snprintf(q->d.error, sizeof(q->d.error), "%s", text);
	return false;
}

/* The statement's own verb says more than the action SQLite refused inside it. */
static void
first_word(const char *sql, char *buf, size_t size)
{
	size_t n = 0;

	sql += strspn(sql, " \t\r\n;");
	for (; isalpha((unsigned char)sql[n]) && n + 1 < size; n++)
		buf[n] = (char)toupper((unsigned char)sql[n]);
	buf[n] = '\0';
}

static bool
is_reading(const char *word)
{
	static const char *const words[] = {"", "SELECT", "WITH", "VALUES", "EXPLAIN"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool
refuse(struct query *q, const char *sql)
{
	char word[32];

	first_word(sql, word, sizeof(word));
	snprintf(q->d.error, sizeof(q->d.error),
		 "the database is read-only here: %s is not allowed",
		 is_reading(word) ? q->denied : word);
	return false;
}

static bool
statement_fault(struct query *q, const char *sql)
{
	if (q->denied[0] != '\0')
		return refuse(q, sql);
	return fault(q, sqlite3_errmsg(q->d.db));
}

/* Only white space, comments and ';' after the statement. */
static bool
is_over(struct query *q, const char *tail)
{
	while (*tail != '\0') {
		sqlite3_stmt *stmt = NULL;
		const char *next = tail;
		int rc = sqlite3_prepare_v2(q->d.db, tail, -1, &stmt, &next);
		bool more = rc != SQLITE_OK || stmt != NULL;

		sqlite3_finalize(stmt);
		if (more)
			return false;
		if (next == tail)
			return true;
		tail = next;
	}
	return true;
}

static bool
bind_one(struct query *q, sqlite3_stmt *stmt, int index, const struct query_param *params,
	 size_t count)
{
	const char *name = sqlite3_bind_parameter_name(stmt, index);
	char text[200];

	if (name == NULL)
		return fault(q, "a parameter needs a name: write :name instead of ?");
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name + 1) == 0)
			return sqlite3_bind_text(stmt, index, params[i].value, -1,
						 SQLITE_TRANSIENT) == SQLITE_OK ||
			       fault(q, sqlite3_errmsg(q->d.db));
	snprintf(text, sizeof(text), "parameter \"%.64s\" has no value: add %.64s=VALUE", name + 1,
		 name + 1);
	return fault(q, text);
}

static bool
bind_all(struct query *q, sqlite3_stmt *stmt, const struct query_param *params, size_t count)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++)
		if (!bind_one(q, stmt, i, params, count))
			return false;
	return true;
}

static bool
prepare(struct query *q, const char *sql, sqlite3_stmt **stmt)
{
	const char *tail = "";

	q->denied[0] = '\0';
	q->deadline_ns = 0;
	if (sqlite3_prepare_v2(q->d.db, sql, -1, stmt, &tail) != SQLITE_OK)
		return statement_fault(q, sql);
	if (!is_over(q, tail))
		return fault(q, "one statement at a time; nothing may follow the first ';'");
	if (*stmt == NULL)
		return fault(q, "no statement in it");
	/* VACUUM asks the authorizer nothing before it runs */
	return sqlite3_stmt_readonly(*stmt) != 0 || refuse(q, sql);
}

bool
query_run(struct query *q, const char *sql, const struct query_param *params, size_t count,
	  struct query_rows *out)
{
	sqlite3_stmt *stmt = NULL;

	*out = (struct query_rows){0};
	if (!prepare(q, sql, &stmt) || !bind_all(q, stmt, params, count)) {
		sqlite3_finalize(stmt);
		return false;
	}
	*out = (struct query_rows){q, stmt, (int64_t)q->limit_ms * 1000000};
	return true;
}

bool
query_again(struct query_rows *r, const struct query_param *params, size_t count)
{
	sqlite3_reset(r->stmt);
	r->left_ns = (int64_t)r->q->limit_ms * 1000000;
	return bind_all(r->q, r->stmt, params, count);
}

static enum query_step
step_fault(struct query *q)
{
	char text[120];

	if (q->late) {
		snprintf(text, sizeof(text),
			 "stopped after %u.%u s; narrow it with WHERE, or ask for fewer columns",
			 q->limit_ms / 1000, q->limit_ms % 1000 / 100);
		fault(q, text);
	} else {
		fault(q, sqlite3_errmsg(q->d.db));
	}
	return QUERY_FAULT;
}

/* Only time inside SQLite counts: a reader who pages through rows is not slow SQL. */
enum query_step
query_next(struct query_rows *r)
{
	struct query *q = r->q;
	int64_t start = now_ns();

	q->late = false;
	q->deadline_ns = q->limit_ms != 0 ? start + r->left_ns : 0;
	int rc = sqlite3_step(r->stmt);
	r->left_ns -= now_ns() - start;
	if (rc == SQLITE_ROW)
		return QUERY_ROW;
	return rc == SQLITE_DONE ? QUERY_DONE : step_fault(q);
}

void
query_finish(struct query_rows *r)
{
	sqlite3_finalize(r->stmt);
	*r = (struct query_rows){0};
}
