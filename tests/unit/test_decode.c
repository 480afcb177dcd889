/*
 * test_decode.c - a whole frame to one segment, and what every truncation of it is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/packet/decode.h"

enum { HEADERS = 14 + 20 + 20, DATA = 2, PADDED = 60 };

/* Ethernet, IPv4, TCP with "hi", padded to the 60 bytes of a short Ethernet frame. */
/* clang-format off */
static const uint8_t frame[PADDED] = {
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00,
    0x45, 0, 0, 42, 0xab, 0xcd, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
    0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0, 0, 0, 0, 0, 0,
    'h', 'i', 'p', 'a', 'd', '!',
};
/* clang-format on */

static enum decode_result
decode(const uint8_t *in, size_t captured, uint32_t len, struct segment *s)
{
	const struct packet p = {.frame = 7,
				 .time_ns = 9,
				 .link_type = 1,
				 .interface = 3,
				 .data = bytes_of(in, captured),
				 .len = len};

	return decode_packet(&p, s);
}

/* frame with one byte changed. */
static enum decode_result
decode_changed(size_t at, uint8_t value, struct segment *s)
{
	static uint8_t in[PADDED];

	memcpy(in, frame, sizeof(in));
	in[at] = value;
	return decode(in, sizeof(in), sizeof(in), s);
}

static void
test_segment(void **state)
{
	struct segment s;

	(void)state;
	assert_int_equal(decode(frame, PADDED, PADDED, &s), DECODE_SEGMENT);
	assert_int_equal(s.src.family, 4);
	assert_memory_equal(s.src.addr, ((uint8_t[16]){192, 0, 2, 1}), 16);
	assert_memory_equal(s.dst.addr, ((uint8_t[16]){192, 0, 2, 2}), 16);
	assert_int_equal(s.src.port, 40000);
	assert_int_equal(s.dst.port, 443);
	assert_int_equal(s.protocol, PROTOCOL_TCP);
	assert_int_equal(s.tcp_flags, TCP_PSH | TCP_ACK);
	assert_int_equal(s.ttl, 64);
	assert_int_equal(s.ip_id, 0xabcd);
	assert_int_equal(s.seq, 1);
	assert_int_equal(s.ack, 2);
	assert_int_equal(s.frame, 7);
	assert_int_equal(s.time_ns, 9);
	assert_int_equal(s.interface, 3);
	assert_int_equal(s.vlan, 0);
	assert_ptr_equal(s.mac, frame + 6);
	assert_int_equal(s.payload_len, DATA); /* not the padding */
	assert_int_equal(s.payload.len, DATA);
	assert_memory_equal(s.payload.data, "hi", DATA);
}

static void
test_truncations(void **state)
{
	struct segment s;

	(void)state;
	for (size_t len = 0; len < PADDED; len++) {
		enum decode_result cut = decode(frame, len, PADDED, &s);
		assert_int_equal(cut, len < HEADERS ? DECODE_CUT : DECODE_SEGMENT);
		if (cut == DECODE_SEGMENT) {
			size_t want = len - HEADERS < DATA ? len - HEADERS : DATA;
			assert_int_equal(s.payload.len, want);
			assert_int_equal(s.payload_len, DATA);
		}
	}
	/* the same bytes as a whole frame: the link and network headers cannot be; the transport
	 * header is cut, for the total length says that there was more */
	assert_int_equal(decode(frame, 13, 13, &s), DECODE_MALFORMED);
	assert_int_equal(decode(frame, 33, 33, &s), DECODE_MALFORMED);
	assert_int_equal(decode(frame, 53, 53, &s), DECODE_CUT);
}

/* Without the Ethernet header no packet is a usual one: the parsers must say the same. */
static void
assert_same_as_raw(const uint8_t *in, size_t captured, size_t len)
{
	const struct packet raw = {.frame = 7,
				   .time_ns = 9,
				   .link_type = 228,
				   .interface = 3,
				   .data = bytes_of(in + 14, captured - 14),
				   .len = (uint32_t)len - 14};
	struct segment a, b;
	enum decode_result result = decode(in, captured, (uint32_t)len, &a);

	assert_int_equal(decode_packet(&raw, &b), result);
	if (result != DECODE_SEGMENT)
		return;
	assert_memory_equal(a.src.addr, b.src.addr, sizeof(a.src.addr));
	assert_memory_equal(a.dst.addr, b.dst.addr, sizeof(a.dst.addr));
	assert_true(a.src.family == b.src.family && a.dst.family == b.dst.family);
	assert_true(a.src.port == b.src.port && a.dst.port == b.dst.port);
	assert_true(a.protocol == b.protocol && a.tcp_flags == b.tcp_flags && a.ttl == b.ttl);
	assert_true(a.ip_id == b.ip_id && a.seq == b.seq && a.ack == b.ack && a.vlan == b.vlan);
	assert_true(a.frame == b.frame && a.time_ns == b.time_ns && a.interface == b.interface);
	assert_int_equal(a.payload_len, b.payload_len);
	assert_ptr_equal(a.payload.data, b.payload.data);
	assert_int_equal(a.payload.len, b.payload.len);
	assert_ptr_equal(a.mac, in + 6);
}

/* Every value of every byte behind the Ethernet header, at every length, of a packet that the
 * capture has whole and of a longer one. */
static void
test_usual_packet(void **state)
{
	static const uint8_t total[] = {42, 90};
	uint8_t in[PADDED];

	(void)state;
	for (size_t i = 0; i < 2 * (HEADERS - 14) * 256; i++) {
		memcpy(in, frame, sizeof(in));
		in[17] = total[i % 2];
		in[14 + i / 512] = (uint8_t)(i / 2);
		for (size_t len = 15; len <= PADDED; len++) {
			assert_same_as_raw(in, len, len);
			assert_same_as_raw(in, len, PADDED);
		}
	}
}

static void
test_others(void **state)
{
	/* clang-format off */
	static const struct { size_t at; uint8_t value; enum decode_result result; } rows[] = {
	    {13, 0x06, DECODE_OTHER},         /* ARP */
	    {23, 1, DECODE_OTHER},            /* ICMP */
	    {20, 0x20, DECODE_OTHER},         /* first fragment */
	    {21, 0x10, DECODE_OTHER},         /* later fragment */
	    {14, 0x65, DECODE_MALFORMED},     /* version */
	    {17, 19, DECODE_MALFORMED},       /* total length below the header */
	    {17, 39, DECODE_MALFORMED},       /* TCP header does not fit */
	    {46, 0x40, DECODE_MALFORMED},     /* data offset */
	    {46, 0x60, DECODE_MALFORMED},     /* options beyond the datagram */
	};
	/* clang-format on */
	struct segment s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(decode_changed(rows[i].at, rows[i].value, &s), rows[i].result);
	const struct packet unknown = {.link_type = 147, .data = bytes_of(frame, PADDED)};
	assert_int_equal(decode_packet(&unknown, &s), DECODE_LINK);
}

/* Segmentation offload: total length 0 means as long as the frame. */
static void
test_offload(void **state)
{
	struct segment s;

	(void)state;
	assert_int_equal(decode_changed(17, 0, &s), DECODE_SEGMENT);
	assert_int_equal(s.payload_len, PADDED - HEADERS);
}

static void
test_ipv6_udp_vlan(void **state)
{
	/* clang-format off */
	static const uint8_t in[] = {
	    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0x00, 0x00, 0x64, 0x86, 0xdd,
	    0x60, 0, 0, 0, 0, 11, 17, 63,
	    0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	    0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	    0, 53, 0x9c, 0x40, 0, 11, 0, 0, 'd', 'n', 's',
	};
	/* clang-format on */
	struct segment s;

	(void)state;
	assert_int_equal(decode(in, sizeof(in), sizeof(in), &s), DECODE_SEGMENT);
	assert_int_equal(s.protocol, PROTOCOL_UDP);
	assert_int_equal(s.src.family, 6);
	assert_int_equal(s.dst.addr[15], 2);
	assert_int_equal(s.src.port, 53);
	assert_int_equal(s.ttl, 63);
	assert_int_equal(s.ip_id, 0);
	assert_int_equal(s.vlan, 101);
	assert_memory_equal(s.payload.data, "dns", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_segment),       cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_others),        cmocka_unit_test(test_offload),
	    cmocka_unit_test(test_ipv6_udp_vlan), cmocka_unit_test(test_usual_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
