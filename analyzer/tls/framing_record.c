/*
 * framing_record.c - one record: what its body is, and the step it becomes. See framing_impl.h.
 * RFC 8446 section 5, RFC 5246 section 6.
 */
#include "analyzer/tls/framing_impl.h"

#include <stdlib.h>

#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/wire/cursor.h"

/* --- steps ----------------------------------------------------------------------------------- */

struct step *
framing_step_of(const struct framing_view *v, struct step *to, enum step_kind kind, uint64_t at,
		uint64_t end)
{
	*to = (struct step){.kind = kind,
			    .sender = v->side,
			    .resynced = v->f->resynced,
			    .at = at,
			    .end = end,
			    .mark = v->d->mark};
	return to;
}

/* The step of the record in hand. */
static struct step *
record_step(const struct framing_view *v, struct step *to, enum step_kind kind)
{
	framing_step_of(v, to, kind, v->f->record_at, v->f->record_end);
	to->length = v->f->record.length;
	return to;
}

static void
add_record_step(const struct framing_view *v, enum step_kind kind)
{
	tls_stream_step(v->s, record_step(v, tls_stream_room(v->s), kind));
}

enum step_kind
framing_sealed_kind(const struct framing *f)
{
	switch (f->record.type) {
	case TLS_CONTENT_change_cipher_spec:
		return STEP_SEALED_CCS;
	case TLS_CONTENT_alert:
		return STEP_SEALED_ALERT;
	case TLS_CONTENT_handshake:
		return f->sealed ? STEP_SEALED_HANDSHAKE : STEP_OPAQUE_HANDSHAKE;
	case TLS_CONTENT_heartbeat:
		return STEP_HEARTBEAT;
	default:
		return STEP_APPLICATION;
	}
}

/* --- handshake messages over records ---------------------------------------------------------- */

/* framing_at() is where `part` ends. */
void
framing_assemble(const struct framing_view *v, struct bytes part)
{
	struct fragment f = framing_fragment(v, part);

	assembler_feed(&v->f->assembler, v->s, &f);
}

void
framing_give_up(const struct framing_view *v)
{
	struct fragment f = framing_fragment(v, (struct bytes){0});

	assembler_give_up(&v->f->assembler, v->s, &f);
}

/* --- records --------------------------------------------------------------------------------- */

/* After ChangeCipherSpec, or after lost bytes, a handshake record may be ciphertext. Only a message
 * that fills its record to the byte is taken for plaintext: TLS 1.3's second ClientHello and the
 * ServerHello after HelloRetryRequest (RFC 8446 appendix D.4), or any message after a hole. */
bool
framing_probe_is_plain(const struct framing *f)
{
	struct cursor c = cursor_init(bytes_of(f->head, f->head_len), 0);
	struct tls_handshake_header h;

	if (!tls_handshake_header_parse(&c, &h) ||
	    TLS_HANDSHAKE_HEADER_LEN + h.length != f->record.length)
		return false;
	if (h.type == TLS_HS_client_hello || h.type == TLS_HS_server_hello)
		return true;
	return !f->sealed && tls_handshake_header_plausible(&h);
}

static void begin_body(struct framing *f);

static enum framing_state
body_state(struct framing *f)
{
	switch (f->record.type) {
	case TLS_CONTENT_handshake:
		return f->sealed || f->resynced ? FRAMING_PROBE : FRAMING_MESSAGE;
	case TLS_CONTENT_alert:
		return f->record.length == TLS_ALERT_LEN ? FRAMING_SHORT : FRAMING_SEALED;
	case TLS_CONTENT_change_cipher_spec:
		return f->record.length == 1 ? FRAMING_SHORT : FRAMING_SEALED;
	default:
		return FRAMING_SEALED;
	}
}

void
framing_begin(struct framing *f, uint64_t at)
{
	f->record_at = at;
	f->record_end = at + TLS_RECORD_HEADER_LEN + f->record.length;
	f->head_len = 0;
	f->state = body_state(f);
	if (f->state == FRAMING_MESSAGE)
		assembler_record(&f->assembler);
	/* An encrypted or other record never continues a plaintext message (RFC 8446 section 5.1).
	 */
	if (f->state == FRAMING_SEALED && !f->opening)
		f->assembler.discard = 0;
	begin_body(f);
}

static void
read_alert(struct framing_view *v)
{
	struct cursor c = cursor_init(bytes_of(v->f->head, v->f->head_len), v->f->record_at);
	struct tls_alert alert;

	if (!tls_alert_parse(&c, &alert)) {
		add_record_step(v, STEP_SEALED_ALERT);
		return;
	}
	struct step *s = record_step(v, tls_stream_room(v->s), STEP_ALERT);
	s->level = alert.level;
	s->code = alert.description;
	tls_stream_step(v->s, s);
}

static void
read_short(struct framing_view *v)
{
	if (v->f->record.type == TLS_CONTENT_alert) {
		read_alert(v);
		return;
	}
	add_record_step(v, STEP_CCS);
	v->f->sealed = true;
}

/* --- bodies of encrypted records, when somebody can open them -----------------------------------
 */

/* What is worth keeping of a direction's encrypted records, see framing_open. */
static bool
wants(const struct framing *f)
{
	switch (f->opening) {
	case FRAMING_OPEN_NOTHING:
		return false;
	case FRAMING_OPEN_SMALL:
		return f->record.type != TLS_CONTENT_application_data ||
		       f->record.length <= FRAMING_SMALL_MAX;
	case FRAMING_OPEN_ALL:
		return true;
	}
	return false;
}

static void
begin_body(struct framing *f)
{
	f->body_len = 0;
	f->kept = f->opening != FRAMING_OPEN_NOTHING && wants(f);
}

void
framing_keep_body(struct framing_view *v, struct bytes part)
{
	struct framing *f = v->f;

	if (f->body_len == 0 && part.len == f->record.length) {
		v->whole = part;
		return;
	}
	if (f->body == NULL)
		f->body = malloc(TLS_CIPHERTEXT_MAX);
	if (f->body == NULL || f->body_len + part.len > TLS_CIPHERTEXT_MAX) {
		f->kept = false;
		return;
	}
	if (part.len > 0)
		memcpy(f->body + f->body_len, part.data, part.len);
	f->body_len += part.len;
}

void
framing_read_sealed(struct framing_view *v)
{
	struct bytes part =
	    framing_consume(v, framing_least(v->f->record_end - framing_at(v), framing_left(v)));

	if (v->f->kept)
		framing_keep_body(v, part);
}

void
framing_end_sealed(struct framing_view *v)
{
	struct framing *f = v->f;
	struct bytes body = v->whole.len > 0 ? v->whole : bytes_of(f->body, f->body_len);

	if (f->opening == FRAMING_OPEN_NOTHING) {
		add_record_step(v, framing_sealed_kind(f));
		return;
	}
	struct step s;
	record_step(v, &s, framing_sealed_kind(f));
	if (f->state == FRAMING_PROBE)
		body = bytes_of(f->head, f->head_len);
	bool whole = f->kept && body.len == f->record.length;
	v->whole = (struct bytes){0};
	tls_stream_sealed(v->s, &s, &f->record, whole ? &body : NULL);
}

void
framing_end(struct framing_view *v)
{
	struct framing *f = v->f;

	if (f->state == FRAMING_SHORT)
		read_short(v);
	else if (f->state == FRAMING_SEALED || f->state == FRAMING_PROBE)
		framing_end_sealed(v);
	f->state = FRAMING_HEADER;
	f->head_len = 0;
}
