/*
 * store_comparison.c - findings between two capture points, as `mtlscope compare` gives them.
 * Beside store_capture.c, which deletes them with any of their captures.
 */
#include "db/store_impl.h"

/* Captures of a run as JSON: ["near1","far2"]. To be freed with sqlite3_free; NULL: no memory. */
static char *
points_text(const struct store_points *p)
{
	sqlite3_str *t = sqlite3_str_new(NULL);

	sqlite3_str_appendchar(t, 1, '[');
	for (size_t i = 0; i < p->n_near + p->n_far; i++) {
		bool near = i < p->n_near;
		sqlite3_str_appendf(t, "%s\"%s%lld\"", i > 0 ? "," : "", near ? "near" : "far",
				    (long long)(near ? p->near[i] : p->far[i - p->n_near]));
	}
	sqlite3_str_appendchar(t, 1, ']');
	return sqlite3_str_finish(t);
}

/* With ?1 the points. */
static bool
run_sql(struct store *s, const char *sql, const char *points)
{
	sqlite3_stmt *stmt = NULL;
	bool ok = database_prepare(&s->d, sql, &stmt);

	if (ok) {
		if (sqlite3_bind_parameter_count(stmt) > 0)
			sqlite3_bind_text(stmt, 1, points, -1, SQLITE_STATIC);
		ok = database_run(&s->d, stmt);
	}
	sqlite3_finalize(stmt);
	return ok;
}

static bool
put_points(struct store *s, const char *points)
{
	/* clang-format off */
	static const char *const steps[] = {
	    "CREATE TEMP TABLE IF NOT EXISTS compared (run INTEGER PRIMARY KEY)",
	    "DELETE FROM compared",
	    "INSERT INTO compared SELECT run FROM comparison_point GROUP BY run "
	    "HAVING count(*) = json_array_length(?1) "
	    "AND sum(side || capture_id IN (SELECT value FROM json_each(?1))) = count(*)",
	    "DELETE FROM comparison WHERE run IN (SELECT run FROM compared)",
	    "DELETE FROM comparison_point WHERE run IN (SELECT run FROM compared)",
	    "INSERT INTO comparison_point SELECT (SELECT coalesce(max(run), 0) + 1 FROM comparison_point), "
	    "rtrim(value, '0123456789'), CAST(ltrim(value, 'nearf') AS INTEGER) "
	    "FROM json_each(?1)",
	};
	/* clang-format on */
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = run_sql(s, steps[i], points);
	return ok;
}

static void
bind_session(sqlite3_stmt *stmt, int column, int64_t id)
{
	if (id != 0)
		sqlite3_bind_int64(stmt, column, id);
	else
		sqlite3_bind_null(stmt, column);
}

static bool
put_rows(struct store *s, const struct store_comparison *rows, size_t count)
{
	static const char sql[] =
	    "INSERT INTO comparison (run, pair, near_session, far_session, finding, certainty, "
	    "evidence, server_fix, client_fix, between_fix) SELECT (SELECT max(run) FROM "
	    "comparison_point), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9";
	sqlite3_stmt *stmt = NULL;
	int64_t pairs;
	bool ok = database_number(&s->d, "SELECT coalesce(max(pair), 0) FROM comparison", &pairs) &&
		  database_prepare(&s->d, sql, &stmt);

	for (size_t i = 0; ok && i < count; i++) {
		const struct store_comparison *r = &rows[i];
		const char *const texts[] = {r->finding,    r->certainty,  r->evidence,
					     r->server_fix, r->client_fix, r->between_fix};
		sqlite3_bind_int64(stmt, 1, pairs + (int64_t)r->pair);
		bind_session(stmt, 2, r->near_session);
		bind_session(stmt, 3, r->far_session);
		for (int n = 0; n < (int)(sizeof(texts) / sizeof(texts[0])); n++)
			sqlite3_bind_text(stmt, 4 + n, texts[n], -1, SQLITE_STATIC);
		ok = database_run(&s->d, stmt);
	}
	sqlite3_finalize(stmt);
	return ok;
}

bool
store_compare(struct store *s, const struct store_points *points,
	      const struct store_comparison *rows, size_t count)
{
	char *text = points_text(points);
	bool ok = text != NULL || database_fault(&s->d, "out of memory");

	ok = ok && database_run(&s->d, s->statements[STORE_BEGIN]) && put_points(s, text) &&
	     put_rows(s, rows, count) && database_run(&s->d, s->statements[STORE_COMMIT]);
	if (!ok && sqlite3_get_autocommit(s->d.db) == 0)
		sqlite3_exec(s->d.db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_free(text);
	return ok;
}
