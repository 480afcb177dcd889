/*
 * pair_index.h - a hash table of things that begin with, or hold, a pair's key.
 * Open addressing with linear probing; removal shifts back, so there are no tombstones. Used by
 * pairs.c and flow_table.c, which own the things.
 */
#ifndef ANALYZER_PACKET_PAIR_INDEX_H
#define ANALYZER_PACKET_PAIR_INDEX_H

#include <stddef.h>

#include "analyzer/packet/pair_key.h"

struct pair_slot {
	uint64_t hash;
	struct pair_key *key; /* inside of the thing; NULL: empty */
};

struct pair_index {
	struct pair_slot *slots;
	size_t mask, count;
};

/* False when memory is short. */
bool pair_index_init(struct pair_index *x);
void pair_index_finish(struct pair_index *x);

/* Add a key that is not there yet. False when memory is short. */
bool pair_index_add(struct pair_index *x, struct pair_key *key, uint64_t hash);
/* Remove this very key, which is there. */
void pair_index_remove(struct pair_index *x, const struct pair_key *key, uint64_t hash);

/* Where the search for a hash begins. */
static inline const struct pair_slot *
pair_index_slot(const struct pair_index *x, uint64_t hash)
{
	return &x->slots[hash & x->mask];
}

/* The key of this hash: most likely the one that pair_index_find will give, but not looked at. NULL
 * when there is none. */
static inline struct pair_key *
pair_index_guess(const struct pair_index *x, uint64_t hash)
{
	size_t i = hash & x->mask;

	while (x->slots[i].key != NULL && x->slots[i].hash != hash)
		i = (i + 1) & x->mask;
	return x->slots[i].key;
}

/* The equal key that was added; NULL when there is none. */
static inline struct pair_key *
pair_index_find(const struct pair_index *x, const struct pair_look *look)
{
	for (size_t i = look->hash & x->mask; x->slots[i].key != NULL; i = (i + 1) & x->mask) {
		if (x->slots[i].hash == look->hash && pair_key_equal(x->slots[i].key, &look->key))
			return x->slots[i].key;
	}
	return NULL;
}

#endif
