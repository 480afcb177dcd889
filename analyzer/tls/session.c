/*
 * session.c - readable messages become details of steps; everything is kept in order. See
 * session.h.
 */
#include "analyzer/tls/session.h"

#include <stdlib.h>

#include "analyzer/tls/certificates.h"
#include "analyzer/tls/hello.h"
#include "dissectors/tls/certificate.h"
#include "dissectors/tls/compressed_certificate.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/new_session_ticket.h"
#include "dissectors/tls/record.h"
#include "dissectors/tls/sslv2.h"

struct tls_session *
session_create(struct tls_run *run, const struct flow *flow, enum flow_dir client)
{
	struct tls_session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
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
	for (size_t i = 0; i < s->n_held; i++)
		certificates_release(s->run->certificates, s->held[i]);
	for (size_t i = 0; i < s->n_requests; i++)
		requests_release(s->requests[i]);
	arena_finish(&s->arena);
	free(s);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void
note_mark(struct tls_session *s, const struct flow_mark *m)
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

void
session_step(struct tls_session *s, const struct step *step)
{
	if (step->kind != STEP_GAP)
		note_mark(s, &step->mark);
	if (step->kind == STEP_ALERT && (step->level == 2 || step->code == 0))
		s->over = true;
	trace_add(&s->trace, &s->arena, step);
}

/* --- certificates ----------------------------------------------------------------------------- */

static bool
hold(struct tls_session *s, struct outcome_certificate *cert)
{
	if (s->n_held == s->held_cap) {
		size_t cap = s->held_cap == 0 ? 8 : s->held_cap * 2;
		struct outcome_certificate **p = arena_alloc(&s->arena, cap * sizeof(*p));
		if (p == NULL)
			return false;
		if (s->n_held > 0)
			memcpy(p, s->held, s->n_held * sizeof(*p));
		s->held = p;
		s->held_cap = cap;
	}
	s->held[s->n_held++] = cert;
	return true;
}

static struct outcome_certificate *
intern(struct tls_session *s, struct bytes der, bool raw_public_key)
{
	struct outcome_certificate *cert =
	    certificates_intern(s->run->certificates, der, raw_public_key);

	if (cert == NULL) {
		s->limit = true;
		return NULL;
	}
	if (!hold(s, cert)) {
		certificates_release(s->run->certificates, cert);
		return NULL;
	}
	return cert;
}

/* A raw public key stands where the list would (RFC 7250 section 3). It begins with a SEQUENCE,
 * 0x30; a list begins with the length of its first certificate, which would then be 3 MiB. */
static bool
looks_like_raw_key(struct bytes list)
{
	struct cursor c = cursor_init(list, 0);

	return list.len > 0 && cursor_u8(&c, "tag") == 0x30;
}

static size_t
count_entries(struct cursor list, enum tls_certificate_type type)
{
	struct tls_certificate_entry e;
	size_t n = 0;

	while (tls_certificate_next(&list, TLS_1_2, type, &e))
		n++;
	return n;
}

static void
read_entries(struct tls_session *s, struct cursor list, enum tls_certificate_type type,
	     struct chain_detail *d)
{
	size_t cap = count_entries(list, type);
	struct tls_certificate_entry e;

	d->certificates = arena_alloc(&s->arena, (cap + 1) * sizeof(struct outcome_certificate *));
	if (d->certificates == NULL)
		return;
	while (d->count < cap && tls_certificate_next(&list, TLS_1_2, type, &e)) {
		struct outcome_certificate *cert = intern(s, e.data, d->raw_public_key);
		if (cert == NULL)
			break;
		d->certificates[d->count++] = cert;
	}
	d->cut = d->count < cap || cursor_more(&list) || !cursor_ok(&list);
}

/* A Certificate that can be read in the clear is of TLS 1.2 or older: 1.3 encrypts it. */
static const void *
read_certificate(struct tls_session *s, struct bytes body, bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_certificate m;
	struct chain_detail *d = arena_alloc(&s->arena, sizeof(*d));

	if (d == NULL || !tls_certificate_parse(&c, TLS_1_2, &m)) {
		*damaged = true;
		return NULL;
	}
	d->raw_public_key = looks_like_raw_key(m.list);
	read_entries(s, cursor_child(&c, m.list),
		     d->raw_public_key ? TLS_CERTIFICATE_RAW_PUBLIC_KEY : TLS_CERTIFICATE_X509, d);
	return d;
}

static const void *
read_request(struct tls_session *s, struct bytes body, bool *damaged)
{
	struct request *q;

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
read_ticket(struct tls_session *s, struct bytes body, bool *damaged)
{
	struct cursor c = cursor_init(body, 0);
	struct tls_new_session_ticket m;
	struct ticket_detail *d = arena_alloc(&s->arena, sizeof(*d));

	*damaged = !tls_new_session_ticket_parse(&c, TLS_1_2, &m);
	if (d == NULL || *damaged)
		return NULL;
	d->lifetime = m.lifetime;
	d->len = m.ticket.len;
	if (m.ticket.len > 0)
		d->digest = hash_bytes(&s->run->key, m.ticket.data, m.ticket.len);
	return d;
}

/* --- hellos ----------------------------------------------------------------------------------- */

static const void *
read_client_hello(struct tls_session *s, struct bytes body, bool *damaged)
{
	const struct client_hello_detail *d = hello_client(s, body);

	*damaged = d == NULL;
	if (s->client_hello == NULL)
		s->client_hello = d;
	return d;
}

static const void *
read_server_hello(struct tls_session *s, struct bytes body, bool *damaged)
{
	const struct server_hello_detail *d = hello_server(s, body);

	*damaged = d == NULL;
	if (d != NULL && s->server_hello == NULL && !d->hello_retry_request) {
		s->server_hello = d;
		s->version = d->version;
	}
	return d;
}

/* Messages whose bodies are read; the others only happened. */
static const struct {
	uint8_t type;
	const void *(*read)(struct tls_session *s, struct bytes body, bool *damaged);
} readers[] = {
    {TLS_HS_client_hello, read_client_hello}, {TLS_HS_server_hello, read_server_hello},
    {TLS_HS_certificate, read_certificate},   {TLS_HS_certificate_request, read_request},
    {TLS_HS_new_session_ticket, read_ticket},
};

void
session_message(struct tls_session *s, const struct step *step, struct bytes body)
{
	struct step kept = *step;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]) && !step->damaged; i++)
		if (readers[i].type == step->type)
			kept.detail = readers[i].read(s, body, &kept.damaged);
	session_step(s, &kept);
}

void
session_sslv2_hello(struct tls_session *s, const struct step *step, struct bytes body)
{
	struct step kept = *step;

	kept.type = TLS_HS_client_hello;
	kept.detail = s->client_hello = hello_client_sslv2(s, body);
	kept.damaged = kept.detail == NULL;
	session_step(s, &kept);
}

/* --- bytes that are no records ------------------------------------------------------------------
 */

static void
keep_text(struct tls_session *s, struct bytes data)
{
	if (s->foreign_text == NULL)
		s->foreign_text = arena_alloc(&s->arena, SESSION_FOREIGN_TEXT_MAX + 1);
	if (s->foreign_text == NULL)
		return;
	size_t left = SESSION_FOREIGN_TEXT_MAX - s->foreign_text_len;
	size_t n = data.len < left ? data.len : left;
	if (n > 0)
		memcpy(s->foreign_text + s->foreign_text_len, data.data, n);
	s->foreign_text_len += n;
}

void
session_foreign(struct tls_session *s, enum tls_side side, uint64_t at, struct bytes data,
		const struct flow_mark *mark)
{
	struct step *last = s->trace.side[side].last;

	note_mark(s, mark);
	if (side == TLS_SERVER)
		keep_text(s, data);
	if (last != NULL && last->kind == STEP_FOREIGN) {
		last->end = at + data.len;
		last->length += (uint32_t)data.len;
		last->mark = *mark;
		return;
	}
	struct step step = {.kind = STEP_FOREIGN,
			    .sender = side,
			    .at = at,
			    .end = at + data.len,
			    .mark = *mark,
			    .length = (uint32_t)data.len};
	session_step(s, &step);
}

bool
session_foreign_is_tls(const struct tls_session *s)
{
	struct cursor c = cursor_init(bytes_of(s->foreign_text, s->foreign_text_len), 0);
	struct tls_record_header h;

	return tls_record_header_parse(&c, &h) && tls_record_header_plausible(&h);
}

/* SERVER-HELLO of SSLv2: msg_type 4, session_id_hit 0 or 1, certificate_type, version 0.2
 * (draft-hickman-netscape-ssl-00 section 1.4.2). */
bool
session_foreign_is_sslv2(const struct tls_session *s)
{
	struct cursor c = cursor_init(bytes_of(s->foreign_text, s->foreign_text_len), 0);
	uint16_t length;

	if (s->client_hello == NULL || !s->client_hello->sslv2_format ||
	    !sslv2_header_parse(&c, &length))
		return false;
	bool server_hello = cursor_u8(&c, "msg_type") == 4;
	bool hit = cursor_u8(&c, "session_id_hit") <= 1;
	cursor_skip(&c, 1, "certificate_type");
	return cursor_u16(&c, "server_version") == TLS_SSL2 && server_hello && hit && cursor_ok(&c);
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

static void
close_side(struct tls_session *s, enum tls_side side, const struct flow_direction *d)
{
	struct step fin = {.kind = STEP_FIN,
			   .sender = side,
			   .at = d->fin_at,
			   .end = d->fin_at + 1,
			   .mark = d->fin};
	struct step rst = {
	    .kind = STEP_RST, .sender = side, .at = d->rst_at, .end = d->rst_at, .mark = d->rst};
	bool rst_first = d->rst.frame != 0 && d->rst.frame < d->fin.frame;

	if (rst_first)
		session_step(s, &rst);
	if (d->fin.frame != 0)
		session_step(s, &fin);
	if (d->rst.frame != 0 && !rst_first)
		session_step(s, &rst);
}

void
session_close(struct tls_session *s, const struct flow_direction dir[FLOW_DIR_COUNT])
{
	close_side(s, TLS_CLIENT, &dir[s->client]);
	close_side(s, TLS_SERVER, &dir[!s->client]);
}
