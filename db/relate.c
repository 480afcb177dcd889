/*
 * relate.c - the rows of relations.def at work. See relate.h.
 *
 * Each row fills relate_taker and relate_giver, pairs them into relate_hit, and its effects follow
 * from its fields. Changes of answers and conclusions wait until all rows are through, so that
 * every row reads what pass 1 said; then relate_apply.c writes them.
 */
#include "db/relate_impl.h"

#include <assert.h>

/* --- the words of relations.def ----------------------------------------------------------------
 */

#define EVER       "-9223372036854775807, 9223372036854775807"
#define BEFORE     "-9223372036854775807, s.started_ns - 1"
#define SOON_AFTER "s.started_ns + 1, s.ended_ns + 120000000000" /* verdicts.md 5.6: 2 minutes */

/* clang-format off */
#define SESSIONS \
	"FROM relate_scope x CROSS JOIN session s ON s.id BETWEEN x.first AND x.last " \
	"CROSS JOIN answer a ON a.id = s.answer_id CROSS JOIN conclusion v ON v.id = s.conclusion_id "
#define TAKER(lookup, window) "SELECT " lookup ", s.id, " window " " SESSIONS
#define GIVER(lookup)         "SELECT " lookup ", s.started_ns, x.place + s.first_frame, s.id " SESSIONS

/* The same server by address, or by the name that was asked for. */
#define EITHER_NAME "CROSS JOIN (VALUES (0), (1)) n "
#define NAMED_SERVER \
	"CASE n.column1 WHEN 0 THEN s.server_ip || ' ' || s.server_port ELSE 'name ' || s.sni_id END"

#define FAILED_WITHOUT_CERTIFICATE \
	"'no_client_cert_rejected', 'no_client_cert_dropped', 'no_client_cert_unknown_outcome', " \
	"'client_aborted_on_request', 'client_aborted_after_server_flight', " \
	"'server_gave_up_waiting', 'client_answer_missing'"
#define FAILED_WITH_CERTIFICATE \
	"'client_cert_rejected', 'client_cert_dropped', 'client_cert_proof_failed'"
#define PRESENTED "a.client_cert = 'presented'"
#define SUCCEEDED \
	"v.verdict = 'mutual_auth_ok' AND coalesce(v.modifiers, '') NOT LIKE '%dropped_after_accept%' " \
	"AND coalesce(v.modifiers, '') NOT LIKE '%app_layer_refusal%'"
/* Where all fail, as they do after a change of the server's, none has a partner: that is found soon.
 * v.id is there to have it asked last. */
#define CLIENT_WITH(condition) " AND iif(v.id, s.client_ip, NULL) IN (SELECT s.client_ip " SESSIONS "WHERE " condition ")"
/* Seen at more points than anybody captures at it is no handshake captured twice, but a random that is none. */
#define TAPS_MAX "16"
#define RANDOMS_SEEN_TWICE \
	"SELECT y.client_random FROM relate_scope z " \
	"CROSS JOIN story y ON y.session_id BETWEEN z.first AND z.last " \
	"WHERE y.client_random IS NOT NULL GROUP BY 1 HAVING count(*) BETWEEN 2 AND " TAPS_MAX

enum relate_scope { RELATE_CAPTURE, RELATE_INCIDENT };
enum relate_pick { RELATE_FIRST, RELATE_LAST };

struct relate_row {
	const char *name;
	enum relate_scope scope;
	unsigned needs; /* enum relate_met */
	enum relate_pick pick;
	const char *relation;
	bool mutual;
	unsigned modifier; /* enum modifier; 0 none */
	const char *raises;
	const char *fact, *evidence, *confidence, *basis;
	const char *taker, *giver;
};

static const struct relate_row rows[] = {
#define RELATION(row, ...) {.name = #row, __VA_ARGS__},
#include "db/relations.def"
};

/* Made once: each change of the temporary schema would have all statements prepared again. */
static const char *const start_sql[] = {
    "CREATE TEMP TABLE IF NOT EXISTS relate_scope"
    " (capture_id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, place INTEGER)",
    "CREATE TEMP TABLE IF NOT EXISTS relate_taker (lookup, session_id, from_ns, until_ns)",
    "CREATE TEMP TABLE IF NOT EXISTS relate_giver (lookup, at_ns, place, session_id,"
    " PRIMARY KEY (lookup, at_ns, place, session_id)) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS relate_hit (session_id, other_session_id,"
    " PRIMARY KEY (session_id, other_session_id)) WITHOUT ROWID",
    "CREATE TEMP TABLE IF NOT EXISTS relate_change"
    " (session_id INTEGER PRIMARY KEY, modifiers INTEGER NOT NULL, raised INTEGER NOT NULL)",
    "CREATE TEMP TABLE IF NOT EXISTS relate_word (bit INTEGER PRIMARY KEY, word TEXT)",
    "CREATE TEMP TABLE IF NOT EXISTS relate_answer (old INTEGER PRIMARY KEY, new INTEGER)",
    "CREATE TEMP TABLE IF NOT EXISTS relate_conclusion"
    " (old INTEGER, added INTEGER, verdict, sub_reason, words, new INTEGER, PRIMARY KEY (old, added))",
    "DELETE FROM relate_scope",
    "DELETE FROM relate_change",
};

/* Captures are placed by content: ids depend on the order of the runs. */
#define SCOPE \
	"INSERT INTO relate_scope SELECT id, first_session, last_session, " \
	"row_number() OVER (ORDER BY xxh3, size, sha256) << 40 FROM capture WHERE "

#define RANGE(table) \
	"IN (SELECT r.session_id FROM relate_scope x CROSS JOIN " table " r ON r.session_id BETWEEN x.first AND x.last)"
static const char *const undo_sql[] = {
    "UPDATE session SET"
    " answer_id = (SELECT r.answer_id FROM revised r WHERE r.session_id = session.id),"
    " conclusion_id = (SELECT r.conclusion_id FROM revised r WHERE r.session_id = session.id) "
    "WHERE id " RANGE("revised"),
    "DELETE FROM revised WHERE session_id " RANGE("revised"),
    "DELETE FROM revised_fact WHERE session_id " RANGE("revised_fact"),
    "DELETE FROM relation WHERE session_id " RANGE("relation"),
};

#define PICK(order) \
	"INSERT OR IGNORE INTO relate_hit SELECT session_id, other FROM (" \
	"SELECT t.session_id, (SELECT g.session_id FROM relate_giver g WHERE g.lookup = t.lookup " \
	"AND g.at_ns BETWEEN t.from_ns AND t.until_ns AND g.session_id <> t.session_id " \
	"ORDER BY g.at_ns" order ", g.place" order ", g.session_id" order " LIMIT 1) AS other " \
	"FROM relate_taker t) WHERE other IS NOT NULL"

static const char *const pick_sql[] = {[RELATE_FIRST] = PICK(""), [RELATE_LAST] = PICK(" DESC")};

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
	"?3, ?4, ?2, s.first_frame FROM relate_hit h JOIN session s ON s.id = h.session_id "
	"JOIN session o ON o.id = h.other_session_id JOIN capture c ON c.id = o.capture_id";

static const char raised_sql[] =
	"INSERT INTO relate_change SELECT DISTINCT h.session_id, 0, 1 FROM relate_hit h "
	"JOIN revised_fact r ON r.session_id = h.session_id AND r.fact = ?1 AND r.instead = 1 WHERE true "
	"ON CONFLICT DO UPDATE SET raised = 1";
/* clang-format on */

/* --- running -----------------------------------------------------------------------------------
 */

bool
relate_exec(struct database *d, const char *sql, const struct relate_value *values, size_t count)
{
	sqlite3_stmt *stmt = NULL;

	bool ok = database_prepare(d, sql, &stmt);
	for (size_t i = 0; ok && i < count; i++) {
		if (values[i].text != NULL)
			sqlite3_bind_text(stmt, (int)i + 1, values[i].text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, (int)i + 1, values[i].number);
	}
	ok = ok && database_run(d, stmt);
	sqlite3_finalize(stmt);
	return ok;
}

bool
relate_exec_all(struct database *d, const char *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!relate_exec(d, steps[i], NULL, 0))
			return false;
	return true;
}

/* Does the table have a row? Empty ones end a row early. */
static bool
none_of(struct database *d, const char *count_sql, bool *none)
{
	int64_t n = 0;
	bool ok = database_number(d, count_sql, &n);

	*none = n == 0;
	return ok;
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
	return relate_exec(d, "DELETE FROM relate_taker", NULL, 0) && relate_exec(d, sql, NULL, 0);
}

static bool
fill_givers(struct database *d, const struct relate_row *r)
{
	char sql[2048];

	sqlite3_snprintf(sizeof(sql), sql,
			 "WITH g(lookup, at_ns, place, session_id) AS (%s) "
			 "INSERT OR IGNORE INTO relate_giver SELECT * FROM g "
			 "WHERE lookup IN (SELECT lookup FROM relate_taker)",
			 r->giver);
	assert(strlen(sql) + 1 < sizeof(sql));
	return relate_exec(d, "DELETE FROM relate_giver", NULL, 0) && relate_exec(d, sql, NULL, 0);
}

static bool
note_relation(struct database *d, const struct relate_row *r)
{
	const struct relate_value word = {.text = r->relation};

	return relate_exec(d,
			   "INSERT OR IGNORE INTO relation "
			   "SELECT session_id, ?1, other_session_id FROM relate_hit",
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
			   "INSERT INTO relate_change SELECT DISTINCT session_id, ?1, 0 "
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

static bool
run_row(struct database *d, const struct relate_row *r)
{
	bool none;

	if (!fill_takers(d, r) || !none_of(d, "SELECT 1 FROM relate_taker", &none))
		return false;
	if (none)
		return true;
	return fill_givers(d, r) && relate_exec(d, "DELETE FROM relate_hit", NULL, 0) &&
	       relate_exec(d, pick_sql[r->pick], NULL, 0) && note_relation(d, r) &&
	       note_modifier(d, r) && note_facts(d, r);
}

static bool
run_rows(struct database *d, bool incident_rows, unsigned met)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((rows[i].scope == RELATE_INCIDENT && !incident_rows) ||
		    (rows[i].needs & met) == 0)
			continue;
		if (!run_row(d, &rows[i]))
			return false;
	}
	return true;
}

static bool
run_scope(struct database *d, const char *scope, int64_t id, bool incident_rows, unsigned met)
{
	const struct relate_value value = {.number = id};
	bool none;

	if (!relate_exec_all(d, start_sql, sizeof(start_sql) / sizeof(start_sql[0])) ||
	    !relate_exec(d, scope, &value, 1) ||
	    !relate_exec_all(d, undo_sql, sizeof(undo_sql) / sizeof(undo_sql[0])) ||
	    !run_rows(d, incident_rows, met) || !none_of(d, "SELECT 1 FROM relate_change", &none))
		return false;
	return none || relate_apply(d);
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
	return met == 0 || run_scope(d, SCOPE "id = ?1", capture_id, incident == 0, met);
}

static bool
relate_incident(struct database *d, int64_t id)
{
	const struct relate_value value = {.number = id};
	bool ok = database_exec(d, "BEGIN IMMEDIATE") &&
		  run_scope(d, SCOPE "incident_id = ?1", id, true, RELATE_MET_ALL) &&
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
