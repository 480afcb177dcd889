/*
 * flow.h - TCP connections: the flow table, both directions of each flow, and what the wing above
 * hears of them. Stands between packet/decode (one segment) and tls/ (bytes in order). RFC 9293.
 *
 * Each direction is reassembled alone: bytes come in stream order, with the frame, time and
 * acknowledgement of the segment that carried them; a hole is never filled in silently. Nothing is
 * said about the order between directions: whoever needs that compares offsets with acks.
 */
#ifndef ANALYZER_PACKET_FLOW_H
#define ANALYZER_PACKET_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/packet/decode.h"
#include "analyzer/packet/pair_key.h"
#include "dissectors/wire/bytes.h"

/* Limits, each recorded when reached (flow_direction.limit, flow_end_reason). */
enum {
	FLOW_OUT_OF_ORDER_MAX = 256 * 1024, /* bytes kept behind a hole, per direction */
	FLOW_POOL_MAX = 64 * 1024 * 1024,   /* bytes kept behind holes, all flows together */
	FLOW_COUNT_MAX =
	    1000 * 1000, /* flows alive at once; the one silent longest is ended for a new one */
	FLOW_LINGER_S = 300, /* capture time a closed flow stays, so that late segments are its */
	FLOW_CLOSED_MAX =
	    2048,            /* ... while no more than this many do; what is late then is ignored */
	FLOW_OVER_MAX = 512, /* ... or this many of those that can only repeat themselves */
	FLOW_IDLE_S = 3600,  /* a flow never closed may be ended after this, but only ... */
	FLOW_IDLE_COUNT = 64 * 1024, /* ... when more than this many are alive */
	/* A segment this far from its stream is ignored until the other side acknowledges bytes
	 * there, or FLOW_FAR_RUN segments in a row continue each other: then it was a hole, not
	 * garbage. */
	FLOW_JUMP_MAX = 16 * 1024 * 1024,
	FLOW_FAR_RUN = 4,
};

/* Which end of the connection sends: 0 is the end whose segment was seen first. TLS roles are
 * decided above. */
enum flow_dir { FLOW_DIR_A, FLOW_DIR_B, FLOW_DIR_COUNT };

enum flow_gap {
	FLOW_GAP_LOST,    /* the capture never showed these bytes */
	FLOW_GAP_SNAPLEN, /* the packet was cut when captured */
	FLOW_GAP_LIMIT,   /* a limit above was reached */
};

enum flow_end {
	FLOW_END_CAPTURE, /* the capture is over */
	FLOW_END_REUSED,  /* a new SYN took the pair of addresses and ports */
	FLOW_END_IDLE,    /* closed (FIN both ways, or RST) and silent for FLOW_LINGER_S since, or
			     one of too many that are */
	FLOW_END_LIMIT,   /* evicted: FLOW_COUNT_MAX, or FLOW_IDLE_S and FLOW_IDLE_COUNT */
};

/* Where and when a segment was seen. ack: stream offset in the other direction up to which its
 * sender had received, the highest so far; 0 when none. frame is 1-based. */
struct flow_mark {
	uint64_t frame;
	int64_t time_ns;
	uint64_t ack;
};

/* Bytes in stream order. `at` is the stream offset of data.data[0]; the byte after the SYN has
 * offset 1 (so that SYN and FIN have offsets too). Without a SYN, seen or acknowledged, the first
 * sequence number seen (or acknowledged) has offset 1; the first bytes delivered may then lie a
 * little behind it, and what comes from before it is ignored: that start is missing. */
struct flow_data {
	enum flow_dir dir;
	uint64_t at;
	struct bytes data; /* borrowed, valid during the call only */
	struct flow_mark mark;
};

/* The latest segment that was sent again, by where it begins. Of a path that swallows large packets
 * it is the first byte not acknowledged, and stays so. */
struct flow_stuck {
	uint64_t at;
	uint64_t first_frame, last_frame; /* of the repetitions */
	uint64_t others;                  /* the other side's packets before the first of them */
	uint32_t len;                     /* of the last of them */
	uint16_t again;                   /* repetitions; 0: none */
};

/* Facts the TCP layer keeps per direction while the flow lives. What every packet touches comes
 * first, and lies in one cache line where it stands in struct flow. */
struct flow_direction {
	uint64_t
	    next; /* stream offset after the last byte delivered, skipped or declared missing */
	uint64_t highest; /* stream offset after the highest byte ever seen */
	uint64_t acked;   /* highest offset of this direction that the other side acknowledged */
	uint64_t packets;
	/* Of all packets but RSTs. SYNs and IP-IDs of 0 say nothing about how a sender counts. */
	uint16_t last_ip_id;      /* the last that is not 0 */
	uint16_t ip_id_step;      /* the longest step from one to the next, modulo 65536 */
	uint8_t ip_ids, ip_zeros; /* how many were not 0, and were; up to 255 */
	uint8_t ttl_min, ttl_max; /* 0 when there is no packet */
	uint16_t waits; /* acknowledgments without news since the last news, with bytes under way */
	bool syn, syn_ack;        /* seen */
	bool base_known;          /* offsets count from a SYN (seen or acknowledged) */
	bool gap, snaplen, limit; /* some bytes are missing: lost, cut, given up */
	/* A second copy of some bytes differed from the first, which still waited behind a hole;
	 * the first was used. Second copies of delivered bytes cannot be compared. */
	bool overlap_differs;
	uint8_t rst_ttl; /* of the first RST */
	uint16_t rst_ip_id;
	uint16_t rst_ip_step; /* from last_ip_id of that moment to it */
	struct flow_stuck stuck;
	uint64_t missing; /* bytes declared missing, all kinds */
	/* Highest offset at which one of its own empty segments or FINs stood: what it had sent by
	 * then ends there, captured or not. */
	uint64_t sent;
	struct flow_mark fin; /* first FIN; frame 0: none */
	uint64_t fin_at;      /* stream offset of that FIN */
	struct flow_mark rst; /* first RST; frame 0: none */
	uint64_t rst_at;      /* 0 when its sequence number means nothing */
};

struct flow {
	uint64_t last_frame;
	int64_t last_ns;
	struct flow_direction dir[FLOW_DIR_COUNT];
	struct endpoint from[FLOW_DIR_COUNT]; /* from[d] sends direction d */
	int64_t stream;                       /* Wireshark's tcp.stream, -1 once uncountable */
	uint64_t first_frame;
	int64_t first_ns;
	uint32_t vlan;                  /* outermost VLAN id + 1, 0 when none */
	uint32_t interface;             /* of the first packet, as in struct packet */
	uint8_t mac[FLOW_DIR_COUNT][6]; /* source MAC per direction; has_mac says whether */
	bool has_mac;
	void *user; /* the sink's */
};

static inline uint64_t
flow_packets(const struct flow *f)
{
	return f->dir[FLOW_DIR_A].packets + f->dir[FLOW_DIR_B].packets;
}

/* What happens to flows. open may leave flow->user NULL. data is called in stream order per
 * direction; gap says that len bytes from `at` on will not come (mark: the segment that made it
 * sure). A gap in skipped bytes may be told late: its end then lies at or before the direction's
 * `next`, and delivery is not concerned. control is called for SYN, FIN and RST as they are seen
 * (flags as on the wire); it may be NULL. end is called exactly once per flow; the flow is gone
 * after it. expect and expect_end may be NULL: data or the end will come soon, what they touch may
 * be fetched into the cache. Each is announced several times, so that pointers can be followed:
 * data with `away` from FLOW_EXPECT_STEPS - 1 down to 0; the end when 2 flows and when 1 end before
 * it. */
enum { FLOW_EXPECT_MAX = 64, FLOW_EXPECT_STEPS = 3 };
struct flow_sink {
	void *ctx;
	void (*open)(void *ctx, struct flow *f);
	void (*data)(void *ctx, struct flow *f, const struct flow_data *d);
	void (*gap)(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len,
		    enum flow_gap kind, const struct flow_mark *mark);
	void (*control)(void *ctx, struct flow *f, enum flow_dir d, uint8_t tcp_flags,
			const struct flow_mark *mark);
	void (*end)(void *ctx, struct flow *f, enum flow_end why);
	void (*expect)(const struct flow *f, enum flow_dir d, unsigned away);
	void (*expect_end)(const struct flow *f, unsigned away);
};

struct flow_table;

/* NULL when memory is short. The sink is copied. */
struct flow_table *flow_table_create(const struct flow_sink *sink);
void flow_table_destroy(struct flow_table *t); /* takes NULL; does not call end */

/* A TCP segment, or a datagram, on its way in. */
struct flow_arrival {
	const struct segment *segment;
	struct pair_look look;
};
void flow_arrive(const struct flow_table *t, const struct segment *s, struct flow_arrival *out);
/* What feeding these soon will touch is fetched into the cache. n <= FLOW_EXPECT_MAX. Changes
 * nothing. */
void flow_expect(const struct flow_table *t, const struct flow_arrival a[], size_t n);

/* Push one decoded TCP segment. False only when memory is short. */
bool flow_feed(struct flow_table *t, const struct flow_arrival *a);
/* The same for who has one at a time. */
static inline bool
flow_feed_segment(struct flow_table *t, const struct segment *s)
{
	struct flow_arrival a;

	flow_arrive(t, s, &a);
	return flow_feed(t, &a);
}
/* A segment that a filter leaves out: it only counts for the stream numbers. */
bool flow_count(struct flow_table *t, const struct flow_arrival *a);
/* The capture is over: holes are declared, every flow ends with FLOW_END_CAPTURE. */
void flow_finish(struct flow_table *t);

/*
 * Bytes of direction d before stream offset `until` are of no interest: they are counted, not
 * delivered, and not kept when out of order. UINT64_MAX: nothing more is. A hole that lies wholly
 * before `until` delays nothing. The segment that holds the byte at `until - 1` is delivered from
 * that byte's end on, i.e. delivery resumes exactly at `until`, possibly with an empty view that
 * carries the mark of the segment which held byte until-1. May be called from within data().
 */
void flow_skip(struct flow *f, enum flow_dir d, uint64_t until);

/* The number of a UDP datagram's conversation (Wireshark's udp.stream), -1 once uncountable. Must
 * see every datagram of the capture to count right. */
int64_t flow_udp_stream(struct flow_table *t, const struct flow_arrival *a);

struct flow_stats {
	uint64_t segments, flows, evicted, out_of_order_bytes_peak, flows_peak;
	uint64_t ignored; /* segments and acknowledgments too far from their stream */
};
struct flow_stats flow_table_stats(const struct flow_table *t);

#endif
