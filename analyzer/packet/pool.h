/*
 * pool.h - equal pieces of memory: taken and given back without asking the system for each.
 * Used by the flow table for flows, address pairs and out-of-order blocks.
 */
#ifndef ANALYZER_PACKET_POOL_H
#define ANALYZER_PACKET_POOL_H

#include <stddef.h>

struct pool {
	size_t size; /* of one piece */
	size_t max;  /* pieces in use at once */
	size_t used, peak;
	size_t slab;     /* bytes of the newest slab */
	size_t fresh;    /* pieces of it never taken yet */
	void *slabs;     /* linked through their first pointer */
	void *free_list; /* likewise */
};

void pool_init(struct pool *p, size_t size, size_t max);
/* Gives all memory back, taken pieces too. */
void pool_finish(struct pool *p);
/* One piece, contents undefined. NULL when max are in use or memory is short. */
void *pool_take(struct pool *p);
void pool_give(struct pool *p, void *piece);

#endif
