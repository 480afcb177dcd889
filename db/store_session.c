/*
 * store_session.c - the sink: one outcome becomes two rows, whatever it holds.
 * Called by the pipeline through store_sink(). How the lists are written is in schema.sql.
 */
#include "db/store_ids.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

/* What a session's rows refer to. */
struct references {
	int64_t profile, answer, conclusion, sni, eap_identity;
	int64_t client_certificate, server_certificate; /* leaves of the headline; 0 none */
};

enum {
	ITEM_MAX = 4 + 6 * (TEXT_INT_MAX + 1), /* quotes, comma, ]; six numbers with their marks */
	FRAMES_MAX = OUTCOME_FRAMES_MAX * (TEXT_INT_MAX + 1),
};

static bool
no_memory(struct store *s)
{
	return database_fault(&s->d, "out of memory");
}

/* [ before the first item, a comma before the others. */
static void
put_separator(struct text *t)
{
	text_put_char(t, t->len == 0 ? '[' : ',');
}

static void
put_marked(struct text *t, char mark, int64_t v)
{
	text_put_char(t, mark);
	text_put_int(t, v);
}

/* id, or "id#n" when n is not what the reader takes it for. */
static bool
put_reference(struct store *s, struct text *t, int64_t id, uint64_t n, uint64_t usual)
{
	if (!text_reserve(t, ITEM_MAX))
		return no_memory(s);
	put_separator(t);
	if (n == usual) {
		text_put_int(t, id);
		return true;
	}
	put_marked(t, '"', id);
	put_marked(t, '#', (int64_t)n);
	text_put_char(t, '"');
	return true;
}

static bool
end_list(struct store *s, struct text *t)
{
	if (t->len == 0)
		return true;
	if (!text_reserve(t, 1))
		return no_memory(s);
	text_put_char(t, ']');
	return true;
}

static bool
put_attempts(struct store *s, const struct outcome *o, struct references *r)
{
	s->attempts.len = 0;
	for (size_t i = 0; i < o->n_attempts; i++) {
		int64_t id;

		if (!store_ids_answer(s, &o->attempts[i], &id) ||
		    !put_reference(s, &s->attempts, id, o->attempts[i].attempt_no, 1))
			return false;
		if (i == o->headline)
			r->answer = id;
	}
	return end_list(s, &s->attempts);
}

/* The headline's leaves: the client's of that attempt, the server's of that or the last before. */
static void
note_leaf(const struct outcome *o, const struct outcome_chain_link *l, int64_t id,
	  struct references *r)
{
	unsigned headline = o->attempts[o->headline].attempt_no;

	if (l->position != 0)
		return;
	if (l->role == TLS_CLIENT && l->attempt_no == headline)
		r->client_certificate = id;
	if (l->role == TLS_SERVER && l->attempt_no <= headline)
		r->server_certificate = id;
}

/* One chain: the links from i on that share attempt and role. *next: the first after it. */
static bool
put_chain(struct store *s, const struct outcome *o, size_t i, size_t *next, struct references *r)
{
	const struct outcome_chain_link *first = &o->chain[i];
	size_t n = i;
	int64_t id;

	s->chain.len = 0;
	for (; n < o->n_chain && o->chain[n].attempt_no == first->attempt_no &&
	       o->chain[n].role == first->role;
	     n++) {
		if (!store_ids_certificate(s, o->chain[n].certificate, &id) ||
		    !put_reference(s, &s->chain, id, o->chain[n].position, n - i))
			return false;
		note_leaf(o, &o->chain[n], id, r);
	}
	*next = n;
	return end_list(s, &s->chain) &&
	       store_ids_chain(s, first->role, s->chain.data, s->chain.len, &id) &&
	       put_reference(s, &s->chains, id, first->attempt_no, 1);
}

static bool
put_chains(struct store *s, const struct outcome *o, struct references *r)
{
	s->chains.len = 0;
	for (size_t i = 0; i < o->n_chain;)
		if (!put_chain(s, o, i, &i, r))
			return false;
	return end_list(s, &s->chains);
}

static bool
put_requests(struct store *s, const struct outcome *o)
{
	s->requests.len = 0;
	for (size_t i = 0; i < o->n_requests; i++) {
		int64_t id;

		if (!store_ids_request(s, &o->requests[i], &id) ||
		    !put_reference(s, &s->requests, id, o->requests[i].attempt_no, 1))
			return false;
	}
	return end_list(s, &s->requests);
}

static void
put_frames(struct text *t, const struct outcome_frames *f)
{
	for (unsigned i = 0; i < f->count && i < OUTCOME_FRAMES_MAX; i++) {
		if (i > 0)
			text_put_char(t, ',');
		text_put_int(t, (int64_t)f->frame[i]);
	}
}

static bool
put_fact(struct store *s, const struct outcome_fact *f)
{
	struct text *t = &s->facts;
	size_t len = f->value != NULL ? strlen(f->value) : 0;
	int64_t id;

	if (!store_ids_claim(s, f, &id))
		return false;
	if (!text_reserve(t, ITEM_MAX + FRAMES_MAX + len * TEXT_ESCAPED_MAX))
		return no_memory(s);
	put_separator(t);
	put_marked(t, '"', id);
	if (f->attempt_no != 1)
		put_marked(t, '#', f->attempt_no);
	text_put_char(t, '@');
	put_frames(t, &f->frames);
	if (f->value != NULL) {
		text_put_char(t, '=');
		text_put_escaped(t, f->value, len);
	}
	text_put_char(t, '"');
	return true;
}

static bool
put_facts(struct store *s, const struct outcome *o)
{
	s->facts.len = 0;
	for (size_t i = 0; i < o->n_facts; i++)
		if (!put_fact(s, &o->facts[i]))
			return false;
	return end_list(s, &s->facts);
}

static bool
put_message(struct store *s, const struct outcome *o, const struct outcome_message *m)
{
	struct text *t = &s->ladder;
	int64_t id;

	if (!store_ids_step(s, m, &id))
		return false;
	if (!text_reserve(t, ITEM_MAX))
		return no_memory(s);
	put_separator(t);
	put_marked(t, '"', id);
	if (m->attempt_no != 1)
		put_marked(t, '#', m->attempt_no);
	put_marked(t, '+', (int64_t)(m->frame - o->first_frame));
	put_marked(t, '@', (int64_t)((uint64_t)m->time_ns - (uint64_t)o->started_ns));
	put_marked(t, ':', m->length);
	if (m->repeat > 0)
		put_marked(t, 'x', m->repeat);
	text_put_char(t, '"');
	return true;
}

static bool
put_ladder(struct store *s, const struct outcome *o)
{
	s->ladder.len = 0;
	for (size_t i = 0; i < o->n_messages; i++)
		if (!put_message(s, o, &o->messages[i]))
			return false;
	return end_list(s, &s->ladder);
}

static void
bind_list(sqlite3_stmt *stmt, int column, const struct text *t)
{
	if (t->len > 0)
		sqlite3_bind_text64(stmt, column, t->data, t->len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, column);
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

/* IPv4 by hand: inet_ntop is a printf. */
static const char *
address_text(const struct outcome_endpoint *e, char buf[INET6_ADDRSTRLEN])
{
	struct text t = {buf, 0, INET6_ADDRSTRLEN};

	if (e->family == 6)
		return inet_ntop(AF_INET6, e->addr, buf, INET6_ADDRSTRLEN);
	if (e->family != 4)
		return NULL;
	text_put_int(&t, e->addr[0]);
	for (int i = 1; i < 4; i++)
		put_marked(&t, '.', e->addr[i]);
	text_put_char(&t, '\0');
	return buf;
}

static void
bind_endpoint(sqlite3_stmt *stmt, int column, const struct outcome_endpoint *e,
	      char buf[INET6_ADDRSTRLEN])
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

static bool
insert_session(struct store *s, const struct outcome *o, const struct references *r)
{
	sqlite3_stmt *stmt = s->statements[STORE_SESSION_INSERT];
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];

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
	return database_run(&s->d, stmt);
}

static bool
insert_story(struct store *s, const struct outcome *o)
{
	sqlite3_stmt *stmt = s->statements[STORE_STORY_INSERT];

	sqlite3_bind_int64(stmt, 1, s->next_session);
	sqlite3_bind_text(stmt, 2, o->community_id, -1, SQLITE_STATIC);
	bind_random(stmt, 3, o->client_random);
	bind_random(stmt, 4, o->server_random);
	sqlite3_bind_text(stmt, 5, o->explanation, -1, SQLITE_STATIC);
	bind_list(stmt, 6, &s->attempts);
	bind_list(stmt, 7, &s->chains);
	bind_list(stmt, 8, &s->requests);
	bind_list(stmt, 9, &s->facts);
	bind_list(stmt, 10, &s->ladder);
	return database_run(&s->d, stmt);
}

static bool
insert_finding(struct store *s, const struct outcome_finding *f)
{
	sqlite3_stmt *stmt = s->statements[STORE_FINDING_INSERT];
	const char *texts[] = {f->cause,       f->certainty,  f->severity,
			       f->explanation, f->server_fix, f->client_fix};
	char buf[FRAMES_MAX];
	struct text frames = {buf, 0, sizeof(buf)};

	sqlite3_bind_int64(stmt, 1, s->next_session);
	sqlite3_bind_int64(stmt, 2, f->rank);
	sqlite3_bind_int64(stmt, 3, f->attempt_no);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_text(stmt, 4 + i, texts[i], -1, SQLITE_STATIC);
	put_frames(&frames, &f->frames);
	bind_list(stmt, 10, &frames);
	return database_run(&s->d, stmt);
}

static bool
insert_rows(struct store *s, const struct outcome *o, const struct references *r)
{
	if (!insert_session(s, o, r) || !insert_story(s, o))
		return false;
	for (size_t i = 0; i < o->n_findings; i++)
		if (!insert_finding(s, &o->findings[i]))
			return false;
	return true;
}

static bool
emit(struct store *s, const struct outcome *o)
{
	struct references r = {0};

	if (o->headline >= o->n_attempts)
		return database_fault(&s->d, "a session without its headline attempt");
	return store_ids_profile(s, o, &r.profile) && store_ids_conclusion(s, o, &r.conclusion) &&
	       store_ids_name(s, o->sni, &r.sni) &&
	       store_ids_name(s, o->eap_identity, &r.eap_identity) && put_attempts(s, o, &r) &&
	       put_chains(s, o, &r) && put_requests(s, o) && put_facts(s, o) && put_ladder(s, o) &&
	       insert_rows(s, o, &r);
}

bool
store_emit(void *store, const struct outcome *o)
{
	struct store *s = store;

	if (s->failed)
		return false; /* the text of the first fault stays */
	if (!s->in_capture)
		return database_fault(&s->d, "a session outside of a capture");
	s->failed = !emit(s, o);
	if (!s->failed)
		s->next_session++;
	return !s->failed;
}

struct outcome_sink
store_sink(struct store *s)
{
	return (struct outcome_sink){.ctx = s, .emit = store_emit};
}
