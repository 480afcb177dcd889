/*
 * relate.c - pass 2 at work: undoes what it said before, runs the rows of relations.def, and has
 * written down what they found. See relate.h.
 *
 * Changes of answers, conclusions and findings wait until all rows are through, so that every row
 * reads what pass 1 said.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

/* --- statements --------------------------------------------------------------------------------
 */

sqlite3_stmt *
relate_ask(struct database *d, const char *sql, int64_t one, int64_t two)
{
	sqlite3_stmt *stmt;

	if (!database_kept(d, sql, &stmt))
		return NULL;
	sqlite3_bind_int64(stmt, 1, one);
	if (sqlite3_bind_parameter_count(stmt) > 1)
		sqlite3_bind_int64(stmt, 2, two);
	return stmt;
}

bool
relate_next(struct database *d, sqlite3_stmt *stmt, bool *none)
{
	int rc = sqlite3_step(stmt);

	*none = rc != SQLITE_ROW;
	if (rc == SQLITE_ROW)
		return true;
	bool ok = rc == SQLITE_DONE || database_sqlite_fault(d);
	sqlite3_reset(stmt);
	return ok;
}

static bool
run_with(struct database *d, const char *sql, int64_t one, int64_t two)
{
	sqlite3_stmt *stmt = relate_ask(d, sql, one, two);

	return stmt != NULL && database_run(d, stmt);
}

/* --- undoing -----------------------------------------------------------------------------------
 */

static bool
undo_capture(struct database *d, int64_t first, int64_t last)
{
	static const char *const steps[] = {
	    "UPDATE session SET (answer_id, conclusion_id) = "
	    "(SELECT answer_id, conclusion_id FROM revised WHERE session_id = session.id) "
	    "WHERE id IN (SELECT session_id FROM revised WHERE session_id BETWEEN ?1 AND ?2)",
	    "DELETE FROM revised WHERE session_id BETWEEN ?1 AND ?2",
	    "DELETE FROM revised_fact WHERE session_id BETWEEN ?1 AND ?2",
	    "DELETE FROM revised_finding WHERE session_id BETWEEN ?1 AND ?2",
	    "DELETE FROM relation WHERE session_id BETWEEN ?1 AND ?2",
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!run_with(d, steps[i], first, last))
			return false;
	return true;
}

/* Of the captures that the statement gives. */
static bool
undo(struct database *d, const char *sql, int64_t id)
{
	sqlite3_stmt *stmt = relate_ask(d, sql, id, 0);
	bool none = false, ok = stmt != NULL;

	while (ok && (ok = relate_next(d, stmt, &none)) && !none)
		ok = undo_capture(d, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1));
	sqlite3_reset(stmt);
	return ok;
}

/* --- rows --------------------------------------------------------------------------------------
 */

bool
relate_is_before(const struct relate_run *run, uint32_t a, uint32_t b)
{
	const struct relate_session *x = relate_session(run, a), *y = relate_session(run, b);

	return x->started_ns != y->started_ns ? x->started_ns < y->started_ns : x->place < y->place;
}

static struct relate_hit *
add_hit(struct relate_run *run, const struct relate_hit *h)
{
	struct relate_hit *hits =
	    relate_room(run->hits, run->n_hits, &run->hits_room, sizeof(*hits));

	if (hits == NULL) {
		relate_no_memory(run);
		return NULL;
	}
	run->hits = hits;
	hits[run->n_hits] = *h;
	return &hits[run->n_hits++];
}

struct relate_hit *
relate_hit(struct relate_run *run, const struct relate_row *r, uint32_t session, uint32_t other)
{
	struct relate_hit h = {
	    .session = session, .other = other, .row = (uint16_t)(r - relate_rows)};
	struct relate_hit *last = run->n_hits > 0 ? &run->hits[run->n_hits - 1] : NULL;

	if (last != NULL && last->row == h.row && last->session == session && last->other == other)
		return last;
	if (other != RELATE_NOBODY) {
		h.began = relate_session(run, other)->started_ns;
		h.place = relate_session(run, other)->place;
	}
	return add_hit(run, &h);
}

/* What rests on a row's hits as soon as it has run. */
static bool
note_row(struct relate_run *run, const struct relate_row *r, size_t first)
{
	size_t upto = run->n_hits;

	for (size_t i = first; i < upto; i++) {
		struct relate_hit h = run->hits[i];

		run->traits[h.session] |= r->marks;
		run->of_anybody |= r->marks;
		if (!r->mutual)
			continue;
		h.session = h.other;
		h.other = run->hits[i].session;
		h.mirrored = true;
		if (add_hit(run, &h) == NULL)
			return false;
	}
	return true;
}

static bool
run_rows(struct relate_run *run, bool incident_rows)
{
	for (size_t i = 0; i < RELATE_ROWS; i++) {
		const struct relate_row *r = &relate_rows[i];
		size_t first = run->first_hit[i] = run->n_hits;

		if ((r->scope == RELATE_INCIDENT && !incident_rows) || run->sessions->count == 0)
			continue;
		if (!(r->find != NULL ? r->find : relate_find_pairs)(run, r) ||
		    !note_row(run, r, first))
			return false;
		run->first_hit[i + 1] = run->n_hits;
	}
	return true;
}

static bool
run_on(struct database *d, struct dictionary *c, const struct relate_sessions *l,
       bool incident_rows)
{
	struct relate_run run = {.d = d, .dictionary = c, .sessions = l};
	bool ok = relate_traits_fill(&run) && run_rows(&run, incident_rows) && relate_apply(&run);

	relate_traits_finish(&run);
	relate_judged_finish(&run);
	relate_origins_finish(&run);
	relate_owned_finish(&run);
	relate_findings_finish(&run);
	text_finish(&run.text);
	free(run.hashes.all);
	free(run.listed[0]);
	free(run.listed[1]);
	free(run.hits);
	return ok;
}

/* --- scopes ------------------------------------------------------------------------------------
 */

bool
relate_capture_goes(struct database *d, int64_t capture_id)
{
	return run_with(d,
			"UPDATE incident SET related = 0 WHERE id = "
			"(SELECT incident_id FROM capture WHERE id = ?1)",
			capture_id, 0);
}

/* A capture that was stored before. */
static bool
again(struct database *d, struct dictionary *c, int64_t capture_id, bool incident_rows)
{
	struct relate_sessions l = {0};
	bool ok =
	    undo(d, "SELECT first_session, last_session FROM capture WHERE id = ?1", capture_id) &&
	    relate_load_capture(d, capture_id, &l) && run_on(d, c, &l, incident_rows);

	relate_sessions_finish(&l);
	return ok;
}

bool
relate_capture(struct database *d, struct dictionary *c, int64_t capture_id,
	       const struct relate_sessions *stored)
{
	sqlite3_stmt *stmt =
	    relate_ask(d, "SELECT 1 FROM capture WHERE id = ?1 AND incident_id > 0", capture_id, 0);
	bool alone;

	if (stmt == NULL || !relate_next(d, stmt, &alone))
		return false;
	sqlite3_reset(stmt);
	if (!alone && !relate_capture_goes(d, capture_id))
		return false;
	return stored != NULL ? run_on(d, c, stored, alone) : again(d, c, capture_id, alone);
}

static bool
run_incident(struct database *d, struct dictionary *c, int64_t id)
{
	struct relate_sessions l = {0};
	bool ok =
	    undo(d, "SELECT first_session, last_session FROM capture WHERE incident_id = ?1", id) &&
	    relate_load_incident(d, id, &l) && run_on(d, c, &l, true) &&
	    run_with(d, "UPDATE incident SET related = 1 WHERE id = ?1", id, 0);

	relate_sessions_finish(&l);
	return ok;
}

static bool
relate_incident(struct database *d, struct dictionary *c, int64_t id)
{
	bool ok = database_exec(d, "BEGIN IMMEDIATE") && run_incident(d, c, id) &&
		  database_exec(d, "COMMIT");

	if (!ok && sqlite3_get_autocommit(d->db) == 0)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

bool
relate_incidents(struct database *d, struct dictionary *c)
{
	int64_t id;

	for (;;) {
		if (!database_number(d, "SELECT min(id) FROM incident WHERE related = 0", &id))
			return false;
		if (id == 0)
			return true;
		if (!relate_incident(d, c, id))
			return false;
	}
}
