/*
 * relate_load.c - sessions of an incident, or of a capture that was stored before, from their rows.
 * Called by relate.c.
 */
#include "db/address.h"
#include "db/relate_impl.h"

#include <string.h>

static const char sessions_sql[] =
    "SELECT s.id, s.first_frame, s.started_ns, s.ended_ns, t.client_random, s.handle, s.used, "
    "s.ticket_length, s.identity_length, s.client_ip, s.server_ip, s.server_port, s.sni_id, "
    "s.answer_id, s.conclusion_id, s.client_certificate_id, s.server_certificate_id, "
    "coalesce(s.attempt_no, 1), s.signs FROM session s LEFT JOIN story t ON t.session_id = s.id "
    "WHERE s.id BETWEEN ?1 AND ?2 ORDER BY s.id";

static bool
no_memory(struct database *d)
{
	return database_fault(d, "out of memory");
}

static uint32_t
id_at(sqlite3_stmt *stmt, int column)
{
	return (uint32_t)sqlite3_column_int64(stmt, column);
}

static bool
load_ends(sqlite3_stmt *stmt, struct relate_sessions *l)
{
	const struct outcome_endpoint client =
	    address_parse((const char *)sqlite3_column_text(stmt, 9));
	struct outcome_endpoint server = address_parse((const char *)sqlite3_column_text(stmt, 10));

	server.port = (uint16_t)sqlite3_column_int(stmt, 11);
	return relate_sessions_ends(l, &client, &server, id_at(stmt, 12));
}

static bool
load_session(struct database *d, sqlite3_stmt *stmt, struct relate_sessions *l)
{
	struct relate_session *s = relate_sessions_add(l, (uint64_t)sqlite3_column_int64(stmt, 1));

	if (s == NULL)
		return no_memory(d);
	if (sqlite3_column_int64(stmt, 0) != relate_sessions_id(l, l->count - 1))
		return database_fault(d, "damaged (sessions of a capture are not in sequence)");
	s->started_ns = sqlite3_column_int64(stmt, 2);
	s->ended_ns = sqlite3_column_int64(stmt, 3);
	if (sqlite3_column_bytes(stmt, 4) == 32)
		relate_sessions_random(l, sqlite3_column_blob(stmt, 4));
	s->handle = (uint64_t)sqlite3_column_int64(stmt, 5);
	s->used = (uint64_t)sqlite3_column_int64(stmt, 6);
	s->ticket_length = id_at(stmt, 7);
	s->identity_length = id_at(stmt, 8);
	s->answer = id_at(stmt, 13);
	s->conclusion = id_at(stmt, 14);
	s->client_certificate = id_at(stmt, 15);
	s->server_certificate = id_at(stmt, 16);
	s->attempt_no = id_at(stmt, 17);
	s->signs = (uint8_t)sqlite3_column_int(stmt, 18);
	return load_ends(stmt, l) || no_memory(d);
}

/* Columns: first and last session, hash. */
static bool
load_capture(struct database *d, sqlite3_stmt *capture, struct relate_sessions *l)
{
	struct relate_capture *c = relate_sessions_capture(l);
	bool none = false;

	if (c == NULL)
		return no_memory(d);
	c->first_id = sqlite3_column_int64(capture, 0);
	if (sqlite3_column_bytes(capture, 2) >= (int)sizeof(c->content))
		memcpy(c->content, sqlite3_column_blob(capture, 2), sizeof(c->content));
	sqlite3_stmt *stmt =
	    relate_ask(d, sessions_sql, c->first_id, sqlite3_column_int64(capture, 1));
	bool ok = stmt != NULL;
	while (ok && (ok = relate_next(d, stmt, &none)) && !none)
		ok = load_session(d, stmt, l);
	sqlite3_reset(stmt);
	return ok;
}

static bool
load(struct database *d, const char *sql, int64_t id, struct relate_sessions *l)
{
	sqlite3_stmt *stmt = relate_ask(d, sql, id, 0);
	bool none = false, ok = stmt != NULL;

	relate_sessions_reset(l);
	while (ok && (ok = relate_next(d, stmt, &none)) && !none)
		ok = load_capture(d, stmt, l);
	sqlite3_reset(stmt);
	return ok;
}

bool
relate_load_capture(struct database *d, int64_t id, struct relate_sessions *l)
{
	return load(d, "SELECT first_session, last_session, xxh3 FROM capture WHERE id = ?1", id,
		    l);
}

/* In the order of their contents: ids depend on the order of the runs. */
bool
relate_load_incident(struct database *d, int64_t id, struct relate_sessions *l)
{
	return load(d,
		    "SELECT first_session, last_session, xxh3 FROM capture WHERE incident_id = ?1 "
		    "ORDER BY xxh3, size, sha256",
		    id, l);
}
