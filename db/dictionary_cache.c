/*
 * dictionary_cache.c - ids and numbers of texts by content, in memory. See dictionary.h.
 * What is not here any more is found in the tables again (dictionary.c).
 */
#include "db/dictionary_impl.h"

#include <string.h>

enum {
	INDEX_LEAST = 1 << 11,
	PROBES = 16, /* longer runs are crafted: such a key is simply not cached */
	KEY_MAX = DICTIONARY_POOL / 64, /* one long text must not drive out all others */
};

static bool
equal(const struct dictionary *c, const struct dictionary_slot *s, const struct dictionary_key *k)
{
	const uint8_t *p = c->pool + s->at;

	if (s->head != k->head || s->number != k->number || s->len != k->len)
		return false;
	for (unsigned i = 0; i < k->count; i++) {
		if (memcmp(p, k->parts[i].data, k->parts[i].len) != 0)
			return false;
		p += k->parts[i].len;
	}
	return true;
}

static size_t
place_of(const struct dictionary *c, uint64_t hash, size_t probe)
{
	return (hash / 2 + probe) & (c->index_used - 1); /* the lowest bit is always set */
}

static const struct dictionary_slot *
find(const struct dictionary *c, const struct dictionary_key *k)
{
	uint64_t h = dictionary_key_hash(k);

	for (size_t probe = 0; probe < PROBES; probe++) {
		unsigned n = c->index[place_of(c, h, probe)];

		if (n == 0)
			return NULL;
		if (c->slots[n - 1].hash == h && equal(c, &c->slots[n - 1], k))
			return &c->slots[n - 1];
	}
	return NULL;
}

int64_t
dictionary_cached(const struct dictionary *c, const struct dictionary_key *k)
{
	const struct dictionary_slot *s = find(c, k);

	return s != NULL ? s->id : 0;
}

/* False: there is no place near. */
static bool
put_in_index(struct dictionary *c, uint64_t hash, size_t slot)
{
	for (size_t probe = 0; probe < PROBES; probe++) {
		uint16_t *n = &c->index[place_of(c, hash, probe)];

		if (*n != 0)
			continue;
		*n = (uint16_t)(slot + 1);
		return true;
	}
	return false;
}

static void
make_index(struct dictionary *c, size_t used)
{
	c->index_used = used;
	memset(c->index, 0, used * sizeof(c->index[0]));
	for (size_t i = 0; i < c->slots_used; i++)
		put_in_index(c, c->slots[i].hash, i);
}

void
dictionary_forget(struct dictionary *c)
{
	c->slots_used = 0;
	c->pool_used = 0;
	make_index(c, INDEX_LEAST);
	memset(c->places, 0, sizeof(c->places));
}

static const struct dictionary_slot *
fill(struct dictionary *c, const struct dictionary_key *k, int64_t id)
{
	struct dictionary_slot *s = &c->slots[c->slots_used++];

	*s = (struct dictionary_slot){dictionary_key_hash(k), k->head,         k->number, id,
				      (uint32_t)c->pool_used, (uint32_t)k->len};
	for (unsigned i = 0; i < k->count; i++) {
		memcpy(c->pool + c->pool_used, k->parts[i].data, k->parts[i].len);
		c->pool_used += k->parts[i].len;
	}
	return s;
}

const struct dictionary_slot *
dictionary_remember(struct dictionary *c, const struct dictionary_key *k, int64_t id)
{
	if (k->len > KEY_MAX)
		return NULL;
	if (c->slots_used == DICTIONARY_SLOTS || c->pool_used + k->len > DICTIONARY_POOL)
		dictionary_forget(c);
	if (c->slots_used == c->index_used / 2)
		make_index(c, 2 * c->index_used);
	if (!put_in_index(c, dictionary_key_hash(k), c->slots_used))
		return NULL;
	return fill(c, k, id);
}

/* --- numbers of texts ------------------------------------------------------------------------- */

static uint64_t
number_of_content(struct dictionary *c, const char *text, struct dictionary_place *place)
{
	struct dictionary_key k;

	dictionary_key_begin(&k, DICTIONARY_TEXTS, 0);
	dictionary_key_text(&k, text);
	const struct dictionary_slot *s = find(c, &k);
	if (s == NULL)
		s = dictionary_remember(c, &k, (int64_t)++c->texts);
	if (s == NULL)
		return c->texts; /* nobody else's, and never found again */
	*place = (struct dictionary_place){(uintptr_t)text, (const char *)c->pool + s->at,
					   (uint64_t)s->id};
	return place->number;
}

uint64_t
dictionary_text_number(struct dictionary *c, const char *text)
{
	uint64_t h = (uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);
	struct dictionary_place *place = &c->places[h >> (64 - DICTIONARY_PLACES_BITS)];

	if (text == NULL)
		return 0;
	if (place->at == (uintptr_t)text && strcmp(place->copy, text) == 0)
		return place->number;
	return number_of_content(c, text, place);
}
