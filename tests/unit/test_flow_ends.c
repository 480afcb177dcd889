/*
 * test_flow_ends.c - how long flows stay: closed ones, those that are over, numbers beyond their
 * end.
 */
#include "tests/unit/flow_world.h"

static void
talk_other(struct world *w, uint16_t port, bool back, uint8_t flags, uint32_t seq, uint32_t ack)
{
	const struct endpoint client = {.addr = {10, 0, 0, 9}, .port = port, .family = 4};
	const struct endpoint server = {.addr = {10, 0, 0, 2}, .port = 443, .family = 4};
	const struct segment s = {
	    .src = back ? server : client,
	    .dst = back ? client : server,
	    .protocol = PROTOCOL_TCP,
	    .tcp_flags = flags,
	    .seq = seq,
	    .ack = ack,
	    .frame = ++w->frame,
	    .time_ns = w->time_ns,
	};

	assert_true(flow_feed_segment(w->table, &s));
}

static void
send_other(struct world *w, uint16_t port, uint8_t flags)
{
	talk_other(w, port, false, flags, flags == TCP_SYN ? 1 : 2, 0);
}

/* A whole conversation, to the last acknowledgment. */
static void
finish_other(struct world *w, uint16_t port)
{
	talk_other(w, port, false, S, 1, 0);
	talk_other(w, port, true, SA, 1, 2);
	talk_other(w, port, false, FA, 2, 2);
	talk_other(w, port, true, FA, 2, 3);
	talk_other(w, port, false, A, 3, 3);
}

static void
open_other(struct world *w, uint16_t port)
{
	send_other(w, port, TCP_SYN);
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

/* More closed flows than FLOW_CLOSED_MAX: the one silent longest goes early. What is late then is
 * nobody's, but a SYN begins anew. */
static void
test_closed_limit(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, R, 100, 200, NULL, 0});
	w->log.text[0] = 0;
	for (unsigned port = 1; port <= FLOW_CLOSED_MAX + 1000; port++) {
		w->log.text[0] = 0;
		send_other(w, (uint16_t)port, TCP_SYN);
		send_other(w, (uint16_t)port, TCP_RST);
		if (strstr(w->log.text, "end:idle") != NULL)
			break;
	}
	assert_non_null(strstr(w->log.text, "end:idle"));
	assert_in_range(w->log.flows, FLOW_CLOSED_MAX, FLOW_CLOSED_MAX + 600);
	unsigned flows = w->log.flows;
	uint64_t ignored = flow_table_stats(w->table).ignored;
	feed(w, &(struct packet_row){0, A, 100, 200, "late", 0});
	feed(w, &(struct packet_row){1, R, 200, 100, NULL, 0});
	assert_int_equal(w->log.flows, flows);
	assert_int_equal(flow_table_stats(w->table).ignored, ignored + 2);
	feed(w, &(struct packet_row){0, S, 99, 0, NULL, 0});
	assert_int_equal(w->log.flows, flows + 1);
	w->time_ns += (int64_t)(FLOW_LINGER_S + 1) * 1000000000;
	feed(w, &(struct packet_row){1, SA, 199, 100, NULL, 0});
	assert_int_equal(w->log.flows, flows + 1);
}

/* More whole conversations than FLOW_OVER_MAX. */
static void
finish_others(struct world *w)
{
	for (uint16_t port = 1; port <= FLOW_OVER_MAX + 200; port++) {
		w->log.text[0] = 0;
		finish_other(w, port);
	}
}

/* Was it ended, so that a segment that comes now is nobody's? */
static bool
is_forgotten(struct world *w, const struct packet_row *late)
{
	uint64_t ignored = flow_table_stats(w->table).ignored;

	w->log.text[0] = 0;
	feed(w, late);
	return flow_table_stats(w->table).ignored == ignored + 1;
}

/* When everything has come and both ends know it, there is not much to wait for. */
static void
test_over_limit(void **state)
{
	static const struct packet_row again = {1, A, 201, 101, NULL, 0};
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){1, FA, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){0, FA, 100, 201, NULL, 0});
	feed(w, &again);
	assert_false(is_forgotten(w, &again));
	finish_others(w);
	assert_true(is_forgotten(w, &again));
}

/* The last acknowledgment is missing: the flow stays, with those that were reset. */
static void
test_over_needs_ack(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){1, FA, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){0, FA, 100, 201, NULL, 0});
	finish_others(w);
	assert_false(is_forgotten(w, &(struct packet_row){1, A, 201, 101, NULL, 0}));
}

/* The same when bytes before a FIN are. */
static void
test_over_needs_bytes(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){1, FA, 204, 100, NULL, 0});
	feed(w, &(struct packet_row){0, FA, 100, 205, NULL, 0});
	feed(w, &(struct packet_row){1, A, 205, 101, NULL, 0});
	finish_others(w);
	assert_false(is_forgotten(w, &(struct packet_row){1, A, 200, 101, "late", 0}));
}

/* At the end of a capture the order is still that in which they went silent. */
static void
test_finish_order(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, R, 100, 200, NULL, 0});
	finish_other(w, 7);
	flow_finish(w->table);
	assert_int_equal(w->log.last.first_frame, 5);
	handshake(w);
	uint64_t first = w->frame - 2;
	finish_other(w, 8);
	feed(w, &(struct packet_row){0, R, 100, 200, NULL, 0});
	flow_finish(w->table);
	assert_int_equal(w->log.last.first_frame, first);
}

/* A SYN that a filter left out, of the flow that flow_world.h feeds. */
static void
count_syn(struct world *w, int dir, uint32_t seq)
{
	const struct endpoint client = {.addr = {10, 0, 0, 1}, .port = 40000, .family = 4};
	const struct endpoint server = {.addr = {10, 0, 0, 2}, .port = 443, .family = 4};
	const struct segment s = {.src = dir == 0 ? client : server,
				  .dst = dir == 0 ? server : client,
				  .protocol = PROTOCOL_TCP,
				  .tcp_flags = TCP_SYN,
				  .seq = seq};
	struct flow_arrival a;

	flow_arrive(w->table, &s, &a);

	assert_true(flow_count(w->table, &a));
}

/* A flow that lives goes on to tell numbers where its pair's next conversation began. */
static void
test_filter_counts(void **state)
{
	struct world *w = *state;

	handshake(w);
	count_syn(w, 0, 5000);
	feed(w, &(struct packet_row){1, A, 200, 100, "late", 0});
	count_syn(w, 1, 300); /* the base is 199, says the late one */
	feed(w, &(struct packet_row){0, S, 5000, 0, NULL, 0});
	assert_int_equal(w->log.flow->stream, 2);
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
	struct flow_arrival a;

	flow_arrive(w->table, &dns, &a);
	assert_int_equal(flow_udp_stream(w->table, &a), 0);
	assert_int_equal(flow_udp_stream(w->table, &a), 0);
	assert_int_equal(flow_table_stats(w->table).flows, 3);
	assert_int_equal(flow_table_stats(w->table).flows_peak, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_idle),           TEST(test_closed_limit),     TEST(test_over_limit),
	    TEST(test_over_needs_ack), TEST(test_over_needs_bytes), TEST(test_filter_counts),
	    TEST(test_reuse_counts),   TEST(test_finish_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
