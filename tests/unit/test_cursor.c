/*
 * test_cursor.c - reads, bounds, the failure that sticks, stream offsets of children.
 */
#include "dissectors/wire/cursor.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint8_t sample[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};

static struct cursor
over(size_t len)
{
	return cursor_init(bytes_of(sample, len), 100);
}

static void
test_integers(void **state)
{
	(void)state;
	static const struct {
		unsigned width;
		uint64_t big, little;
	} rows[] = {
	    {2, 0x0102, 0x0201},
	    {4, 0x01020304, 0x04030201},
	    {8, 0x0102030405060708, 0x0807060504030201},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor b = over(sizeof(sample)), l = over(sizeof(sample));
		unsigned w = rows[i].width;
		uint64_t big = w == 2   ? cursor_u16(&b, "n")
			       : w == 4 ? cursor_u32(&b, "n")
					: cursor_u64(&b, "n");
		uint64_t little = w == 2   ? cursor_u16le(&l, "n")
				  : w == 4 ? cursor_u32le(&l, "n")
					   : cursor_u64le(&l, "n");
		assert_int_equal(big, rows[i].big);
		assert_int_equal(little, rows[i].little);
		assert_int_equal(b.pos, w);
		assert_int_equal(l.pos, w);
	}
	const struct bytes header = bytes_of(sample, sizeof(sample));
	assert_int_equal(bytes_u16(header, 1), 0x0203);
	assert_int_equal(bytes_u32(header, 5), 0x06070809);
	assert_ptr_equal(bytes_part(header, 3, 6).data, sample + 3);
	struct cursor c = over(4);
	assert_int_equal(cursor_u8(&c, "a"), 1);
	assert_int_equal(cursor_u24(&c, "b"), 0x020304);
	assert_true(cursor_end(&c, "all"));
}

/* Each read, one byte short: zero, and the failure names field, place, needed, left. */
static void
test_short(void **state)
{
	(void)state;
	for (unsigned width = 1; width <= 8; width++) {
		if (width > 4 && width < 8)
			continue;
		struct cursor c = over(width - 1);
		uint64_t v = width == 1   ? cursor_u8(&c, "f")
			     : width == 2 ? cursor_u16(&c, "f")
			     : width == 3 ? cursor_u24(&c, "f")
			     : width == 4 ? cursor_u32(&c, "f")
					  : cursor_u64(&c, "f");
		assert_int_equal(v, 0);
		assert_int_equal(c.failure, CURSOR_SHORT);
		assert_string_equal(c.field, "f");
		assert_int_equal(c.fail_at, 100);
		assert_int_equal(c.needed, width);
		assert_int_equal(c.left, width - 1);
	}
}

static void
test_failure_sticks(void **state)
{
	(void)state;
	struct cursor c = over(3);

	cursor_u16(&c, "first");
	cursor_u32(&c, "second");
	assert_false(cursor_more(&c));
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_u8(&c, "third"), 0);
	assert_int_equal(cursor_bytes(&c, 0, "fourth").len, 0);
	assert_null(cursor_rest(&c).data);
	assert_false(cursor_fail(&c, "fifth"));
	assert_false(cursor_end(&c, "sixth"));
	assert_string_equal(c.field, "second");
	assert_int_equal(c.failure, CURSOR_SHORT);
	assert_int_equal(c.fail_at, 102);
	assert_int_equal(c.left, 1);
}

static void
test_end(void **state)
{
	(void)state;
	struct cursor c = over(3);

	cursor_u16(&c, "n");
	assert_false(cursor_end(&c, "struct"));
	assert_int_equal(c.failure, CURSOR_LEFTOVER);
	assert_int_equal(c.fail_at, 102);
	assert_int_equal(c.left, 1);

	struct cursor empty = cursor_init((struct bytes){0}, 0);
	assert_false(cursor_more(&empty));
	assert_true(cursor_end(&empty, "nothing"));
	assert_false(cursor_fail(&empty, "value"));
	assert_int_equal(empty.failure, CURSOR_VALUE);
}

static void
test_vec(void **state)
{
	(void)state;
	static const uint8_t in[] = {1, 0xaa, 0, 2, 0xbb, 0xbc, 0, 0, 0, 0, 0, 9, 0xcc};
	struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 0);

	assert_int_equal(cursor_vec(&c, 1, "one").len, 1);
	struct bytes two = cursor_vec(&c, 2, "two");
	assert_ptr_equal(two.data, in + 4);
	assert_int_equal(two.len, 2);
	assert_int_equal(cursor_vec(&c, 3, "three").len, 0);
	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_vec(&c, 3, "four").len, 0);
	assert_int_equal(c.failure, CURSOR_SHORT);
	assert_int_equal(c.needed, 9);
	assert_int_equal(c.left, 1);
	assert_int_equal(c.fail_at, 12);
}

static void
test_rest_and_skip(void **state)
{
	(void)state;
	struct cursor c = over(5);

	cursor_skip(&c, 2, "skip");
	struct bytes rest = cursor_rest(&c);
	assert_ptr_equal(rest.data, sample + 2);
	assert_int_equal(rest.len, 3);
	assert_true(cursor_end(&c, "all"));
	cursor_skip(&c, 1, "beyond");
	assert_false(cursor_ok(&c));
}

static void
test_child_keeps_offsets(void **state)
{
	(void)state;
	static const uint8_t in[] = {0, 0, 4, 2, 0xaa, 0xbb, 3};
	struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 50);

	cursor_u8(&c, "pad");
	struct bytes list = cursor_vec(&c, 2, "list");
	struct cursor child = cursor_child(&c, list);
	assert_int_equal(child.at, 53);
	assert_int_equal(cursor_vec(&child, 1, "item").len, 2);
	cursor_vec(&child, 1, "item");
	assert_int_equal(child.failure, CURSOR_SHORT);
	assert_int_equal(child.fail_at, 57);

	assert_true(cursor_ok(&c));
	cursor_adopt(&c, &child);
	assert_false(cursor_end(&c, "all"));
	assert_string_equal(c.field, "item");
	assert_int_equal(c.fail_at, 57);

	struct cursor orphan = cursor_child(&c, list);
	assert_false(cursor_more(&orphan));
	assert_string_equal(orphan.field, "item");
}

static void
test_huge_length(void **state)
{
	(void)state;
	struct cursor c = over(4);

	cursor_u8(&c, "a");
	assert_int_equal(cursor_bytes(&c, SIZE_MAX, "huge").len, 0);
	assert_int_equal(c.failure, CURSOR_SHORT);
	assert_int_equal(c.left, 3);
}

static void
test_positions(void **state)
{
	(void)state;
	struct cursor c = over(4);
	size_t from;

	cursor_u8(&c, "a");
	from = c.pos;
	assert_int_equal(cursor_peek(&c), 2);
	assert_int_equal(cursor_since(&c, from).len, 0);
	cursor_u16(&c, "b");
	assert_ptr_equal(cursor_since(&c, from).data, sample + 1);
	assert_int_equal(cursor_since(&c, from).len, 2);
	cursor_u8(&c, "c");
	assert_int_equal(cursor_peek(&c), -1);
	assert_false(cursor_fail_at(&c, from, "b"));
	assert_int_equal(c.fail_at, 101);
	assert_int_equal(cursor_since(&c, 0).len, 0);
	assert_int_equal(cursor_peek(&c), -1);
	/* an earlier failure stays where it was */
	assert_false(cursor_fail_at(&c, 0, "a"));
	assert_int_equal(c.fail_at, 101);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_positions),     cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_short),         cmocka_unit_test(test_failure_sticks),
	    cmocka_unit_test(test_end),           cmocka_unit_test(test_vec),
	    cmocka_unit_test(test_rest_and_skip), cmocka_unit_test(test_child_keeps_offsets),
	    cmocka_unit_test(test_huge_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
