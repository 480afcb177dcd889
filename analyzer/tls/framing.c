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
	uint64_t at;     /* offset of in.data[0] */
	struct bytes in; /* not consumed yet */
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
	f->message_len = 0;
	f->discard = 0;
	f->desync = true;
}

void
framing_finish(struct framing *f)
{
	free(f->message);
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

static void
deliver(struct view *v, struct bytes message, uint64_t end, bool damaged)
{
	struct framing *f = v->f;
	struct cursor c = cursor_init(message, f->message_at);
	struct tls_handshake_header h;

	tls_handshake_header_parse(&c, &h);
	struct step s = step_of(v, STEP_MESSAGE, f->message_at, end);
	s.type = h.type;
	s.length = h.length;
	s.damaged = damaged;
	tls_stream_message(v->s, &s, damaged ? (struct bytes){0} : cursor_rest(&c));
}

/* The message in hand can't be completed: note what its header said. */
static void
give_up_message(struct view *v)
{
	struct framing *f = v->f;

	if (f->message_len >= TLS_HANDSHAKE_HEADER_LEN)
		deliver(v, bytes_of(f->message, f->message_len), v->at, true);
	f->message_len = 0;
}

static size_t
message_total(const uint8_t *header)
{
	struct cursor c = cursor_init(bytes_of(header, TLS_HANDSHAKE_HEADER_LEN), 0);
	struct tls_handshake_header h;

	tls_handshake_header_parse(&c, &h);
	return TLS_HANDSHAKE_HEADER_LEN + (size_t)h.length;
}

static bool
reserve(struct framing *f, size_t size)
{
	if (size <= f->message_cap)
		return true;
	uint8_t *p = realloc(f->message, size);
	if (p == NULL)
		return false;
	f->message = p;
	f->message_cap = size;
	return true;
}

/* Too large to keep, or no memory for it: header noted, body dropped. */
static void
drop_large(struct view *v, size_t total)
{
	tls_stream_limit(v->s);
	v->f->discard = total - v->f->message_len;
	give_up_message(v);
}

/* Collect bytes of a message that does not lie whole in this view. */
static void
collect(struct view *v, struct bytes *part)
{
	struct framing *f = v->f;
	size_t want = f->message_len < TLS_HANDSHAKE_HEADER_LEN ? TLS_HANDSHAKE_HEADER_LEN
								: message_total(f->message);

	if (want > TRACE_MESSAGE_MAX || !reserve(f, want)) {
		drop_large(v, want);
		return;
	}
	size_t n = least(want - f->message_len, part->len);
	memcpy(f->message + f->message_len, bytes_take(part, n).data, n);
	f->message_len += n;
}

/* One step of putting messages together; consumes at least a byte of `part`, or drops the message.
 */
static void
assemble_some(struct view *v, struct bytes *part, uint64_t part_end)
{
	struct framing *f = v->f;

	if (f->discard > 0) {
		size_t n = least(f->discard, part->len);
		f->discard -= n;
		bytes_take(part, n);
		return;
	}
	if (f->message_len == 0) {
		f->message_at = part_end - part->len;
		if (part->len >= TLS_HANDSHAKE_HEADER_LEN &&
		    part->len >= message_total(part->data)) {
			struct bytes whole = bytes_take(part, message_total(part->data));
			deliver(v, whole, part_end - part->len, false);
			return;
		}
	}
	collect(v, part);
	if (f->message_len >= TLS_HANDSHAKE_HEADER_LEN &&
	    f->message_len == message_total(f->message)) {
		deliver(v, bytes_of(f->message, f->message_len), part_end - part->len, false);
		f->message_len = 0;
	}
}

static void
assemble(struct view *v, struct bytes part)
{
	const uint64_t part_end = v->at;

	while (part.len > 0 && !v->f->desync)
		assemble_some(v, &part, part_end);
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
	if (f->state == FRAMING_MESSAGE && f->message_len == 0 && f->discard == 0)
		f->desync = false;
	/* An encrypted or other record never continues a plaintext message (RFC 8446 section 5.1).
	 */
	if (f->state == FRAMING_SEALED)
		f->discard = 0;
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

static void
end_record(struct view *v)
{
	struct framing *f = v->f;

	if (f->state == FRAMING_SHORT)
		read_short(v);
	else if (f->state == FRAMING_SEALED || f->state == FRAMING_PROBE)
		add_record_step(v, sealed_kind(f));
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
		return;
	}
	f->sealed = false;
	f->desync = false;
	f->message_len = 0;
	f->discard = 0;
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
		add_record_step(v, sealed_kind(f));
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
		consume(v, least(f->record_end - v->at, v->in.len));
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
	return f->state == FRAMING_SEALED && f->record_end > v->at ? f->record_end : 0;
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

static void
gap_in_message(struct view *v, uint64_t len)
{
	struct framing *f = v->f;
	size_t known = f->message_len >= TLS_HANDSHAKE_HEADER_LEN ? message_total(f->message) : 0;

	if (f->discard >= len) {
		f->discard -= len;
		return;
	}
	if (known > 0 && known - f->message_len >= len) {
		f->discard = known - f->message_len - len;
		give_up_message(v);
		return;
	}
	give_up_message(v);
	f->discard = 0;
	f->desync = true;
}

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
		if (f->state == FRAMING_MESSAGE)
			gap_in_message(&v, len);
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
	}
	tls_stream_step(s, &gap);
}
