/*
 * test_text.c - integers of every length and sign, side by side too, and JSON escapes.
 */
#include "db/numbers.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
check_int(int64_t v)
{
	struct text t = {0};
	char want[32];

	snprintf(want, sizeof(want), "%" PRId64, v);
	assert_true(text_reserve(&t, TEXT_INT_MAX + 1));
	text_put_int(&t, v);
	text_put_char(&t, '\0');
	assert_string_equal(t.data, want);
	text_finish(&t);
}

static void
test_int(void **state)
{
	(void)state;
	check_int(INT64_MIN);
	check_int(INT64_MAX);
	check_int(0);
	for (int64_t v = 1; v < INT64_MAX / 10; v *= 10) {
		check_int(v - 1);
		check_int(v);
		check_int(-v);
		check_int(v + 1);
	}
}

/* As wide as the widest, the sign before the zeros. */
static void
check_numbers(const int64_t *v, size_t count, size_t digits, const char *want)
{
	struct numbers n = {0};

	for (int round = 0; round < 2; round++) {
		numbers_clear(&n);
		for (size_t i = 0; i < count; i++)
			assert_true(numbers_add(&n, v[i]));
		assert_true(numbers_write(&n));
		assert_int_equal(n.digits, digits);
		assert_int_equal(n.text.len, strlen(want));
		assert_int_equal(n.text.len, count * digits);
		assert_memory_equal(n.text.data != NULL ? n.text.data : "", want, n.text.len);
	}
	numbers_finish(&n);
}

static void
test_numbers(void **state)
{
	static const int64_t some[] = {3, -17, 420}, ends[] = {INT64_MIN, 0, INT64_MAX};

	(void)state;
	check_numbers(NULL, 0, 0, "");
	check_numbers(some, 1, 1, "3");
	check_numbers(some, 2, 3, "003-17");
	check_numbers(some, 3, 3, "003-17420");
	check_numbers(ends, 3, 20,
		      "-922337203685477580800000000000000000000"
		      "09223372036854775807");
	int64_t many[200];
	char want[401] = "";
	for (size_t i = 0; i < 200; i++) {
		many[i] = (int64_t)(i % 100);
		snprintf(want + 2 * i, 3, "%02zu", i % 100);
	}
	check_numbers(many, 200, 2, want);
}

static void
test_escaped(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	    {"", ""},
	    {"plain \xc3\xa9", "plain \xc3\xa9"},
	    {"a\"b\\c", "a\\\"b\\\\c"},
	    {"\x01\x1f\n", "\\u0001\\u001f\\u000a"},
	    {"\xff\x7f", "\xff\x7f"},
	};
	struct text t = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].in);

		t.len = 0;
		assert_true(text_reserve(&t, len * TEXT_ESCAPED_MAX + 1));
		text_put_escaped(&t, rows[i].in, len);
		text_put_char(&t, '\0');
		assert_string_equal(t.data, rows[i].out);
	}
	text_finish(&t);
}

static void
test_reserve_refuses_the_impossible(void **state)
{
	struct text t = {0};

	(void)state;
	assert_true(text_reserve(&t, 10));
	t.len = 10;
	assert_false(text_reserve(&t, SIZE_MAX));
	assert_false(text_reserve(&t, SIZE_MAX / 2));
	text_finish(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_int),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_escaped),
	    cmocka_unit_test(test_reserve_refuses_the_impossible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
