/*
 * transcript.c - see transcript.h.
 */
#include "analyzer/tls/transcript.h"

#include "analyzer/crypto/kdf.h"
#include "analyzer/tls/session.h"
#include "dissectors/tls/handshake.h"

enum { FIRST_SIZE = BLOCKS_SMALLEST };

/* --- keeping ------------------------------------------------------------------------------------
 */

void
transcript_drop(struct transcript *t, struct tls_run *run)
{
	run->transcript_bytes -= t->cap;
	blocks_give(&run->blocks, t->data, t->cap);
	*t = (struct transcript){.over = true};
}

static bool
reserve(struct transcript *t, struct tls_run *run, size_t size)
{
	size_t cap = t->cap == 0 ? FIRST_SIZE : t->cap * 2;
	uint8_t *p;

	if (size <= t->cap)
		return true;
	while (cap < size)
		cap *= 2;
	if (size > TRANSCRIPT_MAX || run->transcript_bytes + (cap - t->cap) > TRANSCRIPT_ALL_MAX ||
	    (p = blocks_take(&run->blocks, &cap)) == NULL)
		return false;
	if (t->len > 0)
		memcpy(p, t->data, t->len);
	blocks_give(&run->blocks, t->data, t->cap);
	run->transcript_bytes += cap - t->cap;
	t->data = p;
	t->cap = cap;
	return true;
}

uint32_t
transcript_keep(struct transcript *t, struct tls_run *run, const struct step *step,
		struct bytes body)
{
	const uint8_t header[TLS_HANDSHAKE_HEADER_LEN] = {
	    step->type, (uint8_t)(body.len >> 16), (uint8_t)(body.len >> 8), (uint8_t)body.len};
	size_t at = t->len;

	if (t->over)
		return 0;
	if (!reserve(t, run, t->len + sizeof(header) + body.len)) {
		transcript_drop(t, run);
		return 0;
	}
	memcpy(t->data + at, header, sizeof(header));
	if (body.len > 0)
		memcpy(t->data + at + sizeof(header), body.data, body.len);
	t->len += sizeof(header) + body.len;
	return (uint32_t)at + 1;
}

/* --- building -----------------------------------------------------------------------------------
 */

/* Messages mostly came in the order of the protocol: then the transcript is a part of what is kept,
 * and no copy. */
struct builder {
	struct tls_session *s;
	const struct transcript_end *end;
	const uint8_t *out; /* of what is kept, or `copy` */
	uint8_t *copy;      /* NULL: none was needed */
	size_t len, cap;
	bool failed, done;
	const struct step *last[2]; /* by side: the last message taken */
};

static bool
is_message(const struct step *p, uint8_t type)
{
	return p != NULL && p->kind == STEP_MESSAGE && p->type == type;
}

static const struct step *
next_message(const struct step *p)
{
	while (p != NULL && p->kind != STEP_MESSAGE)
		p = p->next;
	return p;
}

/* Between two messages of a side: may another have been there that was not read? */
static bool
hidden_between(const struct tls_session *s, const struct step *from, const struct step *to)
{
	for (const struct step *p = from; p != NULL && p != to; p = p->next) {
		if (p->kind == STEP_GAP || p->kind == STEP_SEALED_HANDSHAKE ||
		    p->kind == STEP_OPAQUE_HANDSHAKE)
			return true;
		if (p->kind == STEP_APPLICATION && !p->decrypted && tls_version_is_13(s->version))
			return true;
	}
	return false;
}

/* From here on messages don't follow each other as they are kept. */
static bool
begin_copy(struct builder *b)
{
	/* a retry's synthetic message may be longer than the hello it stands for */
	b->cap = b->s->transcript.len + KDF_HASH_MAX + TLS_HANDSHAKE_HEADER_LEN;
	b->copy = arena_room(&b->s->arena, b->cap);
	if (b->copy == NULL)
		return false;
	if (b->len > 0)
		memcpy(b->copy, b->out, b->len);
	b->out = b->copy;
	return true;
}

static void
take_bytes(struct builder *b, const uint8_t *data, size_t len)
{
	if (b->len == 0 && b->copy == NULL)
		b->out = data;
	if (b->copy == NULL && data == b->out + b->len) {
		b->len += len;
		return;
	}
	if ((b->copy == NULL && !begin_copy(b)) || b->len + len > b->cap) {
		b->failed = true;
		return;
	}
	memcpy(b->copy + b->len, data, len);
	b->len += len;
}

static void
take(struct builder *b, const struct step *p)
{
	const struct transcript *t = &b->s->transcript;
	const struct step *last;

	if (b->done || b->failed)
		return;
	if (p == NULL || p->damaged || p->kept_at == 0 || t->over) {
		b->failed = true;
		return;
	}
	last = b->last[p->sender];
	b->failed = last != NULL && hidden_between(b->s, last, p);
	b->done = p == b->end->until;
	if (!b->failed && (!b->done || b->end->inclusive))
		take_bytes(b, t->data + p->kept_at - 1, TLS_HANDSHAKE_HEADER_LEN + p->length);
	b->last[p->sender] = p;
}

/* Take messages from p on, up to and with the first of type `last`. What follows it, or NULL. */
static const struct step *
take_flight(struct builder *b, const struct step *p, uint8_t last)
{
	for (p = next_message(p); p != NULL && !b->done && !b->failed;) {
		const struct step *now = p;
		p = next_message(p->next);
		take(b, now);
		if (now->type == last)
			return p;
	}
	return p;
}

/* The ClientHello before a HelloRetryRequest counts as its hash (RFC 8446 section 4.4.1). */
static void
take_hashed(struct builder *b, const struct step *p)
{
	struct tls_run *run = b->s->run;
	uint8_t hash[TLS_HANDSHAKE_HEADER_LEN + KDF_HASH_MAX] = {TLS_HS_message_hash};
	size_t n, from = b->len;

	take(b, p);
	if (b->failed || b->done ||
	    !kdf_hash(run->crypto, b->end->hash, bytes_of(b->out + from, b->len - from),
		      hash + TLS_HANDSHAKE_HEADER_LEN, &n)) {
		b->failed = true;
		return;
	}
	hash[3] = (uint8_t)n;
	b->len = from;
	if (b->copy == NULL && !begin_copy(b)) {
		b->failed = true;
		return;
	}
	take_bytes(b, hash, TLS_HANDSHAKE_HEADER_LEN + n);
}

static bool
is_retry(const struct step *p)
{
	return is_message(p, TLS_HS_server_hello) && p->detail != NULL &&
	       ((const struct server_hello_detail *)p->detail)->hello_retry_request;
}

/* After the handshake: the request whose place among its like is that of the client's answer. */
static void
take_late_request(struct builder *b, const struct step *client, const struct step *server)
{
	for (; client != NULL && !b->done && !b->failed; client = next_message(client)) {
		while (is_message(client, TLS_HS_key_update))
			client = next_message(client->next);
		const struct step *answer = client, *p = client;
		while (p != NULL && p != b->end->until && !is_message(p, TLS_HS_finished))
			p = next_message(p->next);
		while (server != NULL && !is_message(server, TLS_HS_certificate_request))
			server = next_message(server->next);
		if (p == b->end->until) {
			take(b, server);
			take_flight(b, answer, TLS_HS_finished);
			return;
		}
		client = p != NULL ? p->next : NULL;
		server = server != NULL ? next_message(server->next) : NULL;
	}
	b->failed |= !b->done;
}

static void
build_13(struct builder *b)
{
	const struct step *client = next_message(b->s->trace.side[TLS_CLIENT].first);
	const struct step *server = next_message(b->s->trace.side[TLS_SERVER].first);

	if (client == NULL || server == NULL) {
		b->failed = true;
		return;
	}
	if (is_retry(server)) {
		take_hashed(b, client);
		take(b, server);
		client = next_message(client->next);
		server = next_message(server->next);
	}
	take(b, client);
	if (b->failed || client == NULL)
		return;
	server = take_flight(b, server, TLS_HS_finished);
	if (!b->done && !is_message(b->last[TLS_SERVER], TLS_HS_finished))
		b->failed = true;
	client = take_flight(b, client->next, TLS_HS_finished);
	if (!b->done && !is_message(b->last[TLS_CLIENT], TLS_HS_finished))
		b->failed = true;
	/* KeyUpdate and tickets are no part of it; what the client answers is. */
	if (!b->done && !b->failed)
		take_late_request(b, next_message(client), server);
}

/* The first message of the n-th handshake of a side, which begins with a hello. */
static const struct step *
nth_hello(const struct tls_session *s, enum tls_side side, unsigned n)
{
	const uint8_t type = side == TLS_CLIENT ? TLS_HS_client_hello : TLS_HS_server_hello;
	const struct step *p = s->trace.side[side].first;

	for (unsigned i = 0; p != NULL; p = p->next)
		if (is_message(p, type) && i++ == n)
			return p;
	return NULL;
}

static void
build_12(struct builder *b)
{
	const struct step *client = nth_hello(b->s, TLS_CLIENT, b->end->handshake);
	const struct step *server = nth_hello(b->s, TLS_SERVER, b->end->handshake);

	take(b, client);
	if (b->failed || b->done)
		return;
	server = take_flight(b, server, TLS_HS_server_hello_done);
	/* An abbreviated handshake has another order; only its server's Finished comes this way. */
	if (!b->done && !is_message(b->last[TLS_SERVER], TLS_HS_server_hello_done))
		b->failed = true;
	take_flight(b, client->next, TLS_HS_finished);
	take_flight(b, server, TLS_HS_finished);
}

struct bytes
transcript_build(struct tls_session *s, const struct transcript_end *end)
{
	struct builder b = {.s = s, .end = end};

	if (s->transcript.over || s->transcript.len == 0)
		return (struct bytes){0};
	if (tls_version_is_13(s->version))
		build_13(&b);
	else
		build_12(&b);
	return b.done && !b.failed ? bytes_of(b.out, b.len) : (struct bytes){0};
}
