/*
 * bytes.h - a view of bytes that somebody else owns.
 * The one type that crosses from captures to parsers; it borrows, it never frees.
 */
#ifndef DISSECTORS_WIRE_BYTES_H
#define DISSECTORS_WIRE_BYTES_H

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

#endif
