/*
 * query_narrow.c - one incident only: temporary views that stand before those of the contract.
 * Called by cli/ after query_open. What a statement says then needs no condition of its own, and
 * base tables stay whole.
 */
#include "db/query_impl.h"

/* How a view is narrowed, by the first of these columns that it has; %lld is the incident's id. */
static const struct {
	const char *column, *condition;
} conditions[] = {
    {"capture_id", "capture_id IN (SELECT id FROM main.capture WHERE incident_id = %lld)"},
    {"incident", "incident = (SELECT name FROM main.incident WHERE id = %lld)"},
    {"session_id", "session_id IN (SELECT s.id FROM main.capture c CROSS JOIN main.session s ON "
		   "s.id BETWEEN c.first_session AND c.last_session WHERE c.incident_id = %lld)"},
    {"near_session", "near_session IN (SELECT s.id FROM main.capture c CROSS JOIN main.session s "
		     "ON s.id BETWEEN c.first_session AND c.last_session WHERE c.incident_id = "
		     "%lld)"},
    {"certificate_sha256",
     "certificate_sha256 IN (SELECT certificate_sha256 FROM session_certificates)"},
};

static bool
find_incident(struct query *q, const char *name, int64_t *id)
{
	sqlite3_stmt *stmt = NULL;

	if (!database_prepare(&q->d, "SELECT id FROM main.incident WHERE name = ?1", &stmt))
		return false;
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	int rc = sqlite3_step(stmt);
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(&q->d);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return ok;
}

static void
add_view(sqlite3_str *sql, const char *view, size_t condition, int64_t incident)
{
	sqlite3_str_appendf(
	    sql, "CREATE TEMP VIEW IF NOT EXISTS \"%w\" AS SELECT * FROM main.\"%w\" WHERE ", view,
	    view);
	sqlite3_str_appendf(sql, conditions[condition].condition, incident);
	sqlite3_str_appendall(sql, ";\n");
}

/* The statements that make the views; the first condition that fits a view stays. */
static bool
write_views(struct query *q, sqlite3_str *sql, int64_t incident)
{
	sqlite3_stmt *stmt = NULL;
	int rc = SQLITE_DONE;
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		ok = database_prepare(
		    &q->d,
		    "SELECT m.name FROM main.sqlite_schema m WHERE m.type = 'view' AND EXISTS "
		    "(SELECT 1 FROM pragma_table_info(m.name, 'main') c WHERE c.name = ?1)",
		    &stmt);
		sqlite3_bind_text(stmt, 1, conditions[i].column, -1, SQLITE_STATIC);
		while (ok && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
			add_view(sql, (const char *)sqlite3_column_text(stmt, 0), i, incident);
		ok = ok && (rc == SQLITE_DONE || database_sqlite_fault(&q->d));
		sqlite3_finalize(stmt);
		stmt = NULL;
	}
	return ok;
}

bool
query_narrow(struct query *q, const char *incident)
{
	sqlite3_str *sql = sqlite3_str_new(q->d.db);
	int64_t id;

	sqlite3_set_authorizer(q->d.db, NULL, NULL);
	bool ok = find_incident(q, incident, &id) && write_views(q, sql, id);
	char *text = sqlite3_str_finish(sql);
	ok = ok && text != NULL && database_exec(&q->d, text);
	sqlite3_free(text);
	return query_restrict(q) && ok;
}
