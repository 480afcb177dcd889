/*
 * test_transport.c - TCP and UDP headers (dissectors/net/tcp.h, udp.c), every truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissectors/net/tcp.h"
#include "dissectors/net/udp.h"

/* 24 bytes of header (an MSS option), 3 of data. */
static const uint8_t tcp_in[27] = {0x9c, 0x40, 1, 0xbb, 1, 2, 3, 4, 5, 6,    7,   8,   0x60, 0x12,
				   0,    0,    0, 0,    0, 0, 2, 4, 5, 0xb4, 'a', 'b', 'c'};
/* 8 bytes of header, 3 of data, 1 of padding. */
static const uint8_t udp_in[12] = {0x9c, 0x40, 0, 53, 0, 11, 0, 0, 'a', 'b', 'c', 0};

static void
test_tcp(void **state)
{
	struct tcp tcp;

	(void)state;
	for (size_t len = 0; len <= sizeof(tcp_in); len++) {
		struct cursor c = cursor_init(bytes_of(tcp_in, len), 0);
		bool ok = tcp_parse(&c, &tcp);
		assert_int_equal(ok, len >= 24);
		if (ok)
			assert_true(bytes_equal(cursor_rest(&c), bytes_of("abc", len - 24)));
		else
			assert_int_equal(c.failure, CURSOR_SHORT);
	}
	assert_int_equal(tcp.src_port, 40000);
	assert_int_equal(tcp.dst_port, 443);
	assert_int_equal(tcp.seq, 0x01020304);
	assert_int_equal(tcp.ack, 0x05060708);
	assert_int_equal(tcp.flags, 0x12);
	assert_int_equal(tcp.header_len, 24);
}

static void
test_tcp_data_offset(void **state)
{
	(void)state;
	for (unsigned words = 0; words < 16; words++) {
		uint8_t in[64] = {[12] = (uint8_t)(words << 4)};
		struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 0);
		struct tcp tcp;
		assert_int_equal(tcp_parse(&c, &tcp), words >= 5);
		if (words >= 5)
			assert_int_equal(cursor_left(&c), 64 - 4 * words);
		else
			assert_int_equal(c.failure, CURSOR_VALUE);
	}
}

static void
test_udp(void **state)
{
	struct udp udp;

	(void)state;
	for (size_t len = 0; len <= sizeof(udp_in); len++) {
		struct cursor c = cursor_init(bytes_of(udp_in, len), 0);
		bool ok = udp_parse(&c, sizeof(udp_in), &udp);
		assert_int_equal(ok, len >= 8);
		if (ok) {
			assert_int_equal(udp.payload.len, len < 11 ? len - 8 : 3);
			assert_int_equal(udp.payload_len, 3);
		}
	}
	assert_int_equal(udp.src_port, 40000);
	assert_int_equal(udp.dst_port, 53);
	assert_memory_equal(udp.payload.data, "abc", 3);
}

static void
test_udp_length(void **state)
{
	/* clang-format off */
	static const struct { uint8_t length; bool ok; uint32_t payload_len; } rows[] = {
	    {8, true, 0}, {12, true, 4}, {7, false, 0}, {13, false, 0}, {0, true, 4},
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t in[12] = {0, 1, 0, 2, 0, rows[i].length};
		struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 0);
		struct udp udp;
		assert_int_equal(udp_parse(&c, sizeof(in), &udp), rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(udp.payload_len, rows[i].payload_len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tcp),
	    cmocka_unit_test(test_tcp_data_offset),
	    cmocka_unit_test(test_udp),
	    cmocka_unit_test(test_udp_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
