/*
 * relate_map.h - numbers for keys: 1, 2, 3 ... in the order in which they come.
 * For relate_sessions.c (addresses) and the rows of pass 2 (who, with whom). Keys are compared,
 * never hashes alone, and hashed with a seed of each map's own: packets choose the keys.
 */
#ifndef DB_RELATE_MAP_H
#define DB_RELATE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct relate_key {
	uint64_t a, b, c;
};

/* A zeroed one is empty. keys[number - 1] */
struct relate_map {
	struct relate_key *keys;
	uint32_t *slots;
	size_t size; /* of slots, a power of two; half as many keys fit */
	uint32_t count;
	uint64_t seed;
};

/* The number; 0: there is none, or no memory for one. */
uint32_t relate_map_find(const struct relate_map *m, const struct relate_key *k);
uint32_t relate_map_add(struct relate_map *m, const struct relate_key *k);
/* Empty again; it keeps its memory. */
void relate_map_clear(struct relate_map *m);
void relate_map_finish(struct relate_map *m);
/* Nobody outside can foretell it. */
uint64_t relate_map_seed(void);
/* Without the seed nobody can make words whose hashes are equal. */
uint64_t relate_hash(const uint64_t *words, size_t n, uint64_t seed);
static inline uint64_t
relate_key_hash(const struct relate_key *k, uint64_t seed)
{
	return relate_hash((const uint64_t[]){k->a, k->b, k->c}, 3, seed);
}

/* Room for one more item of this size behind count of them: data, moved if need be; NULL without
 * memory, and data stays. */
void *relate_room(void *data, size_t count, size_t *room, size_t item);

/* How often each key came. A zeroed one is empty. */
struct relate_tally {
	struct relate_map keys;
	uint32_t *counts; /* by number - 1 */
	size_t room;
};
/* False without memory. */
bool relate_tally_add(struct relate_tally *t, const struct relate_key *k);
uint32_t relate_tally_of(const struct relate_tally *t, const struct relate_key *k);
void relate_tally_finish(struct relate_tally *t);

/* Which hashes were seen: a bit for each of many places. It may say yes wrongly, to one of
 * RELATE_BITS_EACH, never no. */
enum { RELATE_BITS_EACH = 16 };
struct relate_bits {
	uint8_t *bits;
	size_t size; /* a power of two */
};
/* For so many hashes; false without memory. */
bool relate_bits_init(struct relate_bits *b, size_t count);
void relate_bits_finish(struct relate_bits *b);

static inline bool
relate_bits_has(const struct relate_bits *b, uint64_t hash)
{
	size_t at = hash >> 1 & (b->size - 1);

	return (b->bits[at / 8] >> at % 8 & 1) != 0;
}
/* Had it been seen before? */
static inline bool
relate_bits_add(struct relate_bits *b, uint64_t hash)
{
	size_t at = hash >> 1 & (b->size - 1);
	bool had = (b->bits[at / 8] >> at % 8 & 1) != 0;

	b->bits[at / 8] |= (uint8_t)(1u << at % 8);
	return had;
}

#endif
