/*
 * session.c - readable messages become details of steps; everything is kept in order. See
 * session.h.
 */
#include "analyzer/tls/session.h"

#include "analyzer/tls/certificate_list.h"
#include "analyzer/tls/certificates.h"
#include "analyzer/tls/decrypt.h"
#include "analyzer/tls/hello.h"
#include "dissectors/tls/ext_alpn.h"
#include "dissectors/tls/ext_client_certificate_type.h"
#include "dissectors/tls/ext_server_certificate_type.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/new_session_ticket.h"
#include "dissectors/tls/small_messages.h"

struct tls_session *
session_create(struct tls_run *run, const struct flow *flow, enum flow_dir client)
{
	struct arena arena = {.blocks = &run->blocks};
	struct tls_session *s = arena_alloc(&arena, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->arena = arena; /* it lives in its own arena */
	s->run = run;
	s->flow = flow;
	s->client = client;
	return s;
}

void
session_destroy(struct tls_session *s)
{
	if (s == NULL)
		return;
	decrypt_destroy(s->decrypt);
	transcript_drop(&s->transcript, s->run);
	for (size_t i = 0; i < s->n_held; i++)
		certificates_release(s->run->certificates, s->held[i]);
	for (size_t i = 0; i < s->n_requests; i++)
		requests_release(s->requests[i]);
	struct arena arena = s->arena;
	arena_finish(&arena);
}

/* --- steps ------------------------------------------------------------------------------------ */

void
session_note_mark(struct tls_session *s, const struct flow_mark *m)
{
	if (s->first_frame == 0 || (m->frame != 0 && m->frame < s->first_frame)) {
		s->first_frame = m->frame;
		s->first_ns = m->time_ns;
	}
	if (m->frame > s->last_frame) {
		s->last_frame = m->frame;
		s->last_ns = m->time_ns;
	}
}

static bool
has_proved(const struct tls_session *s)
{
	const struct step *p = s->trace.side[TLS_CLIENT].first;

	while (p != NULL && (p->kind != STEP_MESSAGE || p->type != TLS_HS_certificate_verify))
		p = p->next;
	return p != NULL;
}

/* Without secrets the transcript serves the check of a client's proof alone. A server that sends
 * data has accepted it; a client that goes on encrypted has given it, or never will. */
static void
drop_transcript(struct tls_session *s, const struct step *step)
{
	if (s->transcript.cap == 0 || s->decrypt != NULL || s->run->verify_all)
		return;
	bool needless = step->sender == TLS_SERVER ? step->kind == STEP_APPLICATION
						   : step->kind == STEP_CCS && !has_proved(s);
	if (needless)
		transcript_drop(&s->transcript, s->run);
}

struct step *
session_step(struct tls_session *s, const struct step *step)
{
	if (step->kind != STEP_GAP)
		session_note_mark(s, &step->mark);
	if (step->kind == STEP_ALERT && (step->level == 2 || step->code == 0))
		s->over = true;
	drop_transcript(s, step);
	return trace_add(&s->trace, &s->arena, step);
}

/* --- messages -----------------------------------------------------------------------------------
 */

static const void *
read_request(struct tls_session *s, const struct step *step, struct bytes body, bool *damaged)
{
	struct request *q;

	(void)step;
	if (s->n_requests == SESSION_REQUESTS_MAX) {
		s->limit = true;
		return NULL;
	}
	q = requests_intern(s->run->requests, body, s->version);
	if (q == NULL)
		return NULL;
	s->requests[s->n_requests++] = q;
	*damaged = q->error != NULL;
	return q;
}

static const void *
read_ticket(struct tls_session *s, const struct step *step, struct bytes body, bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_new_session_ticket m;
	struct ticket_detail *d = arena_alloc(&s->arena, sizeof(*d));
	bool is_13 = step->decrypted && tls_version_is_13(s->version);

	*damaged = !tls_new_session_ticket_parse(&c, is_13 ? TLS_1_3 : TLS_1_2, &m);
	if (d == NULL || *damaged)
		return NULL;
	d->lifetime = m.lifetime;
	d->len = m.ticket.len;
	d->digest = hasher_digest64(s->run->hasher, m.ticket);
	return d;
}

static void
read_agreed_type(struct tls_session *s, const struct tls_extension *e, struct cursor *in)
{
	struct tls_ext_client_certificate_type client;
	struct tls_ext_server_certificate_type server;

	if (e->type == TLS_EXT_client_certificate_type &&
	    tls_ext_client_certificate_type_parse(in, TLS_IN_EE, &client))
		s->certificate_type[TLS_CLIENT] = client.selected;
	if (e->type == TLS_EXT_server_certificate_type &&
	    tls_ext_server_certificate_type_parse(in, TLS_IN_EE, &server))
		s->certificate_type[TLS_SERVER] = server.selected;
}

static const void *
read_encrypted_extensions(struct tls_session *s, const struct step *step, struct bytes body,
			  bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_encrypted_extensions m;
	struct tls_ext_alpn alpn;
	struct tls_extension e;

	(void)step;
	*damaged = !tls_encrypted_extensions_parse(&c, &m);
	struct cursor list = cursor_child(&c, m.extensions);
	while (!*damaged && tls_extension_next(&list, &e)) {
		struct cursor in = cursor_child(&list, e.data);
		read_agreed_type(s, &e, &in);
		if (e.type == TLS_EXT_alpn && tls_ext_alpn_parse(&in, TLS_IN_EE, &alpn))
			s->encrypted_alpn =
			    arena_text(&s->arena, alpn.selected.data, alpn.selected.len);
	}
	return NULL;
}

/* --- hellos ----------------------------------------------------------------------------------- */

static const void *
read_client_hello(struct tls_session *s, const struct step *step, struct bytes body, bool *damaged)
{
	const struct client_hello_detail *d = hello_client(s, body);

	(void)step;
	*damaged = d == NULL;
	s->last_client_hello = d;
	if (s->client_hello == NULL)
		s->client_hello = d;
	return d;
}

static const void *
read_server_hello(struct tls_session *s, const struct step *step, struct bytes body, bool *damaged)
{
	const struct server_hello_detail *d = hello_server(s, body);

	*damaged = d == NULL;
	if (d != NULL && !d->hello_retry_request)
		s->last_server_hello = d;
	if (step->decrypted)
		return d;
	if (d != NULL && s->server_hello == NULL && !d->hello_retry_request) {
		s->server_hello = d;
		s->version = d->version;
	}
	return d;
}

/* Who was shown a certificate may ask its CA whether it still holds. */
static void
watch_revocation(struct tls_session *s, const struct chain_detail *chain)
{
	const struct endpoint *server = &s->flow->from[!s->client];

	for (size_t i = 0; i < chain->count; i++) {
		const struct outcome_certificate *c = chain->certificates[i];
		if (!fetches_watch(&s->run->fetches, server, FETCH_OCSP, c->ocsp_urls) ||
		    !fetches_watch(&s->run->fetches, server, FETCH_CRL, c->crl_urls))
			s->arena.failed = true;
	}
}

typedef const void *read_fn(struct tls_session *s, const struct step *step, struct bytes body,
			    bool *damaged);

/* Messages whose bodies are read, by type; the others only happened. */
static read_fn *const readers[] = {
    [TLS_HS_client_hello] = read_client_hello,
    [TLS_HS_server_hello] = read_server_hello,
    [TLS_HS_new_session_ticket] = read_ticket,
    [TLS_HS_encrypted_extensions] = read_encrypted_extensions,
    [TLS_HS_certificate] = certificate_list_read,
    [TLS_HS_certificate_request] = read_request,
    [TLS_HS_compressed_certificate] = certificate_list_read_compressed,
};

static bool
is_client_chain(const struct step *step)
{
	return step->sender == TLS_CLIENT && step->detail != NULL &&
	       (step->type == TLS_HS_certificate || step->type == TLS_HS_compressed_certificate);
}

/* Without secrets the transcript is worth keeping only while a client's proof may follow. */
static bool
transcript_needed(const struct tls_session *s, const struct step *step)
{
	if (s->decrypt != NULL || s->run->verify_all)
		return true;
	if (step->type == TLS_HS_server_hello)
		return !tls_version_is_13(s->version);
	return step->type != TLS_HS_server_hello_done || s->n_requests > 0;
}

static void
keep_transcript(struct tls_session *s, struct step *step, struct bytes body)
{
	if (s->transcript.over || step->damaged || step->type == TLS_HS_hello_request)
		return;
	if (transcript_needed(s, step))
		step->kept_at = transcript_keep(&s->transcript, s->run, step, body);
	else
		transcript_drop(&s->transcript, s->run);
}

/* What a message says is written where its step stands: copied later, all that was read and kept of
 * it would have to reach memory first. Beyond the limits of a trace it is read all the same. */
const struct step *
session_message(struct tls_session *s, struct step *step, struct bytes body)
{
	const size_t known = sizeof(readers) / sizeof(readers[0]);
	struct step *in_trace = session_step(s, step);
	struct step *p = in_trace != NULL ? in_trace : step;

	if (!p->damaged && p->type < known && readers[p->type] != NULL)
		p->detail = readers[p->type](s, p, body, &p->damaged);
	if (is_client_chain(p))
		watch_revocation(s, p->detail);
	keep_transcript(s, p, body);
	return in_trace;
}

void
session_sslv2_hello(struct tls_session *s, const struct step *step, struct bytes body)
{
	struct step kept = *step;

	kept.type = TLS_HS_client_hello;
	kept.detail = s->client_hello = s->last_client_hello = hello_client_sslv2(s, body);
	kept.damaged = kept.detail == NULL;
	session_step(s, &kept);
}

/* --- roles and the end --------------------------------------------------------------------------
 */

void
session_swap_sides(struct tls_session *s)
{
	struct trace_side client = s->trace.side[TLS_CLIENT];

	s->trace.side[TLS_CLIENT] = s->trace.side[TLS_SERVER];
	s->trace.side[TLS_SERVER] = client;
	for (unsigned side = 0; side < 2; side++)
		for (struct step *p = s->trace.side[side].first; p != NULL; p = p->next)
			p->sender = (enum tls_side)side;
	s->client = !s->client;
	s->client_guessed = false;
}

/* A FIN has a place of its own in the stream. */
static void
add_close(struct tls_session *s, enum tls_side side, enum step_kind kind, uint64_t at,
	  const struct flow_mark *mark)
{
	if (mark->frame == 0)
		return;
	struct step *step = session_room(s);
	*step = (struct step){.kind = kind,
			      .sender = side,
			      .at = at,
			      .end = kind == STEP_FIN ? at + 1 : at,
			      .mark = *mark};
	session_step(s, step);
}

static void
close_side(struct tls_session *s, enum tls_side side, const struct flow_direction *d)
{
	bool rst_first = d->rst.frame < d->fin.frame;

	if (rst_first)
		add_close(s, side, STEP_RST, d->rst_at, &d->rst);
	add_close(s, side, STEP_FIN, d->fin_at, &d->fin);
	if (!rst_first)
		add_close(s, side, STEP_RST, d->rst_at, &d->rst);
}

void
session_close(struct tls_session *s, const struct flow_direction dir[FLOW_DIR_COUNT])
{
	close_side(s, TLS_CLIENT, &dir[s->client]);
	close_side(s, TLS_SERVER, &dir[!s->client]);
}
