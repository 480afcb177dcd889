/*
 * flow_world.h - a flow table whose sink writes down what it hears, and packets in a row each.
 * Events: "open", "A:S" control (flags S F R and . for ACK), "A1=abc" bytes at offset 1, "A4?3lost"
 * a gap of 3 at offset 4, "end:capture". Direction A is 0 in packets, B is 1.
 */
#ifndef TESTS_UNIT_FLOW_WORLD_H
#define TESTS_UNIT_FLOW_WORLD_H

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

static inline void
say(struct log *l, const char *format, ...)
{
	size_t used = strlen(l->text);
	va_list args;

	va_start(args, format);
	vsnprintf(l->text + used, sizeof(l->text) - used, format, args);
	va_end(args);
}

static inline void
on_open(void *ctx, struct flow *f)
{
	struct log *l = ctx;

	l->flow = f;
	l->flows++;
	say(l, "%sopen", l->text[0] == 0 ? "" : " ");
}

static inline void
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

static inline void
on_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
       const struct flow_mark *mark)
{
	static const char *const names[] = {"lost", "snaplen", "limit"};

	(void)f;
	assert_true(mark->frame > 0);
	say(ctx, " %c%llu?%llu%s", 'A' + d, (unsigned long long)at, (unsigned long long)len,
	    names[kind]);
}

static inline void
on_control(void *ctx, struct flow *f, enum flow_dir d, uint8_t flags, const struct flow_mark *mark)
{
	(void)f;
	assert_true(mark->frame > 0);
	say(ctx, " %c:%s%s%s%s", 'A' + d, flags & S ? "S" : "", flags & F ? "F" : "",
	    flags & R ? "R" : "", flags & A ? "." : "");
}

static inline void
on_end(void *ctx, struct flow *f, enum flow_end why)
{
	static const char *const names[] = {"capture", "reused", "idle", "limit"};
	struct log *l = ctx;

	l->last = *f;
	say(l, " end:%s", names[why]);
}

static inline int
setup(void **state)
{
	static struct world w;
	const struct flow_sink sink = {&w.log,     on_open, on_data, on_gap,
				       on_control, on_end,  NULL,    NULL};

	w = (struct world){.time_ns = 1000};
	w.table = flow_table_create(&sink);
	*state = &w;
	return w.table == NULL;
}

static inline int
teardown(void **state)
{
	flow_table_destroy(((struct world *)*state)->table);
	return 0;
}

static inline void
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

	struct flow_arrival a;

	flow_arrive(w->table, &s, &a);
	flow_expect(w->table, &a, 1); /* changes nothing */
	assert_true(flow_feed(w->table, &a));
}

static inline void
feed(struct world *w, const struct packet_row *p)
{
	const char *data = p->data != NULL ? p->data : "";

	feed_bytes(w, p->dir, p->flags, p->seq, p->ack, bytes_of(data, strlen(data)), p->cut);
}

static inline void
expect(struct world *w, const char *want)
{
	assert_string_equal(w->log.text, want);
	w->log.text[0] = 0;
}

/* SYN, SYN-ACK, ACK with the numbers 99 and 199: the first bytes have 100 and 200. */
static inline void
handshake(struct world *w)
{
	feed(w, &(struct packet_row){0, S, 99, 0, NULL, 0});
	feed(w, &(struct packet_row){1, SA, 199, 100, NULL, 0});
	feed(w, &(struct packet_row){0, A, 100, 200, NULL, 0});
	w->log.text[0] = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
