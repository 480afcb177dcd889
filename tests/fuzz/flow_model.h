/*
 * flow_model.h - reassembly done naively, one state per byte, to hold analyzer/packet/flow.c
 * against. Shared by fuzz_reassembly.c (input from the fuzzer) and test_reassembly.c (input from
 * seeds).
 *
 * A script drives both: segments of one direction in any order, with overlaps that may differ, cut
 * payloads, acknowledgments, and skips, which come either between segments (the model then predicts
 * `next` after each one) or from within data(), as a record parser does it.
 */
#ifndef TESTS_FUZZ_FLOW_MODEL_H
#define TESTS_FUZZ_FLOW_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/packet/flow.h"

/* Few enough segments that no limit of the flow table is reached. */
enum { MODEL_SIZE = 4096, MODEL_STEPS_MAX = 60, MODEL_STEP = 5, MODEL_HEADER = 5 };

enum model_byte { MODEL_NONE, MODEL_DATA, MODEL_CUT, MODEL_LOST };

struct model {
	uint8_t value[MODEL_SIZE], seen[MODEL_SIZE]; /* first copy of each byte */
	uint8_t expect[MODEL_SIZE];                  /* what the sink shall hear of it */
	uint8_t got[MODEL_SIZE], got_value[MODEL_SIZE];
	uint64_t next, until, acked, sent, heard; /* heard: offset behind the last byte delivered */
	bool differs, records, ended;
	struct flow *flow;
};

#define MODEL_CHECK(condition)                                                          \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

/* In record mode every 256 bytes begin with 96 wanted ones, then skipped ones follow. */
static bool
model_wanted(const struct model *m, uint64_t at)
{
	return !m->records || at % 256 < 96;
}

static void
model_open(void *ctx, struct flow *f)
{
	((struct model *)ctx)->flow = f;
}

static void
model_data(void *ctx, struct flow *f, const struct flow_data *d)
{
	struct model *m = ctx;
	uint64_t end = d->at + d->data.len;

	MODEL_CHECK(d->dir == FLOW_DIR_A && d->at >= m->heard && end <= MODEL_SIZE);
	MODEL_CHECK(f->dir[FLOW_DIR_A].next == end && d->mark.frame != 0);
	for (uint64_t at = d->at; at < end; at++) {
		MODEL_CHECK(m->got[at] == MODEL_NONE);
		m->got[at] = MODEL_DATA;
		m->got_value[at] = d->data.data[at - d->at];
	}
	m->heard = end;
	if (m->records && !model_wanted(m, end))
		flow_skip(f, FLOW_DIR_A, (end / 256 + 1) * 256);
}

static void
model_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
	  const struct flow_mark *mark)
{
	struct model *m = ctx;

	(void)f;
	MODEL_CHECK(d == FLOW_DIR_A && len > 0 && at + len <= MODEL_SIZE && mark->frame != 0);
	MODEL_CHECK(kind == FLOW_GAP_LOST || kind == FLOW_GAP_SNAPLEN);
	for (uint64_t i = at; i < at + len; i++) {
		MODEL_CHECK(m->got[i] == MODEL_NONE);
		m->got[i] = kind == FLOW_GAP_LOST ? MODEL_LOST : MODEL_CUT;
	}
}

static void
model_control(void *ctx, struct flow *f, enum flow_dir d, uint8_t flags,
	      const struct flow_mark *mark)
{
	(void)ctx, (void)f, (void)d, (void)flags, (void)mark;
}

static void
model_end(void *ctx, struct flow *f, enum flow_end why)
{
	struct model *m = ctx;

	MODEL_CHECK(m->flow == f && !m->ended && why == FLOW_END_CAPTURE);
	MODEL_CHECK(m->records || f->dir[FLOW_DIR_A].overlap_differs == m->differs);
	m->ended = true;
}

/* Let what is seen have its turn: without order before `until`, in order from there on. */
static void
model_advance(struct model *m)
{
	uint64_t below = m->until < MODEL_SIZE ? m->until : MODEL_SIZE;

	for (uint64_t at = below; at > m->next; at--) {
		if (m->seen[at - 1] != MODEL_NONE) {
			m->next = at;
			break;
		}
	}
	if (m->next < m->until && m->until < MODEL_SIZE && m->seen[m->until] != MODEL_NONE)
		m->next = m->until;
	while (m->next >= m->until && m->next < MODEL_SIZE && m->seen[m->next] != MODEL_NONE) {
		m->expect[m->next] = m->seen[m->next];
		m->next++;
	}
}

static void
model_segment(struct model *m, uint64_t at, const uint8_t *data, uint64_t captured, uint64_t sent)
{
	model_advance(m); /* a skip since the last segment comes first */
	for (uint64_t i = at; i < at + sent; i++) {
		bool cut = i >= at + captured;
		if (m->seen[i] == MODEL_NONE) {
			m->seen[i] = cut ? MODEL_CUT : MODEL_DATA;
			m->value[i] = cut ? 0 : data[i - at];
		} else if (m->seen[i] == MODEL_DATA && !cut && i >= m->next) {
			m->differs |= m->value[i] != data[i - at];
		}
	}
	model_advance(m);
}

/* The flow is over: what was not seen is lost, up to the last byte known to exist. One acknowledged
 * byte behind all others counts as a FIN. */
static void
model_finish(struct model *m)
{
	uint64_t last = m->next;

	for (uint64_t at = m->next; at < MODEL_SIZE; at++) {
		if (m->seen[at] != MODEL_NONE)
			last = at + 1;
	}
	uint64_t known = m->acked > m->sent ? m->acked : m->sent;
	if (known > last + 1)
		last = known;
	for (uint64_t at = 1; at < last; at++) {
		if (m->seen[at] == MODEL_NONE)
			m->expect[at] = MODEL_LOST;
		else if (at >= m->next && at >= m->until)
			m->expect[at] = m->seen[at];
	}
}

static void
model_compare(const struct model *m)
{
	for (uint64_t at = 1; at < MODEL_SIZE; at++) {
		uint8_t want =
		    m->records && m->seen[at] != MODEL_NONE ? m->seen[at] : m->expect[at];
		/* a parser of records hears more, or less, of what it does not want */
		if (!model_wanted(m, at) && (want != MODEL_LOST || m->got[at] != MODEL_LOST))
			continue;
		MODEL_CHECK(m->got[at] == want);
		if (want == MODEL_DATA)
			MODEL_CHECK(m->got_value[at] == m->value[at]);
	}
}

static void
model_feed(struct flow_table *t, uint64_t *frame, bool back, uint8_t flags, uint32_t seq,
	   uint32_t ack, struct bytes data, uint32_t sent)
{
	struct segment s = {
	    .src = {.addr = {192, 0, 2, 1}, .port = 40000, .family = 4},
	    .dst = {.addr = {192, 0, 2, 2}, .port = 443, .family = 4},
	    .protocol = PROTOCOL_TCP,
	    .tcp_flags = flags,
	    .seq = seq,
	    .ack = ack,
	    .payload = data,
	    .payload_len = sent,
	    .frame = ++*frame,
	    .time_ns = (int64_t)*frame * 1000,
	};

	if (back) {
		struct endpoint src = s.src;
		s.src = s.dst;
		s.dst = src;
	}
	MODEL_CHECK(flow_feed_segment(t, &s));
}

/* One step of the script: 5 bytes. */
static void
model_step(struct model *m, struct flow_table *t, uint64_t *frame, uint32_t zero, const uint8_t *in)
{
	uint64_t at = 1 + (in[1] | in[2] << 8) % (MODEL_SIZE - 257);
	uint32_t sent = in[3];
	uint8_t data[256];

	switch (in[0] % 8) {
	case 0: /* skip, effective from the next segment on */
		if (!m->records) {
			m->until = at;
			flow_skip(m->flow, FLOW_DIR_A, at);
		}
		return;
	case 1: /* the other end acknowledges */
		m->acked = at > m->acked ? at : m->acked;
		model_feed(t, frame, true, TCP_ACK, 1, zero + (uint32_t)at, (struct bytes){0}, 0);
		model_advance(m);
		break;
	default: {
		uint32_t captured = in[0] % 8 == 2 && in[4] < sent ? in[4] : sent;
		for (uint32_t i = 0; i < sent; i++)
			data[i] = (uint8_t)((at + i) * 37 + (in[0] % 8 == 3 ? in[4] : 0));
		model_segment(m, at, data, captured, sent);
		if (sent == 0 && at > m->sent) /* an empty one stands behind what was sent */
			m->sent = at;
		model_feed(t, frame, false, TCP_ACK, zero + (uint32_t)at, 1,
			   bytes_of(data, captured), sent);
	}
	}
	MODEL_CHECK(m->records || m->flow->dir[FLOW_DIR_A].next == m->next);
}

/* Run a script; aborts when flow and model disagree. */
static void
model_run(const uint8_t *in, size_t len)
{
	static struct model m;
	const struct flow_sink sink = {&m,        model_open, model_data, model_gap, model_control,
				       model_end, NULL,       NULL};
	struct flow_table *t = flow_table_create(&sink);
	uint64_t frame = 0;

	if (len < MODEL_HEADER || t == NULL) {
		flow_table_destroy(t);
		return;
	}
	m = (struct model){.next = 1, .acked = 1, .records = (in[4] & 1) != 0};
	uint32_t zero =
	    (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
	model_feed(t, &frame, false, TCP_SYN, zero, 0, (struct bytes){0}, 0);
	model_feed(t, &frame, true, TCP_SYN | TCP_ACK, 0, zero + 1, (struct bytes){0}, 0);
	size_t steps = (len - MODEL_HEADER) / MODEL_STEP;
	for (size_t i = 0; i < steps && i < MODEL_STEPS_MAX; i++)
		model_step(&m, t, &frame, zero, in + MODEL_HEADER + i * MODEL_STEP);
	model_finish(&m);
	flow_finish(t);
	MODEL_CHECK(m.ended);
	model_compare(&m);
	flow_table_destroy(t);
}

#endif
