/*
 * outcome_shared.c - numbers for what a capture's outcomes share, by content. See
 * outcome_pack_impl.h: texts have themselves as keys, certificates and requests their digests.
 */
#include "analyzer/outcome_pack_impl.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS_FIRST = 4096, SLOTS_FIRST = 256 };

struct pack_slot {
	uint64_t hash;   /* 0: free */
	size_t key, len; /* in `keys` */
	uint32_t index;
	enum pack_record kind;
};

bool
pack_reserve(uint8_t **array, size_t len, size_t *room, size_t more)
{
	size_t wanted = *room > 0 ? *room : KEYS_FIRST;

	if (*room - len >= more)
		return true;
	while (wanted - len < more)
		wanted += wanted / 2;
	uint8_t *bigger = realloc(*array, wanted);
	if (bigger == NULL)
		return false;
	*array = bigger;
	*room = wanted;
	return true;
}

static uint64_t
hash_of(enum pack_record kind, const void *key, size_t len)
{
	const uint8_t *at = key;
	uint64_t h = kind * UINT64_C(0x9e3779b97f4a7c15) ^ len, word;

	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&word, at, 8);
		h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	for (word = 0; len > 0; len--)
		word = word << 8 | at[len - 1];
	h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return (h ^ h >> 32) | 1;
}

static struct pack_slot *
slot_of(const struct pack_shared *s, enum pack_record kind, uint64_t hash, const void *key,
	size_t len)
{
	size_t i = hash >> 7 & (s->n_slots - 1);

	for (; s->slots[i].hash != 0; i = (i + 1) & (s->n_slots - 1))
		if (s->slots[i].hash == hash && s->slots[i].kind == kind &&
		    s->slots[i].len == len && memcmp(s->keys + s->slots[i].key, key, len) == 0)
			break;
	return &s->slots[i];
}

static bool
grow(struct pack_shared *s)
{
	struct pack_shared wider = *s;

	wider.n_slots = s->n_slots > 0 ? 2 * s->n_slots : SLOTS_FIRST;
	wider.slots = calloc(wider.n_slots, sizeof(*wider.slots));
	if (wider.slots == NULL)
		return false;
	for (size_t i = 0; i < s->n_slots; i++) {
		const struct pack_slot *old = &s->slots[i];
		if (old->hash != 0)
			*slot_of(&wider, old->kind, old->hash, s->keys + old->key, old->len) = *old;
	}
	free(s->slots);
	*s = wider;
	return true;
}

bool
pack_shared_index(struct pack_shared *s, enum pack_record kind, const void *key, size_t len,
		  uint32_t *index, bool *made)
{
	uint64_t hash = hash_of(kind, key, len);

	if (s->count * 2 >= s->n_slots && !grow(s))
		return false;
	struct pack_slot *slot = slot_of(s, kind, hash, key, len);
	*made = slot->hash == 0;
	if (*made) {
		if (!pack_reserve(&s->keys, s->keys_len, &s->keys_room, len))
			return false;
		memcpy(s->keys + s->keys_len, key, len);
		*slot = (struct pack_slot){hash, s->keys_len, len, (uint32_t)s->count++, kind};
		s->keys_len += len;
	}
	*index = slot->index;
	return true;
}

bool
pack_shared_has(const struct pack_shared *s, enum pack_record kind, const void *key, size_t len)
{
	return s->n_slots > 0 && slot_of(s, kind, hash_of(kind, key, len), key, len)->hash != 0;
}

void
pack_shared_forget(struct pack_shared *s)
{
	if (s->n_slots > 0)
		memset(s->slots, 0, s->n_slots * sizeof(*s->slots));
	s->count = s->keys_len = 0;
}

size_t
pack_shared_memory(const struct pack_shared *s)
{
	return s->keys_room + s->n_slots * sizeof(*s->slots);
}

void
pack_shared_finish(struct pack_shared *s)
{
	free(s->slots);
	free(s->keys);
	*s = (struct pack_shared){0};
}
