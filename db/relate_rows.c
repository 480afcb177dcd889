/*
 * relate_rows.c - the words that relations.def is written in, its rows as data, and the tables that
 * several of them share. Run by relate.c.
 */
#include "db/relate_impl.h"

/* clang-format off */

/* --- when ------------------------------------------------------------------------------------- */

#define EVER       "-9223372036854775807, 9223372036854775807"
#define BEFORE     "-9223372036854775807, s.started_ns - 1"
#define SOON_AFTER "s.started_ns + 1, s.ended_ns + 120000000000" /* verdicts.md 5.6: 2 minutes */
#define TIME(ns) \
	"strftime('%Y-%m-%d %H:%M:%S', (" ns " - 999999999 * (" ns " < 0)) / 1000000000, 'unixepoch')"

/* --- who, with whom --------------------------------------------------------------------------- */

#define SESSIONS "FROM relate_scope x CROSS JOIN session s ON s.id BETWEEN x.first AND x.last "
#define TAKER(lookup, window) "SELECT " lookup ", s.id, " window " " SESSIONS
#define GIVER(lookup)         "SELECT " lookup ", s.started_ns, x.place + s.first_frame, s.id " SESSIONS

#define SERVER         "s.server_ip || ' ' || s.server_port"
#define SERVER_AS_NAME SERVER " || ' ' || coalesce(s.sni_id, 0)" /* under one name, or under none */

/* The same server by address, or by the name that was asked for. */
#define EITHER_NAME "CROSS JOIN (VALUES (0), (1)) n "
#define NAMED_SERVER "CASE n.column1 WHEN 0 THEN " SERVER " ELSE 'name ' || s.sni_id END"

/* --- how it ended ----------------------------------------------------------------------------- */

/* Few conclusions and answers are many sessions: to look them up for each takes twice as long. */
#define CONCLUDED(condition) "s.conclusion_id IN (SELECT v.id FROM conclusion v WHERE " condition ")"
#define ANSWERED(condition)  "s.answer_id IN (SELECT a.id FROM answer a WHERE " condition ")"

#define LEFT_WHEN_ASKED "'client_aborted_on_request', 'client_aborted_after_server_flight'"
#define FAILED_WITHOUT_CERTIFICATE \
	"'no_client_cert_rejected', 'no_client_cert_dropped', 'no_client_cert_unknown_outcome', " \
	LEFT_WHEN_ASKED ", 'server_gave_up_waiting', 'client_answer_missing'"
#define FAILED_WITH_CERTIFICATE \
	"'client_cert_rejected', 'client_cert_dropped', 'client_cert_proof_failed'"
#define PRESENTED ANSWERED("a.client_cert = 'presented'")
#define EMPTY     ANSWERED("a.client_cert = 'empty'")
#define REFUSED_ABOVE "coalesce(v.modifiers, '') LIKE '%app_layer_refusal%'"
#define ACCEPTED CONCLUDED("v.verdict = 'mutual_auth_ok' AND NOT " REFUSED_ABOVE)
#define SUCCEEDED \
	CONCLUDED("v.verdict = 'mutual_auth_ok' AND coalesce(v.modifiers, '') NOT LIKE '%dropped_after_accept%' AND NOT " REFUSED_ABOVE)
#define SERVICE "coalesce('name ' || s.sni_id, " SERVER ")"
#define WHO     "coalesce('certificate ' || s.client_certificate_id, s.client_ip)"
#define SURE    ANSWERED("a.confidence IN ('certain', 'very_high', 'high')")
/* Where all fail, as they do after a change of the server's, none has a partner: that is found soon.
 * iif() keeps it from being asked first. */
#define CLIENT_WITH(condition) " AND iif(s.id, s.client_ip, NULL) IN (SELECT s.client_ip " SESSIONS "WHERE " condition ")"
#define DIGITS_OF(n) #n
#define DIGITS(n)    DIGITS_OF(n)
#define TAPS_MAX     DIGITS(RELATE_TAPS_MAX)
/* Instead of SESSIONS. */
#define TWINS \
	"FROM relate_twin t CROSS JOIN session s ON s.id = t.session_id CROSS JOIN relate_scope x ON x.capture_id = s.capture_id "

/* Not asked, and nothing found about it yet; asked in the first handshake. */
#define UNASKED(lookup) \
	"SELECT " lookup ", s.id, " EVER " FROM relate_unasked u CROSS JOIN session s ON s.id = u.session_id WHERE true"
#define ASKED "WHERE " ANSWERED("a.client_cert_requested = 'yes' AND a.attempt = 'initial'") " AND " SURE

/* What a session was resumed from: what its client had sent there. */
#define IDENTITY \
	TIME("o.started_ns") ", CASE oa.client_cert " \
	"WHEN 'presented' THEN coalesce('the client presented ' || nullif(oc.subject, ''), 'the client presented a certificate') " \
	"WHEN 'empty' THEN 'the client was asked and sent no certificate' " \
	"WHEN 'none_sent' THEN iif(oa.client_cert_requested = 'no', 'no certificate was asked for', 'the client sent no certificate') " \
	"ELSE 'what the client sent cannot be told' END, " \
	"CASE oa.outcome WHEN 'accepted' THEN ', and TLS finished' WHEN 'rejected' THEN ', and the server refused' ELSE '' END"

/* --- sessions that were judged by their certificate --------------------------------------------
 * Thresholds: a trend needs enough clients that one person's mistake, or two, is none; some of them
 * must have got in before, or they may be new ones that never could; and a server that accepted
 * fewer than three sessions has no past to compare with. Everything else is `possible`. */
#define TREND_ACCEPTED_MIN "3" /* sessions accepted before */
#define TREND_CLIENTS_MIN  "3" /* refused since, and none accepted */
#define TREND_TURNED_MIN   "2" /* of those, accepted before */
#define TREND_TURNED_SURE  "3" /* of those, for `likely` */
#define EVERYWHERE_MIN     "2" /* services that refuse a certificate and accept another */
#define EVERYONE_MIN       "3" /* clients that a server refused, and it accepted none */
#define EVERYONE_SURE      "2" /* of those, accepted by another server, for `likely` */
#define OWNED_MAX          "3" /* more certificates from one address are many clients behind it */

/* Alerts that servers send for a CRL they lack, or a CA they no longer trust (causes.md 3.1): what
 * else they say is about the certificate itself. */
#define ALERTS_OF_CHANGE ANSWERED("a.alert_code IS NULL OR a.alert_code IN (40, 42, 45, 46, 48, 49, 80)")

#define JUDGED \
	PRESENTED " AND s.server_ip IS NOT NULL AND " WHO " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM relation r " \
	"JOIN session e ON e.id = r.other_session_id JOIN relate_scope y ON y.capture_id = e.capture_id " \
	"WHERE r.session_id = s.id AND r.relation = 'same_handshake' " \
	"AND (e.started_ns, y.place + e.first_frame) < (s.started_ns, x.place + s.first_frame))"

#define TURNED_AWAY(condition) \
	"SELECT j.session_id, (SELECT k.session_id FROM relate_accepted k WHERE k.server = t.server " \
	"AND k.at_ns = t.until ORDER BY k.place LIMIT 1), " \
	TIME("t.until") ", " TIME("t.since") ", t.clients, t.turned FROM relate_trend t " \
	"CROSS JOIN relate_refused j ON j.server = t.server AND j.at_ns > t.until WHERE " condition
#define TURNED_SENTENCE \
	"Until %s UTC this server accepted clients; since %s UTC it has refused all %d that came with a certificate, " \
	"%d of which it had accepted before: something changed at the server, such as a CRL that ran out or the CAs it trusts."

#define SHUT(condition) \
	"WITH got AS (SELECT DISTINCT who FROM relate_accepted), " \
	"shut AS (SELECT j.server, count(DISTINCT j.who) AS clients, count(DISTINCT g.who) AS elsewhere " \
	"FROM relate_refused j LEFT JOIN got g ON g.who = j.who " \
	"WHERE j.server NOT IN (SELECT server FROM relate_accepted) " \
	"GROUP BY j.server HAVING clients >= " EVERYONE_MIN " AND " condition ") " \
	"SELECT j.session_id, 0, t.clients, t.elsewhere, NULL, NULL FROM shut t " \
	"JOIN relate_refused j ON j.server = t.server"

/* --- names and issuers ------------------------------------------------------------------------ */

/* CAs of one organisation are one: they issue RSA and ECDSA certificates from different ones, and
 * replace them. */
#define ORGANISATION(dn) \
	"CASE instr(',' || " dn ", ',O=') WHEN 0 THEN " dn " ELSE " \
	"substr(" dn ", instr(',' || " dn ", ',O='), instr(substr(" dn ", instr(',' || " dn ", ',O=')) || ',', ',') - 1) END"
#define SIGHTINGS_MIN "2" /* of each issuer: servers that take turns show both to one client soon */

const struct relate_row relate_rows[] = {
#define RELATION(row, ...) {.name = #row, __VA_ARGS__},
#include "db/relations.def"
};
const size_t relate_rows_count = sizeof(relate_rows) / sizeof(relate_rows[0]);

const char *const relate_table_sql[RELATE_TABLES][RELATE_TABLE_STEPS] = {
    /* Sessions whose client presented a certificate that was refused; and those that were accepted, of
     * servers and clients of which something may be said. who: the certificate, or where it cannot be
     * read, the client's address. Refusals for what is proven wrong with the certificate itself say nothing
     * about others and are left out. A handshake captured twice counts once. */
    [RELATE_JUDGED] = {
	"INSERT INTO relate_refused SELECT s.id, " SERVER_AS_NAME ", " SERVICE ", " WHO ", s.started_ns, x.place + s.first_frame, "
	SURE ", (SELECT verdict FROM conclusion WHERE id = s.conclusion_id) || "
	"coalesce((SELECT alert_code FROM answer WHERE id = s.answer_id), '') " SESSIONS
	"WHERE " CONCLUDED("v.verdict IN ('client_cert_rejected', 'client_cert_dropped') "
	"OR (v.verdict = 'mutual_auth_ok' AND " REFUSED_ABOVE ")")
	" AND " ALERTS_OF_CHANGE " AND NOT coalesce(s.signs, 0) & 4 AND " JUDGED,

	"INSERT INTO relate_candidate "
	"WITH busy AS (SELECT server FROM relate_refused GROUP BY server "
	"HAVING count(DISTINCT who) >= min(" TREND_CLIENTS_MIN ", " EVERYONE_MIN ")), "
	"wide AS (SELECT who FROM relate_refused GROUP BY who "
	"HAVING count(DISTINCT service) >= " EVERYWHERE_MIN ") "
	"SELECT server FROM busy UNION SELECT who FROM relate_refused WHERE server IN busy "
	"UNION SELECT who FROM wide UNION SELECT service FROM relate_refused WHERE who IN wide",

	"INSERT INTO relate_accepted SELECT s.id, " SERVER_AS_NAME ", " SERVICE ", " WHO ", s.started_ns, x.place + s.first_frame "
	SESSIONS "WHERE EXISTS (SELECT 1 FROM relate_candidate) AND " ACCEPTED " AND " JUDGED " AND (" SERVER_AS_NAME " IN relate_candidate OR " SERVICE " IN relate_candidate "
	"OR " WHO " IN relate_candidate)",

	/* servers that refused since, all for one reason, what they had accepted before */
	"INSERT INTO relate_trend WITH got AS (SELECT DISTINCT server, who FROM relate_accepted), "
	"past AS (SELECT server, max(at_ns) AS until FROM relate_accepted "
	"GROUP BY server HAVING count(*) >= " TREND_ACCEPTED_MIN ") "
	"SELECT p.server, p.until, min(j.at_ns), count(DISTINCT j.who) AS clients, "
	"count(DISTINCT g.who) AS turned, min(j.sure), min(j.kind) FROM relate_refused j "
	"JOIN past p ON p.server = j.server AND p.until < j.at_ns "
	"LEFT JOIN got g ON g.server = j.server AND g.who = j.who GROUP BY p.server "
	"HAVING count(DISTINCT j.kind) = 1 AND clients >= " TREND_CLIENTS_MIN " AND turned >= " TREND_TURNED_MIN},

    /* Sessions that share a client's random with few others. */
    [RELATE_TWINS] = {
	"INSERT INTO relate_twin SELECT t.session_id, t.client_random, t.server_random FROM relate_scope x "
	"CROSS JOIN story t ON t.session_id BETWEEN x.first AND x.last WHERE t.client_random IN "
	"(SELECT y.client_random FROM relate_scope z CROSS JOIN story y ON y.session_id BETWEEN z.first AND z.last "
	"WHERE y.client_random IS NOT NULL GROUP BY 1 HAVING count(*) BETWEEN 2 AND " TAPS_MAX ")"},

    /* The handshake at the start of a chain of resumptions; sure: none of its links is inferred. */
    [RELATE_ORIGIN] = {
	"INSERT OR IGNORE INTO relate_origin WITH RECURSIVE link AS (SELECT r.session_id, r.other_session_id, "
	"f.evidence <> 'inferred' AS sure FROM relate_scope x "
	"CROSS JOIN relation r ON r.session_id BETWEEN x.first AND x.last AND r.relation = 'resumed_from' "
	"JOIN revised_fact f ON f.session_id = r.session_id AND f.attempt_no = 1 AND f.fact = 'resumed_from'), "
	"chain(session_id, origin, depth, sure) AS "
	"(SELECT DISTINCT other_session_id, other_session_id, 0, 1 FROM link "
	"WHERE other_session_id NOT IN (SELECT session_id FROM link) "
	"UNION ALL SELECT l.session_id, c.origin, c.depth + 1, c.sure AND l.sure "
	"FROM chain c JOIN link l ON l.other_session_id = c.session_id) "
	"SELECT * FROM chain WHERE depth > 0"},

    [RELATE_UNASKED] = {
	"INSERT INTO relate_unasked SELECT s.id " SESSIONS
	"WHERE " CONCLUDED("v.verdict = 'not_requested'") " AND " ANSWERED("a.resumed = 'no'") " AND " SURE},

    /* Whose certificate a name's server shows to whom, where it has shown several. */
    [RELATE_SERVED] = {
	"INSERT INTO relate_served SELECT " SERVER_AS_NAME ", " ORGANISATION("c.issuer") ", c.issuer, "
	"substr(c.key_type, 1, 2), s.client_ip, s.id, s.started_ns FROM relate_scope x "
	"CROSS JOIN session s ON s.id BETWEEN x.first AND x.last "
	"CROSS JOIN certificate c ON c.id = s.server_certificate_id "
	"WHERE s.sni_id IS NOT NULL AND s.client_ip IS NOT NULL AND c.issuer IS NOT NULL"},
};
/* clang-format on */
