/*
 * reassembly.h - one direction of one TCP connection: segments in any order to bytes in order.
 * Called by flow.c, which has turned sequence numbers into stream offsets already.
 *
 * Up to `until` (flow_skip) order does not matter: bytes are counted, and holes between them are
 * remembered until they are filled or given up. From there on bytes are delivered in order, and
 * what arrives behind a hole waits. A hole is given up
 * - when what waits behind it exceeds a limit,
 * - when the other end acknowledged it and REASSEMBLY_PATIENCE packets later it is still there:
 *   no reordering and no retransmission comes that late,
 * - at the end of the flow.
 */
#ifndef ANALYZER_PACKET_REASSEMBLY_H
#define ANALYZER_PACKET_REASSEMBLY_H

#include "analyzer/packet/flow.h"
#include "analyzer/packet/pool.h"

enum {
	REASSEMBLY_BLOCK = 2048, /* bytes of a block of the pool; each stores one piece */
	REASSEMBLY_BLOCKS_MAX = FLOW_OUT_OF_ORDER_MAX / REASSEMBLY_BLOCK, /* per direction */
	REASSEMBLY_POOL_BLOCKS = FLOW_POOL_MAX / REASSEMBLY_BLOCK,
	REASSEMBLY_HOLES_MAX = 64,  /* holes remembered in skipped bytes, per direction */
	REASSEMBLY_PATIENCE = 1000, /* packets of the flow */
};

struct chunk;
struct holes;

struct reassembly {
	struct chunk *first;  /* what waits, in order, without overlaps */
	struct holes *holes;  /* in skipped bytes; NULL: none */
	uint64_t stuck_since; /* flow's packet count when the hole at `next` was seen; 0: none */
	unsigned chunks;
};

/* One direction, and the segment at hand. */
struct reassembly_ctx {
	const struct flow_sink *sink;
	struct pool *blocks; /* of REASSEMBLY_BLOCK bytes */
	struct flow *flow;
	struct reassembly *r;
	const uint64_t *until; /* flow_skip's */
	enum flow_dir dir;
	struct flow_mark mark;
};

/* `sent` bytes at stream offset `at`, of which the capture holds data.len. */
void reassembly_feed(const struct reassembly_ctx *x, uint64_t at, struct bytes data, uint32_t sent);
/* Nothing waits, and no byte is acknowledged that did not come: there is nothing to settle. */
static inline bool
reassembly_settled(const struct reassembly *r, const struct flow_direction *d)
{
	return r->first == NULL && r->stuck_since == 0 && d->acked <= d->next;
}
/* Go on after flow_skip, and give up a hole whose time is over. */
void reassembly_settle(const struct reassembly_ctx *x);
/* Deliver what waits, declare all holes, free everything. */
void reassembly_finish(const struct reassembly_ctx *x);
/* Free everything, call nobody. */
void reassembly_drop(struct reassembly *r, struct pool *blocks);

#endif
