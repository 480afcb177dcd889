/*
 * row_batch.c - the batch as a virtual table that is read once, from its first row to its last.
 * See row_batch.h. https://www.sqlite.org/vtab.html, section 2 for the methods.
 */
#include "db/row_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct row_batch_value {
	int64_t number; /* or where in `bytes` it begins */
	uint32_t len;
	uint8_t type; /* SQLITE_INTEGER, SQLITE_TEXT, ... */
};

struct table {
	sqlite3_vtab base;
	const struct row_batch *batch;
};

struct cursor {
	sqlite3_vtab_cursor base;
	const struct row_batch *batch;
	size_t at; /* the row's first value */
};

static int
declare(sqlite3 *db, const char *columns)
{
	char *sql = sqlite3_mprintf("CREATE TABLE batch (%s)", columns);
	int rc = sql != NULL ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return rc;
}

static int
table_connect(sqlite3 *db, void *batch, int argc, const char *const *argv, sqlite3_vtab **out,
	      char **error)
{
	const struct row_batch *b = batch;
	int rc = declare(db, b->columns);

	(void)argc;
	(void)argv;
	(void)error;
	if (rc == SQLITE_OK)
		rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	struct table *t = rc == SQLITE_OK ? sqlite3_malloc(sizeof(*t)) : NULL;
	if (t == NULL)
		return rc != SQLITE_OK ? rc : SQLITE_NOMEM;
	*t = (struct table){.batch = b};
	*out = &t->base;
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

/* There is one way to read it. */
static int
table_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedRows = ROW_BATCH_ROWS;
	info->estimatedCost = ROW_BATCH_ROWS;
	return SQLITE_OK;
}

static int
cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *c = sqlite3_malloc(sizeof(*c));

	if (c == NULL)
		return SQLITE_NOMEM;
	*c = (struct cursor){.batch = ((const struct table *)table)->batch};
	*out = &c->base;
	return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
cursor_filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
	      sqlite3_value **argv)
{
	(void)number;
	(void)text;
	(void)argc;
	(void)argv;
	((struct cursor *)cursor)->at = 0;
	return SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *cursor)
{
	struct cursor *c = (struct cursor *)cursor;

	c->at += c->batch->width;
	return SQLITE_OK;
}

static int
cursor_eof(sqlite3_vtab_cursor *cursor)
{
	const struct cursor *c = (const struct cursor *)cursor;

	return c->at >= c->batch->count;
}

/* The bytes stay where they are until the statement has ended: SQLite need not copy them. */
static int
cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column)
{
	const struct cursor *c = (const struct cursor *)cursor;
	const struct row_batch_value *v = &c->batch->values[c->at + (size_t)column];
	const char *bytes = c->batch->bytes.data;

	if (v->type == SQLITE_INTEGER)
		sqlite3_result_int64(out, v->number);
	else if (v->type == SQLITE_TEXT)
		sqlite3_result_text64(out, bytes + v->number, v->len, SQLITE_STATIC, SQLITE_UTF8);
	else if (v->type == SQLITE_BLOB)
		sqlite3_result_blob64(out, bytes + v->number, v->len, SQLITE_STATIC);
	return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct cursor *)cursor)->at;
	return SQLITE_OK;
}

/* Without xCreate: it is there without CREATE VIRTUAL TABLE, and cannot be made with it. */
static const sqlite3_module module = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* A key that is NULL becomes the one after the table's last, which SQLite finds without a search.
 * OR FAIL: a transaction that is rolled back needs no journal of the statement. */
static bool
prepare(struct row_batch *b, struct database *d, const char *table, const char *key)
{
	char *name = sqlite3_mprintf("%s_rows", table);
	char *sql =
	    sqlite3_mprintf("INSERT OR FAIL INTO main.%s (%s, %s) SELECT NULL, %s FROM %s_rows",
			    table, key, b->columns, b->columns, table);
	bool ok = (name != NULL && sql != NULL) || database_fault(d, "out of memory");

	ok = ok && (sqlite3_create_module(d->db, name, &module, b) == SQLITE_OK ||
		    database_sqlite_fault(d));
	ok = ok && database_prepare(d, sql, &b->insert);
	sqlite3_free(name);
	sqlite3_free(sql);
	return ok;
}

static size_t
count_columns(const char *columns)
{
	size_t n = 1;

	for (; *columns != '\0'; columns++)
		n += *columns == ',';
	return n;
}

bool
row_batch_open(struct row_batch *b, struct database *d, const char *table, const char *key,
	       const char *columns)
{
	*b = (struct row_batch){.columns = columns, .width = count_columns(columns)};
	b->values = reallocarray(NULL, ROW_BATCH_ROWS * b->width, sizeof(*b->values));
	if (b->values == NULL || !text_reserve(&b->bytes, 1))
		return database_fault(d, "out of memory");
	return prepare(b, d, table, key);
}

void
row_batch_close(struct row_batch *b)
{
	sqlite3_finalize(b->insert);
	free(b->values);
	text_finish(&b->bytes);
	*b = (struct row_batch){0};
}

static void
put(struct row_batch *b, struct row_batch_value v)
{
	assert(b->count < ROW_BATCH_ROWS * b->width);
	b->values[b->count++] = v;
}

void
row_batch_null(struct row_batch *b)
{
	put(b, (struct row_batch_value){.type = SQLITE_NULL});
}

void
row_batch_int(struct row_batch *b, int64_t v)
{
	put(b, (struct row_batch_value){.number = v, .type = SQLITE_INTEGER});
}

static void
put_bytes(struct row_batch *b, uint8_t type, const void *data, size_t len)
{
	if (data == NULL) {
		row_batch_null(b);
		return;
	}
	if (len > UINT32_MAX || !text_reserve(&b->bytes, len)) {
		b->no_memory = true;
		len = 0;
	}
	put(b, (struct row_batch_value){(int64_t)b->bytes.len, (uint32_t)len, type});
	text_put_bytes(&b->bytes, data, len);
}

void
row_batch_text(struct row_batch *b, const char *data, size_t len)
{
	put_bytes(b, SQLITE_TEXT, data, len);
}

void
row_batch_blob(struct row_batch *b, const void *data, size_t len)
{
	put_bytes(b, SQLITE_BLOB, data, len);
}

bool
row_batch_end(struct row_batch *b, struct database *d, int64_t key)
{
	assert(b->count % b->width == 0);
	if (b->no_memory)
		return database_fault(d, "out of memory");
	b->key = key;
	if (b->count < ROW_BATCH_ROWS * b->width && b->bytes.len < ROW_BATCH_BYTES)
		return true;
	return row_batch_flush(b, d);
}

bool
row_batch_flush(struct row_batch *b, struct database *d)
{
	if (b->count == 0)
		return true;
	if (!database_run(d, b->insert))
		return false;
	if (sqlite3_last_insert_rowid(d->db) != b->key)
		return database_fault(
		    d,
		    "damaged (row %lld of a table would not be where it belongs). "
		    "Analyze again with -o NEW.db",
		    (long long)b->key);
	row_batch_drop(b);
	return true;
}

void
row_batch_drop(struct row_batch *b)
{
	b->count = b->bytes.len = 0;
	b->no_memory = false;
}
