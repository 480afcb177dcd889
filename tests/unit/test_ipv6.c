/*
 * test_ipv6.c - IPv6 header and chains of extension headers, every truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissectors/net/ipv6.h"

struct row {
	const char *what;
	uint8_t next;     /* of the fixed header */
	uint8_t body[48]; /* extension headers, then 4 bytes of payload */
	uint16_t len;     /* of the extension headers */
	uint8_t protocol;
	bool fragment;
	uint16_t offset;
};

/* clang-format off */
static const struct row rows[] = {
    {"none", 6, {0}, 0, 6, false, 0},
    {"hop-by-hop", 0, {17, 0, 1, 4}, 8, 17, false, 0},
    {"routing, 24 bytes", 43, {6, 2, 4, 0}, 24, 6, false, 0},
    {"destination options", 60, {6, 0}, 8, 6, false, 0},
    {"AH, 24 bytes", 51, {6, 4}, 24, 6, false, 0},
    {"atomic fragment", 44, {6, 0, 0, 0, 0, 0, 0, 9}, 8, 6, false, 0},
    {"first fragment", 44, {6, 0, 0, 1, 0, 0, 0, 9}, 8, 6, true, 0},
    {"later fragment, its bytes are no header", 44, {0, 0, 0x05, 0xa8, 0, 0, 0, 9}, 8, 0, true, 1448},
    {"hop-by-hop, destination, fragment", 0, {60, 0, [8] = 44, 0, [16] = 17, 0, 0, 1}, 24, 17, true, 0},
    {"ESP is not skipped", 50, {0}, 0, 50, false, 0},
    {"no next header", 59, {0}, 0, 59, false, 0},
};
/* clang-format on */

static struct bytes
packet(uint8_t *out, const struct row *r, uint16_t payload_length)
{
	memset(out, 0, 128);
	out[0] = 0x60;
	out[4] = (uint8_t)(payload_length >> 8);
	out[5] = (uint8_t)payload_length;
	out[6] = r->next;
	out[7] = 64;
	out[8] = 0x20;
	out[24] = 0x30;
	memcpy(out + 40, r->body, sizeof(r->body));
	memcpy(out + 40 + r->len, "data", 4);
	return bytes_of(out, 40U + r->len + 4);
}

static void
test_rows(void **state)
{
	uint8_t buffer[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct bytes in = packet(buffer, r, (uint16_t)(r->len + 4));
		struct cursor c = cursor_init(in, 0);
		struct ipv6 ip;

		print_message("%s\n", r->what);
		assert_true(ipv6_parse(&c, (uint32_t)in.len, &ip));
		assert_int_equal(ip.protocol, r->protocol);
		assert_int_equal(ip.fragment, r->fragment);
		assert_int_equal(ip.offset, r->offset);
		assert_int_equal(ip.hop_limit, 64);
		assert_int_equal(ip.payload_len, 4);
		assert_int_equal(ip.payload.len, 4);
		assert_memory_equal(ip.payload.data, "data", 4);
		assert_int_equal(ip.src.data[0], 0x20);
		assert_int_equal(ip.dst.data[0], 0x30);
	}
}

static void
test_truncations(void **state)
{
	uint8_t buffer[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes in = packet(buffer, &rows[i], (uint16_t)(rows[i].len + 4));
		for (size_t len = 0; len < in.len; len++) {
			struct cursor c = cursor_init(bytes_of(in.data, len), 0);
			struct ipv6 ip;
			bool ok = ipv6_parse(&c, (uint32_t)in.len, &ip);
			assert_int_equal(ok, len >= 40U + rows[i].len);
			if (ok)
				assert_int_equal(ip.payload.len, len - 40 - rows[i].len);
			else
				assert_true(len < 4 || c.failure == CURSOR_SHORT);
		}
	}
}

static void
test_lengths(void **state)
{
	uint8_t buffer[128];
	struct bytes in = packet(buffer, &rows[0], 0); /* 0: offload or jumbo, as the frame */
	struct cursor c = cursor_init(in, 0);
	struct ipv6 ip;

	(void)state;
	assert_true(ipv6_parse(&c, (uint32_t)in.len + 10, &ip));
	assert_int_equal(ip.payload_len, 14);
	assert_int_equal(ip.payload.len, 4);
	/* padding of the link layer */
	in = packet(buffer, &rows[0], 1);
	c = cursor_init(in, 0);
	assert_true(ipv6_parse(&c, (uint32_t)in.len, &ip));
	assert_int_equal(ip.payload.len, 1);
	/* an extension header that does not fit the payload */
	in = packet(buffer, &rows[1], 4);
	c = cursor_init(in, 0);
	assert_false(ipv6_parse(&c, (uint32_t)in.len, &ip));
	/* version */
	in = packet(buffer, &rows[0], 4);
	buffer[0] = 0x40;
	c = cursor_init(in, 0);
	assert_false(ipv6_parse(&c, (uint32_t)in.len, &ip));
}

static void
test_endless_chain(void **state)
{
	static uint8_t in[40 + 8 * 200] = {0x60, 0, 0, 0, 8 * 200 / 256, 8 * 200 % 256, 60};
	struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 0);
	struct ipv6 ip;

	(void)state;
	for (size_t i = 40; i < sizeof(in); i += 8)
		in[i] = 60;
	assert_false(ipv6_parse(&c, sizeof(in), &ip));
	assert_int_equal(c.failure, CURSOR_VALUE);
	assert_string_equal(c.field, "extension headers");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_endless_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
