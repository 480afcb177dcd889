/*
 * store_rows.c - the rows of one session. See store_rows.h.
 */
#include "db/store_rows.h"

#include "db/address.h"
#include "db/store_ids.h"
#include "db/store_sentence.h"

#include <string.h>

/* In the order of schema.sql; put_session() and put_story() give the values. */
static const char session_columns[] =
    "capture_id, profile_id, answer_id, conclusion_id, findings_id, client_ip, client_port, "
    "server_ip, server_port, client_mac, eap_identity_id, sni_id, stream, first_frame, last_frame, "
    "started_ns, ended_ns, client_certificate_id, server_certificate_id, attempt_no, "
    "outcome_rule, signs, handle, used, ticket_length, identity_length";
static const char story_columns[] =
    "community_id, client_random, server_random, explanation_id, named_ms, attempts, chains, "
    "requests, facts_id, ladder_id, frame_digits, frames, time_digits, times, size_digits, sizes, "
    "fact_values";

bool
store_rows_open(struct store *s)
{
	return row_batch_open(&s->session_rows, &s->d, "session", "id", session_columns) &&
	       row_batch_open(&s->story_rows, &s->d, "story", "session_id", story_columns);
}

void
store_rows_close(struct store *s)
{
	row_batch_close(&s->session_rows);
	row_batch_close(&s->story_rows);
}

static void
put_string(struct row_batch *b, const char *s)
{
	row_batch_text(b, s, s != NULL ? strlen(s) : 0);
}

/* None is NULL. */
static void
put_list(struct row_batch *b, const struct text *t)
{
	row_batch_text(b, t->len > 0 ? t->data : NULL, t->len);
}

static void
put_numbers(struct row_batch *b, const struct numbers *n)
{
	row_batch_int(b, (int64_t)n->digits);
	put_list(b, &n->text);
}

static void
put_or_null(struct row_batch *b, int64_t v, int64_t null)
{
	if (v == null)
		row_batch_null(b);
	else
		row_batch_int(b, v);
}

static int64_t
port_number(const struct outcome_endpoint *e)
{
	return e->family != 0 ? e->port : -1;
}

static void
put_endpoint(struct row_batch *b, const struct outcome_endpoint *e)
{
	char buf[ADDRESS_TEXT_MAX];

	put_string(b, address_text(e, buf));
	put_or_null(b, port_number(e), -1);
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

static void
put_notes(struct row_batch *b, const struct outcome *o, unsigned signs)
{
	const struct outcome_notes *n = &o->notes;

	put_or_null(b, o->attempts[o->headline].attempt_no, 1);
	put_or_null(b, n->outcome_rule, 0);
	put_or_null(b, signs, 0);
	put_or_null(b, (int64_t)n->handle, 0);
	put_or_null(b, (int64_t)n->used, 0);
	put_or_null(b, n->ticket_length, 0);
	put_or_null(b, n->identity_length, 0);
}

static void
put_session(struct store *s, const struct outcome *o, const struct store_references *r)
{
	struct row_batch *b = &s->session_rows;

	row_batch_int(b, s->capture_id);
	row_batch_int(b, r->profile);
	row_batch_int(b, r->answer);
	row_batch_int(b, r->conclusion);
	put_or_null(b, s->lists.findings, 0);
	put_endpoint(b, &o->client);
	put_endpoint(b, &o->server);
	put_or_null(b, mac_number(&o->client), -1);
	put_or_null(b, r->eap_identity, 0);
	put_or_null(b, r->sni, 0);
	put_or_null(b, o->stream, -1);
	row_batch_int(b, (int64_t)o->first_frame);
	row_batch_int(b, (int64_t)o->last_frame);
	row_batch_int(b, o->started_ns);
	row_batch_int(b, o->ended_ns);
	put_or_null(b, r->client_certificate, 0);
	put_or_null(b, r->server_certificate, 0);
	put_notes(b, o, r->signs);
}

static bool
find_explanation(struct store *s, const struct outcome *o, const struct store_cut *ms, int64_t *id)
{
	*id = 0;
	if (o->explanation == NULL)
		return true;
	return (o->constants & OUTCOME_CONSTANT_EXPLANATION) != 0
		   ? store_ids_constant(s, o->explanation, id)
		   : store_sentence_id(s, o->explanation, ms, id);
}

static void
put_story(struct store *s, const struct outcome *o, const struct store_cut *ms, int64_t explanation)
{
	struct row_batch *b = &s->story_rows;
	const struct store_lists *l = &s->lists;

	put_string(b, o->community_id);
	row_batch_blob(b, o->client_random, 32);
	row_batch_blob(b, o->server_random, 32);
	put_or_null(b, explanation, 0);
	row_batch_text(b, ms->len > 0 ? ms->at : NULL, ms->len);
	put_list(b, &s->attempts);
	put_list(b, &s->chains);
	put_list(b, &s->requests);
	put_or_null(b, l->facts, 0);
	put_or_null(b, l->ladder, 0);
	put_numbers(b, &l->frames);
	put_numbers(b, &l->times);
	put_numbers(b, &l->sizes);
	put_list(b, &l->values);
}

bool
store_rows_insert(struct store *s, const struct outcome *o, const struct store_references *r)
{
	int64_t explanation;

	if (!find_explanation(s, o, &r->ms, &explanation))
		return false;
	put_session(s, o, r);
	put_story(s, o, &r->ms, explanation);
	return row_batch_end(&s->session_rows, &s->d, s->next_session) &&
	       row_batch_end(&s->story_rows, &s->d, s->next_session);
}

bool
store_rows_flush(struct store *s)
{
	return row_batch_flush(&s->session_rows, &s->d) && row_batch_flush(&s->story_rows, &s->d);
}

void
store_rows_drop(struct store *s)
{
	row_batch_drop(&s->session_rows);
	row_batch_drop(&s->story_rows);
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
	sqlite3_bind_text(stmt, 2, address_text(&w->server, buf), -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, w->server.port);
	sqlite3_bind_int64(stmt, 4, (int64_t)w->refused);
	sqlite3_bind_int64(stmt, 5, (int64_t)w->no_answer);
	sqlite3_bind_int64(stmt, 6, (int64_t)w->plaintext);
	sqlite3_bind_int64(stmt, 7, (int64_t)w->first_frame);
	s->failed = !database_run(&s->d, stmt);
	return !s->failed;
}
