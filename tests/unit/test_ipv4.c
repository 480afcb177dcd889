/*
 * test_ipv4.c - IPv4 header: lengths, options, fragments, every truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissectors/net/ipv4.h"

/* 20 bytes of header and 8 of data, id 0x1234, TTL 64, TCP. */
static const uint8_t plain[28] = {0x45, 0,   0,   28,  0x12, 0x34, 0,   0,  64, 6,
				  0,    0,   192, 0,   2,    1,    192, 0,  2,  2,
				  'p',  'a', 'y', 'l', 'o',  'a',  'd', '!'};

/* plain with one 16-bit field changed. */
static bool
parse(size_t at, uint16_t value, size_t len, uint32_t sent, struct ipv4 *out, struct cursor *c)
{
	static uint8_t in[sizeof(plain)];

	memcpy(in, plain, sizeof(in));
	in[at] = (uint8_t)(value >> 8);
	in[at + 1] = (uint8_t)value;
	*c = cursor_init(bytes_of(in, len), 0);
	return ipv4_parse(c, sent, out);
}

static void
test_plain(void **state)
{
	struct cursor c = cursor_init(bytes_of(plain, sizeof(plain)), 0);
	struct ipv4 ip;

	(void)state;
	assert_true(ipv4_parse(&c, sizeof(plain), &ip));
	assert_int_equal(ip.id, 0x1234);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.protocol, 6);
	assert_false(ip.fragment);
	assert_memory_equal(ip.src.data, plain + 12, 4);
	assert_memory_equal(ip.dst.data, plain + 16, 4);
	assert_int_equal(ip.payload.len, 8);
	assert_int_equal(ip.payload_len, 8);
	assert_memory_equal(ip.payload.data, "payload!", 8);
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(plain); len++) {
		struct cursor c = cursor_init(bytes_of(plain, len), 0);
		struct ipv4 ip;
		bool ok = ipv4_parse(&c, sizeof(plain), &ip);

		assert_int_equal(ok, len >= 20);
		if (ok) {
			assert_int_equal(ip.payload.len, len - 20);
			assert_int_equal(ip.payload_len, 8);
		} else {
			assert_int_equal(c.failure, CURSOR_SHORT);
		}
	}
}

static void
test_lengths(void **state)
{
	/* clang-format off */
	static const struct { size_t at; uint16_t value; bool ok; uint32_t captured, sent; } rows[] = {
	    {2, 24, true, 4, 4},          /* link-layer padding is not payload */
	    {2, 20, true, 0, 0},
	    {2, 19, false, 0, 0},         /* shorter than its header */
	    {2, 0, true, 8, 80},          /* segmentation offload: as long as the frame */
	    {2, 1500, true, 8, 1480},     /* cut by the capture */
	    {0, 0x4700, true, 0, 0},      /* 8 bytes of options */
	    {0, 0x4800, false, 0, 0},     /* options longer than the packet */
	    {0, 0x4400, false, 0, 0},     /* a header below 20 bytes */
	    {0, 0x6500, false, 0, 0},     /* not version 4 */
	};
	/* clang-format on */
	struct cursor c;
	struct ipv4 ip;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].at, rows[i].value, sizeof(plain), 100, &ip, &c),
				 rows[i].ok);
		if (!rows[i].ok)
			continue;
		assert_int_equal(ip.payload.len, rows[i].captured);
		assert_int_equal(ip.payload_len, rows[i].sent);
	}
}

static void
test_fragments(void **state)
{
	/* clang-format off */
	static const struct { uint16_t value; bool fragment, more; uint16_t offset; } rows[] = {
	    {0x0000, false, false, 0},
	    {0x4000, false, false, 0}, /* don't fragment */
	    {0x2000, true, true, 0},
	    {0x20b9, true, true, 1480},
	    {0x00b9, true, false, 1480},
	    {0x1fff, true, false, 65528},
	};
	/* clang-format on */
	struct cursor c;
	struct ipv4 ip;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(parse(6, rows[i].value, sizeof(plain), sizeof(plain), &ip, &c));
		assert_int_equal(ip.fragment, rows[i].fragment);
		assert_int_equal(ip.more, rows[i].more);
		assert_int_equal(ip.offset, rows[i].offset);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
