/*
 * relate_findings.c - findings that rest on other sessions, and their place among those of pass 1.
 * Called by relate.c: for each row with a cause, and at the end.
 *
 * Order: the contract's (severity, what explains the decisive event, certainty), then those found
 * here, since they rest on more than one session. Of one cause a session has one finding: of the
 * rows of relations.def the first that fits, and of that and pass 1's the one that comes first.
 */
#include "db/relate_impl.h"

#include <assert.h>

/* clang-format off */
#define SEVERITY(x)  "CASE " x " WHEN 'failure' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
#define CERTAINTY(x) "CASE " x " WHEN 'proven' THEN 0 WHEN 'likely' THEN 1 ELSE 2 END"
#define WEIGHT(severity, explains, certainty) \
	"(" SEVERITY(severity) ") * 6 + (" explains " = 0) * 3 + " CERTAINTY(certainty)
/* Inference proves nothing. */
#define SURE "iif(a.evidence = 'inferred' AND ?3 = 'proven', 'likely', ?3)"

/* The {words} that causes.def has in fixes of causes named here; most have none. */
#define FIX(text) \
	"iif(k.plain, " text ", replace(replace(replace(" text ", '{sni}', coalesce(n.text, 'no name'))" \
	", '{cn}', coalesce(substr(sc.subject, 1, instr(sc.subject || ',', ',') - 1), 'the certificate'))" \
	", '{wanted}', coalesce('the CA of the accepted one, ' || oc.issuer, 'a CA that the server trusts')))"

/* Frames of a fact of the headline attempt. Not by the view: that would be computed for all. */
#define FRAMES_OF(fact) \
	"(SELECT nullif(substr(j.value, instr(j.value, '@') + 1, " \
	"instr(j.value || '=', '=') - instr(j.value, '@') - 1), '') FROM story t " \
	"CROSS JOIN json_each(t.facts) j CROSS JOIN claim k ON k.id = CAST(j.value AS INTEGER) " \
	"WHERE " fact " <> '' AND t.session_id = s.id AND k.fact = " fact " AND coalesce(s.attempt_no, 1) = " \
	"CASE WHEN instr(j.value, '#') BETWEEN 1 AND instr(j.value, '@') " \
	"THEN CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) ELSE 1 END)"

/* %s: weight, certainty and the row's words. The frames are those of the fact that the row names,
 * else the first. And the order. */
static const char note_sql[] =
	"INSERT OR IGNORE INTO relate_finding SELECT h.session_id, ?1, ?7, %s, ?2, %s, "
	"coalesce(s.attempt_no, 1), iif(a.evidence = 'inferred', 'Inferred, not read: ', '') || printf(?4, %s), "
	FIX("k.server") ", " FIX("k.client") ", "
	"coalesce(" FRAMES_OF("?6") ", s.first_frame) "
	"FROM relate_hit h CROSS JOIN session s ON s.id = h.session_id CROSS JOIN answer a ON a.id = s.answer_id "
	"CROSS JOIN relate_cause k ON k.cause = ?1 "
	"LEFT JOIN name n ON n.id = s.sni_id LEFT JOIN certificate sc ON sc.id = s.client_certificate_id "
	"LEFT JOIN session o ON o.id = h.other_session_id LEFT JOIN answer oa ON oa.id = o.answer_id "
	"LEFT JOIN name oname ON oname.id = o.sni_id LEFT JOIN certificate oc ON oc.id = o.client_certificate_id "
	"%s";

/* Of several hits of a session the earliest; few rows find any, and to sort takes long. */
static const char several_sql[] = "SELECT 1 FROM relate_hit GROUP BY session_id HAVING count(*) > 1 LIMIT 1";
static const char earliest_sql[] =
	"LEFT JOIN relate_scope x ON x.capture_id = o.capture_id ORDER BY o.started_ns, x.place + o.first_frame";

/* A verdict that says only "elsewhere" is told where. */
static const char tell_sql[] =
	"INSERT INTO relate_change SELECT r.session_id, 0, 0, r.explanation FROM relate_finding r "
	"CROSS JOIN session s ON s.id = r.session_id CROSS JOIN conclusion v ON v.id = s.conclusion_id "
	"WHERE r.place = ?1 AND v.verdict = ?2 ON CONFLICT DO UPDATE SET explanation = excluded.explanation";

/* Most sessions have one finding in the end: it needs no place among others. */
#define LONE "session_id NOT IN (SELECT m.session_id FROM relate_mixed m)"
static const char *const lone_sql[] = {
    "INSERT INTO relate_mixed SELECT DISTINCT session_id FROM relate_finding r "
    "WHERE EXISTS (SELECT 1 FROM finding f WHERE f.session_id = r.session_id "
    "AND (f.cause <> r.cause OR " WEIGHT("f.severity", "f.explains", "f.certainty") " < r.weight)) "
    "OR EXISTS (SELECT 1 FROM relate_finding o WHERE o.session_id = r.session_id AND o.cause <> r.cause)",

    "INSERT INTO revised_finding SELECT session_id, 1, NULL, attempt_no, cause, certainty, severity, explanation, "
    "server_fix, client_fix, frames FROM relate_finding WHERE " LONE,
};

/* The others, of this pass and of both. */
static const char *const mixed_sql[] = {
    "DELETE FROM relate_finding WHERE " LONE,

    "DELETE FROM relate_finding AS r WHERE EXISTS (SELECT 1 FROM finding f WHERE f.session_id = r.session_id "
    "AND f.cause = r.cause AND " WEIGHT("f.severity", "f.explains", "f.certainty") " < r.weight)",

    "INSERT INTO revised_finding SELECT session_id, "
    "row_number() OVER (PARTITION BY session_id ORDER BY weight, of IS NOT NULL, of, place), of, "
    "attempt_no, cause, certainty, severity, explanation, server_fix, client_fix, frames FROM "
    "(SELECT session_id, weight, place, NULL AS of, attempt_no, cause, certainty, severity, explanation, "
    "server_fix, client_fix, frames FROM relate_finding UNION ALL "
    "SELECT f.session_id, " WEIGHT("f.severity", "f.explains", "f.certainty") ", 0, f.rank, NULL, NULL, NULL, NULL, "
    "NULL, NULL, NULL, NULL FROM (SELECT DISTINCT session_id FROM relate_finding) r "
    "CROSS JOIN finding f ON f.session_id = r.session_id WHERE NOT EXISTS "
    "(SELECT 1 FROM relate_finding x WHERE x.session_id = f.session_id AND x.cause = f.cause))",
};
/* clang-format on */

/* The texts of causes.def, for the first row that needs them. */
static bool
fill_causes(struct database *d)
{
	static const char sql[] = "INSERT OR IGNORE INTO relate_cause VALUES (?1, ?2 || iif(?3 <> "
				  "'', '. Settings: ' || ?3, ''), "
				  "?4 || iif(?5 <> '', '. Settings: ' || ?5, ''), "
				  "instr(?2 || ?3 || ?4 || ?5, '{') = 0)";
	const struct outcome_cause *c;
	bool none;

	if (!relate_none_of(d, "SELECT 1 FROM relate_cause", &none))
		return false;
	for (size_t i = 0; none && (c = outcome_cause(i)) != NULL; i++) {
		const struct relate_value values[] = {{.text = c->name},
						      {.text = c->server},
						      {.text = c->server_settings},
						      {.text = c->client},
						      {.text = c->client_settings}};

		if (!relate_exec(d, sql, values, 5))
			return false;
	}
	return true;
}

bool
relate_findings_note(struct database *d, const struct relate_row *r, size_t place)
{
	const struct relate_value values[] = {
	    {.text = r->cause},        {.text = r->severity},
	    {.text = r->certainty},    {.text = r->sentence},
	    {.number = r->explains},   {.text = r->shown_by != NULL ? r->shown_by : ""},
	    {.number = (int64_t)place}};
	const struct relate_value tells[] = {{.number = (int64_t)place}, {.text = r->tells}};
	char sql[4096];
	bool one_each;

	if (r->cause == NULL)
		return true;
	if (!relate_none_of(d, several_sql, &one_each))
		return false;
	sqlite3_snprintf(sizeof(sql), sql, note_sql, WEIGHT("?2", "?5", SURE), SURE,
			 r->words != NULL ? r->words : "''", one_each ? "" : earliest_sql);
	assert(strlen(sql) + 1 < sizeof(sql));
	return fill_causes(d) && relate_exec(d, sql, values, 7) &&
	       (r->tells == NULL || relate_exec(d, tell_sql, tells, 2));
}

bool
relate_findings_apply(struct database *d)
{
	bool none;

	if (!relate_none_of(d, "SELECT 1 FROM relate_finding", &none))
		return false;
	if (none)
		return true;
	return relate_clear(d, "relate_mixed") &&
	       relate_exec_all(d, lone_sql, sizeof(lone_sql) / sizeof(lone_sql[0])) &&
	       relate_none_of(d, "SELECT 1 FROM relate_mixed", &none) &&
	       (none || relate_exec_all(d, mixed_sql, sizeof(mixed_sql) / sizeof(mixed_sql[0])));
}
