/*
 * flow_table.h - the inside of the flow table, shared by flow_table.c (which flows live) and flow.c
 * (what a segment does to one). Not for other folders: they include flow.h.
 */
#ifndef ANALYZER_PACKET_FLOW_TABLE_H
#define ANALYZER_PACKET_FLOW_TABLE_H

#include "analyzer/packet/flow.h"
#include "analyzer/packet/pairs.h"
#include "analyzer/packet/pool.h"
#include "analyzer/packet/reassembly.h"
#include "analyzer/packet/sequence.h"
#include "analyzer/packet/stream_number.h"

struct flow_entry {
	struct flow flow; /* first: flow_skip gets a pointer to it */
	struct reassembly reassembly[FLOW_DIR_COUNT];
	struct sequence sequence[FLOW_DIR_COUNT];
	struct pair *pair;
	uint8_t side_a;                 /* the pair's side that is FLOW_DIR_A */
	bool closed;                    /* in the list of closed flows */
	bool unsettled;                 /* flow_skip was called */
	struct flow_entry *prev, *next; /* of the list, silent longest first */
	uint64_t listed; /* the table's segment count when the entry took its place */
	uint64_t active; /* the same of its latest segment */
};

struct flow_list {
	struct flow_entry *first, *last;
	size_t count;
};

struct flow_table {
	struct flow_sink sink;
	struct pair_table pairs;
	struct stream_numbers numbers;
	struct pool entries, blocks;
	struct flow_list open, closed;
	struct flow_stats stats;
};

/* A new flow for this pair, announced to the sink. NULL when memory is short. */
struct flow_entry *flow_table_open(struct flow_table *t, struct pair *p, unsigned side,
				   const struct segment *s);
/* The pair of a TCP segment whose pair was never seen; it gets its number. NULL when memory is
 * short. */
struct pair *flow_table_pair(struct flow_table *t, const struct pair_key *key);
/* Holes are declared, the sink is told, the entry is gone; so is its pair when it has no number,
 * unless why is FLOW_END_REUSED. */
void flow_table_end(struct flow_table *t, struct flow_entry *e, enum flow_end why);
/* The flow is closed, from now on it may go after FLOW_LINGER_S. */
void flow_table_close(struct flow_table *t, struct flow_entry *e);
/* Keep the lists in order and end what is over. Called for every segment, cheap for most. */
void flow_table_tick(struct flow_table *t, struct flow_entry *e, int64_t now);

/* expect.c: e is about to end, and those behind it in its list are soon. */
void flow_table_expect_ends(const struct flow_table *t, const struct flow_entry *e);

static inline struct reassembly_ctx
flow_table_ctx(struct flow_table *t, struct flow_entry *e, enum flow_dir d, struct flow_mark mark)
{
	return (struct reassembly_ctx){&t->sink, &t->blocks, &e->flow, &e->reassembly[d], d, mark};
}

#endif
