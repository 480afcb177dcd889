/*
 * relate_map.c - an open-addressed table of numbers beside the keys. See relate_map.h.
 */
#include "db/relate_map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { SIZE_FIRST = 64, ROOM_FIRST = 64 };

uint64_t
relate_map_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)(uintptr_t)&seed * UINT64_C(0x9e3779b97f4a7c15);
	return seed;
}

/* Both halves of a product with a number nobody knows: the difference between two words cannot be
 * taken back by the next. */
uint64_t
relate_hash(const uint64_t *words, size_t n, uint64_t seed)
{
	uint64_t factor = (seed ^ n) * UINT64_C(0x9e3779b97f4a7c15) | 1, h = factor;

	for (size_t i = 0; i < n; i++) {
		__extension__ unsigned __int128 product =
		    (unsigned __int128)(h ^ words[i]) * factor;
		h = (uint64_t)product ^ (uint64_t)(product >> 64);
	}
	return h;
}

static bool
equal(const struct relate_key *a, const struct relate_key *b)
{
	return a->a == b->a && a->b == b->b && a->c == b->c;
}

static uint32_t *
slot_of(const struct relate_map *m, const struct relate_key *k)
{
	size_t at = relate_key_hash(k, m->seed);

	while (m->slots[at &= m->size - 1] != 0 && !equal(&m->keys[m->slots[at] - 1], k))
		at++;
	return &m->slots[at];
}

static bool
grow(struct relate_map *m)
{
	size_t size = m->size == 0 ? SIZE_FIRST : m->size * 2;
	struct relate_key *keys =
	    size / 2 < UINT32_MAX ? reallocarray(m->keys, size / 2, sizeof(*keys)) : NULL;

	if (keys == NULL)
		return false;
	m->keys = keys;
	uint32_t *slots = calloc(size, sizeof(*slots));
	if (slots == NULL)
		return false;
	if (m->size == 0)
		m->seed = relate_map_seed();
	free(m->slots);
	m->slots = slots;
	m->size = size;
	for (uint32_t i = 0; i < m->count; i++)
		*slot_of(m, &m->keys[i]) = i + 1;
	return true;
}

uint32_t
relate_map_find(const struct relate_map *m, const struct relate_key *k)
{
	return m->size != 0 ? *slot_of(m, k) : 0;
}

uint32_t
relate_map_add(struct relate_map *m, const struct relate_key *k)
{
	uint32_t *slot = m->size != 0 ? slot_of(m, k) : NULL;

	if (slot != NULL && *slot != 0)
		return *slot;
	if (m->count == m->size / 2) {
		if (!grow(m))
			return 0;
		slot = slot_of(m, k);
	}
	m->keys[m->count++] = *k;
	return *slot = m->count;
}

void
relate_map_clear(struct relate_map *m)
{
	if (m->count > 0)
		memset(m->slots, 0, m->size * sizeof(*m->slots));
	m->count = 0;
}

void
relate_map_finish(struct relate_map *m)
{
	free(m->keys);
	free(m->slots);
	*m = (struct relate_map){0};
}

void *
relate_room(void *data, size_t count, size_t *room, size_t item)
{
	if (count < *room)
		return data;
	size_t wider = *room == 0 ? ROOM_FIRST : *room * 2;
	void *moved = wider < UINT32_MAX ? reallocarray(data, wider, item) : NULL;
	if (moved != NULL)
		*room = wider;
	return moved;
}

bool
relate_tally_add(struct relate_tally *t, const struct relate_key *k)
{
	uint32_t before = t->keys.count;
	uint32_t *counts = relate_room(t->counts, before, &t->room, sizeof(*counts));

	if (counts == NULL)
		return false;
	t->counts = counts;
	uint32_t number = relate_map_add(&t->keys, k);
	if (number == 0)
		return false;
	if (number > before)
		counts[number - 1] = 0;
	counts[number - 1]++;
	return true;
}

uint32_t
relate_tally_of(const struct relate_tally *t, const struct relate_key *k)
{
	uint32_t number = relate_map_find(&t->keys, k);

	return number != 0 ? t->counts[number - 1] : 0;
}

void
relate_tally_finish(struct relate_tally *t)
{
	relate_map_finish(&t->keys);
	free(t->counts);
	*t = (struct relate_tally){0};
}

bool
relate_bits_init(struct relate_bits *b, size_t count)
{
	for (b->size = 64; b->size < count * RELATE_BITS_EACH;)
		b->size *= 2;
	b->bits = calloc(1, b->size / 8);
	return b->bits != NULL;
}

void
relate_bits_finish(struct relate_bits *b)
{
	free(b->bits);
	*b = (struct relate_bits){0};
}
