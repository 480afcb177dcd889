/*
 * fuzz_decode.c - any bytes as a packet of any link type, and what comes out into a flow table.
 * First byte: link type, second: bytes the capture cut off; then packets with a 1-byte length.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/packet/decode.h"
#include "analyzer/packet/flow.h"

static const uint32_t link_types[] = {0, 1, 9, 12, 14, 101, 108, 113, 228, 229, 276, 147};

static void
on_open(void *ctx, struct flow *f)
{
	(void)ctx;
	f->user = NULL;
}

static void
on_data(void *ctx, struct flow *f, const struct flow_data *d)
{
	volatile uint8_t *sum = ctx;

	for (size_t i = 0; i < d->data.len; i++)
		*sum = (uint8_t)(*sum + d->data.data[i]);
	if (d->data.len > 0 && d->data.data[0] < 64)
		flow_skip(f, d->dir, d->at + d->data.data[0] * 64U);
}

static void
on_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
       const struct flow_mark *mark)
{
	(void)ctx, (void)f, (void)d, (void)at, (void)kind, (void)mark;
	if (len == 0)
		abort();
}

static void
on_control(void *ctx, struct flow *f, enum flow_dir d, uint8_t flags, const struct flow_mark *mark)
{
	(void)ctx, (void)f, (void)d, (void)flags, (void)mark;
}

static void
on_end(void *ctx, struct flow *f, enum flow_end why)
{
	(void)ctx, (void)f, (void)why;
}

/* What a decoded segment promises, whatever the bytes were. */
static void
check(const struct packet *p, const struct segment *s)
{
	const uint8_t *end = p->data.data + p->data.len;

	if (s->payload.len > s->payload_len || (s->src.family != 4 && s->src.family != 6))
		abort();
	if (s->payload.len > 0 &&
	    (s->payload.data < p->data.data || s->payload.data + s->payload.len > end))
		abort();
	if (s->mac != NULL && (s->mac < p->data.data || s->mac + 6 > end))
		abort();
}

/* Behind an Ethernet header that leads to IPv4 stands the same as in raw IP. */
static void
check_as_raw(const struct packet *p, enum decode_result result, const struct segment *s)
{
	enum { ETHERNET_HEADER = 14, RAW_IPV4 = 228 };
	struct packet raw = *p;
	struct segment other;

	if (p->link_type != 1 || p->data.len <= ETHERNET_HEADER || p->data.data[12] != 0x08 ||
	    p->data.data[13] != 0)
		return;
	raw.link_type = RAW_IPV4;
	bytes_take(&raw.data, ETHERNET_HEADER);
	raw.len -= ETHERNET_HEADER;
	if (decode_packet(&raw, &other) != result)
		abort();
	if (result == DECODE_SEGMENT &&
	    (other.payload.data != s->payload.data || other.payload.len != s->payload.len ||
	     other.payload_len != s->payload_len || other.seq != s->seq || other.ack != s->ack ||
	     other.tcp_flags != s->tcp_flags ||
	     memcmp(&other.src, &s->src, sizeof(s->src.addr)) != 0 ||
	     other.dst.port != s->dst.port))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;
	const struct flow_sink sink = {.ctx = &sum,
				       .open = on_open,
				       .data = on_data,
				       .gap = on_gap,
				       .control = on_control,
				       .end = on_end};
	struct flow_table *t = flow_table_create(&sink);
	struct segment s;

	if (size < 2 || t == NULL) {
		flow_table_destroy(t);
		return 0;
	}
	struct packet p = {.link_type = link_types[data[0] % 12]};
	for (size_t at = 2; at + 1 < size; at += p.data.len) {
		size_t len = data[at++];
		p.data = bytes_of(data + at, len < size - at ? len : size - at);
		p.len = (uint32_t)p.data.len + data[1];
		p.time_ns = (int64_t)++p.frame * 1000;
		enum decode_result decoded = decode_packet(&p, &s);
		check_as_raw(&p, decoded, &s);
		if (decoded != DECODE_SEGMENT)
			continue;
		check(&p, &s);
		struct flow_arrival a;
		flow_arrive(t, &s, &a);
		flow_expect(t, &a, 1);
		if (s.protocol == PROTOCOL_UDP)
			flow_udp_stream(t, &a);
		else if (!flow_feed(t, &a))
			abort();
	}
	flow_finish(t);
	flow_table_destroy(t);
	return 0;
}
