/*
 * test_blocks.c - blocks are as large as they say, do not overlap, and come back.
 */
#include "analyzer/blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 3000 };

static const size_t wanted[] = {
    1, 4096, 4097, 16 * 1024, 33 * 1024, BLOCKS_LARGEST, BLOCKS_LARGEST + 1, 8};

static void
test_sizes(void **state)
{
	(void)state;
	struct blocks b = {0};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t size = wanted[i];
		void *p = blocks_take(&b, &size);
		assert_non_null(p);
		assert_true(size >= wanted[i]);
		memset(p, 0xff, size);
		blocks_give(&b, p, size);
	}
	blocks_give(&b, NULL, 0);
	blocks_finish(&b);
}

/* Many at once over several regions: each keeps what was written into all of it. */
static void
test_apart(void **state)
{
	(void)state;
	struct blocks b = {0};
	static struct {
		uint8_t *p;
		size_t size;
	} taken[COUNT];
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = round; i < COUNT; i += round + 1) {
			taken[i].size = wanted[(i + round) % 5];
			taken[i].p = blocks_take(&b, &taken[i].size);
			assert_non_null(taken[i].p);
			memset(taken[i].p, (int)(i % 251), taken[i].size);
		}
		for (size_t i = 0; i < COUNT; i++) {
			if (taken[i].p == NULL)
				continue;
			assert_int_equal(taken[i].p[0], i % 251);
			assert_int_equal(taken[i].p[taken[i].size - 1], i % 251);
			blocks_give(&b, taken[i].p, taken[i].size);
			taken[i].p = NULL;
		}
	}
	blocks_finish(&b);
}

static void
test_large(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, BLOCKS_HUGE - 1, BLOCKS_HUGE, 3 * BLOCKS_HUGE + 5};
	for (size_t i = 0; i < 4; i++) {
		void *p = blocks_large(sizes[i]);
		assert_non_null(p);
		memset(p, 1, sizes[i]);
		free(p);
	}
	assert_null(blocks_large(SIZE_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_apart),
	    cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
