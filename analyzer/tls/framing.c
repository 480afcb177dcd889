/*
 * framing.c - one direction of a TLS stream: records in, messages and steps out. See framing.h.
 */
#include "analyzer/tls/framing.h"

#include <stdlib.h>

#include "analyzer/tls/tls_stream.h"
#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/wire/cursor.h"

/* What one call of framing_data works on; keeps parameter lists short. */
struct view {
	struct framing *f;
	struct tls_stream *s;
	enum tls_side side;
	const struct flow_mark *mark;
	uint64_t at;        /* offset of in.data[0] */
	struct bytes in;    /* not consumed yet */
	struct bytes whole; /* body of the record in hand, when this view holds all of it */
};

void
framing_start(struct framing *f)
{
	f->state = FRAMING_HEADER;
	f->head_len = 0;
}

void
framing_start_lost(struct framing *f)
{
	f->state = FRAMING_LOST;
	f->resynced = true;
	f->resync = (struct resync){0};
	f->assembler.len = 0;
	f->assembler.discard = 0;
	f->assembler.desync = true;
}

void
framing_finish(struct framing *f)
{
	assembler_finish(&f->assembler);
	free(f->body);
	*f = (struct framing){0};
}

static struct bytes
consume(struct view *v, size_t n)
{
	v->at += n;
	return bytes_take(&v->in, n);
}

static size_t
least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* --- steps ----------------------------------------------------------------------------------- */

static struct step
step_of(const struct view *v, enum step_kind kind, uint64_t at, uint64_t end)
{
	return (struct step){.kind = kind,
			     .sender = v->side,
			     .resynced = v->f->resynced,
			     .at = at,
			     .end = end,
			     .mark = *v->mark};
}

static void
add_record_step(const struct view *v, enum step_kind kind)
{
	struct step s = step_of(v, kind, v->f->record_at, v->f->record_end);

	s.length = v->f->record.length;
	tls_stream_step(v->s, &s);
}

static enum step_kind
sealed_kind(const struct framing *f)
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

static struct fragment
fragment_of(const struct view *v, struct bytes part)
{
	return (struct fragment){.like = step_of(v, STEP_MESSAGE, 0, 0), .end = v->at, .in = part};
}

/* v->at is where `part` ends. */
static void
assemble(const struct view *v, struct bytes part)
{
	struct fragment f = fragment_of(v, part);

	assembler_feed(&v->f->assembler, v->s, &f);
}

static void
give_up_message(const struct view *v)
{
	struct fragment f = fragment_of(v, (struct bytes){0});

	assembler_give_up(&v->f->assembler, v->s, &f);
}

/* --- records --------------------------------------------------------------------------------- */

/* After ChangeCipherSpec, or after lost bytes, a handshake record may be ciphertext. Only a message
 * that fills its record to the byte is taken for plaintext: TLS 1.3's second ClientHello and the
 * ServerHello after HelloRetryRequest (RFC 8446 appendix D.4), or any message after a hole. */
static bool
probe_is_plain(const struct framing *f)
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

static void
begin_record(struct framing *f, uint64_t at)
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
read_alert(struct view *v)
{
	struct cursor c = cursor_init(bytes_of(v->f->head, v->f->head_len), v->f->record_at);
	struct tls_alert alert;

	if (!tls_alert_parse(&c, &alert)) {
		add_record_step(v, STEP_SEALED_ALERT);
		return;
	}
	struct step s = step_of(v, STEP_ALERT, v->f->record_at, v->f->record_end);
	s.length = v->f->record.length;
	s.level = alert.level;
	s.code = alert.description;
	tls_stream_step(v->s, &s);
}

static void
read_short(struct view *v)
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

static void
keep_body(struct view *v, struct bytes part)
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

static void
read_sealed(struct view *v)
{
	struct bytes part = consume(v, least(v->f->record_end - v->at, v->in.len));

	if (v->f->kept)
		keep_body(v, part);
}

static void
end_sealed(struct view *v)
{
	struct framing *f = v->f;
	struct bytes body = v->whole.len > 0 ? v->whole : bytes_of(f->body, f->body_len);

	if (f->opening == FRAMING_OPEN_NOTHING) {
		add_record_step(v, sealed_kind(f));
		return;
	}
	struct step s = step_of(v, sealed_kind(f), f->record_at, f->record_end);
	s.length = f->record.length;
	if (f->state == FRAMING_PROBE)
		body = bytes_of(f->head, f->head_len);
	bool whole = f->kept && body.len == f->record.length;
	v->whole = (struct bytes){0};
	tls_stream_sealed(v->s, &s, &f->record, whole ? &body : NULL);
}

static void
end_record(struct view *v)
{
	struct framing *f = v->f;

	if (f->state == FRAMING_SHORT)
		read_short(v);
	else if (f->state == FRAMING_SEALED || f->state == FRAMING_PROBE)
		end_sealed(v);
	f->state = FRAMING_HEADER;
	f->head_len = 0;
}

static void
take_head(struct view *v, size_t want)
{
	struct framing *f = v->f;
	struct bytes part = consume(v, least(want - f->head_len, v->in.len));

	memcpy(f->head + f->head_len, part.data, part.len);
	f->head_len += (unsigned)part.len;
}

static void
go_foreign(struct view *v, uint64_t at)
{
	struct framing *f = v->f;

	f->foreign_at = at;
	f->state = FRAMING_FOREIGN;
	tls_stream_foreign(v->s, v->side, at, bytes_of(f->head, f->head_len), v->mark);
}

static void
read_header(struct view *v)
{
	struct framing *f = v->f;

	take_head(v, TLS_RECORD_HEADER_LEN);
	/* A first byte that begins no record needs no four more to be foreign: plaintext may be
	 * short. */
	if (f->head_len < TLS_RECORD_HEADER_LEN && tls_content_type_name(f->head[0]) != NULL)
		return;
	struct cursor c = cursor_init(bytes_of(f->head, f->head_len), v->at - f->head_len);
	uint64_t at = v->at - f->head_len;
	if (!tls_record_header_parse(&c, &f->record) || !tls_record_header_plausible(&f->record)) {
		give_up_message(v);
		go_foreign(v, at);
		return;
	}
	begin_record(f, at);
}

static void
read_probe(struct view *v)
{
	struct framing *f = v->f;

	take_head(v, least(f->record.length, TLS_HANDSHAKE_HEADER_LEN));
	if (f->head_len < TLS_HANDSHAKE_HEADER_LEN && v->at < f->record_end)
		return;
	if (!probe_is_plain(f)) {
		f->state = FRAMING_SEALED;
		if (f->kept)
			keep_body(v, bytes_of(f->head, f->head_len));
		return;
	}
	f->sealed = false;
	f->kept = false;
	assembler_reset(&f->assembler);
	f->state = FRAMING_MESSAGE;
	assemble(v, bytes_of(f->head, f->head_len));
	/* assemble() takes v->at for the part's end, which it is: head bytes came last. */
}

/* Three headers in a row were found: the first two records are over, the third has begun. */
static void
adopt(struct view *v, const struct resync_header *found)
{
	struct framing *f = v->f;
	const struct resync_header *last = &found[RESYNC_HEADERS - 1];

	for (unsigned i = 0; i + 1 < RESYNC_HEADERS; i++) {
		f->record = found[i].header;
		f->record_at = found[i].at;
		f->record_end = found[i + 1].at;
		f->kept = false;
		end_sealed(v);
	}
	consume(v, (size_t)(last->at + TLS_RECORD_HEADER_LEN - v->at));
	f->record = last->header;
	begin_record(f, last->at);
}

static void
read_lost(struct view *v, const struct flow_data *d)
{
	struct framing *f = v->f;

	if (v->in.data == d->data.data && resync_feed(&f->resync, d))
		adopt(v, f->resync.found);
	else
		consume(v, v->in.len);
}

/* Work on the front of the view: consumes something, or changes state, or both. */
static void
advance(struct view *v, const struct flow_data *d)
{
	struct framing *f = v->f;

	switch (f->state) {
	case FRAMING_HEADER:
		read_header(v);
		return;
	case FRAMING_PROBE:
		read_probe(v);
		return;
	case FRAMING_MESSAGE:
		assemble(v, consume(v, least(f->record_end - v->at, v->in.len)));
		return;
	case FRAMING_SHORT:
		take_head(v, f->record.length);
		return;
	case FRAMING_SEALED:
		read_sealed(v);
		return;
	case FRAMING_LOST:
		read_lost(v, d);
		return;
	case FRAMING_FOREIGN:
		return; /* framing_data does not come here */
	}
}

static bool
in_record(const struct framing *f)
{
	return f->state == FRAMING_PROBE || f->state == FRAMING_MESSAGE ||
	       f->state == FRAMING_SHORT || f->state == FRAMING_SEALED;
}

static uint64_t
run(struct view *v, const struct flow_data *d)
{
	struct framing *f = v->f;

	for (;;) {
		if (in_record(f) && v->at >= f->record_end)
			end_record(v);
		if (v->in.len == 0 || f->state == FRAMING_FOREIGN)
			break;
		advance(v, d);
	}
	return f->state == FRAMING_SEALED && !f->kept && f->record_end > v->at ? f->record_end : 0;
}

uint64_t
framing_data(struct framing *f, struct tls_stream *s, enum tls_side side, const struct flow_data *d)
{
	struct view v = {
	    .f = f, .s = s, .side = side, .mark = &d->mark, .at = d->at, .in = d->data};

	return run(&v, d);
}

uint64_t
framing_adopt(struct framing *f, struct tls_stream *s, enum tls_side side,
	      const struct resync *found, const struct flow_data *d)
{
	struct view v = {
	    .f = f, .s = s, .side = side, .mark = &d->mark, .at = d->at, .in = d->data};

	adopt(&v, found->found);
	return run(&v, d);
}

/* --- holes ----------------------------------------------------------------------------------- */

/* The record in hand will not be seen to its end: its header was, and that is worth a step. */
static void
cut_record(struct view *v)
{
	struct framing *f = v->f;

	if (f->state == FRAMING_SEALED || f->state == FRAMING_PROBE) {
		struct step s = step_of(v, sealed_kind(f), f->record_at, f->record_end);
		s.length = f->record.length;
		s.damaged = true;
		tls_stream_step(v->s, &s);
	}
	give_up_message(v);
}

void
framing_cut(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at,
	    const struct flow_mark *mark)
{
	struct view v = {.f = f, .s = s, .side = side, .mark = mark, .at = at};

	if (in_record(f) && at > f->record_at + TLS_RECORD_HEADER_LEN)
		cut_record(&v);
}

void
framing_gap(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at, uint64_t len,
	    const struct flow_mark *mark)
{
	struct view v = {.f = f, .s = s, .side = side, .mark = mark, .at = at + len};
	struct step gap = step_of(&v, STEP_GAP, at, at + len);

	gap.length = len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
	if (in_record(f) && at + len <= f->record_end) {
		struct fragment none = fragment_of(&v, (struct bytes){0});
		f->kept = false;
		if (f->state == FRAMING_MESSAGE)
			assembler_gap(&f->assembler, s, &none, len);
		else if (f->record.type != TLS_CONTENT_change_cipher_spec || f->record.length != 1)
			f->state = FRAMING_SEALED; /* a ChangeCipherSpec says all in its header */
		tls_stream_step(s, &gap);
		if (v.at >= f->record_end)
			end_record(&v);
		return;
	}
	if (f->state == FRAMING_LOST)
		resync_gap(&f->resync, at, len);
	else if (f->state != FRAMING_FOREIGN && at + len > f->record_end) {
		cut_record(&v);
		framing_start_lost(f);
		tls_stream_lost(s, side);
	}
	tls_stream_step(s, &gap);
}
