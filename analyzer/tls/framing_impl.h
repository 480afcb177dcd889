/*
 * framing_impl.h - what framing.c (where records begin, and holes) and framing_record.c (what a
 * record holds) share. Nobody else includes it.
 */
#ifndef ANALYZER_TLS_FRAMING_IMPL_H
#define ANALYZER_TLS_FRAMING_IMPL_H

#include "analyzer/tls/framing.h"
#include "analyzer/tls/tls_stream.h"

/* What one call of framing_data works on; keeps parameter lists short. */
struct framing_view {
	struct framing *f;
	struct tls_stream *s;
	enum tls_side side;
	const struct flow_data *d;
	size_t used;        /* bytes of d that were consumed */
	struct bytes whole; /* body of the record in hand, when this view holds all of it */
};

/* The stream offset of the next byte. */
static inline uint64_t
framing_at(const struct framing_view *v)
{
	return v->d->at + v->used;
}

static inline size_t
framing_left(const struct framing_view *v)
{
	return v->d->data.len - v->used;
}

static inline struct bytes
framing_consume(struct framing_view *v, size_t n)
{
	const uint8_t *from = n > 0 ? v->d->data.data + v->used : v->d->data.data;

	v->used += n;
	return bytes_of(from, n);
}

static inline bool
framing_in_record(const struct framing *f)
{
	return f->state == FRAMING_PROBE || f->state == FRAMING_MESSAGE ||
	       f->state == FRAMING_SHORT || f->state == FRAMING_SEALED;
}

static inline size_t
framing_least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* A step of this view, for *to; mark and sender are filled. */
struct step *framing_step_of(const struct framing_view *v, struct step *to, enum step_kind kind,
			     uint64_t at, uint64_t end);
enum step_kind framing_sealed_kind(const struct framing *f);
/* Bytes of handshake messages that end at framing_at(). */
static inline struct fragment
framing_fragment(const struct framing_view *v, struct bytes part)
{
	return (struct fragment){.sender = v->side,
				 .resynced = v->f->resynced,
				 .mark = &v->d->mark,
				 .end = framing_at(v),
				 .in = part};
}

/* Plaintext of handshake messages; `part` ends at framing_at(). */
void framing_assemble(const struct framing_view *v, struct bytes part);
/* The message in hand can't be completed. */
void framing_give_up(const struct framing_view *v);
/* The header in f->record was read at `at`. */
void framing_begin(struct framing *f, uint64_t at);
/* The record is over: its step is made. */
void framing_end(struct framing_view *v);
/* Body of an encrypted record: kept when somebody can open it. */
void framing_keep_body(struct framing_view *v, struct bytes part);
void framing_read_sealed(struct framing_view *v);
void framing_end_sealed(struct framing_view *v);
/* Of a handshake record that may be ciphertext: its first bytes are in f->head. */
bool framing_probe_is_plain(const struct framing *f);

#endif
