/*
 * test_flow.c - what the flow table tells its sink: rows of packets, and the events as one line.
 */
#include "tests/unit/flow_world.h"

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
    {"an empty segment behind bytes never seen",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, A, 105, 1, NULL, 0}},
     "open A:S A1=ab A3?3lost end:capture"},
    {"an empty segment one place further follows a FIN not seen",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, A, 103, 1, NULL, 0}},
     "open A:S A1=ab end:capture"},
    {"an empty segment came before the bytes it stands behind",
     {{0, S, 99, 0, NULL, 0}, {0, A, 105, 1, NULL, 0}, {0, A, 100, 1, "abcde", 0}},
     "open A:S A1=abcde end:capture"},
    {"a FIN behind bytes never seen",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, FA, 105, 1, NULL, 0}},
     "open A:S A1=ab A:F. A3?3lost end:capture"},
    {"a FIN one byte behind what was seen",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, FA, 103, 1, NULL, 0}},
     "open A:S A1=ab A:F. A3?1lost end:capture"},
    {"the FIN takes one place",
     {{0, S, 99, 0, NULL, 0}, {0, FA, 100, 1, "ab", 0}, {0, A, 103, 1, NULL, 0}},
     "open A:S A1=ab A:F. end:capture"},
    {"a RST's place proves nothing",
     {{0, S, 99, 0, NULL, 0}, {0, A, 100, 1, "ab", 0}, {0, R, 105, 1, NULL, 0}},
     "open A:S A1=ab A:R end:capture"},
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
	assert_int_equal(flow_packets(f), 9);
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
	assert_int_equal(b->rst_ip_step, 2);
	assert_int_equal(a->ip_ids, 5); /* its SYN does not count */
	assert_int_equal(a->ip_id_step, 2);
	assert_int_equal(a->ip_zeros, 0);
	assert_int_equal(b->ip_ids, 1);
	assert_int_equal(b->ttl_min, 57);
	assert_int_equal(a->ttl_max, 64);
	assert_int_equal(a->packets, 6);
}

/* A segment that is sent again and again, while what was sent behind it arrived. */
static void
test_stuck(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){0, A, 100, 200, "abcdef", 0});
	feed(w, &(struct packet_row){0, A, 106, 200, "gh", 0});
	feed(w, &(struct packet_row){1, A, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){0, A, 106, 200, "gh", 0}); /* frame 7: the tail, once more */
	feed(w, &(struct packet_row){1, A, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){0, A, 100, 200, "abcdef", 0}); /* frame 9 */
	feed(w, &(struct packet_row){0, A, 100, 200, "abcd", 0});
	feed(w, &(struct packet_row){1, A, 200, 100, "x", 0}); /* a word of its own is none */
	feed(w, &(struct packet_row){1, A, 201, 108, NULL, 0});
	flow_finish(w->table);
	const struct flow *f = &w->log.last;
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.at, 1);
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.again, 2);
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.len, 4);
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.first_frame, 9);
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.last_frame, 10);
	assert_int_equal(f->dir[FLOW_DIR_A].stuck.others, 3);
	assert_int_equal(f->dir[FLOW_DIR_A].waits, 0); /* news came */
	assert_int_equal(f->dir[FLOW_DIR_B].stuck.again, 0);
}

static void
test_acks_without_news(void **state)
{
	struct world *w = *state;

	handshake(w);
	feed(w, &(struct packet_row){1, A, 200, 100, NULL, 0}); /* nothing is under way */
	feed(w, &(struct packet_row){0, A, 100, 200, "abcdef", 0});
	feed(w, &(struct packet_row){1, A, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){1, A, 200, 100, NULL, 0});
	feed(w, &(struct packet_row){1, A, 200, 100, "x", 0});
	feed(w, &(struct packet_row){1, FA, 201, 100, NULL, 0});
	flow_finish(w->table);
	assert_int_equal(w->log.last.dir[FLOW_DIR_A].waits, 2);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_scenes), TEST(test_facts), TEST(test_stuck), TEST(test_acks_without_news),
	    TEST(test_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
