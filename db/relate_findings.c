/*
 * relate_findings.c - findings that rest on other sessions, and their place among those of pass 1.
 * Called by relate_apply.c for each session with a hit of a row that has a cause.
 *
 * Order: the contract's (severity, what explains the decisive event, certainty), then those found
 * here, since they rest on more than one session. Of one cause a session has one finding: of the
 * rows of relations.def the first that fits, and of that and pass 1's the one that comes first.
 */
#include "db/relate_impl.h"
#include "db/store_ids.h"

#include <stdlib.h>
#include <string.h>

/* One of this pass, or (hit NULL) of pass 1. */
struct candidate {
	const struct relate_hit *hit;
	const char *cause, *certainty;
	int64_t explanation; /* a sentence; 0: not made yet */
	int weight;
	int64_t rank; /* pass 1's */
	bool goes;    /* another one of its cause stands before it */
};

/* What causes.def says of a row's cause; sentences that are the same for all of its hits, or 0. */
struct fixes {
	const struct outcome_cause *cause;
	int64_t server, client;
};

/* Those of a session: of this pass first, in the order of rows; pass 1's by rank. */
struct relate_candidates {
	struct candidate *all;
	size_t count, found, room;
	struct fixes fixes[RELATE_ROWS];
};

/* --- the order ---------------------------------------------------------------------------------
 */

static bool
stands_before(const struct candidate *a, const struct candidate *b)
{
	if (a->weight != b->weight)
		return a->weight < b->weight;
	if ((a->hit == NULL) != (b->hit == NULL))
		return a->hit != NULL;
	return a->hit != NULL ? a->hit->row < b->hit->row : a->rank < b->rank;
}

/* They are few. */
static void
put_in_order(struct relate_candidates *c)
{
	for (size_t i = 1; i < c->count; i++)
		for (size_t k = i; k > 0 && stands_before(&c->all[k], &c->all[k - 1]); k--) {
			struct candidate other = c->all[k];

			c->all[k] = c->all[k - 1];
			c->all[k - 1] = other;
		}
}

/* --- who they are ------------------------------------------------------------------------------
 */

static bool
add(struct relate_run *run, const struct candidate *one)
{
	struct relate_candidates *c = run->candidates;
	struct candidate *all = relate_room(c->all, c->count, &c->room, sizeof(*all));

	if (all == NULL)
		return relate_no_memory(run);
	c->all = all;
	all[c->count++] = *one;
	return true;
}

static const struct candidate *
of_cause(const struct relate_candidates *c, const char *cause)
{
	for (size_t i = 0; i < c->found; i++)
		if (strcmp(c->all[i].cause, cause) == 0)
			return &c->all[i];
	return NULL;
}

/* Hits are in the order of rows, and of one row's the earliest comes first. */
static bool
collect_found(struct relate_run *run, const struct relate_hit *hits, size_t count)
{
	struct relate_candidates *c = run->candidates;

	for (size_t i = 0; i < count; i++) {
		const struct relate_row *r = &relate_rows[hits[i].row];

		if (r->cause == NULL || of_cause(c, r->cause) != NULL)
			continue;
		/* inference proves nothing */
		bool inferred = (run->traits[hits[i].session] & TRAIT(INFERRED)) != 0;
		bool weaker = inferred && strcmp(r->certainty, "proven") == 0;
		const char *certainty = weaker ? "likely" : r->certainty;
		const struct candidate one = {
		    .hit = &hits[i],
		    .cause = r->cause,
		    .certainty = certainty,
		    .weight = relate_weight(r->severity, r->explains, certainty),
		};

		if (!add(run, &one))
			return false;
		c->found++;
	}
	return true;
}

static const char *
column_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text != NULL ? text : "";
}

/* One of pass 1, or the one of this pass with its cause, goes. */
static bool
add_old(struct relate_run *run, int64_t rank, int weight, uint32_t cause)
{
	struct relate_candidates *c = run->candidates;
	struct candidate one = {.rank = rank, .weight = weight};

	for (size_t i = 0; i < c->found; i++) {
		if (relate_cause(c->all[i].cause) != cause)
			continue;
		one.cause = c->all[i].cause;
		if (weight < c->all[i].weight)
			c->all[i].goes = true;
	}
	return add(run, &one);
}

static bool
ask_for_old(struct relate_run *run, int64_t session_id)
{
	sqlite3_stmt *stmt =
	    relate_ask(run->d,
		       "SELECT f.rank, k.cause, k.severity, k.certainty, k.explains FROM session s "
		       "CROSS JOIN finding f ON f.list_id = s.findings_id "
		       "CROSS JOIN diagnosis k ON k.id = f.diagnosis_id WHERE s.id = ?1",
		       session_id, 0);
	bool none = false, ok = stmt != NULL;

	while (ok && (ok = relate_next(run->d, stmt, &none)) && !none)
		ok = add_old(run, sqlite3_column_int64(stmt, 0),
			     relate_weight(column_text(stmt, 2), sqlite3_column_int(stmt, 4) != 0,
					   column_text(stmt, 3)),
			     relate_cause(column_text(stmt, 1)));
	sqlite3_reset(stmt);
	return ok;
}

/* Most have one or none, and that is known. */
static bool
collect_old(struct relate_run *run, uint32_t session)
{
	const struct relate_session *s = relate_session(run, session);
	struct relate_candidates *c = run->candidates;
	bool ok = true;

	if (s->weight == RELATE_FINDINGS_UNKNOWN)
		ok = ask_for_old(run, relate_sessions_id(run->sessions, session));
	else if (s->weight != RELATE_FINDINGS_NONE)
		ok = add_old(run, 1, s->weight, s->cause);
	for (size_t i = c->found; ok && i < c->count; i++) {
		const struct candidate *mine =
		    c->all[i].cause != NULL ? of_cause(c, c->all[i].cause) : NULL;

		c->all[i].goes = mine != NULL && !mine->goes;
	}
	return ok;
}

/* --- what they say -----------------------------------------------------------------------------
 */

static bool
sentence_id(struct relate_run *run, int64_t *id)
{
	return store_ids_sentence(run->dictionary, run->text.data, run->text.len, id);
}

static bool
explain(struct relate_run *run, struct candidate *c)
{
	const struct relate_hit *h = c->hit;
	bool inferred = (run->traits[h->session] & TRAIT(INFERRED)) != 0;

	if (c->explanation != 0)
		return true;
	run->text.len = 0;
	return (!inferred || relate_words(run, h, "Inferred, not read: ")) &&
	       relate_words(run, h, relate_rows[h->row].sentence) &&
	       sentence_id(run, &c->explanation);
}

/* What one side may change. Without {words} it is the same for all hits of a row: *plain. */
static bool
advise(struct relate_run *run, const struct relate_hit *h, const char *fix, const char *settings,
       int64_t *plain, int64_t *id)
{
	*id = *plain;
	if (*id != 0)
		return true;
	run->text.len = 0;
	if (!relate_words(run, h, fix) ||
	    (settings[0] != '\0' &&
	     (!relate_words(run, h, ". Settings: ") || !relate_words(run, h, settings))) ||
	    !sentence_id(run, id))
		return false;
	if (strchr(fix, '{') == NULL && strchr(settings, '{') == NULL)
		*plain = *id;
	return true;
}

static const struct outcome_cause *
cause_of(const char *name)
{
	const struct outcome_cause *c;

	for (size_t i = 0; (c = outcome_cause(i)) != NULL; i++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* clang-format off */
static const char insert_sql[] =
	"INSERT INTO revised_finding (session_id, rank, of, attempt_no, cause, certainty, severity, explanation_id, "
	"server_fix_id, client_fix_id, shown_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
/* clang-format on */

static bool
insert_found(struct relate_run *run, sqlite3_stmt *insert, struct candidate *c)
{
	const struct relate_row *r = &relate_rows[c->hit->row];
	struct fixes *f = &run->candidates->fixes[c->hit->row];
	int64_t server, client;

	if (f->cause == NULL)
		f->cause = cause_of(r->cause);
	if (!explain(run, c) ||
	    !advise(run, c->hit, f->cause->server, f->cause->server_settings, &f->server,
		    &server) ||
	    !advise(run, c->hit, f->cause->client, f->cause->client_settings, &f->client, &client))
		return false;
	sqlite3_bind_null(insert, 3);
	sqlite3_bind_int64(insert, 4, relate_session(run, c->hit->session)->attempt_no);
	sqlite3_bind_text(insert, 5, r->cause, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 6, c->certainty, -1, SQLITE_STATIC);
	sqlite3_bind_text(insert, 7, r->severity, -1, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 8, c->explanation);
	sqlite3_bind_int64(insert, 9, server);
	sqlite3_bind_int64(insert, 10, client);
	sqlite3_bind_text(insert, 11, r->shown_by, -1, SQLITE_STATIC);
	return database_run(run->d, insert);
}

static bool
insert_all(struct relate_run *run, int64_t session_id)
{
	struct relate_candidates *c = run->candidates;
	sqlite3_stmt *insert;
	int64_t rank = 0;

	if (!database_kept(run->d, insert_sql, &insert))
		return false;
	for (size_t i = 0; i < c->count; i++) {
		if (c->all[i].goes)
			continue;
		sqlite3_bind_int64(insert, 1, session_id);
		sqlite3_bind_int64(insert, 2, ++rank);
		if (c->all[i].hit != NULL) {
			if (!insert_found(run, insert, &c->all[i]))
				return false;
			continue;
		}
		sqlite3_bind_int64(insert, 3, c->all[i].rank);
		for (int column = 4; column <= 11; column++)
			sqlite3_bind_null(insert, column);
		if (!database_run(run->d, insert))
			return false;
	}
	return true;
}

/* A verdict that says only "elsewhere" is told where. */
static bool
tell(struct relate_run *run, int64_t *told)
{
	struct relate_candidates *c = run->candidates;

	for (size_t i = 0; i < c->found; i++) {
		const struct relate_hit *h = c->all[i].hit;

		if ((relate_rows[h->row].tells & run->traits[h->session]) == 0)
			continue;
		if (!explain(run, &c->all[i]))
			return false;
		*told = c->all[i].explanation;
	}
	return true;
}

bool
relate_findings(struct relate_run *run, const struct relate_hit *hits, size_t count, int64_t *told)
{
	int64_t session_id = relate_sessions_id(run->sessions, hits[0].session);
	bool any = false;

	*told = 0;
	if (run->candidates == NULL)
		run->candidates = calloc(1, sizeof(*run->candidates));
	struct relate_candidates *c = run->candidates;
	if (c == NULL)
		return relate_no_memory(run);
	c->count = c->found = 0;
	if (!collect_found(run, hits, count))
		return false;
	if (c->found == 0)
		return true;
	if (!tell(run, told) || !collect_old(run, hits[0].session))
		return false;
	for (size_t i = 0; i < c->found; i++)
		any = any || !c->all[i].goes;
	if (!any)
		return true;
	put_in_order(c);
	return insert_all(run, session_id);
}

void
relate_findings_finish(struct relate_run *run)
{
	if (run->candidates != NULL)
		free(run->candidates->all);
	free(run->candidates);
}
