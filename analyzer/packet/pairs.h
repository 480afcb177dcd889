/*
 * pairs.h - every pair of endpoints that the capture has shown, TCP and UDP, in one hash table,
 * with the conversation's number (stream_number.c). Pairs stay when their flow ends, because
 * Wireshark's count needs them; of a flow that lives (flow_table.h) its pair is asked for rarely.
 */
#ifndef ANALYZER_PACKET_PAIRS_H
#define ANALYZER_PACKET_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/packet/pair_index.h"
#include "analyzer/packet/pool.h"

/* Side 0 is the smaller endpoint. */
struct pair {
	struct pair_key key;
	uint64_t hash;
	int64_t stream;   /* stream_number.c's, like the rest */
	int64_t over_ns;  /* when its last closed flow was ended, 0: none was */
	uint32_t base[2]; /* sequence number before the first byte, per side */
	uint8_t base_set; /* bit per side */
};

struct pair_table {
	struct pair_index index;
	struct pool pool;
};

/* False when memory is short. */
bool pair_table_init(struct pair_table *t, size_t max);
void pair_table_finish(struct pair_table *t);

/* NULL when there is none. */
struct pair *pair_table_find(const struct pair_table *t, const struct pair_look *look);
/* A pair that is not there yet, zeroed but for its key. NULL when memory is short or max pairs are
 * there. */
struct pair *pair_table_add(struct pair_table *t, const struct pair_look *look);
void pair_table_remove(struct pair_table *t, struct pair *p);

#endif
