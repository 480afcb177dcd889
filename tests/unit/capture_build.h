/*
 * capture_build.h - captures written byte by byte for the tests of analyzer/input, and a reader
 * over memory that hands them out in pieces.
 */
#ifndef TESTS_UNIT_CAPTURE_BUILD_H
#define TESTS_UNIT_CAPTURE_BUILD_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/input/reader.h"

struct build {
	uint8_t data[1 << 16];
	size_t len;
	bool big;
	size_t block; /* start of the pcapng block being written */
};

static inline void
put(struct build *b, const void *data, size_t len)
{
	assert(b->len + len <= sizeof b->data);
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

static inline void
put_number(struct build *b, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned shift = 8 * (b->big ? width - 1 - i : i);
		put(b, &(uint8_t){(uint8_t)(v >> shift)}, 1);
	}
}

static inline void
put16(struct build *b, uint16_t v)
{
	put_number(b, v, 2);
}

static inline void
put32(struct build *b, uint32_t v)
{
	put_number(b, v, 4);
}

/* len bytes, the first of which is `first`, counting up. */
static inline void
put_payload(struct build *b, uint8_t first, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(b, &(uint8_t){(uint8_t)(first + i)}, 1);
}

/* Overwrite a word. */
static inline void
patch32(struct build *b, size_t at, uint32_t v)
{
	size_t len = b->len;
	b->len = at;
	put32(b, v);
	b->len = len;
}

static inline void
pcap_header(struct build *b, uint32_t magic, uint32_t snaplen, uint32_t link_type)
{
	put32(b, magic);
	put16(b, 2);
	put16(b, 4);
	put_number(b, 0, 8);
	put32(b, snaplen);
	put32(b, link_type);
}

static inline void
pcap_record(struct build *b, uint32_t sec, uint32_t fraction, uint32_t caplen, uint32_t len,
	    uint8_t first, size_t extra)
{
	put32(b, sec);
	put32(b, fraction);
	put32(b, caplen);
	put32(b, len);
	put_payload(b, 0, extra);
	put_payload(b, first, caplen);
}

static inline void
block_begin(struct build *b, uint32_t type)
{
	b->block = b->len;
	put32(b, type);
	put32(b, 0);
}

/* Pad, and write the length into both places. */
static inline void
block_end(struct build *b)
{
	while ((b->len - b->block) % 4 != 0)
		put(b, "", 1);
	uint32_t len = (uint32_t)(b->len - b->block + 4);
	put32(b, len);
	patch32(b, b->block + 4, len);
}

static inline void
option(struct build *b, uint16_t code, const void *value, uint16_t len)
{
	put16(b, code);
	put16(b, len);
	put(b, value, len);
	while (b->len % 4 != 0)
		put(b, "", 1);
}

static inline void
section(struct build *b, uint16_t major)
{
	block_begin(b, 0x0a0d0d0a);
	put32(b, 0x1a2b3c4d);
	put16(b, major);
	put16(b, 0);
	put_number(b, UINT64_MAX, 8);
	block_end(b);
}

/* name NULL: no options. */
static inline void
interface(struct build *b, uint16_t link_type, uint32_t snaplen, const char *name)
{
	block_begin(b, 1);
	put16(b, link_type);
	put16(b, 0);
	put32(b, snaplen);
	if (name != NULL) {
		option(b, 2, name, (uint16_t)strlen(name));
		option(b, 0, "", 0);
	}
	block_end(b);
}

static inline void
enhanced(struct build *b, uint32_t id, uint64_t ticks, uint32_t caplen, uint32_t len, uint8_t first)
{
	block_begin(b, 6);
	put32(b, id);
	put32(b, (uint32_t)(ticks >> 32));
	put32(b, (uint32_t)ticks);
	put32(b, caplen);
	put32(b, len);
	put_payload(b, first, caplen);
	block_end(b);
}

static inline void
secrets(struct build *b, const char *text)
{
	block_begin(b, 10);
	put32(b, 0x544c534b);
	put32(b, (uint32_t)strlen(text));
	put(b, text, strlen(text));
	block_end(b);
}

/* Hands out data in pieces of `step` bytes; fails with `error` at the end when it is not 0. */
struct memory {
	const uint8_t *data;
	size_t len, pos, step;
	int error;
};

static inline ssize_t
memory_read(void *ctx, void *to, size_t n)
{
	struct memory *m = ctx;
	size_t left = m->len - m->pos;
	if (left == 0 && m->error != 0) {
		errno = m->error;
		return -1;
	}
	if (n > left)
		n = left;
	if (n > m->step)
		n = m->step;
	if (n > 0)
		memcpy(to, m->data + m->pos, n);
	m->pos += n;
	return (ssize_t)n;
}

#endif
