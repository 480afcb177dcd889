/*
 * framing.c - one direction of a TLS stream: records in, messages and steps out. See framing.h.
 */
#include "analyzer/tls/framing.h"

#include <stdlib.h>

#include "analyzer/tls/framing_impl.h"
#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/wire/cursor.h"

void
framing_init(struct framing *f, struct resync *resync)
{
	*f = (struct framing){.resync = resync};
}

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
	resync_init(f->resync);
	f->assembler.len = 0;
	f->assembler.discard = 0;
	f->assembler.desync = true;
}

void
framing_finish(struct framing *f)
{
	assembler_finish(&f->assembler);
	free(f->body);
	f->body = NULL;
}

/* The first bytes of a record or of its body may be spread over views. */
static void
collect_head(struct framing_view *v, size_t want)
{
	struct framing *f = v->f;
	struct bytes part = framing_consume(v, framing_least(want - f->head_len, framing_left(v)));

	memcpy(f->head + f->head_len, part.data, part.len);
	f->head_len = (uint8_t)(f->head_len + part.len);
}

/* Where it stands in the view, mostly. */
static struct bytes
take_header(struct framing_view *v)
{
	struct framing *f = v->f;

	if (f->head_len == 0 && framing_left(v) >= TLS_RECORD_HEADER_LEN)
		return framing_consume(v, TLS_RECORD_HEADER_LEN);
	collect_head(v, TLS_RECORD_HEADER_LEN);
	return bytes_of(f->head, f->head_len);
}

static void
read_header(struct framing_view *v)
{
	struct framing *f = v->f;
	struct bytes head = take_header(v);

	/* A first byte that begins no record needs no four more to be foreign: plaintext may be
	 * short. */
	if (head.len < TLS_RECORD_HEADER_LEN && tls_content_type_name(head.data[0]) != NULL)
		return;
	uint64_t at = framing_at(v) - head.len;
	struct cursor c = cursor_init(head, at);
	if (!tls_record_header_parse(&c, &f->record) || !tls_record_header_plausible(&f->record)) {
		framing_give_up(v);
		f->foreign_at = at;
		f->state = FRAMING_FOREIGN;
		return;
	}
	framing_begin(f, at);
}

static void
read_probe(struct framing_view *v)
{
	struct framing *f = v->f;

	collect_head(v, framing_least(f->record.length, TLS_HANDSHAKE_HEADER_LEN));
	if (f->head_len < TLS_HANDSHAKE_HEADER_LEN && framing_at(v) < f->record_end)
		return;
	if (!framing_probe_is_plain(f)) {
		f->state = FRAMING_SEALED;
		if (f->kept)
			framing_keep_body(v, bytes_of(f->head, f->head_len));
		return;
	}
	f->sealed = false;
	f->kept = false;
	assembler_reset(&f->assembler);
	f->state = FRAMING_MESSAGE;
	framing_assemble(v, bytes_of(f->head, f->head_len));
	/* framing_assemble() takes framing_at() for the part's end, which it is: head bytes came
	 * last. */
}

/* Three headers in a row were found: the first two records are over, the third has begun. */
static void
adopt(struct framing_view *v, const struct resync_header *found)
{
	struct framing *f = v->f;
	const struct resync_header *last = &found[RESYNC_HEADERS - 1];

	for (unsigned i = 0; i + 1 < RESYNC_HEADERS; i++) {
		f->record = found[i].header;
		f->record_at = found[i].at;
		f->record_end = found[i + 1].at;
		f->kept = false;
		framing_end_sealed(v);
	}
	framing_consume(v, (size_t)(last->at + TLS_RECORD_HEADER_LEN - framing_at(v)));
	f->record = last->header;
	framing_begin(f, last->at);
}

static void
read_lost(struct framing_view *v)
{
	struct framing *f = v->f;

	if (v->used == 0 && resync_feed(f->resync, v->d))
		adopt(v, f->resync->found);
	else
		framing_consume(v, framing_left(v));
}

/* Work on the front of the view: consumes something, or changes state, or both. */
static void
advance(struct framing_view *v)
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
		framing_assemble(v, framing_consume(v, framing_least(f->record_end - framing_at(v),
								     framing_left(v))));
		return;
	case FRAMING_SHORT:
		collect_head(v, f->record.length);
		return;
	case FRAMING_SEALED:
		framing_read_sealed(v);
		return;
	case FRAMING_LOST:
		read_lost(v);
		return;
	case FRAMING_FOREIGN:
		return; /* framing_data does not come here */
	}
}

static uint64_t
run(struct framing_view *v)
{
	struct framing *f = v->f;

	for (;;) {
		if (framing_in_record(f) && framing_at(v) >= f->record_end)
			framing_end(v);
		if (framing_left(v) == 0 || f->state == FRAMING_FOREIGN)
			break;
		advance(v);
	}
	return f->state == FRAMING_SEALED && !f->kept && f->record_end > framing_at(v)
		   ? f->record_end
		   : 0;
}

uint64_t
framing_data(struct framing *f, struct tls_stream *s, enum tls_side side, const struct flow_data *d)
{
	struct framing_view v = {.f = f, .s = s, .side = side, .d = d};

	return run(&v);
}

uint64_t
framing_adopt(struct framing *f, struct tls_stream *s, enum tls_side side,
	      const struct resync *found, const struct flow_data *d)
{
	struct framing_view v = {.f = f, .s = s, .side = side, .d = d};

	adopt(&v, found->found);
	return run(&v);
}

/* --- holes ----------------------------------------------------------------------------------- */

/* The record in hand will not be seen to its end: its header was, and that is worth a step. */
static void
cut_record(struct framing_view *v)
{
	struct framing *f = v->f;

	if (f->state == FRAMING_SEALED || f->state == FRAMING_PROBE) {
		struct step *s = framing_step_of(v, tls_stream_room(v->s), framing_sealed_kind(f),
						 f->record_at, f->record_end);
		s->length = f->record.length;
		s->damaged = true;
		tls_stream_step(v->s, s);
	}
	framing_give_up(v);
}

void
framing_cut(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at,
	    const struct flow_mark *mark)
{
	const struct flow_data here = {.at = at, .mark = *mark};
	struct framing_view v = {.f = f, .s = s, .side = side, .d = &here};

	if (framing_in_record(f) && at > f->record_at + TLS_RECORD_HEADER_LEN)
		cut_record(&v);
}

void
framing_gap(struct framing *f, struct tls_stream *s, enum tls_side side, uint64_t at, uint64_t len,
	    const struct flow_mark *mark)
{
	const struct flow_data here = {.at = at + len, .mark = *mark};
	struct framing_view v = {.f = f, .s = s, .side = side, .d = &here};
	struct step gap;

	framing_step_of(&v, &gap, STEP_GAP, at, at + len);
	gap.length = len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
	if (framing_in_record(f) && at + len <= f->record_end) {
		struct fragment none = framing_fragment(&v, (struct bytes){0});
		f->kept = false;
		if (f->state == FRAMING_MESSAGE)
			assembler_gap(&f->assembler, s, &none, len);
		else if (f->record.type != TLS_CONTENT_change_cipher_spec || f->record.length != 1)
			f->state = FRAMING_SEALED; /* a ChangeCipherSpec says all in its header */
		tls_stream_step(s, &gap);
		if (framing_at(&v) >= f->record_end)
			framing_end(&v);
		return;
	}
	if (f->state == FRAMING_LOST)
		resync_gap(f->resync, at, len);
	else if (f->state != FRAMING_FOREIGN && at + len > f->record_end) {
		cut_record(&v);
		framing_start_lost(f);
		tls_stream_lost(s, side);
	}
	tls_stream_step(s, &gap);
}
