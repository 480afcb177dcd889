/*
 * relate_run.c - how the files of pass 2 run their statements: prepared once, found by their text.
 */
#include "db/relate_impl.h"

bool
relate_exec(struct database *d, const char *sql, const struct relate_value *values, size_t count)
{
	sqlite3_stmt *stmt = NULL;

	bool ok = database_kept(d, sql, &stmt);
	for (size_t i = 0; ok && i < count; i++) {
		if (values[i].text != NULL)
			sqlite3_bind_text(stmt, (int)i + 1, values[i].text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, (int)i + 1, values[i].number);
	}
	ok = ok && database_run(d, stmt);
	if (ok && count > 0)
		sqlite3_clear_bindings(stmt);
	return ok;
}

bool
relate_exec_all(struct database *d, const char *const *steps, size_t count)
{
	for (size_t i = 0; i < count && steps[i] != NULL; i++)
		if (!relate_exec(d, steps[i], NULL, 0))
			return false;
	return true;
}

bool
relate_none_of(struct database *d, const char *sql, bool *none)
{
	int64_t n = 0;
	bool ok = database_number_kept(d, sql, &n);

	*none = n == 0;
	return ok;
}

/* Most tables are empty most of the time, and to look is cheaper than to delete. */
bool
relate_clear(struct database *d, const char *table)
{
	char sql[64];
	bool none;

	sqlite3_snprintf(sizeof(sql), sql, "SELECT 1 FROM %s", table);
	if (!relate_none_of(d, sql, &none))
		return false;
	sqlite3_snprintf(sizeof(sql), sql, "DELETE FROM %s", table);
	return none || relate_exec(d, sql, NULL, 0);
}
