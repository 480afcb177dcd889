/*
 * pool.c - slabs cut into equal pieces, and a free list.
 * See pool.h.
 */
#include "analyzer/packet/pool.h"

#include <stdalign.h>
#include <stdlib.h>

#include "analyzer/blocks.h"

enum { POOL_SLAB = 64 * 1024 }; /* the first; each is twice as large, up to a huge page */

struct piece {
	struct piece *next;
};

/* The pieces follow this header. */
struct slab {
	alignas(64) struct slab *next;
};

void
pool_init(struct pool *p, size_t size, size_t max)
{
	const size_t unit = alignof(max_align_t);

	*p = (struct pool){.size = (size + unit - 1) / unit * unit, .max = max};
}

void
pool_finish(struct pool *p)
{
	struct slab *next;

	for (struct slab *s = p->slabs; s != NULL; s = next) {
		next = s->next;
		free(s);
	}
	*p = (struct pool){0};
}

static struct piece *
fresh_piece(struct pool *p)
{
	if (p->fresh == 0) {
		size_t size = p->slab == 0 ? POOL_SLAB : p->slab * 2;
		if (size > BLOCKS_HUGE)
			size = BLOCKS_HUGE;
		if (size < sizeof(struct slab) + p->size)
			size = sizeof(struct slab) + p->size;
		struct slab *s = blocks_large(size);
		if (s == NULL)
			return NULL;
		s->next = p->slabs;
		p->slabs = s;
		p->slab = size;
		p->fresh = (size - sizeof(*s)) / p->size;
	}
	p->fresh--;
	return (struct piece *)((char *)p->slabs + sizeof(struct slab) + p->fresh * p->size);
}

void *
pool_take(struct pool *p)
{
	struct piece *piece = p->free_list;

	if (p->used >= p->max)
		return NULL;
	if (piece != NULL)
		p->free_list = piece->next;
	else if ((piece = fresh_piece(p)) == NULL)
		return NULL;
	blocks_fetch_next(p->free_list, p->size);
	p->used++;
	if (p->used > p->peak)
		p->peak = p->used;
	return piece;
}

void
pool_give(struct pool *p, void *memory)
{
	struct piece *piece = memory;

	piece->next = p->free_list;
	p->free_list = piece;
	p->used--;
}
