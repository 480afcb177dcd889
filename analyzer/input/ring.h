/*
 * ring.h - a bounded queue between the thread that unpacks and the one that analyses.
 * unpack.c puts, opening.c takes. When it is full the one waits, when it is empty the other: memory
 * stays the same whatever an archive holds.
 */
#ifndef ANALYZER_INPUT_RING_H
#define ANALYZER_INPUT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/input/source.h"

enum { RING_SLOTS = 8, RING_CHUNK = 128 << 10 };

enum ring_kind {
	RING_CAPTURE,     /* one begins: path */
	RING_DATA,        /* bytes of it: data, len */
	RING_CAPTURE_END, /* why.text: what cut it short, "" for nothing */
	RING_REFUSED,     /* path, why */
	RING_OVER,        /* nothing follows */
};

struct ring_slot {
	enum ring_kind kind;
	char *path; /* owned by the slot; freed when it is used again */
	struct source_why why;
	size_t len, at; /* at: the taker's own */
	uint8_t data[RING_CHUNK];
};

struct ring;

struct ring *ring_create(void); /* NULL: out of memory */
/* Both threads must be done with it. */
void ring_destroy(struct ring *r);

/* A free slot to fill; NULL once ring_stop was called. The same one until ring_put. */
struct ring_slot *ring_free(struct ring *r);
void ring_put(struct ring *r);

/* The oldest slot; NULL when none came within ms. The same one until ring_take. */
struct ring_slot *ring_front(struct ring *r, unsigned ms);
void ring_take(struct ring *r);
/* The taker wants no more. */
void ring_stop(struct ring *r);
bool ring_stopped(struct ring *r);

#endif
