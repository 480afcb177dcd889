/*
 * pairs.h - every pair of endpoints that the capture has shown, TCP and UDP, in one hash table.
 * One lookup per packet gives both the living flow (flow_table.c) and the conversation's number
 * (stream_number.c). Pairs stay when their flow ends, because Wireshark's count needs them.
 */
#ifndef ANALYZER_PACKET_PAIRS_H
#define ANALYZER_PACKET_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/hash.h"
#include "analyzer/packet/decode.h"
#include "analyzer/packet/pool.h"

struct flow_entry;

/* Both endpoints, the smaller one first, and the protocol. */
struct pair_key {
	uint64_t word[5];
};

/* Side 0 is the smaller endpoint. */
struct pair {
	struct pair_key key;
	struct flow_entry *flow; /* NULL when none lives */
	int64_t stream;          /* stream_number.c's, like the rest */
	uint32_t base[2];        /* sequence number before the first byte, per side */
	uint8_t base_set;        /* bit per side */
	int64_t over_ns;         /* when its last closed flow was ended, 0: none was */
	uint64_t hash;
};

struct pair_slot {
	uint64_t hash;
	struct pair *pair; /* NULL: empty */
};

struct pair_table {
	struct hash_key hash_key;
	struct pair_slot *slots;
	size_t mask, count;
	struct pool pool;
	struct pair *last; /* found by the latest lookup: bursts of one flow need no hash */
};

/* False when memory, or the system's randomness, is short. */
bool pair_table_init(struct pair_table *t, size_t max);
void pair_table_finish(struct pair_table *t);

/* The key of a segment and, in *side, which end of the pair sent it. */
struct pair_key pair_key_of(const struct segment *s, unsigned *side);
/* Where the search for it begins. */
size_t pair_table_slot(const struct pair_table *t, const struct pair_key *key);
/* NULL when there is none. */
struct pair *pair_table_find(struct pair_table *t, const struct pair_key *key);
/* A pair that is not there yet, zeroed but for its key. NULL when memory is short or max pairs are
 * there. */
struct pair *pair_table_add(struct pair_table *t, const struct pair_key *key);
void pair_table_remove(struct pair_table *t, struct pair *p);

#endif
