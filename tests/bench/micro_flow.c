/*
 * micro_flow.c - nanoseconds per packet of the hot path: decode, and flow_feed of skipped bytes.
 * usage: micro_flow [FLOWS]. Packets are Ethernet, IPv4, TCP; one in three is an acknowledgment.
 * Flows take turns either per packet (every lookup misses the table's memory of the latest pair) or
 * in runs of 24. Not a test: it prints numbers and leaves judging to the reader.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/packet/decode.h"
#include "analyzer/packet/flow.h"

enum { FRAME = 54 + 100, SENT = 1448, PACKETS = 6000000 };

static void
on_open(void *ctx, struct flow *f)
{
	(void)ctx;
	flow_skip(f, FLOW_DIR_A, UINT64_MAX);
	flow_skip(f, FLOW_DIR_B, UINT64_MAX);
}

static void
on_data(void *ctx, struct flow *f, const struct flow_data *d)
{
	(void)f;
	*(uint64_t *)ctx += d->data.len;
}

static void
on_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
       const struct flow_mark *mark)
{
	(void)ctx, (void)f, (void)d, (void)at, (void)len, (void)kind, (void)mark;
	abort(); /* nothing is missing here */
}

static void
on_end(void *ctx, struct flow *f, enum flow_end why)
{
	(void)ctx, (void)f, (void)why;
}

static double
now_ns(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
put(uint8_t *p, uint32_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
}

static void
frame_build(uint8_t *f, uint32_t flow, bool back, uint8_t flags, uint32_t seq, uint32_t ack,
	    uint32_t len)
{
	memset(f, 0, FRAME);
	put(f + 12, 0x0800, 2);
	f[14] = 0x45;
	put(f + 16, 40 + len, 2);
	f[22] = 64;
	f[23] = PROTOCOL_TCP;
	put(f + (back ? 30 : 26), 0x0a000000 + flow, 4);
	put(f + (back ? 26 : 30), 0xc0000201, 4);
	put(f + (back ? 36 : 34), 1024 + flow % 60000, 2);
	put(f + (back ? 34 : 36), 443, 2);
	put(f + 38, seq, 4);
	put(f + 42, ack, 4);
	f[46] = 0x50;
	f[47] = flags;
}

/* The k-th packet after the SYN of a flow: two segments, one acknowledgment, and so on. */
static void
packet_build(uint8_t *f, uint32_t flow, uint32_t k)
{
	uint32_t sent = 1 + SENT * (k / 3 * 2 + k % 3);

	if (k % 3 == 2)
		frame_build(f, flow, true, TCP_ACK, 1, sent, 0);
	else
		frame_build(f, flow, false, TCP_ACK, sent, 1, SENT);
}

struct bench {
	struct flow_table *table;
	uint8_t *frames; /* one round */
	size_t count;    /* of them */
	uint32_t flows, burst;
	uint64_t frame;
	double decode_ns, both_ns; /* of the fastest round: other programs only add */
};

static struct packet
packet_of(struct bench *b, const uint8_t *f)
{
	return (struct packet){.frame = ++b->frame,
			       .time_ns = (int64_t)b->frame * 1000,
			       .link_type = 1,
			       .data = bytes_of(f, FRAME),
			       .len = 54 + SENT};
}

/* Every flow sends 3 * burst packets, in runs of 3 * burst or, when burst is 1, one by one. */
static void
round_build(struct bench *b, uint32_t first)
{
	uint32_t run = b->burst == 1 ? 1 : 3 * b->burst, n = 0;

	for (uint32_t turn = 0; turn < 3 * b->burst / run; turn++) {
		for (uint32_t flow = 0; flow < b->flows; flow++) {
			for (uint32_t k = 0; k < run; k++)
				packet_build(b->frames + (size_t)FRAME * n++, flow,
					     first + turn * run + k);
		}
	}
}

static void
round_run(struct bench *b)
{
	struct segment s;
	double start = now_ns();

	for (size_t i = 0; i < b->count; i++) {
		struct packet p = packet_of(b, b->frames + FRAME * i);
		if (decode_packet(&p, &s) != DECODE_SEGMENT)
			abort();
	}
	double middle = now_ns();
	for (size_t i = 0; i < b->count; i++) {
		struct packet p = packet_of(b, b->frames + FRAME * i);
		if (decode_packet(&p, &s) != DECODE_SEGMENT || !flow_feed_segment(b->table, &s))
			abort();
	}
	double decode = (middle - start) / (double)b->count;
	double both = (now_ns() - middle) / (double)b->count;
	if (b->decode_ns == 0 || decode < b->decode_ns)
		b->decode_ns = decode;
	if (b->both_ns == 0 || both < b->both_ns)
		b->both_ns = both;
}

static void
run(uint32_t flows, uint32_t burst)
{
	uint64_t bytes = 0;
	const struct flow_sink sink = {&bytes, on_open, on_data, on_gap, NULL, on_end, NULL, NULL};
	struct bench b = {.table = flow_table_create(&sink), .flows = flows, .burst = burst};
	struct segment s;

	b.count = (size_t)flows * 3 * burst;
	b.frames = malloc(b.count * FRAME);
	if (b.table == NULL || b.frames == NULL)
		abort();
	for (uint32_t flow = 0; flow < flows; flow++) {
		struct packet p = packet_of(&b, b.frames);
		frame_build(b.frames, flow, false, TCP_SYN, 0, 0, 0);
		if (decode_packet(&p, &s) != DECODE_SEGMENT || !flow_feed_segment(b.table, &s))
			abort();
	}
	for (uint32_t r = 0; r < PACKETS / b.count + 1; r++) {
		round_build(&b, r * 3 * burst);
		round_run(&b);
	}
	flow_finish(b.table);
	printf("%u flows, runs of %u: decode %.1f ns, flow_feed %.1f ns per packet\n", flows,
	       burst == 1 ? 1 : 3 * burst, b.decode_ns, b.both_ns - b.decode_ns);
	flow_table_destroy(b.table);
	free(b.frames);
}

int
main(int argc, char **argv)
{
	unsigned long flows = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;

	if (flows < 100 || flows > 100000) {
		fprintf(stderr, "usage: micro_flow [FLOWS], 100 to 100000\n");
		return 1;
	}
	run((uint32_t)flows, 1);
	run((uint32_t)flows, 8);
	return 0;
}
