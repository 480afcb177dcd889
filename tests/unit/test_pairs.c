/*
 * test_pairs.c - the pair table against a plain array, through growth and removal; and the pool.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/packet/pairs.h"

enum { PAIRS = 20000 };

static struct segment
segment_of(uint32_t n, bool back)
{
	struct segment s = {
	    .src = {.port = (uint16_t)n, .family = n % 2 ? 6 : 4},
	    .dst = {.port = 443, .family = n % 2 ? 6 : 4},
	    .protocol = n % 3 ? PROTOCOL_TCP : PROTOCOL_UDP,
	};

	memcpy(s.src.addr, &n, sizeof(n));
	s.dst.addr[0] = 7;
	if (back) {
		struct endpoint e = s.src;
		s.src = s.dst;
		s.dst = e;
	}
	return s;
}

static struct pair_look
look_of(uint32_t n, bool back)
{
	static const struct hash_key key = {{3, 5, 7, 11}};
	struct segment s = segment_of(n, back);

	return pair_look_of(&key, &s);
}

static void
test_against_array(void **state)
{
	static struct pair *pairs[PAIRS];
	struct pair_table t;

	(void)state;
	assert_true(pair_table_init(&t, PAIRS));
	for (uint32_t n = 0; n < PAIRS; n++) {
		struct pair_look look = look_of(n, false);
		assert_null(pair_table_find(&t, &look));
		pairs[n] = pair_table_add(&t, &look);
		assert_non_null(pairs[n]);
	}
	for (uint32_t n = 0; n < PAIRS; n += 3) {
		pair_table_remove(&t, pairs[n]);
		pairs[n] = NULL;
	}
	for (uint32_t n = 0; n < PAIRS; n++) {
		struct pair_look there = look_of(n, false), back = look_of(n, true);
		assert_ptr_equal(pair_table_find(&t, &there), pairs[n]);
		assert_ptr_equal(pair_table_find(&t, &back), pairs[n]);
		assert_int_equal(there.side, 1 - back.side);
	}
	assert_int_equal(t.index.count, PAIRS - (PAIRS + 2) / 3);
	pair_table_finish(&t);
}

/* Family, protocol and both ports are part of the key. */
static void
test_key(void **state)
{
	struct segment s = segment_of(2, false);
	unsigned side;
	struct pair_key base = pair_key_of(&s, &side), other;

	(void)state;
	s.protocol = PROTOCOL_UDP;
	other = pair_key_of(&s, &side);
	assert_memory_not_equal(&base, &other, sizeof(base));
	s = segment_of(2, false);
	s.src.family = s.dst.family = 6;
	other = pair_key_of(&s, &side);
	assert_memory_not_equal(&base, &other, sizeof(base));
	s = segment_of(2, false);
	s.dst.port++;
	other = pair_key_of(&s, &side);
	assert_memory_not_equal(&base, &other, sizeof(base));
	/* one host talking to itself: the ports tell the sides apart */
	s.src = s.dst;
	s.src.port = 1;
	base = pair_key_of(&s, &side);
	assert_int_equal(side, 0);
	s.src.port = s.dst.port;
	s.dst.port = 1;
	other = pair_key_of(&s, &side);
	assert_int_equal(side, 1);
	assert_memory_equal(&base, &other, sizeof(base));
}

static void
test_max(void **state)
{
	struct pair_table t;
	struct pair *last = NULL;

	(void)state;
	assert_true(pair_table_init(&t, 5));
	for (uint32_t n = 0; n < 5; n++) {
		struct pair_look look = look_of(n, false);
		last = pair_table_add(&t, &look);
		assert_non_null(last);
	}
	struct pair_look look = look_of(5, false);
	assert_null(pair_table_add(&t, &look));
	pair_table_remove(&t, last);
	assert_non_null(pair_table_add(&t, &look));
	pair_table_finish(&t);
}

static void
test_pool(void **state)
{
	struct pool p;
	char *pieces[500];

	(void)state;
	pool_init(&p, 1000, 500);
	for (size_t i = 0; i < 500; i++) {
		pieces[i] = pool_take(&p);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)i, 1000);
	}
	assert_null(pool_take(&p));
	for (size_t i = 0; i < 500; i++)
		assert_int_equal((uint8_t)pieces[i][999], (uint8_t)i); /* they do not overlap */
	pool_give(&p, pieces[3]);
	assert_ptr_equal(pool_take(&p), pieces[3]);
	assert_int_equal(p.used, 500);
	assert_int_equal(p.peak, 500);
	pool_finish(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_against_array),
	    cmocka_unit_test(test_key),
	    cmocka_unit_test(test_max),
	    cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
