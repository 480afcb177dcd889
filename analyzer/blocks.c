/*
 * blocks.c - free lists by size over regions of at most one huge page. See blocks.h.
 */
#include "analyzer/blocks.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

struct block {
	struct block *next;
};

enum { REGION_FIRST = 2 * BLOCKS_LARGEST }; /* each is twice as large, up to a huge page */

/* Blocks follow this header. */
struct region {
	alignas(64) struct region *next;
};

void *
blocks_large(size_t size)
{
	if (size < BLOCKS_HUGE)
		return aligned_alloc(BLOCKS_LINE,
				     (size + BLOCKS_LINE - 1) / BLOCKS_LINE * BLOCKS_LINE);
	size_t whole = (size + BLOCKS_HUGE - 1) / BLOCKS_HUGE * BLOCKS_HUGE;
	void *p = whole >= size ? aligned_alloc(BLOCKS_HUGE, whole) : NULL;
	if (p != NULL)
		madvise(p, whole, MADV_HUGEPAGE); /* a wish: without it all works as well */
	return p;
}

/* The class of the smallest blocks that hold size bytes; *size becomes theirs. */
static unsigned
class_of(size_t *size)
{
	unsigned class = 0;
	size_t block = BLOCKS_SMALLEST;

	for (; block < *size; block *= 2)
		class ++;
	*size = block;
	return class;
}

/* What is left of the last region is given to those who ask for less. */
static void
give_rest(struct blocks *b)
{
	for (unsigned i = BLOCKS_CLASSES; i-- > 0;) {
		size_t size = (size_t)BLOCKS_SMALLEST << i;
		for (; b->left >= size; b->left -= size, b->fresh += size)
			blocks_give(b, b->fresh, size);
	}
}

static void *
fresh(struct blocks *b, size_t size)
{
	if (b->left < size) {
		size_t region = b->region == 0 ? REGION_FIRST : b->region * 2;
		if (region > BLOCKS_HUGE)
			region = BLOCKS_HUGE;
		struct region *r = blocks_large(region);
		if (r == NULL)
			return NULL;
		give_rest(b);
		r->next = b->regions;
		b->regions = r;
		b->region = region;
		b->fresh = (char *)(r + 1);
		b->left = region - sizeof(*r);
	}
	void *p = b->fresh;
	b->fresh += size;
	b->left -= size;
	return p;
}

/* The sanitizer sees what is used after it was given back, or beyond its end, only when every block
 * is its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_ITS_OWN true
#endif
#endif
#if !defined(EACH_ITS_OWN) && defined(__SANITIZE_ADDRESS__)
#define EACH_ITS_OWN true
#elif !defined(EACH_ITS_OWN)
#define EACH_ITS_OWN false
#endif

void *
blocks_take(struct blocks *b, size_t *size)
{
	if (EACH_ITS_OWN || *size > BLOCKS_LARGEST)
		return malloc(*size);
	unsigned class = class_of(size);
	struct block *block = b->given[class];
	if (block == NULL)
		return fresh(b, *size);
	b->given[class] = block->next;
	blocks_fetch_next(block->next, *size);
	return block;
}

void
blocks_give(struct blocks *b, void *memory, size_t size)
{
	struct block *block = memory;

	if (memory == NULL)
		return;
	if (EACH_ITS_OWN || size > BLOCKS_LARGEST) {
		free(memory);
		return;
	}
	unsigned class = class_of(&size);
	block->next = b->given[class];
	b->given[class] = block;
}

void
blocks_finish(struct blocks *b)
{
	while (b->regions != NULL) {
		struct region *r = b->regions;
		b->regions = r->next;
		free(r);
	}
	*b = (struct blocks){0};
}
