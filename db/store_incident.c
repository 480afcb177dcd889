/*
 * store_incident.c - what belongs to an incident: captures put into one, and taken out for good.
 * Driven by cli/ (analyze, remove). What then relates to what, store_close finds out anew.
 */
#include "db/store_impl.h"

#include <string.h>

/* Of ?1 and ?2, those that the statement has. */
static void
bind(sqlite3_stmt *stmt, int64_t id, const char *text)
{
	sqlite3_bind_int64(stmt, 1, id);
	sqlite3_bind_text(stmt, 2, text, -1, SQLITE_STATIC);
}

static bool
run_with(struct store *s, const char *sql, int64_t id, const char *text)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = database_prepare(&s->d, sql, &stmt);

	if (ok) {
		bind(stmt, id, text);
		ok = database_run(&s->d, stmt);
	}
	sqlite3_finalize(stmt);
	return ok;
}

/* First column of the first row; 0 without one. */
static bool
number_with(struct store *s, const char *sql, int64_t id, const char *text, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = database_prepare(&s->d, sql, &stmt);

	*out = 0;
	if (ok) {
		bind(stmt, id, text);
		int rc = sqlite3_step(stmt);
		if (rc == SQLITE_ROW)
			*out = sqlite3_column_int64(stmt, 0);
		ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(&s->d);
	}
	sqlite3_finalize(stmt);
	return ok;
}

/* A transaction around what follows; end commits, or rolls back what failed. */
static bool
begin(struct store *s)
{
	return database_run(&s->d, s->statements[STORE_BEGIN]);
}

static bool
end(struct store *s, bool ok)
{
	ok = ok && database_run(&s->d, s->statements[STORE_COMMIT]);
	if (!ok && sqlite3_get_autocommit(s->d.db) == 0)
		sqlite3_exec(s->d.db, "ROLLBACK", NULL, NULL, NULL);
	store_forget(s);
	return ok;
}

/* --- into an incident --------------------------------------------------------------------------
 */

static bool
move_into(struct store *s, int64_t capture_id, const char *incident)
{
	static const char *const steps[] = {
	    "INSERT INTO incident (name) VALUES (?2) ON CONFLICT (name) DO NOTHING",
	    "UPDATE incident SET related = 0 WHERE name = ?2 OR id = (SELECT incident_id FROM "
	    "capture WHERE id = ?1)",
	    "UPDATE state SET sweep = 1 WHERE EXISTS (SELECT 1 FROM capture WHERE id = ?1 AND "
	    "incident_id IS NOT NULL)",
	    "UPDATE capture SET incident_id = (SELECT id FROM incident WHERE name = ?2) WHERE id = "
	    "?1",
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!run_with(s, steps[i], capture_id, incident))
			return false;
	return true;
}

bool
store_set_incident(struct store *s, int64_t capture_id, const char *incident)
{
	int64_t moves;

	if (!number_with(s,
			 "SELECT i.name IS NULL OR i.name > ?2 FROM capture c LEFT JOIN incident i "
			 "ON i.id = c.incident_id WHERE c.id = ?1",
			 capture_id, incident, &moves))
		return false;
	if (moves == 0)
		return true;
	return begin(s) && end(s, move_into(s, capture_id, incident));
}

bool
store_keep_incident(struct store *s, int64_t old)
{
	char sql[256];

	sqlite3_snprintf(
	    sizeof(sql), sql,
	    "UPDATE capture SET incident_id = (SELECT i.id FROM incident i WHERE i.id "
	    "IN (incident_id, (SELECT incident_id FROM capture WHERE id = %lld)) ORDER "
	    "BY i.name LIMIT 1) WHERE id = %lld",
	    (long long)old, (long long)s->capture_id);
	return database_exec(&s->d, sql);
}

/* --- out of the database ------------------------------------------------------------------------
 */

/* Files it was found in are to be read again when they are met again. */
static bool
forget_files(struct store *s, int64_t capture_id)
{
	return run_with(s,
			"DELETE FROM file WHERE id IN (SELECT file_id FROM capture_name WHERE "
			"capture_id = ?1) AND NOT EXISTS (SELECT 1 FROM capture_name n WHERE "
			"n.file_id = file.id AND n.capture_id <> ?1)",
			capture_id, NULL) &&
	       run_with(s,
			"UPDATE file SET done = 0 WHERE id IN (SELECT file_id FROM capture_name "
			"WHERE capture_id = ?1)",
			capture_id, NULL);
}

static bool
remove_one(struct store *s, int64_t id, struct store_totals *removed)
{
	int64_t sessions;

	if (!number_with(s, "SELECT last_session - first_session + 1 FROM capture WHERE id = ?1",
			 id, NULL, &sessions))
		return false;
	removed->captures++;
	removed->sessions += (uint64_t)sessions;
	return forget_files(s, id) && store_capture_delete(s, id);
}

static bool
begin_removal(struct store *s, struct store_totals *removed)
{
	*removed = (struct store_totals){0};
	return begin(s);
}

bool
store_remove_capture(struct store *s, int64_t id, struct store_totals *removed)
{
	int64_t known;

	if (!begin_removal(s, removed))
		return false;
	bool ok = number_with(s, "SELECT count(*) FROM capture WHERE id = ?1", id, NULL, &known);

	return end(s, ok && (known == 0 || remove_one(s, id, removed)));
}

bool
store_remove_incident(struct store *s, const char *incident, struct store_totals *removed)
{
	int64_t id = 0;

	bool ok = begin_removal(s, removed);
	if (!ok)
		return false;
	do {
		ok = number_with(s,
				 "SELECT id FROM capture WHERE incident_id = (SELECT id FROM "
				 "incident WHERE name = ?2) LIMIT 1",
				 0, incident, &id) &&
		     (id == 0 || remove_one(s, id, removed));
	} while (ok && id != 0);
	return end(s, ok && database_exec(&s->d, "UPDATE state SET sweep = 1"));
}
