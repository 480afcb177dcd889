/*
 * test_stream_number.c - conversations numbered as Wireshark 4.0 does it.
 * Each row is a packet; the expectations were taken from tshark for the same packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/packet/stream_number.h"

struct row {
	uint8_t protocol;
	uint8_t src, dst; /* last byte of the address; the port is the same number */
	uint8_t flags;
	uint32_t seq, ack;
	int64_t stream;
};

/* The pair of a segment, numbered; what flow.c does, without flows. */
static int64_t
number(struct pair_table *t, struct stream_numbers *n, const struct row *r)
{
	const struct segment s = {
	    .src = {.addr = {10, 0, 0, r->src}, .port = r->src, .family = 4},
	    .dst = {.addr = {10, 0, 0, r->dst}, .port = r->dst, .family = 4},
	    .protocol = r->protocol,
	    .tcp_flags = r->flags,
	    .seq = r->seq,
	    .ack = r->ack,
	};
	const struct pair_look look = pair_look_of(&(const struct hash_key){{1, 2, 3, 4}}, &s);
	struct pair *p = pair_table_find(t, &look);

	if (p == NULL) {
		p = pair_table_add(t, &look);
		assert_non_null(p);
		stream_number_first(n, p, r->protocol);
	}
	if (r->protocol == PROTOCOL_TCP && stream_number_due(p, &s))
		stream_number_tcp(n, p, look.side, &s);
	return p->stream;
}

static void
run(const struct row *rows, size_t n)
{
	struct pair_table t;
	struct stream_numbers numbers = {0};

	assert_true(pair_table_init(&t, 1000));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(number(&t, &numbers, &rows[i]), rows[i].stream);
	pair_table_finish(&t);
}

enum { T = PROTOCOL_TCP, U = PROTOCOL_UDP, S = TCP_SYN, A = TCP_ACK, SA = TCP_SYN | TCP_ACK };

#define RUN(rows) run(rows, sizeof(rows) / sizeof(rows[0]))

static void
test_order_of_first_packets(void **state)
{
	static const struct row rows[] = {
	    {T, 1, 2, S, 100, 0, 0},    {U, 1, 2, 0, 0, 0, 0},   {T, 3, 2, S, 5, 0, 1},
	    {T, 2, 1, SA, 900, 101, 0}, {U, 3, 2, 0, 0, 0, 1},   {U, 2, 1, 0, 0, 0, 0},
	    {T, 1, 2, A, 101, 901, 0},  {T, 2, 3, SA, 70, 6, 1}, {T, 4, 2, A, 1, 1, 2},
	};

	(void)state;
	RUN(rows);
}

static void
test_syn_starts_the_next(void **state)
{
	static const struct row rows[] = {
	    {T, 1, 2, S, 100, 0, 0},
	    {T, 1, 2, S, 100, 0, 0}, /* retransmission */
	    {T, 2, 1, SA, 900, 101, 0},
	    {T, 2, 1, SA, 901, 101, 0}, /* only a SYN without ACK counts */
	    {T, 1, 2, S, 200, 0, 1},
	    {T, 2, 1, A, 901, 101, 1}, /* late packets of the old one are the new one's */
	    {T, 2, 1, S, 500, 0, 2},   /* its base is 900 */
	};

	(void)state;
	RUN(rows);
}

/* A base known from other packets than a SYN. */
static void
test_midstream(void **state)
{
	static const struct row rows[] = {
	    {T, 1, 2, A, 101, 901, 0},
	    {T, 1, 2, S, 100, 0, 0}, /* 101 - 1 */
	    {T, 2, 1, S, 900, 0, 0}, /* the ack's 901 - 1 */
	    {T, 2, 1, S, 901, 0, 1},
	    {T, 1, 2, S, 77, 0, 1}, /* nothing is known of this side since the new number */
	    {T, 1, 2, S, 78, 0, 2},
	};

	(void)state;
	RUN(rows);
}

/* Once a pair was not remembered there are no new numbers, and old ones stay. */
static void
test_lost(void **state)
{
	struct pair_table t;
	struct stream_numbers numbers = {0};

	(void)state;
	assert_true(pair_table_init(&t, 10));
	assert_int_equal(number(&t, &numbers, &(struct row){T, 1, 2, S, 1, 0, 0}), 0);
	numbers.lost = true;
	assert_int_equal(number(&t, &numbers, &(struct row){T, 3, 4, S, 1, 0, 0}), -1);
	assert_int_equal(number(&t, &numbers, &(struct row){U, 3, 4, 0, 0, 0, 0}), -1);
	assert_int_equal(number(&t, &numbers, &(struct row){T, 2, 1, SA, 1, 2, 0}), 0);
	assert_int_equal(number(&t, &numbers, &(struct row){T, 1, 2, S, 5, 0, 0}), -1);
	pair_table_finish(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_of_first_packets),
	    cmocka_unit_test(test_syn_starts_the_next),
	    cmocka_unit_test(test_midstream),
	    cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
