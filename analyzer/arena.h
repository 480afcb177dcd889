/*
 * arena.h - memory that lives as long as one session and goes at once.
 * Shared by the wings of analyzer/. A failed allocation sticks: it returns NULL, and arena_failed()
 * says so once at the end, so that callers drop a detail without asking twice.
 */
#ifndef ANALYZER_ARENA_H
#define ANALYZER_ARENA_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/blocks.h"

struct arena_block;

/* Zero-initialised is empty and ready. `used` counts bytes handed out. */
struct arena {
	struct blocks *blocks; /* where blocks come from and go to; NULL: malloc */
	struct arena_block *head;
	size_t left;
	char *free;
	size_t used;
	bool failed;
};

/* Zeroed, aligned for any object. NULL when memory is short. */
void *arena_alloc(struct arena *a, size_t size);
/* For arena_room(): from a new block. */
void *arena_grow(struct arena *a, size_t size);
/* Like arena_alloc() with whatever stood there: for what is written before it is read, element by
 * element. */
static inline void *
arena_room(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t whole = (size + align - 1) / align * align;

	/* a size that cannot be rounded up gives 0 */
	if (whole < size || whole > a->left)
		return arena_grow(a, size);
	void *p = a->free;
	a->free += whole;
	a->left -= whole;
	a->used += whole;
	return p;
}

/* A copy of len bytes; NULL when memory is short. */
void *arena_copy(struct arena *a, const void *data, size_t len);
/* A NUL-terminated copy of len bytes of text; bytes of value zero are kept as given. */
char *arena_text(struct arena *a, const void *text, size_t len);
/* printf into the arena; NULL when memory is short. */
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Texts, or parts of them, one after another as one text; NULL when memory is short. */
struct arena_piece {
	const char *text;
	size_t len;
};
char *arena_join(struct arena *a, const struct arena_piece *pieces, size_t count);

/*
 * A text written piece by piece. What is allocated in the arena meanwhile stands elsewhere.
 * arena_written() gives the text, NULL when memory was short. mark is the caller's: a place in the
 * text to be found again, 0 at first.
 */
struct arena_writer {
	struct arena *arena;
	char *text;
	size_t len, room, mark;
};
void arena_write_begin(struct arena_writer *w, struct arena *a);
/* For arena_write(): makes room for len bytes and a NUL. */
bool arena_write_grow(struct arena_writer *w, size_t len);
void arena_write_number(struct arena_writer *w, uint64_t n);
void arena_write_format(struct arena_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_written(struct arena_writer *w);

/* Most pieces are short and of known length: they are copied in place. */
static inline void
arena_write(struct arena_writer *w, const char *text, size_t len)
{
	if (len == 0 || (len >= w->room - w->len && !arena_write_grow(w, len)))
		return;
	memcpy(w->text + w->len, text, len);
	w->len += len;
}

static inline void
arena_write_text(struct arena_writer *w, const char *text)
{
	arena_write(w, text, strlen(text));
}

/* Release everything; the arena is empty and ready again. */
void arena_finish(struct arena *a);

#endif
