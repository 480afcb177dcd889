/*
 * test_flow.c - what the flow table tells its sink: rows of packets, and the events as one line.
 * Events: "open", "A:S" control (flags S F R and . for ACK), "A1=abc" bytes at offset 1, "A4?3lost"
 * a gap of 3 at offset 4, "end:capture". Direction A is 0 in packets, B is 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyzer/packet/flow.h"

enum { F = TCP_FIN, S = TCP_SYN, R = TCP_RST, A = TCP_ACK, SA = TCP_SYN | TCP_ACK, FA = F | A };

struct packet_row {
	int dir;
	uint8_t flags;
	uint32_t seq, ack;
	const char *data;
	uint32_t cut; /* bytes sent behind data, not captured */
};

struct log {
	char text[4096];
	struct flow *flow;
	struct flow last;       /* copy of the flow as it ended */
	struct flow_mark mark;  /* of the latest bytes */
	uint64_t skip_at, skip; /* call flow_skip(skip) when bytes end at or behind skip_at */
	unsigned flows;
};

struct world {
	struct log log;
	struct flow_table *table;
	uint64_t frame;
	int64_t time_ns;
};

static void
say(struct log *l, const char *format, ...)
{
	size_t used = strlen(l->text);
	va_list args;

	va_start(args, format);
	vsnprintf(l->text + used, sizeof(l->text) - used, format, args);
	va_end(args);
}

static void
on_open(void *ctx, struct flow *f)
{
	struct log *l = ctx;

	l->flow = f;
	l->flows++;
	say(l, "%sopen", l->text[0] == 0 ? "" : " ");
}

static void
on_data(void *ctx, struct flow *f, const struct flow_data *d)
{
	struct log *l = ctx;

	l->mark = d->mark;
	say(l, " %c%llu=%.*s", 'A' + d->dir, (unsigned long long)d->at, (int)d->data.len,
	    (const char *)d->data.data);
	if (l->skip != 0 && d->at + d->data.len >= l->skip_at) {
		flow_skip(f, d->dir, l->skip);
		l->skip = 0;
	}
}

static void
on_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
       const struct flow_mark *mark)
{
	static const char *const names[] = {"lost", "snaplen", "limit"};

	(void)f;
	assert_true(mark->frame > 0);
	say(ctx, " %c%llu?%llu%s", 'A' + d, (unsigned long long)at, (unsigned long long)len,
	    names[kind]);
}

static void
on_control(void *ctx, struct flow *f, enum flow_dir d, uint8_t flags, const struct flow_mark *mark)
{
	(void)f;
	assert_true(mark->frame > 0);
	say(ctx, " %c:%s%s%s%s", 'A' + d, flags & S ? "S" : "", flags & F ? "F" : "",
	    flags & R ? "R" : "", flags & A ? "." : "");
}

static void
on_end(void *ctx, struct flow *f, enum flow_end why)
{
	static const char *const names[] = {"capture", "reused", "idle", "limit"};
	struct log *l = ctx;

	l->last = *f;
	say(l, " end:%s", names[why]);
}

static int
setup(void **state)
{
	static struct world w;
	const struct flow_sink sink = {&w.log, on_open, on_data, on_gap, on_control, on_end};

	w = (struct world){.time_ns = 1000};
	w.table = flow_table_create(&sink);
	*state = &w;
	return w.table == NULL;
}

static int
teardown(void **state)
{
	flow_table_destroy(((struct world *)*state)->table);
	return 0;
}

static void
feed_bytes(struct world *w, int dir, uint8_t flags, uint32_t seq, uint32_t ack, struct bytes data,
	   uint32_t cut)
{
	const struct endpoint client = {.addr = {10, 0, 0, 1}, .port = 40000, .family = 4};
	const struct endpoint server = {.addr = {10, 0, 0, 2}, .port = 443, .family = 4};
	const struct segment s = {
	    .src = dir == 0 ? client : server,
	    .dst = dir == 0 ? server : client,
	    .protocol = PROTOCOL_TCP,
	    .tcp_flags = flags,
	    .ttl = dir == 0 ? 64 : 57,
	    .ip_id = (uint16_t)(w->frame + 1),
	    .seq = seq,
	    .ack = ack,
	    .payload = data,
	    .payload_len = (uint32_t)data.len + cut,
	    .frame = ++w->frame,
	    .time_ns = w->time_ns += 1000,
	};

	assert_true(flow_feed(w->table, &s));
}

static void
feed(struct world *w, const struct packet_row *p)
{
	const char *data = p->data != NULL ? p->data : "";

	feed_bytes(w, p->dir, p->flags, p->seq, p->ack, bytes_of(data, strlen(data)), p->cut);
}

static void
expect(struct world *w, const char *want)
{
	assert_string_equal(w->log.text, want);
	w->log.text[0] = 0;
}

/* SYN, SYN-ACK, ACK with the numbers 99 and 199: the first bytes have 100 and 200. */
static void
handshake(struct world *w)
{
	feed(w, &(struct packet_row){0, S, 99, 0, NULL, 0});
	feed(w, &(struct packet_row){1, SA, 199, 100, NULL, 0});
	feed(w, &(struct packet_row){0, A, 100, 200, NULL, 0});
	w->log.text[0] = 0;
}

/* ---- rows ---- */

enum { PACKETS_MAX = 12 };

static const struct scene {
	const char *what;
	struct packet_row packets[PACKETS_MAX]; /* up to the first without flags */
	const char *events;                     /* flow_finish included */
} scenes[] = {
    {"a whole connection",
     {{0, S, 99, 0, NULL, 0},
      {1, SA, 199, 100, NULL, 0},
      {0, A, 100, 200, "abc", 0},
      {1, A, 200, 103, "xy", 0},
      {0, FA, 103, 202, NULL, 0},
      {1, FA, 202, 104, NULL, 0},
      {0, A, 104, 203, NULL, 0}},
     "open A:S B:S. A1=abc B1=xy A:F. B:F. end:capture"},
    {"bytes and FIN in one segment, out of order",
     {{0, S, 99, 0, NULL, 0}, {0, FA, 103, 200, "def", 0}, {0, A, 100, 200, "abc", 0}},
     "open A:S A:F. A1=abc A4=def end:capture"},
    {"sequence numbers wrap",
     {{0, S, 0xfffffffd, 0, NULL, 0},
      {0, A, 0, 1, "cd", 0},
      {0, A, 0xfffffffe, 1, "ab", 0},
      {0, A, 2, 1, "ef", 0}},
     "open A:S A1=ab A3=cd A5=ef end:capture"},
    {"retransmissions, whole and partial",
     {{0, S, 99, 0, NULL, 0},
      {0, A, 100, 1, "abcd", 0},
      {0, A, 100, 1, "abcd", 0},
      {0, A, 102, 1, "cdef", 0},
      {0, A, 100, 1, "abcdefgh", 0}},
     "open A:S A1=abcd A5=ef A7=gh end:capture"},
    {"a hole at the end of the capture",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, A, 105, 1, "fg", 0}},
     "open A:S A1=ab A3?3lost A6=fg end:capture"},
    {"bytes acknowledged, never seen",
     {{0, S, 99, 0, NULL, 0}, {1, SA, 199, 100, NULL, 0}, {1, A, 200, 110, "x", 0}},
     "open A:S B:S. B1=x A1?10lost end:capture"},
    {"one more acknowledged is a FIN not seen",
     {{0, S, 99, 0, NULL, 0}, {1, SA, 199, 100, NULL, 0}, {1, A, 200, 101, "x", 0}},
     "open A:S B:S. B1=x end:capture"},
    {"cut payloads",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 3}, {0, A, 105, 1, "fg", 0}},
     "open A:S A1=ab A3?3snaplen A6=fg end:capture"},
    {"cut payload behind a hole",
     {{0, S, 99, 0, NULL, 0}, {0, A, 102, 1, "c", 2}, {0, A, 100, 1, "ab", 0}},
     "open A:S A1=ab A3=c A4?2snaplen end:capture"},
    {"SYN lost: the SYN-ACK tells the base",
     {{1, SA, 199, 100, NULL, 0}, {0, A, 102, 200, "cd", 0}, {0, A, 100, 200, "ab", 0}},
     "open A:S. B1=ab B3=cd end:capture"},
    {"SYN behind its SYN-ACK",
     {{1, SA, 199, 100, NULL, 0}, {0, S, 99, 0, NULL, 0}, {0, A, 100, 200, "ab", 0}},
     "open A:S. B:S B1=ab end:capture"},
    {"midstream: the first byte seen is 1",
     {{0, A, 5000, 7000, "ab", 0}, {1, A, 7000, 5002, "x", 0}, {0, A, 5002, 7001, "cd", 0}},
     "open A1=ab B1=x A3=cd end:capture"},
    {"midstream: bytes in flight when the capture began are no gap",
     {{1, A, 7000, 5000, NULL, 0}, {0, A, 5900, 7000, "ab", 0}},
     "open B901=ab end:capture"},
    {"midstream: older bytes than the first seen are ignored",
     {{0, A, 5000, 7000, "cd", 0}, {0, A, 4998, 7000, "abcd", 0}, {0, A, 5002, 7000, "e", 0}},
     "open A1=cd A3=e end:capture"},
    {"midstream begins with a keep-alive",
     {{0, A, 4999, 7000, NULL, 0}, {0, A, 5000, 7000, "ab", 0}},
     "open A2=ab end:capture"},
    {"keep-alives and probes",
     {{0, S, 99, 0, NULL, 0},
      {0, A, 100, 1, "ab", 0},
      {0, A, 101, 1, NULL, 0},
      {0, A, 101, 1, "?", 0},
      {0, A, 102, 1, "c", 0},
      {0, FA, 103, 1, NULL, 0},
      {0, A, 103, 1, "?", 0}},
     "open A:S A1=ab A3=c A:F. end:capture"},
    {"bytes on the SYN",
     {{0, S, 99, 0, "ab", 0}, {1, SA, 199, 102, NULL, 0}, {0, A, 102, 200, "cd", 0}},
     "open A:S A1=ab B:S. A3=cd end:capture"},
    {"bytes on the SYN, refused and sent again",
     {{0, S, 99, 0, "ab", 0}, {1, SA, 199, 100, NULL, 0}, {0, A, 100, 200, "abcd", 0}},
     "open A:S A1=ab B:S. A3=cd end:capture"},
    {"refused", {{0, S, 99, 0, NULL, 0}, {1, R | A, 0, 100, NULL, 0}}, "open A:S B:R. end:capture"},
    {"refused and tried again with the same number",
     {{0, S, 99, 0, NULL, 0},
      {1, R | A, 0, 100, NULL, 0},
      {0, S, 99, 0, NULL, 0},
      {1, SA, 199, 100, NULL, 0},
      {0, A, 100, 200, "ab", 0}},
     "open A:S B:R. A:S B:S. A1=ab end:capture"},
    {"a RST does not stop the stream, its payload is none",
     {{0, S, 99, 0, NULL, 0}, {0, R, 100, 0, "why", 0}, {0, A, 100, 1, "ab", 0}},
     "open A:S A:R A1=ab end:capture"},
    {"a RST's acknowledgment of bytes nobody saw is a guess",
     {{0, S, 99, 0, NULL, 0}, {1, SA, 199, 100, NULL, 0}, {1, R | A, 200, 500, NULL, 0}},
     "open A:S B:S. B:R. end:capture"},
    {"simultaneous open",
     {{0, S, 99, 0, NULL, 0},
      {1, S, 199, 0, NULL, 0},
      {0, SA, 99, 200, NULL, 0},
      {1, SA, 199, 100, NULL, 0},
      {0, A, 100, 200, "ab", 0}},
     "open A:S B:S A:S. B:S. A1=ab end:capture"},
    {"every packet twice",
     {{0, S, 99, 0, NULL, 0},
      {0, S, 99, 0, NULL, 0},
      {1, SA, 199, 100, NULL, 0},
      {1, SA, 199, 100, NULL, 0},
      {0, A, 100, 200, "ab", 0},
      {0, A, 100, 200, "ab", 0}},
     "open A:S A:S B:S. B:S. A1=ab end:capture"},
    {"ports used again",
     {{0, S, 99, 0, NULL, 0}, {0, A, 102, 1, "c", 0}, {0, S, 5000, 0, NULL, 0}},
     "open A:S A1?2lost A3=c end:reused open A:S end:capture"},
    {"ports used again, SYN not captured",
     {{0, S, 99, 0, NULL, 0}, {1, SA, 199, 100, NULL, 0}, {1, SA, 9000, 8000, NULL, 0}},
     "open A:S B:S. end:reused open A:S. end:capture"},
    {"a second SYN-ACK to the same SYN is ignored",
     {{0, S, 99, 0, NULL, 0}, {1, SA, 199, 100, NULL, 0}, {1, SA, 777, 100, NULL, 0}},
     "open A:S B:S. B:S. end:capture"},
    {"a segment far from its stream",
     {{0, S, 99, 0, NULL, 0},
      {0, A, 100 + 0x10000000, 1, "??", 0},
      {0, A, 100 + 0xa0000000, 1, "??", 0},
      {0, A, 100, 1, "ab", 0}},
     "open A:S A1=ab end:capture"},
};

static void
test_scenes(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		const struct scene *s = &scenes[i];
		print_message("%s\n", s->what);
		for (size_t p = 0; p < PACKETS_MAX && s->packets[p].flags != 0; p++)
			feed(w, &s->packets[p]);
		flow_finish(w->table);
		expect(w, s->events);
		teardown(state);
		setup(state);
	}
}

/* ---- facts ---- */

static void
test_facts(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, A, 103, 200, "def", 0});
	feed(w, &(struct packet_row){0, A, 103, 200, "dXf", 0});
	feed(w, &(struct packet_row){0, A, 100, 200, "abc", 0});
	feed(w, &(struct packet_row){1, A, 200, 106, "x", 0});
	feed(w, &(struct packet_row){0, FA, 106, 201, NULL, 0});
	feed(w, &(struct packet_row){1, R | A, 201, 106, NULL, 0});
	flow_finish(w->table);
	const struct flow *f = &w->log.last;
	const struct flow_direction *a = &f->dir[FLOW_DIR_A], *b = &f->dir[FLOW_DIR_B];
	assert_int_equal(f->stream, 0);
	assert_int_equal(f->packets, 9);
	assert_int_equal(f->first_frame, 1);
	assert_int_equal(f->last_frame, 9);
	assert_int_equal(f->from[FLOW_DIR_A].port, 40000);
	assert_true(a->syn && !a->syn_ack && b->syn_ack && !b->syn);
	assert_true(a->base_known && b->base_known);
	assert_true(a->overlap_differs && !b->overlap_differs);
	assert_int_equal(a->next, 7);
	assert_int_equal(a->highest, 7);
	assert_int_equal(a->acked, 7);
	assert_int_equal(a->missing, 0);
	assert_int_equal(a->fin.frame, 8);
	assert_int_equal(a->fin.ack, 2);
	assert_int_equal(a->fin_at, 7);
	assert_int_equal(b->fin.frame, 0);
	assert_int_equal(b->rst.frame, 9);
	assert_int_equal(b->rst_at, 2);
	assert_int_equal(b->rst_ttl, 57);
	assert_int_equal(b->rst_ip_id, 9);
	assert_int_equal(b->last_ip_id, 7);
	assert_int_equal(b->ttl_min, 57);
	assert_int_equal(a->ttl_max, 64);
	assert_int_equal(a->packets, 6);
}

/* A mark says what its segment's sender had received, also for bytes that waited. */
static void
test_marks(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){1, A, 200, 100, "xy", 0});
	feed(w, &(struct packet_row){0, A, 102, 202, "c", 0}); /* frame 5 */
	assert_int_equal(w->log.mark.frame, 4);
	assert_int_equal(w->log.mark.ack, 1);
	feed(w, &(struct packet_row){0, A, 100, 200, "ab", 0});
	assert_int_equal(w->log.mark.frame, 5);
	assert_int_equal(w->log.mark.ack, 3);
	assert_int_equal(w->log.mark.time_ns, 6000);
}

/* ---- skipping ---- */

static void
test_skip(void **state)
{
	struct world *w = *state;

	handshake(w);
	w->log.skip_at = 1;
	w->log.skip = 10;
	feed(w, &(struct packet_row){0, A, 100, 200, "abc", 0});
	feed(w, &(struct packet_row){0, A, 103, 200, "...", 0});
	feed(w, &(struct packet_row){0, A, 106, 200, "...", 0}); /* ends at 10 exactly */
	expect(w, " A1=abc A10=");
	assert_int_equal(w->log.mark.frame, 6);
	feed(w, &(struct packet_row){0, A, 109, 200, "jk", 0});
	expect(w, " A10=jk");
	w->log.skip_at = 1;
	w->log.skip = 16;
	feed(w, &(struct packet_row){0, A, 111, 200, "l", 0});
	feed(w, &(struct packet_row){0, A, 112, 200, "...pq", 0});
	expect(w, " A12=l A16=pq");
	flow_finish(w->table);
	expect(w, " end:capture");
}

/* Holes before `until` delay nothing, are filled late, or told at the end. */
static void
test_skip_holes(void **state)
{
	struct world *w = *state;

	handshake(w);
	flow_skip(w->log.flow, FLOW_DIR_A, 101);
	feed(w, &(struct packet_row){0, A, 110, 200, "..........", 0});
	feed(w, &(struct packet_row){0, A, 130, 200, "..........", 0});
	feed(w, &(struct packet_row){0, A, 200, 200, "data", 0}); /* offset 101 */
	expect(w, " A101=data");
	feed(w, &(struct packet_row){0, A, 120, 200, "..........", 0}); /* fills 21..31 */
	feed(w, &(struct packet_row){0, A, 102, 200, "..", 0});         /* splits 1..11 */
	feed(w, &(struct packet_row){0, A, 150, 200, "cut", 40});
	flow_finish(w->table);
	expect(w, " A1?2lost A5?6lost A41?10lost A94?7lost end:capture");
	assert_int_equal(w->log.last.dir[0].missing, 25);
	assert_true(w->log.last.dir[0].gap);
	assert_false(w->log.last.dir[0].limit || w->log.last.dir[0].snaplen);
}

/* More holes than remembered: the lowest are given up, and the flow says so. */
static void
test_skip_holes_limit(void **state)
{
	struct world *w = *state;

	handshake(w);
	flow_skip(w->log.flow, FLOW_DIR_A, UINT64_MAX);
	for (uint32_t i = 0; i < 100; i++)
		feed(w, &(struct packet_row){0, A, 102 + i * 4, 200, "..", 0});
	assert_true(w->log.flow->dir[0].limit);
	assert_int_equal(w->log.flow->dir[0].missing, 36 * 2); /* 64 are remembered */
	flow_finish(w->table);
	assert_int_equal(w->log.last.dir[0].missing, 100 * 2);
	assert_int_equal(w->log.last.dir[0].next, 401);
}

/* What waits when the skip comes is skipped too. */
static void
test_skip_what_waits(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, A, 104, 200, "efgh", 0});
	feed(w, &(struct packet_row){0, A, 110, 200, "kl", 0});
	w->log.skip_at = 1;
	w->log.skip = 11;
	feed(w, &(struct packet_row){0, A, 100, 200, "ab", 0});
	expect(w, " A1=ab A11=kl");
	/* and from outside of a call: with the next segment of the flow */
	feed(w, &(struct packet_row){1, A, 204, 112, "uv", 0});
	flow_skip(w->log.flow, FLOW_DIR_B, 5);
	feed(w, &(struct packet_row){0, A, 112, 200, NULL, 0});
	expect(w, " B5=uv");
	flow_finish(w->table);
	expect(w, " A3?2lost A9?2lost B1?4lost end:capture");
}

/* Offsets beyond 32 bits, on the way that most packets take. */
static void
test_skip_bulk(void **state)
{
	enum { LEN = 60000, COUNT = 200000 }; /* 12 GB */
	static uint8_t zeros[LEN];
	struct world *w = *state;
	uint64_t end = 1 + (uint64_t)LEN * COUNT;

	handshake(w);
	flow_skip(w->log.flow, FLOW_DIR_A, end);
	for (uint32_t i = 0; i < COUNT; i++)
		feed_bytes(w, 0, A, 100 + i * LEN, 200, bytes_of(zeros, 40), LEN - 40);
	assert_int_equal(w->log.flow->dir[0].next, end);
	feed(w, &(struct packet_row){0, A, 99 + (uint32_t)end, 200, "next", 0});
	feed(w, &(struct packet_row){1, A, 200, 103 + (uint32_t)end, NULL, 0});
	flow_finish(w->table);
	expect(w, " A12000000001= A12000000001=next end:capture");
	assert_int_equal(w->log.last.dir[0].acked, end + 4);
	assert_int_equal(w->log.last.dir[0].missing, 0);
}

/* ---- giving up ---- */

/* Acknowledged but missing: given up after 1000 packets of the flow, not before. */
static void
test_patience(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, A, 103, 200, "def", 0});
	feed(w, &(struct packet_row){1, A, 200, 106, NULL, 0});
	for (int i = 0; i < 990; i++)
		feed(w, &(struct packet_row){1, A, 200, 106, NULL, 0});
	expect(w, "");
	for (int i = 0; i < 20; i++)
		feed(w, &(struct packet_row){1, A, 200, 106, NULL, 0});
	expect(w, " A1?3lost A4=def");
}

/* The same when nothing waits: only one direction was captured. */
static void
test_patience_one_sided(void **state)
{
	struct world *w = *state;

	handshake(w);
	for (int i = 0; i < 1010; i++)
		feed(w, &(struct packet_row){1, A, 200, 110, NULL, 0});
	expect(w, " A1?10lost");
	feed(w, &(struct packet_row){1, A, 200, 120, NULL, 0});
	flow_finish(w->table);
	expect(w, " A11?10lost end:capture");
}

/* Not acknowledged: it may still come. */
static void
test_patience_needs_ack(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, A, 103, 200, "def", 0});
	for (int i = 0; i < 3000; i++)
		feed(w, &(struct packet_row){1, A, 200, 102, NULL, 0});
	feed(w, &(struct packet_row){0, A, 100, 200, "abc", 0});
	expect(w, " A1=abc A4=def");
}

static void
test_out_of_order_limit(void **state)
{
	static uint8_t data[1400];
	struct world *w = *state;

	memset(data, 'x', sizeof(data));
	handshake(w);
	for (uint32_t i = 0; !w->log.flow->dir[0].limit; i++) {
		assert_true(i < 300);
		feed_bytes(w, 0, A, 200 + i * 1400, 200, bytes_of(data, sizeof(data)), 0);
	}
	assert_int_equal(w->log.flow->dir[0].missing, 100);
	assert_memory_equal(w->log.text, " A1?100limit A101=xxx", 21);
	assert_true(flow_table_stats(w->table).out_of_order_bytes_peak <= FLOW_OUT_OF_ORDER_MAX);
	w->log.text[0] = 0;
	uint64_t next = w->log.flow->dir[0].next;
	assert_int_equal(next, w->log.flow->dir[0].highest);
	feed(w, &(struct packet_row){0, A, (uint32_t)(99 + next), 200, "on", 0});
	assert_int_equal(w->log.flow->dir[0].next, next + 2);
}

/* The capture lost more than FLOW_JUMP_MAX: believed when both ends agree, or after a run. */
static void
test_far_acked(void **state)
{
	struct world *w = *state;
	uint32_t far = 100 + 0x08000000;

	handshake(w);
	feed(w, &(struct packet_row){0, A, far, 200, "ab", 0});
	expect(w, "");
	feed(w, &(struct packet_row){1, A, 200, far + 2, NULL, 0});
	feed(w, &(struct packet_row){0, A, far + 2, 200, "cd", 0});
	flow_finish(w->table);
	expect(w, " A1?134217730lost A134217731=cd end:capture");
}

static void
test_far_run(void **state)
{
	struct world *w = *state;
	uint32_t far = 100 + 0x90000000; /* 2.25 GiB ahead looks like behind */

	handshake(w);
	for (uint32_t i = 0; i < FLOW_FAR_RUN; i++)
		feed(w, &(struct packet_row){0, A, far + i, 200, "x", 0});
	flow_finish(w->table);
	expect(w, " A1?2415919107lost A2415919108=x end:capture");
	assert_int_equal(flow_table_stats(w->table).ignored, FLOW_FAR_RUN - 1);
}

/* ---- life and end ---- */

static void
open_other(struct world *w, uint16_t port)
{
	const struct segment s = {
	    .src = {.addr = {10, 0, 0, 9}, .port = port, .family = 4},
	    .dst = {.addr = {10, 0, 0, 2}, .port = 443, .family = 4},
	    .protocol = PROTOCOL_TCP,
	    .tcp_flags = TCP_SYN,
	    .seq = 1,
	    .frame = ++w->frame,
	    .time_ns = w->time_ns,
	};

	assert_true(flow_feed(w->table, &s));
}

/* A closed flow stays for FLOW_LINGER_S, an open one for ever. */
static void
test_idle(void **state)
{
	struct world *w = *state;

	handshake(w);
	open_other(w, 7);
	feed(w, &(struct packet_row){0, FA, 100, 200, NULL, 0});
	feed(w, &(struct packet_row){1, FA, 200, 101, NULL, 0});
	w->log.text[0] = 0;
	w->time_ns += (int64_t)(FLOW_LINGER_S - 1) * 1000000000;
	for (int i = 0; i < 600; i++)
		open_other(w, 8);
	assert_null(strstr(w->log.text, "end"));
	feed(w, &(struct packet_row){1, R, 201, 0, NULL, 0}); /* late, still its own */
	assert_int_equal(w->log.flows, 3);
	w->time_ns += (int64_t)(FLOW_LINGER_S + 1) * 1000000000;
	w->log.text[0] = 0;
	for (int i = 0; i < 600; i++) {
		w->log.text[0] = 0;
		open_other(w, 8);
		if (strstr(w->log.text, "end:idle") != NULL)
			break;
	}
	assert_non_null(strstr(w->log.text, "end:idle"));
	assert_int_equal(w->log.last.dir[1].rst_at, 2);
	/* a packet after the end: a flow of its own with the same number */
	feed(w, &(struct packet_row){0, A, 101, 201, NULL, 0});
	assert_int_equal(w->log.flows, 4);
	assert_int_equal(w->log.flow->stream, 0);
}

static void
test_reuse_counts(void **state)
{
	struct world *w = *state;

	handshake(w);
	open_other(w, 7);
	feed(w, &(struct packet_row){0, S, 7777, 0, NULL, 0});
	assert_int_equal(w->log.flow->stream, 2);
	const struct segment dns = {.src = {.port = 5, .family = 4},
				    .dst = {.port = 53, .family = 4},
				    .protocol = PROTOCOL_UDP};
	assert_int_equal(flow_udp_stream(w->table, &dns), 0);
	assert_int_equal(flow_udp_stream(w->table, &dns), 0);
	assert_int_equal(flow_table_stats(w->table).flows, 3);
	assert_int_equal(flow_table_stats(w->table).flows_peak, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_scenes),
	    TEST(test_facts),
	    TEST(test_marks),
	    TEST(test_skip),
	    TEST(test_skip_holes),
	    TEST(test_skip_holes_limit),
	    TEST(test_skip_what_waits),
	    TEST(test_skip_bulk),
	    TEST(test_patience),
	    TEST(test_patience_one_sided),
	    TEST(test_patience_needs_ack),
	    TEST(test_out_of_order_limit),
	    TEST(test_far_acked),
	    TEST(test_far_run),
	    TEST(test_idle),
	    TEST(test_reuse_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
