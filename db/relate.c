/*
 * relate.c - pass 2 at work: undoes what it said before, runs the rows of relations.def, and has
 * written down what they found. See relate.h.
 *
 * Each row fills relate_hit, by pairs (relate_taker, relate_giver) or by one statement, and its
 * effects follow from its fields. Changes of answers, conclusions and findings wait until all rows
 * are through, so that every row reads what pass 1 said.
 */
#include "db/relate_impl.h"

#include <assert.h>

/* clang-format off */
/* Made once: each change of the temporary schema would have all statements prepared again. */
static const char *const start_sql[] = {
    "CREATE TEMP TABLE relate_scope"
    " (capture_id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, place INTEGER)",
    "CREATE TEMP TABLE relate_taker (lookup, session_id, from_ns, until_ns)",
    "CREATE TEMP TABLE relate_giver (lookup, at_ns, place, session_id,"
    " PRIMARY KEY (lookup, at_ns, place, session_id)) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_first (lookup PRIMARY KEY, at_ns, place, session_id) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_hit (session_id, other_session_id, a, b, c, d,"
    " PRIMARY KEY (session_id, other_session_id)) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_change (session_id INTEGER PRIMARY KEY,"
    " modifiers INTEGER NOT NULL, raised INTEGER NOT NULL, explanation TEXT)",
    "CREATE TEMP TABLE relate_cause (cause TEXT PRIMARY KEY, server, client, plain) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_finding (session_id INTEGER, cause TEXT, place, weight,"
    " severity, certainty, attempt_no, explanation, server_fix, client_fix, frames,"
    " PRIMARY KEY (session_id, cause)) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_refused (session_id INTEGER PRIMARY KEY, server, service, who,"
    " at_ns, place, sure, kind)",
    "CREATE TEMP TABLE relate_candidate (key PRIMARY KEY) WITHOUT ROWID",
    "CREATE TEMP TABLE relate_accepted (session_id INTEGER PRIMARY KEY, server, service, who,"
    " at_ns, place)",
    "CREATE TEMP TABLE relate_mixed (session_id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE relate_trend (server PRIMARY KEY, until, since, clients, turned, sure, kind)",
    "CREATE TEMP TABLE relate_twin (session_id INTEGER PRIMARY KEY, client_random, server_random)",
    "CREATE TEMP TABLE relate_unasked (session_id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE relate_origin (session_id INTEGER PRIMARY KEY, origin, depth, sure)",
    "CREATE TEMP TABLE relate_served (server, family, issuer, key, client, session_id, at_ns)",
    "CREATE TEMP TABLE relate_word (bit INTEGER PRIMARY KEY, word TEXT)",
    "CREATE TEMP TABLE relate_answer (old INTEGER PRIMARY KEY, new INTEGER)",
    "CREATE TEMP TABLE relate_conclusion"
    " (old INTEGER, added INTEGER, verdict, sub_reason, words, new INTEGER, PRIMARY KEY (old, added))",
};

/* Captures are placed by content: ids depend on the order of the runs. */
static const char capture_scope[] =
	"INSERT INTO relate_scope SELECT id, first_session, last_session, 1 << 40 FROM capture WHERE id = ?1";
static const char incident_scope[] =
	"INSERT INTO relate_scope SELECT id, first_session, last_session, "
	"row_number() OVER (ORDER BY xxh3, size, sha256) << 40 FROM capture WHERE incident_id = ?1";

#define RANGE(table) \
	"IN (SELECT r.session_id FROM relate_scope x CROSS JOIN " table " r ON r.session_id BETWEEN x.first AND x.last)"
#define HAS(table) "EXISTS (SELECT 1 FROM " table " r WHERE r.session_id BETWEEN x.first AND x.last)"
/* A capture that was just stored has nothing to undo. */
static const char done_sql[] = "SELECT 1 FROM relate_scope x WHERE " HAS("revised") " OR " HAS("revised_fact")
	" OR " HAS("revised_finding") " OR " HAS("relation");
static const char *const undo_sql[] = {
    "UPDATE session SET"
    " answer_id = (SELECT r.answer_id FROM revised r WHERE r.session_id = session.id),"
    " conclusion_id = (SELECT r.conclusion_id FROM revised r WHERE r.session_id = session.id) "
    "WHERE id " RANGE("revised"),
    "DELETE FROM revised WHERE session_id " RANGE("revised"),
    "DELETE FROM revised_fact WHERE session_id " RANGE("revised_fact"),
    "DELETE FROM revised_finding WHERE session_id " RANGE("revised_finding"),
    "DELETE FROM relation WHERE session_id " RANGE("relation"),
};

#define PICK(order) \
	"INSERT OR IGNORE INTO relate_hit (session_id, other_session_id) SELECT session_id, other FROM (" \
	"SELECT t.session_id, (SELECT g.session_id FROM relate_giver g WHERE g.lookup = t.lookup " \
	"AND g.at_ns BETWEEN t.from_ns AND t.until_ns AND g.session_id <> t.session_id " \
	"ORDER BY g.at_ns" order ", g.place" order ", g.session_id" order " LIMIT 1) AS other " \
	"FROM relate_taker t) WHERE other IS NOT NULL"

static const char *const pick_sql[] = {
    [RELATE_FIRST] = PICK(""),
    [RELATE_LAST] = PICK(" DESC"),
    [RELATE_WHENEVER] = "INSERT OR IGNORE INTO relate_hit (session_id, other_session_id) "
	"SELECT t.session_id, g.session_id FROM relate_taker t CROSS JOIN relate_first g ON g.lookup = t.lookup "
	"WHERE g.session_id <> t.session_id",
};

static const char raise_sql[] =
	"INSERT OR IGNORE INTO revised_fact "
	"(session_id, attempt_no, fact, instead, evidence, confidence, basis) "
	"SELECT s.id, coalesce(s.attempt_no, 1), k.fact, 1, k.evidence, 'high', "
	"coalesce(k.basis || '; ', '') || ?2 "
	"FROM (SELECT DISTINCT session_id FROM relate_hit) h "
	"CROSS JOIN session s ON s.id = h.session_id CROSS JOIN story t ON t.session_id = s.id "
	"CROSS JOIN json_each(t.facts) j CROSS JOIN claim k ON k.id = CAST(j.value AS INTEGER) "
	"WHERE k.fact = ?1 AND k.evidence = 'inferred' AND k.confidence = 'medium' "
	"AND coalesce(s.attempt_no, 1) = CASE WHEN instr(j.value, '#') BETWEEN 1 AND instr(j.value, '@') "
	"THEN CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) ELSE 1 END";

/* Of the first handshake, whatever the headline is; its ClientHello is the session's first frame. */
static const char fact_sql[] =
	"INSERT OR IGNORE INTO revised_fact "
	"(session_id, attempt_no, fact, instead, value, evidence, confidence, basis, frames) "
	"SELECT h.session_id, 1, ?1, 0, lower(substr(hex(c.xxh3), 1, 8)) || '-' || o.first_frame, "
	"?3, ?4, ?2, s.first_frame FROM relate_hit h CROSS JOIN session s ON s.id = h.session_id "
	"CROSS JOIN session o ON o.id = h.other_session_id CROSS JOIN capture c ON c.id = o.capture_id";

static const char raised_sql[] =
	"INSERT INTO relate_change SELECT DISTINCT h.session_id, 0, 1, NULL FROM relate_hit h "
	"CROSS JOIN revised_fact r ON r.session_id = h.session_id AND r.fact = ?1 AND r.instead = 1 WHERE true "
	"ON CONFLICT DO UPDATE SET raised = 1";
/* The rows after this one have no need to look for those again. */
static const char asked_sql[] =
	"DELETE FROM relate_unasked WHERE session_id IN (SELECT session_id FROM relate_hit)";
/* clang-format on */

/* --- running -----------------------------------------------------------------------------------
 */

static bool
clear_all(struct database *d)
{
	static const char *const tables[] = {
	    "relate_scope",     "relate_change",   "relate_finding", "relate_refused",
	    "relate_candidate", "relate_accepted", "relate_unasked", "relate_origin",
	    "relate_served",    "relate_trend",    "relate_twin"};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!relate_clear(d, tables[i]))
			return false;
	return true;
}

static bool
fill_takers(struct database *d, const struct relate_row *r)
{
	char sql[2048];

	sqlite3_snprintf(sizeof(sql), sql,
			 "WITH t(lookup, session_id, from_ns, until_ns) AS (%s) "
			 "INSERT INTO relate_taker SELECT * FROM t WHERE lookup IS NOT NULL",
			 r->taker);
	assert(strlen(sql) + 1 < sizeof(sql));
	return relate_clear(d, "relate_taker") && relate_exec(d, sql, NULL, 0);
}

static bool
fill_givers(struct database *d, const struct relate_row *r)
{
	static const char each[] = "INSERT OR IGNORE INTO relate_giver SELECT * FROM g "
				   "WHERE lookup IN (SELECT lookup FROM relate_taker)";
	/* One for each lookup, so that a busy server's thousands need no room. */
	static const char first[] =
	    "INSERT INTO relate_first SELECT * FROM g "
	    "WHERE lookup IN (SELECT lookup FROM relate_taker) ON CONFLICT DO UPDATE SET "
	    "at_ns = excluded.at_ns, place = excluded.place, session_id = excluded.session_id "
	    "WHERE (excluded.at_ns, excluded.place) < (at_ns, place)";
	bool whenever = r->pick == RELATE_WHENEVER;
	char sql[2048];

	sqlite3_snprintf(sizeof(sql), sql, "WITH g(lookup, at_ns, place, session_id) AS (%s) %s",
			 r->giver, whenever ? first : each);
	assert(strlen(sql) + 1 < sizeof(sql));
	return relate_clear(d, whenever ? "relate_first" : "relate_giver") &&
	       relate_exec(d, sql, NULL, 0);
}

static bool
note_relation(struct database *d, const struct relate_row *r)
{
	const struct relate_value word = {.text = r->relation};

	if (r->relation == NULL)
		return true;
	return relate_exec(d,
			   "INSERT OR IGNORE INTO relation "
			   "SELECT session_id, ?1, other_session_id FROM relate_hit "
			   "WHERE other_session_id <> 0",
			   &word, 1) &&
	       (!r->mutual || relate_exec(d,
					  "INSERT OR IGNORE INTO relation "
					  "SELECT other_session_id, ?1, session_id FROM relate_hit",
					  &word, 1));
}

static bool
note_modifier(struct database *d, const struct relate_row *r)
{
	const struct relate_value bit = {.number = r->modifier};

	return r->modifier == 0 ||
	       relate_exec(d,
			   "INSERT INTO relate_change SELECT DISTINCT session_id, ?1, 0, NULL "
			   "FROM relate_hit WHERE true ON CONFLICT DO UPDATE "
			   "SET modifiers = modifiers | excluded.modifiers",
			   &bit, 1);
}

static bool
note_facts(struct database *d, const struct relate_row *r)
{
	const struct relate_value raise[] = {{.text = r->raises}, {.text = r->basis}};
	const struct relate_value fact[] = {
	    {.text = r->fact}, {.text = r->basis}, {.text = r->evidence}, {.text = r->confidence}};

	return (r->raises == NULL ||
		(relate_exec(d, raise_sql, raise, 2) && relate_exec(d, raised_sql, raise, 1))) &&
	       (r->fact == NULL || relate_exec(d, fact_sql, fact, 4));
}

/* Pairs that do not fit, for what a lookup cannot say. */
static bool
drop_others(struct database *d, const struct relate_row *r)
{
	char sql[2048];

	if (r->only == NULL)
		return true;
	sqlite3_snprintf(sizeof(sql), sql,
			 "DELETE FROM relate_hit AS h WHERE NOT EXISTS (SELECT 1 FROM session s "
			 "JOIN session o ON o.id = h.other_session_id "
			 "LEFT JOIN certificate sc ON sc.id = s.client_certificate_id "
			 "LEFT JOIN certificate oc ON oc.id = o.client_certificate_id "
			 "WHERE s.id = h.session_id AND %s)",
			 r->only);
	assert(strlen(sql) + 1 < sizeof(sql));
	return relate_exec(d, sql, NULL, 0);
}

/* Pairs: a taker gets one giver. */
static bool
find_pairs(struct database *d, const struct relate_row *r)
{
	bool none;

	if (!fill_takers(d, r) || !relate_none_of(d, "SELECT 1 FROM relate_taker", &none))
		return false;
	return none || (fill_givers(d, r) && relate_exec(d, pick_sql[r->pick], NULL, 0) &&
			drop_others(d, r));
}

/* One statement that looks at all sessions together. */
static bool
find_groups(struct database *d, const struct relate_row *r)
{
	char sql[4096];

	sqlite3_snprintf(sizeof(sql), sql, "INSERT OR IGNORE INTO relate_hit %s", r->found);
	assert(strlen(sql) + 1 < sizeof(sql));
	return relate_exec(d, sql, NULL, 0);
}

static bool
run_row(struct database *d, const struct relate_row *r, size_t place)
{
	bool none;

	if (!relate_clear(d, "relate_hit") ||
	    !(r->found != NULL ? find_groups(d, r) : find_pairs(d, r)) ||
	    !relate_none_of(d, "SELECT 1 FROM relate_hit", &none))
		return false;
	return none || (note_relation(d, r) && note_modifier(d, r) && note_facts(d, r) &&
			relate_findings_note(d, r, place) &&
			(r->table != RELATE_UNASKED || relate_exec(d, asked_sql, NULL, 0)));
}

/* *filled: which tables have been made. */
static bool
fill_table(struct database *d, enum relate_table table, unsigned *filled)
{
	if (table == RELATE_NO_TABLE || (*filled & 1u << table) != 0)
		return true;
	*filled |= 1u << table;
	return relate_exec_all(d, relate_table_sql[table], RELATE_TABLE_STEPS);
}

static bool
run_rows(struct database *d, bool incident_rows, unsigned met)
{
	unsigned filled = 0;

	for (size_t i = 0; i < relate_rows_count; i++) {
		const struct relate_row *r = &relate_rows[i];

		if ((r->scope == RELATE_INCIDENT && !incident_rows) || (r->needs & met) == 0)
			continue;
		if (!fill_table(d, r->table, &filled) || !run_row(d, r, i))
			return false;
	}
	return true;
}

static bool
start(struct database *d)
{
	bool none;

	return relate_none_of(d, "SELECT 1 FROM temp.sqlite_schema WHERE name = 'relate_scope'",
			      &none) &&
	       (!none || relate_exec_all(d, start_sql, sizeof(start_sql) / sizeof(start_sql[0]))) &&
	       clear_all(d);
}

static bool
undo(struct database *d)
{
	bool none;

	return relate_none_of(d, done_sql, &none) &&
	       (none || relate_exec_all(d, undo_sql, sizeof(undo_sql) / sizeof(undo_sql[0])));
}

static bool
run_scope(struct database *d, const char *scope, int64_t id, bool incident_rows, unsigned met)
{
	const struct relate_value value = {.number = id};

	return start(d) && relate_exec(d, scope, &value, 1) && undo(d) &&
	       run_rows(d, incident_rows, met) && relate_findings_apply(d) && relate_apply(d);
}

/* --- scopes ------------------------------------------------------------------------------------
 */

bool
relate_capture_goes(struct database *d, int64_t capture_id)
{
	const struct relate_value value = {.number = capture_id};

	return relate_exec(d,
			   "UPDATE incident SET related = 0 WHERE id = "
			   "(SELECT incident_id FROM capture WHERE id = ?1)",
			   &value, 1);
}

bool
relate_capture(struct database *d, int64_t capture_id, unsigned met)
{
	char sql[96];
	int64_t incident;

	sqlite3_snprintf(sizeof(sql), sql,
			 "SELECT incident_id FROM capture WHERE id = %lld AND incident_id > 0",
			 (long long)capture_id);
	if (!database_number(d, sql, &incident) ||
	    (incident != 0 && !relate_capture_goes(d, capture_id)))
		return false;
	return met == 0 || run_scope(d, capture_scope, capture_id, incident == 0, met);
}

static bool
relate_incident(struct database *d, int64_t id)
{
	const struct relate_value value = {.number = id};
	bool ok = database_exec(d, "BEGIN IMMEDIATE") &&
		  run_scope(d, incident_scope, id, true, RELATE_MET_ALL) &&
		  relate_exec(d, "UPDATE incident SET related = 1 WHERE id = ?1", &value, 1) &&
		  database_exec(d, "COMMIT");

	if (!ok && sqlite3_get_autocommit(d->db) == 0)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

bool
relate_incidents(struct database *d)
{
	int64_t id;

	for (;;) {
		if (!database_number(d, "SELECT min(id) FROM incident WHERE related = 0", &id))
			return false;
		if (id == 0)
			return true;
		if (!relate_incident(d, id))
			return false;
	}
}
