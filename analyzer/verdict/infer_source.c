/*
 * infer_source.c - steps to records. See infer_source.h.
 */
#include "analyzer/verdict/infer_source.h"

#include "analyzer/verdict/ending.h"
#include "analyzer/verdict/reset.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/names.h"
#include "dissectors/tls/record.h"

/* The content type of the record that a step was; false: it was none, or its message was read in
 * the clear. */
static bool
type_of(const struct step *p, uint8_t *type)
{
	switch (p->kind) {
	case STEP_ALERT:
	case STEP_SEALED_ALERT:
		*type = TLS_CONTENT_alert;
		return true;
	case STEP_CCS:
	case STEP_SEALED_CCS:
		*type = TLS_CONTENT_change_cipher_spec;
		return true;
	case STEP_SEALED_HANDSHAKE:
	case STEP_OPAQUE_HANDSHAKE:
		*type = TLS_CONTENT_handshake;
		return true;
	case STEP_APPLICATION:
		*type = TLS_CONTENT_application_data;
		return true;
	case STEP_HEARTBEAT:
		*type = TLS_CONTENT_heartbeat;
		return true;
	case STEP_FOREIGN:
		*type = INFER_FOREIGN;
		return true;
	default:
		return false;
	}
}

static bool
is_record(const struct step *p, bool is_13, uint8_t *type)
{
	if (!p->decrypted)
		return type_of(p, type);
	if (is_13) {
		*type = TLS_CONTENT_application_data;
		return true;
	}
	if (p->kind != STEP_MESSAGE)
		return type_of(p, type);
	*type = TLS_CONTENT_handshake;
	return true;
}

static struct infer_record
record_of(const struct step *p, uint8_t type)
{
	bool readable = p->kind == STEP_ALERT && !p->decrypted;
	uint64_t inside = p->end - p->at;

	return (struct infer_record){
	    .type = type,
	    .level = readable ? p->level : -1,
	    .code = readable ? p->code : -1,
	    .length = p->decrypted && inside > TLS_RECORD_HEADER_LEN
			  ? (uint32_t)(inside - TLS_RECORD_HEADER_LEN)
			  : p->length,
	    .repeat = p->repeat,
	    .at = p->at,
	    .end = p->end,
	    .ack = p->mark.ack,
	    .frame = p->mark.frame,
	    .time_ns = p->mark.time_ns,
	};
}

/* Where the stream stands while its steps are listed. */
struct reading {
	struct infer_record *to;
	const struct step **steps;
	size_t count;
	const struct step *first; /* of the side */
	bool gaps;                /* there are some */
	uint64_t end;             /* of the step before */
	bool broken;              /* a record without its predecessor, or without its end */
	bool foreign_last;
};

/* Was this record's last byte lost? A hole in bytes that nobody wanted may be told late, so it
 * stands anywhere. */
static bool
ends_in_gap(const struct reading *r, const struct step *record)
{
	for (const struct step *p = r->first; p != NULL; p = p->next)
		if (p->kind == STEP_GAP && p->at < record->end && p->end >= record->end)
			return true;
	return false;
}

static bool
has_gap(const struct step *p)
{
	while (p != NULL && p->kind != STEP_GAP)
		p = p->next;
	return p != NULL;
}

static void
take(struct reading *r, const struct step *p, bool is_13, uint64_t from, uint64_t to)
{
	uint8_t type;
	bool again = r->count > 0 && p->decrypted && r->to[r->count - 1].at == p->at;

	if (is_record(p, is_13, &type) && p->at >= from && p->at < to && !again) {
		struct infer_record *record = &r->to[r->count];
		*record = record_of(p, type);
		record->joined = p->at == r->end;
		record->cut = p->damaged || (r->gaps && ends_in_gap(r, p));
		r->broken |= !record->joined || record->cut;
		r->steps[r->count++] = p;
		r->foreign_last = type == INFER_FOREIGN;
	}
	if (p->end > r->end)
		r->end = p->end;
}

static void
take_close(const struct tls_session *s, const struct step *p, struct infer_side *side)
{
	struct infer_close *c = p->kind == STEP_FIN ? &side->fin : &side->rst;

	*c = (struct infer_close){.seen = true,
				  .foreign = !reset_decides(s, p),
				  .ack = p->mark.ack,
				  .frame = p->mark.frame,
				  .at = p->at,
				  .time_ns = p->mark.time_ns};
}

/* All was captured, all was records, and the side's own close stands behind the last of them. */
static bool
is_complete(const struct tls_session *s, enum tls_side which, const struct infer_side *side,
	    const struct reading *r)
{
	const struct flow_direction *d = session_direction(s, which);
	bool trails = r->foreign_last && which == TLS_SERVER;

	if (!ending_side_complete(s, which) || r->broken || s->trace.limit)
		return false;
	if (!side->fin.seen && !(side->rst.seen && !side->rst.foreign && d->rst_at == d->highest))
		return false;
	return trails || (!r->foreign_last && r->end == d->highest);
}

static bool
is_whole(const struct flow_direction *d)
{
	return d->missing == 0 && !d->gap && !d->snaplen && !d->limit &&
	       d->acked <= d->highest + (d->fin.frame != 0 ? 1 : 0);
}

/* Records of one side with from <= at < to. */
static bool
list_side(struct infer_source *to, const struct tls_session *s, enum tls_side which, uint64_t from,
	  uint64_t until)
{
	struct arena *a = &((struct tls_session *)s)->arena;
	const struct trace_side *steps = &s->trace.side[which];
	struct infer_side *side = &to->input.side[which];
	struct reading r = {.to = arena_room(a, (steps->steps + 1) * sizeof(*r.to)),
			    .steps = arena_room(a, (steps->steps + 1) * sizeof(*r.steps)),
			    .first = steps->first,
			    .gaps = has_gap(steps->first)};

	if (r.to == NULL || r.steps == NULL)
		return false;
	for (const struct step *p = steps->first; p != NULL; p = p->next) {
		if (p->kind == STEP_FIN || p->kind == STEP_RST)
			take_close(s, p, side);
		else if (p->kind != STEP_GAP)
			take(&r, p, tls_version_is_13(s->version), from, until);
	}
	side->records = r.to;
	side->count = r.count;
	side->start = from;
	side->started = true;
	side->complete = is_complete(s, which, side, &r);
	side->whole = !r.broken && is_whole(session_direction(s, which));
	to->steps[which] = r.steps;
	return true;
}

/* --- TLS 1.3 ---------------------------------------------------------------------------------- */

/* The ClientHello that was answered: after a HelloRetryRequest the second. NULL: not captured. */
static const struct step *
last_client_hello(const struct tls_session *s)
{
	const struct step *last = NULL;

	for (const struct step *p = s->trace.side[TLS_CLIENT].first; p != NULL; p = p->next) {
		if (p->kind == STEP_APPLICATION || p->decrypted)
			break;
		if (p->kind == STEP_MESSAGE && p->type == TLS_HS_client_hello)
			last = p;
	}
	return last;
}

static bool
was_retried(const struct mutual_auth *m)
{
	return m->attempts[0].seen[EVENT_HELLO_RETRY] != NULL;
}

static unsigned
count_client_hellos(const struct tls_session *s)
{
	unsigned n = 0;

	for (const struct step *p = s->trace.side[TLS_CLIENT].first; p != NULL; p = p->next)
		n += p->kind == STEP_MESSAGE && p->type == TLS_HS_client_hello && !p->decrypted;
	return n;
}

static void
note_hellos(struct infer_input *in, const struct client_hello_detail *ch,
	    const struct server_hello_detail *sh)
{
	in->cipher_suite = sh->cipher_suite;
	in->psk = sh->pre_shared_key && !sh->cert_with_psk;
	in->hello = ch != NULL;
	if (ch == NULL)
		return;
	in->early_data = ch->early_data;
	in->post_handshake_auth = ch->post_handshake_auth;
	in->record_size_limit = ch->record_size_limit;
	in->max_fragment_length = ch->max_fragment_length;
}

bool
infer_source_handshake(struct infer_source *to, const struct mutual_auth *m)
{
	const struct tls_session *s = m->session;
	const struct step *server = m->attempts[0].seen[EVENT_SERVER_HELLO_13];
	const struct step *client = last_client_hello(s);

	*to = (struct infer_source){0};
	if (server == NULL || server->detail == NULL || client == NULL || client->damaged)
		return false;
	/* After a HelloRetryRequest the hello that counts is the second one. */
	if (was_retried(m) && count_client_hellos(s) < 2)
		return false;
	note_hellos(&to->input, client->detail, server->detail);
	return list_side(to, s, TLS_CLIENT, client->end, UINT64_MAX) &&
	       list_side(to, s, TLS_SERVER, server->end, UINT64_MAX);
}

/* --- renegotiation ---------------------------------------------------------------------------- */

static void
note_cipher(struct infer_cipher *to, const struct tls_session *s)
{
	const struct server_hello_detail *sh = s->server_hello;
	const struct tls_cipher *c = sh != NULL ? tls_cipher_find(sh->cipher_suite) : NULL;

	if (c == NULL || sh->compressed)
		return;
	const struct tls_encryption_info *e = tls_encryption_info(c->encryption);
	*to = (struct infer_cipher){.iv = e->record_iv,
				    .tag = e->tag,
				    .block = e->block,
				    .mac = (uint8_t)tls_hash_length(c->mac),
				    .encrypt_then_mac = sh->encrypt_then_mac};
	switch (e->kind) {
	case TLS_KIND_AEAD:
		to->kind = INFER_CIPHER_AEAD;
		break;
	case TLS_KIND_STREAM:
		to->kind = INFER_CIPHER_STREAM;
		break;
	case TLS_KIND_BLOCK:
		to->kind = INFER_CIPHER_BLOCK;
		if (s->version < TLS_1_1) /* RFC 4346 section 6.2.3.2 brought the IV */
			to->iv = 0;
		break;
	default:
		to->kind = INFER_CIPHER_NONE;
		break;
	}
}

/* Where attempt i begins in each direction: at its first step there that is a record. */
static uint64_t
begins_at(const struct mutual_auth *m, size_t i, enum tls_side side)
{
	for (size_t k = 0; k < m->n_steps; k++) {
		uint8_t type;
		if (m->attempt_of[k] >= i && m->steps[k]->sender == side &&
		    type_of(m->steps[k], &type))
			return m->steps[k]->at;
	}
	return UINT64_MAX;
}

bool
infer_source_renegotiation(struct infer_source *to, const struct mutual_auth *m, size_t i)
{
	const struct step *key = m->attempts[0].seen[EVENT_CLIENT_KEY_EXCHANGE];

	*to = (struct infer_source){0};
	note_cipher(&to->input.cipher, m->session);
	if (key != NULL)
		to->input.client_key_exchange = key->length + TLS_HANDSHAKE_HEADER_LEN;
	for (enum tls_side side = TLS_CLIENT; side <= TLS_SERVER; side++)
		if (!list_side(to, m->session, side, begins_at(m, i, side),
			       i + 1 < m->n_attempts ? begins_at(m, i + 1, side) : UINT64_MAX))
			return false;
	return true;
}

const struct step *
infer_source_step(const struct infer_source *s, const struct infer_record *r)
{
	for (unsigned side = 0; side < 2 && r != NULL; side++) {
		const struct infer_side *d = &s->input.side[side];
		if (r >= d->records && r < d->records + d->count)
			return s->steps[side][r - d->records];
	}
	return NULL;
}
