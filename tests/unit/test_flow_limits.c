/*
 * test_flow_limits.c - skipped bytes, patience with holes, and limits.
 */
#include "tests/unit/flow_world.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
