/*
 * store_session.c - the sink: one outcome becomes two rows, whatever it holds.
 * Called by the pipeline through store_sink(). How the lists are written is in schema.sql.
 */
#include "db/store_ids.h"
#include "db/store_lists.h"
#include "db/store_rows.h"

#include <string.h>

enum {
	ITEM_MAX = 4 + 2 * (TEXT_INT_MAX + 1), /* quotes, comma, ]; two numbers with their marks */
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
	text_put_marked(t, '"', id);
	text_put_marked(t, '#', (int64_t)n);
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

/* None are written of a session that has one, as most: that is its headline. */
static bool
put_attempts(struct store *s, const struct outcome *o, struct store_references *r)
{
	s->attempts.len = 0;
	if (o->n_attempts == 1 && o->attempts[0].attempt_no == 1)
		return store_ids_answer(s, o, &o->attempts[0], &r->answer);
	for (size_t i = 0; i < o->n_attempts; i++) {
		int64_t id;

		if (!store_ids_answer(s, o, &o->attempts[i], &id) ||
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
	  struct store_references *r)
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
put_chain(struct store *s, const struct outcome *o, size_t i, size_t *next,
	  struct store_references *r)
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
put_chains(struct store *s, const struct outcome *o, struct store_references *r)
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

/* For pass 2, when the capture ends. */
static bool
note_session(struct store *s, const struct outcome *o, const struct store_references *r)
{
	const struct outcome_notes *n = &o->notes;
	struct relate_session *m = relate_sessions_add(&s->sessions, o->first_frame);

	if (m == NULL ||
	    !relate_sessions_ends(&s->sessions, &o->client, &o->server, (uint32_t)r->sni))
		return no_memory(s);
	m->started_ns = o->started_ns;
	m->ended_ns = o->ended_ns;
	relate_sessions_random(&s->sessions, o->client_random);
	relate_sessions_findings(&s->sessions, o->findings, o->n_findings);
	m->handle = n->handle;
	m->used = n->used;
	m->ticket_length = n->ticket_length;
	m->identity_length = n->identity_length;
	m->answer = (uint32_t)r->answer;
	m->conclusion = (uint32_t)r->conclusion;
	m->client_certificate = (uint32_t)r->client_certificate;
	m->server_certificate = (uint32_t)r->server_certificate;
	m->attempt_no = o->attempts[o->headline].attempt_no;
	m->signs = (uint8_t)r->signs;
	return true;
}

static bool
emit(struct store *s, const struct outcome *o)
{
	struct store_references r = {.signs = store_rows_signs(o)};

	s->copied = o->copied;
	if (o->headline >= o->n_attempts)
		return database_fault(&s->d, "a session without its headline attempt");
	if (o->explanation != NULL && (o->constants & OUTCOME_CONSTANT_EXPLANATION) == 0)
		r.ms = store_sentence_ms(o->explanation);
	return store_ids_profile(s, o, &r.profile) && store_ids_conclusion(s, o, &r.conclusion) &&
	       store_ids_name(s, o->sni, &r.sni) &&
	       store_ids_name(s, o->eap_identity, &r.eap_identity) && put_attempts(s, o, &r) &&
	       put_chains(s, o, &r) && put_requests(s, o) && store_lists_make(s, o, &r.ms) &&
	       store_rows_insert(s, o, &r) && note_session(s, o, &r);
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
	if (s->failed)
		return false;
	s->next_session++;
	return true;
}

struct outcome_sink
store_sink(struct store *s)
{
	return (struct outcome_sink){
	    .ctx = s, .emit = store_emit, .without_tls = store_without_tls};
}
