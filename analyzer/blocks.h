/*
 * blocks.h - memory in blocks of a few sizes, kept for the next when given back.
 * Shared by the wings of analyzer/, below arena.h: what sessions hold comes and goes by the
 * thousand, and what was given back last is still in the processor's cache. Large memory is asked
 * for in huge pages: tables and sessions together are far more than the 4 KiB pages that a
 * processor finds without a walk.
 */
#ifndef ANALYZER_BLOCKS_H
#define ANALYZER_BLOCKS_H

#include <stddef.h>

enum {
	BLOCKS_SMALLEST = 4 * 1024,
	BLOCKS_CLASSES = 5, /* each twice as large as the one before: 4 to 64 KiB */
	BLOCKS_LARGEST = BLOCKS_SMALLEST << (BLOCKS_CLASSES - 1),
	BLOCKS_HUGE = 2 * 1024 * 1024, /* bytes of a huge page */
	BLOCKS_LINE = 64,              /* bytes of a cache line, or of half a one */
};

struct block;
struct region;

/* Zero-initialised is empty and ready. */
struct blocks {
	struct block *given[BLOCKS_CLASSES];
	struct region *regions;
	char *fresh;   /* of the newest region */
	size_t left;   /* of it */
	size_t region; /* its size */
};

/* At least *size bytes, which is set to how many it is. NULL when memory is short. */
void *blocks_take(struct blocks *b, size_t *size);
/* size: as blocks_take set it. Takes NULL. */
void blocks_give(struct blocks *b, void *memory, size_t size);
/* Everything taken must have been given back. */
void blocks_finish(struct blocks *b);

/* These bytes will be needed soon: they are asked for while something else is done. */
static inline void
blocks_fetch(const void *from, size_t len)
{
	for (size_t at = 0; at < len; at += BLOCKS_LINE)
		__builtin_prefetch((const char *)from + at);
}

/* Of memory given back: its first bytes, which are written when it is taken next. NULL: nothing. */
static inline void
blocks_fetch_next(const void *next, size_t size)
{
	enum { MOST = 1024 };

	if (next != NULL)
		blocks_fetch(next, size < MOST ? size : MOST);
}

/* Memory for tables, aligned to a cache line, in huge pages from BLOCKS_HUGE bytes on; not zeroed,
 * free() releases it. NULL when memory is short. */
void *blocks_large(size_t size);

#endif
