/*
 * cursor.h - the only reader of packet memory: bounds-checked, with a failure that sticks.
 * Every dissector reads through it; it stands at the bottom of the dependency rules.
 *
 * The first read that does not fit stores which field, where, how much it needed and how much was
 * left. From then on every read gives zero or an empty view and cursor_more() gives false, so a
 * parser runs straight through and asks once, at cursor_end(). Field names are string literals, as
 * in the RFC.
 */
#ifndef DISSECTORS_WIRE_CURSOR_H
#define DISSECTORS_WIRE_CURSOR_H

#include "dissectors/wire/bytes.h"

enum cursor_failure {
	CURSOR_OK,
	CURSOR_SHORT,    /* a field needs more bytes than its container holds */
	CURSOR_LEFTOVER, /* the structure ended before its container did */
	CURSOR_VALUE,    /* a value the grammar forbids, see cursor_fail */
};

struct cursor {
	const uint8_t *data;
	size_t len;  /* of data */
	size_t pos;  /* next byte to read, <= len */
	uint64_t at; /* stream offset of data[0]; carried into failures only */
	enum cursor_failure failure;
	const char *field; /* of the failure */
	uint64_t fail_at;  /* stream offset where the failing read began */
	size_t needed, left;
};

/* `at` is the offset of in.data[0] in whatever the caller counts: a stream, a message, a
 * certificate. */
static inline struct cursor
cursor_init(struct bytes in, uint64_t at)
{
	/* an empty view may be NULL, and NULL + 0 is undefined */
	const uint8_t *data = in.data != NULL ? in.data : (const uint8_t *)"";

	return (struct cursor){.data = data, .len = in.len, .at = at};
}

/* Store the first failure; not for parsers, which call cursor_fail. Always false. */
bool cursor_stick(struct cursor *c, enum cursor_failure why, const char *field, size_t needed);

/* The next n bytes, or NULL: the only place where packet memory is addressed. Not for parsers.
 * Inline, like the reads below that every packet needs: a call each would cost more than the read.
 */
static inline const uint8_t *
cursor_take(struct cursor *c, size_t n, const char *field)
{
	if (__builtin_expect(c->failure != CURSOR_OK || n > c->len - c->pos, 0)) {
		cursor_stick(c, CURSOR_SHORT, field, n);
		return NULL;
	}
	const uint8_t *p = c->data + c->pos;
	c->pos += n;
	return p;
}

/* Big-endian integers (network order). 0 after a failure. */
static inline uint8_t
cursor_u8(struct cursor *c, const char *field)
{
	const uint8_t *p = cursor_take(c, 1, field);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t
cursor_u16(struct cursor *c, const char *field)
{
	const uint8_t *p = cursor_take(c, 2, field);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
cursor_u32(struct cursor *c, const char *field)
{
	const uint8_t *p = cursor_take(c, 4, field);

	return p == NULL ? 0
			 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t
cursor_u24(struct cursor *c, const char *field)
{
	const uint8_t *p = cursor_take(c, 3, field);

	return p == NULL ? 0 : (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

uint64_t cursor_u64(struct cursor *c, const char *field);
/* Little-endian, for capture files and link headers that use it. */
uint16_t cursor_u16le(struct cursor *c, const char *field);
uint32_t cursor_u32le(struct cursor *c, const char *field);
uint64_t cursor_u64le(struct cursor *c, const char *field);

/* A view of the next n bytes. Empty after a failure. */
static inline struct bytes
cursor_bytes(struct cursor *c, size_t n, const char *field)
{
	const uint8_t *p = cursor_take(c, n, field);

	return p == NULL ? (struct bytes){0} : (struct bytes){.data = p, .len = n};
}

static inline void
cursor_skip(struct cursor *c, size_t n, const char *field)
{
	cursor_take(c, n, field);
}

/* A vector with a length prefix of `prefix` bytes (1, 2 or 3), RFC 8446 section 3.4. */
static inline struct bytes
cursor_vec(struct cursor *c, unsigned prefix, const char *field)
{
	size_t n = prefix == 1   ? cursor_u8(c, field)
		   : prefix == 2 ? cursor_u16(c, field)
				 : cursor_u24(c, field);

	return cursor_bytes(c, n, field);
}

/* The byte that the next read would begin with; -1 when there is none or after a failure. */
static inline int
cursor_peek(const struct cursor *c)
{
	return c->failure != CURSOR_OK || c->pos == c->len ? -1 : c->data[c->pos];
}

/* What was read since the cursor's pos was `from`. Empty after a failure. */
static inline struct bytes
cursor_since(const struct cursor *c, size_t from)
{
	return c->failure != CURSOR_OK ? (struct bytes){0}
				       : bytes_of(c->data + from, c->pos - from);
}

/* Carry a child's failure up, so that the parser of the whole fails where its part failed. */
void cursor_adopt(struct cursor *parent, const struct cursor *child);

/* A cursor over a view that was read from `parent`; keeps stream offsets right. A failed parent
 * gives a failed child. */
static inline struct cursor
cursor_child(const struct cursor *parent, struct bytes view)
{
	const bool empty = view.data == NULL;

	return (struct cursor){.data = empty ? (const uint8_t *)"" : view.data,
			       .len = view.len,
			       .at = parent->at + (empty ? 0 : (size_t)(view.data - parent->data)),
			       .failure = parent->failure,
			       .field = parent->field,
			       .fail_at = parent->fail_at,
			       .needed = parent->needed,
			       .left = parent->left};
}

static inline size_t
cursor_left(const struct cursor *c)
{
	return c->failure != CURSOR_OK ? 0 : c->len - c->pos;
}

/* All that is left. */
static inline struct bytes
cursor_rest(struct cursor *c)
{
	return cursor_bytes(c, cursor_left(c), "rest");
}

/* True while there are bytes and nothing failed: the condition of every list loop. */
static inline bool
cursor_more(const struct cursor *c)
{
	return cursor_left(c) > 0;
}

static inline bool
cursor_ok(const struct cursor *c)
{
	return c->failure == CURSOR_OK;
}

/* Mark a value the grammar forbids; keeps an earlier failure. Always false, for `return
 * cursor_fail(...)`. */
bool cursor_fail(struct cursor *c, const char *field);
/* The same at an earlier place, where the cursor's pos was `from`. */
static inline bool
cursor_fail_at(struct cursor *c, size_t from, const char *field)
{
	if (c->failure == CURSOR_OK)
		c->pos = from;
	return cursor_fail(c, field);
}

/* The structure is over: true if nothing failed and nothing is left; leftovers become the failure.
 */
bool cursor_end(struct cursor *c, const char *field);

#endif
