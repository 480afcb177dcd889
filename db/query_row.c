/*
 * query_row.c - columns of a query's current row.
 * Used by cli/ and report/ after query_next().
 */
#include "db/query.h"

#include <sqlite3.h>

int
query_columns(const struct query_rows *r)
{
	return sqlite3_column_count(r->stmt);
}

const char *
query_name(const struct query_rows *r, int column)
{
	const char *name = sqlite3_column_name(r->stmt, column);

	return name != NULL ? name : "";
}

enum query_type
query_type(const struct query_rows *r, int column)
{
	switch (sqlite3_column_type(r->stmt, column)) {
	case SQLITE_INTEGER:
		return QUERY_INTEGER;
	case SQLITE_FLOAT:
		return QUERY_REAL;
	case SQLITE_TEXT:
		return QUERY_TEXT;
	case SQLITE_BLOB:
		return QUERY_BLOB;
	default:
		return QUERY_NULL;
	}
}

int64_t
query_int(const struct query_rows *r, int column)
{
	return sqlite3_column_int64(r->stmt, column);
}

double
query_real(const struct query_rows *r, int column)
{
	return sqlite3_column_double(r->stmt, column);
}

const char *
query_text(const struct query_rows *r, int column, size_t *len)
{
	const char *text = (const char *)sqlite3_column_text(r->stmt, column);

	if (len != NULL)
		*len = (size_t)sqlite3_column_bytes(r->stmt, column);
	return text;
}

const void *
query_blob(const struct query_rows *r, int column, size_t *len)
{
	const void *blob = sqlite3_column_blob(r->stmt, column);

	if (len != NULL)
		*len = (size_t)sqlite3_column_bytes(r->stmt, column);
	return blob;
}
