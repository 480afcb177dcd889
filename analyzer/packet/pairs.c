/*
 * pairs.c - open addressing with linear probing; removal shifts back, so there are no tombstones.
 * See pairs.h.
 */
#include "analyzer/packet/pairs.h"

#include <stdlib.h>
#include <string.h>

enum { PAIR_SLOTS_FIRST = 4096 }; /* a power of two; doubled when three quarters full */

bool
pair_table_init(struct pair_table *t, size_t max)
{
	*t = (struct pair_table){.mask = PAIR_SLOTS_FIRST - 1};
	t->slots = calloc(PAIR_SLOTS_FIRST, sizeof(*t->slots));
	pool_init(&t->pool, sizeof(struct pair), max);
	return t->slots != NULL && hash_key_init(&t->hash_key);
}

void
pair_table_finish(struct pair_table *t)
{
	free(t->slots);
	pool_finish(&t->pool);
	*t = (struct pair_table){0};
}

struct pair_key
pair_key_of(const struct segment *s, unsigned *side)
{
	uint64_t src[2], dst[2];

	memcpy(src, s->src.addr, sizeof(src));
	memcpy(dst, s->dst.addr, sizeof(dst));
	/* any total order does; equal endpoints give side 0 to both directions */
	bool swap = src[0] != dst[0]   ? src[0] > dst[0]
		    : src[1] != dst[1] ? src[1] > dst[1]
				       : s->src.port > s->dst.port;
	uint64_t ports = swap ? (uint64_t)s->dst.port << 16 | s->src.port
			      : (uint64_t)s->src.port << 16 | s->dst.port;
	uint64_t kind = ports << 16 | (uint64_t)s->src.family << 8 | s->protocol;

	*side = swap;
	if (swap)
		return (struct pair_key){{dst[0], dst[1], src[0], src[1], kind}};
	return (struct pair_key){{src[0], src[1], dst[0], dst[1], kind}};
}

static bool
same(const struct pair_key *a, const struct pair_key *b)
{
	return a->word[0] == b->word[0] && a->word[2] == b->word[2] && a->word[4] == b->word[4] &&
	       a->word[1] == b->word[1] && a->word[3] == b->word[3];
}

size_t
pair_table_slot(const struct pair_table *t, const struct pair_key *key)
{
	return hash_bytes(&t->hash_key, key, sizeof(*key)) & t->mask;
}

struct pair *
pair_table_find(struct pair_table *t, const struct pair_key *key)
{
	if (t->last != NULL && same(&t->last->key, key))
		return t->last;
	uint64_t hash = hash_bytes(&t->hash_key, key, sizeof(*key));
	for (size_t i = hash & t->mask; t->slots[i].pair != NULL; i = (i + 1) & t->mask) {
		if (t->slots[i].hash == hash && same(&t->slots[i].pair->key, key))
			return t->last = t->slots[i].pair;
	}
	return NULL;
}

static void
insert(struct pair_slot *slots, size_t mask, struct pair *p)
{
	size_t i = p->hash & mask;

	while (slots[i].pair != NULL)
		i = (i + 1) & mask;
	slots[i] = (struct pair_slot){p->hash, p};
}

static bool
grow(struct pair_table *t)
{
	size_t mask = t->mask * 2 + 1;
	struct pair_slot *slots = calloc(mask + 1, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i <= t->mask; i++) {
		if (t->slots[i].pair != NULL)
			insert(slots, mask, t->slots[i].pair);
	}
	free(t->slots);
	t->slots = slots;
	t->mask = mask;
	return true;
}

struct pair *
pair_table_add(struct pair_table *t, const struct pair_key *key)
{
	if (t->count >= t->mask / 4 * 3 && !grow(t))
		return NULL;
	struct pair *p = pool_take(&t->pool);
	if (p == NULL)
		return NULL;
	*p = (struct pair){.key = *key, .hash = hash_bytes(&t->hash_key, key, sizeof(*key))};
	insert(t->slots, t->mask, p);
	t->count++;
	return t->last = p;
}

void
pair_table_remove(struct pair_table *t, struct pair *p)
{
	size_t hole = p->hash & t->mask;

	while (t->slots[hole].pair != p)
		hole = (hole + 1) & t->mask;
	for (size_t i = (hole + 1) & t->mask; t->slots[i].pair != NULL; i = (i + 1) & t->mask) {
		/* an entry moves back only as far as its own first slot */
		if (((i - t->slots[i].hash) & t->mask) >= ((i - hole) & t->mask)) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole] = (struct pair_slot){0};
	t->count--;
	t->last = NULL;
	pool_give(&t->pool, p);
}
