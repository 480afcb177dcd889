/*
 * test_relate_filter.c - what tells pass 2 that two sessions of a capture may be related.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "db/relate_filter.h"

/* Grown many times over, and full at last, it never says no where it must say yes. */
static void
test_filter(void **state)
{
	static const struct outcome_attempt attempt = {.attempt_no = 1,
						       .outcome = REACTION_NOT_APPLICABLE};
	struct relate_filter f = {0};
	uint8_t random[32] = {0};
	struct outcome o = {.client_random = random, .attempts = &attempt, .n_attempts = 1};

	(void)state;
	for (uint32_t i = 0; i < 300000; i++) {
		memcpy(random, &i, sizeof(i));
		relate_filter_expect(&f, &o);
		relate_filter_add(&f, &o);
	}
	assert_int_equal(f.met, 0);
	memset(random, 0, 4);
	relate_filter_add(&f, &o);
	assert_int_equal(f.met, RELATE_MET_RANDOM);
	relate_filter_reset(&f);
	relate_filter_add(&f, &o);
	assert_int_equal(f.met, 0);
	for (uint32_t i = 1; i < 1200000 && f.met == 0; i++) {
		memcpy(random, &i, sizeof(i));
		relate_filter_add(&f, &o);
	}
	assert_int_equal(f.met, RELATE_MET_ALL);
	relate_filter_finish(&f);
}

/* A random that is none, seen more often than there are points to capture at, is not met; but it
 * does not hide another that is. */
static void
test_filter_randoms(void **state)
{
	static const struct outcome_attempt attempt = {.attempt_no = 1,
						       .outcome = REACTION_NOT_APPLICABLE};
	struct relate_filter f = {0};
	uint8_t random[32] = {0};
	struct outcome o = {.client_random = random, .attempts = &attempt, .n_attempts = 1};

	(void)state;
	for (unsigned i = 1; i <= 100; i++) {
		relate_filter_add(&f, &o);
		assert_int_equal(f.met, i >= 2 && i <= RELATE_TAPS_MAX ? RELATE_MET_RANDOM : 0);
	}
	for (unsigned i = 1; i <= 2; i++) {
		random[31] = 1;
		relate_filter_add(&f, &o);
		random[31] = 0;
		relate_filter_add(&f, &o);
		assert_int_equal(f.met, i == 2 ? RELATE_MET_RANDOM : 0);
	}
	relate_filter_finish(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_filter),
	    cmocka_unit_test(test_filter_randoms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
