/*
 * store_rows.c - the rows of one session. See store_rows.h.
 */
#include "db/store_rows.h"

#include "db/address.h"
#include "db/store_sentence.h"

#include <string.h>

static void
bind_list(sqlite3_stmt *stmt, int column, const struct text *t)
{
	if (t->len > 0)
		sqlite3_bind_text64(stmt, column, t->data, t->len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, column);
}

static void
bind_numbers(sqlite3_stmt *stmt, int column, const struct numbers *n)
{
	sqlite3_bind_int64(stmt, column, (int64_t)n->digits);
	bind_list(stmt, column + 1, &n->text);
}

static void
bind_or_null(sqlite3_stmt *stmt, int column, int64_t v, int64_t null)
{
	if (v == null)
		sqlite3_bind_null(stmt, column);
	else
		sqlite3_bind_int64(stmt, column, v);
}

static void
bind_random(sqlite3_stmt *stmt, int column, const uint8_t *random)
{
	sqlite3_bind_blob(stmt, column, random, 32, SQLITE_STATIC);
}

static void
bind_endpoint(sqlite3_stmt *stmt, int column, const struct outcome_endpoint *e,
	      char buf[ADDRESS_TEXT_MAX])
{
	sqlite3_bind_text(stmt, column, address_text(e, buf), -1, SQLITE_STATIC);
	bind_or_null(stmt, column + 1, e->family != 0 ? e->port : -1, -1);
}

static int64_t
mac_number(const struct outcome_endpoint *e)
{
	int64_t v = 0;

	if (!e->has_mac)
		return -1;
	for (int i = 0; i < 6; i++)
		v = v << 8 | e->mac[i];
	return v;
}

/* Is something about the certificate itself proven to be the reason? */
static bool
is_blamed(const struct outcome *o)
{
	for (size_t i = 0; i < o->n_findings; i++)
		if (strcmp(o->findings[i].severity, "failure") == 0 &&
		    strcmp(o->findings[i].certainty, "proven") == 0 &&
		    strcmp(o->findings[i].cause, "refused_above_tls") != 0)
			return true;
	return false;
}

unsigned
store_rows_signs(const struct outcome *o)
{
	return (o->notes.corroborable ? RELATE_SIGN_CORROBORABLE : 0u) |
	       (o->notes.unsolicited ? RELATE_SIGN_UNSOLICITED : 0u) |
	       (is_blamed(o) ? RELATE_SIGN_BLAMED : 0u);
}

static bool
has_notes(const struct outcome *o, unsigned signs)
{
	const struct outcome_notes *n = &o->notes;

	return signs != 0 || (n->handle | n->used) != 0 || n->outcome_rule != 0 ||
	       (n->ticket_length | n->identity_length) != 0 ||
	       o->attempts[o->headline].attempt_no != 1;
}

static void
bind_notes(struct store *s, sqlite3_stmt *stmt, int column, const struct outcome *o, unsigned signs)
{
	const struct outcome_notes *n = &o->notes;
	bool noted = has_notes(o, signs);

	if (!noted && !s->noted)
		return; /* they are NULL since the last session */
	s->noted = noted;
	bind_or_null(stmt, column, o->attempts[o->headline].attempt_no, 1);
	bind_or_null(stmt, column + 1, n->outcome_rule, 0);
	bind_or_null(stmt, column + 2, signs, 0);
	bind_or_null(stmt, column + 3, (int64_t)n->handle, 0);
	bind_or_null(stmt, column + 4, (int64_t)n->used, 0);
	bind_or_null(stmt, column + 5, n->ticket_length, 0);
	bind_or_null(stmt, column + 6, n->identity_length, 0);
}

static bool
insert_session(struct store *s, const struct outcome *o, const struct store_references *r)
{
	sqlite3_stmt *stmt = s->statements[STORE_SESSION_INSERT];
	char client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];

	sqlite3_bind_int64(stmt, 1, s->next_session);
	sqlite3_bind_int64(stmt, 2, s->capture_id);
	sqlite3_bind_int64(stmt, 3, r->profile);
	sqlite3_bind_int64(stmt, 4, r->answer);
	sqlite3_bind_int64(stmt, 5, r->conclusion);
	bind_endpoint(stmt, 6, &o->client, client);
	bind_endpoint(stmt, 8, &o->server, server);
	bind_or_null(stmt, 10, mac_number(&o->client), -1);
	bind_or_null(stmt, 11, r->eap_identity, 0);
	bind_or_null(stmt, 12, r->sni, 0);
	bind_or_null(stmt, 13, o->stream, -1);
	sqlite3_bind_int64(stmt, 14, (int64_t)o->first_frame);
	sqlite3_bind_int64(stmt, 15, (int64_t)o->last_frame);
	sqlite3_bind_int64(stmt, 16, o->started_ns);
	sqlite3_bind_int64(stmt, 17, o->ended_ns);
	bind_or_null(stmt, 18, r->client_certificate, 0);
	bind_or_null(stmt, 19, r->server_certificate, 0);
	bind_or_null(stmt, 20, s->lists.findings, 0);
	bind_notes(s, stmt, 21, o, r->signs);
	return database_run(&s->d, stmt);
}

static bool
bind_explanation(struct store *s, sqlite3_stmt *stmt, int column, const char *text,
		 const struct store_cut *ms)
{
	int64_t id;

	sqlite3_bind_null(stmt, column);
	sqlite3_bind_null(stmt, column + 1);
	if (text == NULL)
		return true;
	if (!store_sentence_id(s, text, ms, &id))
		return false;
	sqlite3_bind_int64(stmt, column, id);
	if (ms->len > 0)
		sqlite3_bind_text64(stmt, column + 1, ms->at, ms->len, SQLITE_STATIC, SQLITE_UTF8);
	return true;
}

static bool
insert_story(struct store *s, const struct outcome *o, const struct store_references *r)
{
	sqlite3_stmt *stmt = s->statements[STORE_STORY_INSERT];
	const struct store_lists *l = &s->lists;

	sqlite3_bind_int64(stmt, 1, s->next_session);
	sqlite3_bind_text(stmt, 2, o->community_id, -1, SQLITE_STATIC);
	bind_random(stmt, 3, o->client_random);
	bind_random(stmt, 4, o->server_random);
	if (!bind_explanation(s, stmt, 5, o->explanation, &r->ms))
		return false;
	bind_list(stmt, 7, &s->attempts);
	bind_list(stmt, 8, &s->chains);
	bind_list(stmt, 9, &s->requests);
	bind_or_null(stmt, 10, l->facts, 0);
	bind_or_null(stmt, 11, l->ladder, 0);
	bind_numbers(stmt, 12, &l->frames);
	bind_numbers(stmt, 14, &l->times);
	bind_numbers(stmt, 16, &l->sizes);
	bind_list(stmt, 18, &l->values);
	return database_run(&s->d, stmt);
}

bool
store_rows_insert(struct store *s, const struct outcome *o, const struct store_references *r)
{
	return insert_session(s, o, r) && insert_story(s, o, r);
}

bool
store_without_tls(void *store, const struct outcome_without_tls *w)
{
	struct store *s = store;
	sqlite3_stmt *stmt = s->statements[STORE_WITHOUT_TLS_INSERT];
	char buf[ADDRESS_TEXT_MAX];

	if (s->failed)
		return false;
	sqlite3_bind_int64(stmt, 1, s->capture_id);
	bind_endpoint(stmt, 2, &w->server, buf);
	sqlite3_bind_int64(stmt, 4, (int64_t)w->refused);
	sqlite3_bind_int64(stmt, 5, (int64_t)w->no_answer);
	sqlite3_bind_int64(stmt, 6, (int64_t)w->plaintext);
	sqlite3_bind_int64(stmt, 7, (int64_t)w->first_frame);
	s->failed = !database_run(&s->d, stmt);
	return !s->failed;
}
