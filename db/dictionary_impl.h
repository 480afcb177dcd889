/*
 * dictionary_impl.h - what dictionary.c and dictionary_cache.c share; nobody else includes it.
 * One open-addressed index, one array of slots and one byte pool serve all dictionaries; they are
 * fixed in size, so no capture can make them grow.
 */
#ifndef DB_DICTIONARY_IMPL_H
#define DB_DICTIONARY_IMPL_H

#include "db/dictionary.h"

#include <assert.h>

enum {
	DICTIONARY_INDEX = 1 << 15,              /* a power of two */
	DICTIONARY_SLOTS = DICTIONARY_INDEX / 2, /* their numbers fit in 16 bits */
	DICTIONARY_POOL = 4 << 20,
	DICTIONARY_PLACES_BITS = 10,
};

static_assert(DICTIONARY_SLOTS < UINT16_MAX, "the index has room for their numbers");

struct dictionary_slot {
	uint64_t hash, head, number;
	int64_t id;
	uint32_t at, len; /* of the key, in the pool */
};

/* A text that was asked for last at this address, as those of the program itself always are. */
struct dictionary_place {
	uintptr_t at;
	const char *copy; /* in the pool */
	uint64_t number;
};

struct dictionary_statements {
	sqlite3_stmt *find, *insert;
	int identifying, columns; /* how many of the values find needs, insert needs */
	unsigned made;            /* rows, up to DIGESTS_MAX */
};

struct dictionary {
	struct database *db;
	struct dictionary_statements tables[DICTIONARY_COUNT];
	uint64_t texts; /* numbered so far */
	/* Slots and pool in the order in which keys came: those that keep coming came early, and
	 * stand together. index: by hash, the number of a slot, from 1; 0 none. No more of it is
	 * used than the slots need, so that few stay in the processor's cache. */
	size_t slots_used, pool_used, index_used;
	uint16_t index[DICTIONARY_INDEX];
	struct dictionary_place places[1 << DICTIONARY_PLACES_BITS];
	struct dictionary_slot slots[DICTIONARY_SLOTS];
	uint8_t pool[DICTIONARY_POOL];
};

/* Until the next dictionary_forget(), which this does itself when there is no room. NULL: such a
 * key is not cached. */
const struct dictionary_slot *dictionary_remember(struct dictionary *c,
						  const struct dictionary_key *k, int64_t id);

#endif
