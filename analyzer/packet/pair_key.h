/*
 * pair_key.h - what identifies the two ends of a conversation, for the tables that are asked for
 * every packet: pairs.h (all that were seen) and flow_table.h (those alive).
 */
#ifndef ANALYZER_PACKET_PAIR_KEY_H
#define ANALYZER_PACKET_PAIR_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/hash.h"
#include "analyzer/packet/decode.h"

/* Both endpoints, the smaller one first, and the protocol. */
struct pair_key {
	uint64_t word[5];
};

/* A key ready to be looked up. */
struct pair_look {
	struct pair_key key;
	uint64_t hash;
	unsigned side; /* which end of the pair sent the segment; 0 is the smaller endpoint */
};

static inline struct pair_key
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

static inline bool
pair_key_equal(const struct pair_key *a, const struct pair_key *b)
{
	return a->word[0] == b->word[0] && a->word[2] == b->word[2] && a->word[4] == b->word[4] &&
	       a->word[1] == b->word[1] && a->word[3] == b->word[3];
}

static inline struct pair_look
pair_look_of(const struct hash_key *key, const struct segment *s)
{
	struct pair_look look;

	look.key = pair_key_of(s, &look.side);
	look.hash = hash_words(key, look.key.word, sizeof(look.key.word) / sizeof(uint64_t));
	return look;
}

#endif
