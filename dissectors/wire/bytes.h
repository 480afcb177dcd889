/*
 * bytes.h - a view of bytes that somebody else owns.
 * The one type that crosses from captures to parsers; it borrows, it never frees.
 */
#ifndef DISSECTORS_WIRE_BYTES_H
#define DISSECTORS_WIRE_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* data may be NULL only when len is 0. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

static inline struct bytes
bytes_of(const void *data, size_t len)
{
	return (struct bytes){.data = data, .len = len};
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Split off the first n bytes; n must not exceed b->len. */
static inline struct bytes
bytes_take(struct bytes *b, size_t n)
{
	struct bytes front = {.data = b->data, .len = n};

	if (n > 0)
		b->data += n;
	b->len -= n;
	return front;
}

/* Fields of a header that was read as a whole (cursor_bytes): one check is made for all of them,
 * and they are then found at their places. Big-endian; [at, at + width) must lie in b. */
static inline struct bytes
bytes_part(struct bytes b, size_t at, size_t n)
{
	assert(at + n <= b.len);
	return (struct bytes){.data = b.data + at, .len = n};
}

static inline uint16_t
bytes_u16(struct bytes b, size_t at)
{
	const uint8_t *p = bytes_part(b, at, 2).data;

	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
bytes_u32(struct bytes b, size_t at)
{
	const uint8_t *p = bytes_part(b, at, 4).data;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
