/*
 * pair_index.c - growth and removal of pair_index.h's table.
 */
#include "analyzer/packet/pair_index.h"

#include <stdlib.h>

#include "analyzer/blocks.h"

enum { PAIR_SLOTS_FIRST = 4096 }; /* a power of two; doubled when half full */

/* Huge pages: every look at a large table goes to another place. */
static struct pair_slot *
slots_create(size_t count)
{
	struct pair_slot *slots = blocks_large(count * sizeof(*slots));

	return slots != NULL ? memset(slots, 0, count * sizeof(*slots)) : NULL;
}

bool
pair_index_init(struct pair_index *x)
{
	*x = (struct pair_index){.mask = PAIR_SLOTS_FIRST - 1};
	x->slots = slots_create(PAIR_SLOTS_FIRST);
	return x->slots != NULL;
}

void
pair_index_finish(struct pair_index *x)
{
	free(x->slots);
	*x = (struct pair_index){0};
}

static void
insert(struct pair_slot *slots, size_t mask, struct pair_slot slot)
{
	size_t i = slot.hash & mask;

	while (slots[i].key != NULL)
		i = (i + 1) & mask;
	slots[i] = slot;
}

static bool
grow(struct pair_index *x)
{
	size_t mask = x->mask * 2 + 1;
	struct pair_slot *slots = slots_create(mask + 1);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i <= x->mask; i++) {
		if (x->slots[i].key != NULL)
			insert(slots, mask, x->slots[i]);
	}
	free(x->slots);
	x->slots = slots;
	x->mask = mask;
	return true;
}

bool
pair_index_add(struct pair_index *x, struct pair_key *key, uint64_t hash)
{
	if (x->count > x->mask / 2 && !grow(x))
		return false;
	insert(x->slots, x->mask, (struct pair_slot){hash, key});
	x->count++;
	return true;
}

void
pair_index_remove(struct pair_index *x, const struct pair_key *key, uint64_t hash)
{
	size_t hole = hash & x->mask;

	while (x->slots[hole].key != key)
		hole = (hole + 1) & x->mask;
	for (size_t i = (hole + 1) & x->mask; x->slots[i].key != NULL; i = (i + 1) & x->mask) {
		/* an entry moves back only as far as its own first slot */
		if (((i - x->slots[i].hash) & x->mask) >= ((i - hole) & x->mask)) {
			x->slots[hole] = x->slots[i];
			hole = i;
		}
	}
	x->slots[hole] = (struct pair_slot){0};
	x->count--;
}
