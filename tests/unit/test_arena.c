/*
 * test_arena.c - texts written piece by piece: whatever their length, and whatever else is
 * allocated in the meantime.
 */
#include "analyzer/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_pieces(void **state)
{
	struct arena a = {0};
	struct arena_writer w;

	(void)state;
	arena_write_begin(&w, &a);
	assert_string_equal(arena_written(&w), "");
	arena_write_begin(&w, &a);
	arena_write_text(&w, "one ");
	arena_write(&w, "two three", 4);
	arena_write(&w, NULL, 0);
	arena_write_number(&w, 0);
	arena_write_text(&w, " ");
	arena_write_number(&w, UINT64_MAX);
	arena_write_format(&w, "%s", "");
	arena_write_format(&w, " %d%%", -5);
	assert_string_equal(arena_written(&w), "one two 0 18446744073709551615 -5%");
	arena_finish(&a);
}

/* Texts of every length around the ends of blocks; all of them stay as they were. */
static void
test_lengths(void **state)
{
	enum { TEXTS = 300 };
	static char *texts[TEXTS];
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < TEXTS; i++) {
		struct arena_writer w;
		arena_write_begin(&w, &a);
		for (size_t k = 0; k < i * 7; k++)
			arena_write(&w, &"abcdefg"[k % 7], 1);
		texts[i] = arena_written(&w);
		assert_non_null(texts[i]);
		assert_true(((uintptr_t)arena_room(&a, i % 3) & 15) == 0);
	}
	for (size_t i = 0; i < TEXTS; i++) {
		assert_int_equal(strlen(texts[i]), i * 7);
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(texts[i][k], "abcdefg"[k % 7]);
	}
	arena_finish(&a);
}

/* Others allocate, and write, while a text is being written. */
static void
test_in_between(void **state)
{
	struct arena a = {0};
	struct arena_writer outer, inner;

	(void)state;
	for (int round = 0; round < 50; round++) {
		arena_write_begin(&outer, &a);
		arena_write_text(&outer, "outer ");
		char *formatted = arena_format(&a, "%d", round);
		arena_write_begin(&inner, &a);
		arena_write_text(&inner, "inner ");
		memset(arena_room(&a, 40), 'x', 40);
		arena_write_text(&outer, formatted);
		for (int k = 0; k < round; k++)
			arena_write_text(&inner, "and so on ");
		char *one = arena_written(&inner);
		memset(arena_alloc(&a, 24), 'y', 24);
		arena_write_text(&outer, one);
		char *two = arena_written(&outer);
		memset(arena_room(&a, 40), 'z', 40);
		char wanted[600];
		int n = snprintf(wanted, sizeof(wanted), "outer %dinner ", round);
		for (int k = 0; k < round; k++)
			n += snprintf(wanted + n, sizeof(wanted) - (size_t)n, "and so on ");
		assert_string_equal(two, wanted);
		assert_string_equal(one, strstr(wanted, "inner"));
	}
	arena_finish(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
