/*
 * flow_table.h - the inside of the flow table, shared by flow_table.c (which flows live) and flow.c
 * (what a segment does to one). Not for other folders: they include flow.h.
 */
#ifndef ANALYZER_PACKET_FLOW_TABLE_H
#define ANALYZER_PACKET_FLOW_TABLE_H

#include <assert.h>
#include <stdalign.h>
#include <stddef.h>

#include "analyzer/blocks.h"
#include "analyzer/packet/flow.h"
#include "analyzer/packet/pair_index.h"
#include "analyzer/packet/pairs.h"
#include "analyzer/packet/pool.h"
#include "analyzer/packet/reassembly.h"
#include "analyzer/packet/sequence.h"
#include "analyzer/packet/stream_number.h"

enum {
	FLOW_LIST_GRAIN = 64 * 1024, /* segments */
	FLOW_SWEEP_EVERY = 256,      /* segments; a power of two */
};

/* Each has its list. */
enum flow_state {
	FLOW_OPEN,
	FLOW_CLOSED, /* FIN both ways, or RST */
	FLOW_OVER, /* FIN both ways, everything before them has come and both are acknowledged: all
		      that can follow are copies of what was seen */
	FLOW_STATES
};

/* The packets of thousands of flows are mixed, and each touches as few cache lines as can be: what
 * most need is the beginning of each direction and what stands here up to `stuck`. */
struct flow_entry {
	alignas(BLOCKS_LINE) struct flow flow; /* first: flow_skip gets a pointer to it */
	struct pair_key key;                   /* in flow_table.living */
	uint64_t active;                       /* the table's segment count at its latest segment */
	uint64_t listed;                /* the same when the entry took its place in the list */
	uint64_t until[FLOW_DIR_COUNT]; /* flow_skip's */
	struct sequence sequence[FLOW_DIR_COUNT];
	uint8_t side_a; /* the pair's side that is FLOW_DIR_A */
	uint8_t state;  /* enum flow_state */
	bool numbered;  /* stream_number.c needs to see no more than SYNs */
	bool unsettled; /* flow_skip was called */
	bool stuck;     /* a hole may have to be given up */
	struct reassembly reassembly[FLOW_DIR_COUNT];
	struct pair *pair;
	uint64_t hash;                  /* of key */
	struct flow_entry *prev, *next; /* of the list, silent longest first */
};

static_assert(offsetof(struct flow_entry, active) / BLOCKS_LINE ==
		      offsetof(struct flow_entry, flow.user) / BLOCKS_LINE &&
		  offsetof(struct flow_entry, stuck) / BLOCKS_LINE ==
		      offsetof(struct flow_entry, listed) / BLOCKS_LINE,
	      "what every packet touches lies in two lines");

struct flow_list {
	struct flow_entry *first, *last;
	size_t count;
};

struct flow_table {
	struct flow_sink sink;
	struct hash_key hash_key;
	struct pair_index living; /* flow_entry.key */
	struct pair_table pairs;
	struct stream_numbers numbers;
	struct pool entries, blocks;
	struct flow_list lists[FLOW_STATES];
	struct flow_stats stats;
};

/* The one that a key of flow_table.living stands in. */
static inline struct flow_entry *
flow_table_entry(struct pair_key *key)
{
	return (struct flow_entry *)((char *)key - offsetof(struct flow_entry, key));
}

/* The flow that lives of this pair; NULL: none. */
static inline struct flow_entry *
flow_table_find(const struct flow_table *t, const struct pair_look *look)
{
	struct pair_key *key = pair_index_find(&t->living, look);

	return key != NULL ? flow_table_entry(key) : NULL;
}

/* A new flow for this pair, announced to the sink. NULL when memory is short. */
struct flow_entry *flow_table_open(struct flow_table *t, struct pair *p,
				   const struct flow_arrival *a);
/* The pair of a TCP segment; one never seen gets its number. NULL when memory is short. */
struct pair *flow_table_pair(struct flow_table *t, const struct pair_look *look);
/* Holes are declared, the sink is told, the entry is gone; so is its pair when it has no number,
 * unless why is FLOW_END_REUSED. */
void flow_table_end(struct flow_table *t, struct flow_entry *e, enum flow_end why);
/* FLOW_CLOSED or FLOW_OVER: from now on it may go after FLOW_LINGER_S. States only rise. */
void flow_table_close(struct flow_table *t, struct flow_entry *e, enum flow_state state);
/* Is a flow FLOW_OVER by what it has seen? */
bool flow_table_over(const struct flow *f);
/* Keep the lists in order and end what is over: flow_table_tick's part that is rarely due. */
void flow_table_renew(struct flow_table *t, struct flow_entry *e);
void flow_table_sweep(struct flow_table *t, int64_t now);

/* expect.c: e is about to end, and those behind it in its list are soon. */
void flow_table_expect_ends(const struct flow_table *t, const struct flow_entry *e);

/* Called for every segment. */
static inline void
flow_table_tick(struct flow_table *t, struct flow_entry *e, int64_t now)
{
	e->active = t->stats.segments;
	if (e->active - e->listed > FLOW_LIST_GRAIN)
		flow_table_renew(t, e);
	if (t->stats.segments % FLOW_SWEEP_EVERY == 0)
		flow_table_sweep(t, now);
}

static inline struct reassembly_ctx
flow_table_ctx(struct flow_table *t, struct flow_entry *e, enum flow_dir d, struct flow_mark mark)
{
	return (struct reassembly_ctx){
	    .sink = &t->sink,
	    .blocks = &t->blocks,
	    .flow = &e->flow,
	    .r = &e->reassembly[d],
	    .until = &e->until[d],
	    .dir = d,
	    .mark = mark,
	};
}

#endif
