/*
 * assembler.c - see assembler.h.
 */
#include "analyzer/tls/assembler.h"

#include <stdlib.h>

#include "analyzer/tls/tls_stream.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/wire/cursor.h"

void
assembler_finish(struct assembler *a)
{
	free(a->message);
	a->message = NULL;
	a->len = a->cap = 0;
}

void
assembler_reset(struct assembler *a)
{
	a->len = 0;
	a->discard = 0;
	a->desync = false;
}

void
assembler_record(struct assembler *a)
{
	if (a->len == 0 && a->discard == 0)
		a->desync = false;
}

/* Inside a decrypted record there are no stream offsets: all of it is where the record is. */
static uint64_t
begin_of(const struct fragment *f)
{
	return f->decrypted ? f->at : f->end - f->in.len;
}

static uint64_t
end_of(const struct fragment *f)
{
	return f->decrypted ? f->end : f->end - f->in.len;
}

static struct tls_handshake_header
header_of(const uint8_t *message)
{
	struct cursor c = cursor_init(bytes_of(message, TLS_HANDSHAKE_HEADER_LEN), 0);
	struct tls_handshake_header h;

	tls_handshake_header_parse(&c, &h);
	return h;
}

static size_t
message_total(const uint8_t *message)
{
	return TLS_HANDSHAKE_HEADER_LEN + (size_t)header_of(message).length;
}

/* A message in hand; its body is empty when damaged. */
static void
deliver(const struct assembler *a, struct tls_stream *s, const struct fragment *f,
	struct bytes message, bool damaged)
{
	struct tls_handshake_header h = header_of(message.data);
	enum tls_side sender = f->sender;
	struct step *step = tls_stream_message_room(s, h.type, f->decrypted, &sender);

	if (step == NULL)
		return;
	*step = (struct step){.kind = STEP_MESSAGE,
			      .sender = sender,
			      .type = h.type,
			      .damaged = damaged,
			      .decrypted = f->decrypted,
			      .resynced = f->resynced,
			      .length = h.length,
			      .at = a->at,
			      .end = end_of(f),
			      .mark = *f->mark};
	bytes_take(&message, TLS_HANDSHAKE_HEADER_LEN);
	tls_stream_message(s, step, damaged ? (struct bytes){0} : message);
}

void
assembler_give_up(struct assembler *a, struct tls_stream *s, const struct fragment *f)
{
	if (a->len >= TLS_HANDSHAKE_HEADER_LEN)
		deliver(a, s, f, bytes_of(a->message, a->len), true);
	a->len = 0;
}

static bool
reserve(struct assembler *a, size_t size)
{
	if (size <= a->cap)
		return true;
	uint8_t *p = realloc(a->message, size);
	if (p == NULL)
		return false;
	a->message = p;
	a->cap = size;
	return true;
}

/* Too large to keep, or no memory for it: header noted, body dropped. */
static void
drop_large(struct assembler *a, struct tls_stream *s, const struct fragment *f, size_t total)
{
	tls_stream_limit(s);
	a->discard = total - a->len;
	assembler_give_up(a, s, f);
}

/* Collect bytes of a message that does not lie whole in this fragment. */
static void
collect(struct assembler *a, struct tls_stream *s, struct fragment *f)
{
	size_t want = a->len < TLS_HANDSHAKE_HEADER_LEN ? TLS_HANDSHAKE_HEADER_LEN
							: message_total(a->message);

	if (want > TRACE_MESSAGE_MAX || !reserve(a, want)) {
		drop_large(a, s, f, want);
		return;
	}
	size_t n = want - a->len < f->in.len ? want - a->len : f->in.len;
	memcpy(a->message + a->len, bytes_take(&f->in, n).data, n);
	a->len += n;
}

/* One step of putting messages together; consumes at least a byte, or drops the message. */
static void
assemble_some(struct assembler *a, struct tls_stream *s, struct fragment *f)
{
	if (a->discard > 0) {
		size_t n = a->discard < f->in.len ? (size_t)a->discard : f->in.len;
		a->discard -= n;
		bytes_take(&f->in, n);
		return;
	}
	if (a->len == 0) {
		a->at = begin_of(f);
		size_t total =
		    f->in.len >= TLS_HANDSHAKE_HEADER_LEN ? message_total(f->in.data) : SIZE_MAX;
		if (f->in.len >= total) {
			deliver(a, s, f, bytes_take(&f->in, total), false);
			return;
		}
	}
	collect(a, s, f);
	if (a->len >= TLS_HANDSHAKE_HEADER_LEN && a->len == message_total(a->message)) {
		deliver(a, s, f, bytes_of(a->message, a->len), false);
		assembler_finish(a); /* few messages need it, and connections are many */
	}
}

void
assembler_feed(struct assembler *a, struct tls_stream *s, struct fragment *f)
{
	while (f->in.len > 0 && !a->desync)
		assemble_some(a, s, f);
}

void
assembler_gap(struct assembler *a, struct tls_stream *s, const struct fragment *f, uint64_t len)
{
	size_t known = a->len >= TLS_HANDSHAKE_HEADER_LEN ? message_total(a->message) : 0;

	if (a->discard >= len) {
		a->discard -= len;
		return;
	}
	if (known > 0 && known - a->len >= len) {
		a->discard = known - a->len - len;
		assembler_give_up(a, s, f);
		return;
	}
	assembler_give_up(a, s, f);
	a->discard = 0;
	a->desync = true;
}

bool
assembler_fills(struct bytes in)
{
	while (in.len >= TLS_HANDSHAKE_HEADER_LEN && tls_handshake_name(in.data[0]) != NULL &&
	       message_total(in.data) <= in.len)
		bytes_take(&in, message_total(in.data));
	return in.len == 0;
}
