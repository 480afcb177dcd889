/*
 * test_der.c - tags, lengths and the universal types, with what DER forbids.
 */
#include "dissectors/x509/der.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LITERAL(s)                                   \
	{                                            \
		(const uint8_t *)"" s, sizeof(s) - 1 \
	}
#define BYTES(s) bytes_of("" s, sizeof(s) - 1)

static void
test_elements(void **state)
{
	(void)state;
	static const struct {
		struct bytes in;
		unsigned tag;
		size_t value_len;
		bool ok;
	} rows[] = {
	    {LITERAL("\x02\x01\x05"), DER_INTEGER, 1, true},
	    {LITERAL("\x30\x00"), DER_SEQUENCE, 0, true},
	    {LITERAL("\x05\x00rest"), DER_NULL, 0, true},
	    {LITERAL("\x80\x01x"), DER_CONTEXT | 0, 1, true},
	    {LITERAL("\xa3\x00"), DER_CONTEXT | DER_CONSTRUCTED | 3, 0, true},
	    {LITERAL("\x41\x00"), DER_APPLICATION | 1, 0, true},
	    {LITERAL("\xc1\x00"), DER_CONTEXT | DER_APPLICATION | 1, 0, true},
	    {LITERAL("\x1f\x1f\x00"), 31, 0, true},
	    {LITERAL("\x9f\x81\x00\x00"), DER_CONTEXT | 128, 0, true},
	    {LITERAL("\x1f\x87\xff\xff\x7f\x00"), DER_NUMBER_MAX, 0, true},
	    /* not the shortest tag, too large a tag */
	    {LITERAL("\x1f\x1e\x00"), 0, 0, false},
	    {LITERAL("\x1f\x80\x1f\x00"), 0, 0, false},
	    {LITERAL("\x1f\x88\x80\x80\x00\x00"), 0, 0, false},
	    {LITERAL("\x1f\xff\xff\xff\xff\xff\xff\x00"), 0, 0, false},
	    /* indefinite, not the shortest, too many octets, reserved */
	    {LITERAL("\x30\x80\x00\x00"), 0, 0, false},
	    {LITERAL("\x04\x81\x01x"), 0, 0, false},
	    {LITERAL("\x04\x82\x00\x81x"), 0, 0, false},
	    {LITERAL("\x04\x85\x01\x00\x00\x00\x00"), 0, 0, false},
	    {LITERAL("\x04\xff"), 0, 0, false},
	    /* cut */
	    {LITERAL(""), 0, 0, false},
	    {LITERAL("\x04"), 0, 0, false},
	    {LITERAL("\x1f\x9f"), 0, 0, false},
	    {LITERAL("\x04\x82\x01"), 0, 0, false},
	    {LITERAL("\x04\x02x"), 0, 0, false},
	    {LITERAL("\x04\x84\xff\xff\xff\xff"), 0, 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cursor in = cursor_init(rows[i].in, 50);
		int peeked = der_peek(&in);
		struct der d;

		assert_int_equal(der_next(&in, &d, "d"), rows[i].ok);
		assert_int_equal(d.tag, rows[i].tag);
		assert_int_equal(d.value.len, rows[i].value_len);
		if (!rows[i].ok) {
			assert_null(d.whole.data);
			assert_string_equal(in.field, "d");
			assert_in_range(in.fail_at, 50, 50 + rows[i].in.len);
			continue;
		}
		assert_int_equal(peeked, rows[i].tag);
		assert_ptr_equal(d.whole.data, rows[i].in.data);
		assert_int_equal(d.whole.len, in.pos);
	}
}

static void
test_long_lengths(void **state)
{
	(void)state;
	static uint8_t large[70000] = {0x04, 0x83, 0x01, 0x11, 0x6b}; /* 5 + 69995 */
	struct cursor in = cursor_init(bytes_of(large, sizeof large), 0);
	struct der d;

	assert_true(der_next(&in, &d, "large"));
	assert_int_equal(d.value.len, sizeof large - 5);
	assert_true(cursor_end(&in, "all"));
}

static void
test_wrong_tag_fails_at_the_tag(void **state)
{
	(void)state;
	struct cursor in = cursor_init(BYTES("\x05\x00\x02\x01\x05"), 10);
	struct cursor child;

	assert_int_equal(der_value(&in, DER_NULL, "null").len, 0);
	child = der_enter(&in, DER_SEQUENCE, "list");
	assert_int_equal(in.failure, CURSOR_VALUE);
	assert_int_equal(in.fail_at, 12);
	assert_false(cursor_ok(&child));
	assert_false(cursor_more(&child));
}

/* A container whose end was cut off is entered all the same. */
static void
test_cut_container(void **state)
{
	(void)state;
	struct cursor in = cursor_init(BYTES("\x30\x09\x02\x01\x07\x02"), 0);
	struct cursor list = der_enter_cut(&in, DER_SEQUENCE, "list");

	assert_int_equal(in.failure, CURSOR_SHORT);
	assert_int_equal(in.needed, 9);
	assert_int_equal(in.left, 4);
	assert_int_equal(der_unsigned(&list, "first"), 7);
	assert_true(cursor_ok(&list));
	der_unsigned(&list, "second");
	assert_int_equal(list.failure, CURSOR_SHORT);
	assert_int_equal(list.fail_at, 6);

	in = cursor_init(BYTES("\x31\x09\x02"), 0);
	list = der_enter_cut(&in, DER_SEQUENCE, "list");
	assert_false(cursor_ok(&list));
	in = cursor_init(BYTES("\x30\x82\x01"), 0);
	list = der_enter_cut(&in, DER_SEQUENCE, "list");
	assert_false(cursor_ok(&list));
}

/* A length that is not the shortest is no reason to lose what stands behind it. */
static void
test_skip(void **state)
{
	(void)state;
	struct cursor in = cursor_init(BYTES("\x04\x82\x00\x01x\x05\x00"), 0), copy = in;
	struct der d;

	assert_false(der_next(&copy, &d, "long"));
	assert_int_equal(copy.fail_at, 1);
	assert_true(der_skip(&in, "long"));
	assert_true(der_next(&in, &d, "null"));
	assert_true(cursor_end(&in, "all"));
	in = cursor_init(BYTES("\x30\x80\x00\x00"), 0);
	assert_false(der_skip(&in, "indefinite"));
}

static void
test_numbers(void **state)
{
	(void)state;
	static const struct {
		struct bytes in;
		int64_t value;
		bool ok;
	} rows[] = {
	    {LITERAL("\x02\x01\x00"), 0, true},
	    {LITERAL("\x02\x01\x7f"), 127, true},
	    {LITERAL("\x02\x02\x00\x80"), 128, true},
	    {LITERAL("\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX, true},
	    {LITERAL("\x02\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff"), INT64_MAX, true},
	    {LITERAL("\x02\x00"), 0, false},
	    {LITERAL("\x02\x01\xff"), 0, false},
	    {LITERAL("\x02\x02\x00\x7f"), 0, false},
	    {LITERAL("\x02\x02\xff\x80"), 0, false},
	    {LITERAL("\x04\x01\x00"), 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cursor in = cursor_init(rows[i].in, 0);

		assert_int_equal(der_unsigned(&in, "n"), rows[i].value);
		assert_int_equal(cursor_ok(&in), rows[i].ok);
	}
	struct cursor negative = cursor_init(BYTES("\x02\x02\xff\x7f"), 0);
	assert_int_equal(der_integer(&negative, "n").len, 2);
}

static void
test_other_types(void **state)
{
	(void)state;
	struct cursor in = cursor_init(BYTES("\x01\x01\xff\x01\x01\x00\x01\x01\x01"), 0);
	unsigned unused;

	assert_true(der_boolean(&in, "b"));
	assert_false(der_boolean(&in, "b"));
	assert_true(der_boolean(&in, "b"));
	assert_true(cursor_end(&in, "all"));
	in = cursor_init(BYTES("\x01\x02\xff\xff"), 0);
	assert_false(der_boolean(&in, "b"));
	assert_int_equal(in.failure, CURSOR_LEFTOVER);

	in = cursor_init(BYTES("\x03\x02\x07\x80"), 0);
	assert_int_equal(der_bit_string(&in, &unused, "bits").len, 1);
	assert_int_equal(unused, 7);
	in = cursor_init(BYTES("\x03\x01\x00"), 0);
	assert_int_equal(der_bit_string(&in, NULL, "bits").len, 0);
	assert_true(cursor_ok(&in));
	static const struct bytes bad_bits[] = {LITERAL("\x03\x00"), LITERAL("\x03\x02\x08\x80"),
						LITERAL("\x03\x01\x01")};
	for (size_t i = 0; i < 3; i++) {
		in = cursor_init(bad_bits[i], 0);
		der_bit_string(&in, NULL, "bits");
		assert_false(cursor_ok(&in));
	}

	in = cursor_init(BYTES("\x06\x03\x55\x04\x03"), 0);
	assert_int_equal(der_oid(&in, "oid").len, 3);
	static const struct bytes bad_oids[] = {LITERAL("\x06\x00"), LITERAL("\x06\x02\x55\x84"),
						LITERAL("\x06\x03\x55\x80\x01"),
						LITERAL("\x06\x01\x80")};
	for (size_t i = 0; i < 4; i++) {
		in = cursor_init(bad_oids[i], 0);
		assert_int_equal(der_oid(&in, "oid").len, 0);
		assert_int_equal(in.fail_at, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_elements),
	    cmocka_unit_test(test_long_lengths),
	    cmocka_unit_test(test_wrong_tag_fails_at_the_tag),
	    cmocka_unit_test(test_cut_container),
	    cmocka_unit_test(test_skip),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_other_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
