/*
 * test_link.c - link-layer headers: one row per form, and every truncation of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissectors/net/link.h"

#define MAC_SRC  2, 0, 0, 0, 0, 1
#define ETHERNET 2, 0, 0, 0, 0, 2, MAC_SRC

struct row {
	const char *what;
	uint32_t link_type;
	uint8_t in[40];
	size_t len; /* of the header */
	enum link_payload payload;
	uint32_t vlan;
	bool mac;
};

/* clang-format off */
static const struct row rows[] = {
    {"ethernet, IPv4", 1, {ETHERNET, 0x08, 0x00}, 14, LINK_IPV4, 0, true},
    {"ethernet, IPv6", 1, {ETHERNET, 0x86, 0xdd}, 14, LINK_IPV6, 0, true},
    {"ethernet, ARP", 1, {ETHERNET, 0x08, 0x06}, 14, LINK_OTHER, 0, true},
    {"ethernet, MPLS", 1, {ETHERNET, 0x88, 0x47}, 14, LINK_OTHER, 0, true},
    {"ethernet, 802.3 length", 1, {ETHERNET, 0x00, 0x2e}, 14, LINK_OTHER, 0, true},
    {"VLAN 5", 1, {ETHERNET, 0x81, 0x00, 0x60, 0x05, 0x08, 0x00}, 18, LINK_IPV4, 6, true},
    {"VLAN 0", 1, {ETHERNET, 0x81, 0x00, 0x00, 0x00, 0x08, 0x00}, 18, LINK_IPV4, 1, true},
    {"802.1ad 7, 802.1Q 9", 1, {ETHERNET, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 9, 0x86, 0xdd}, 22, LINK_IPV6, 8, true},
    {"0x9100 twice", 1, {ETHERNET, 0x91, 0, 0, 7, 0x91, 0, 0, 9, 0x08, 0}, 22, LINK_IPV4, 8, true},
    {"PPPoE, IPv4", 1, {ETHERNET, 0x88, 0x64, 0x11, 0, 0, 1, 0, 22, 0x00, 0x21}, 22, LINK_IPV4, 0, true},
    {"PPPoE, one byte of protocol", 1, {ETHERNET, 0x88, 0x64, 0x11, 0, 0, 1, 0, 22, 0x57}, 21, LINK_IPV6, 0, true},
    {"PPPoE, no session", 1, {ETHERNET, 0x88, 0x64, 0x11, 9, 0, 0, 0, 4}, 20, LINK_OTHER, 0, true},
    {"null, little-endian", 0, {2, 0, 0, 0}, 4, LINK_IPV4, 0, false},
    {"null, big-endian", 0, {0, 0, 0, 2}, 4, LINK_IPV4, 0, false},
    {"null, macOS IPv6", 0, {30, 0, 0, 0}, 4, LINK_IPV6, 0, false},
    {"null, FreeBSD IPv6", 0, {0, 0, 0, 28}, 4, LINK_IPV6, 0, false},
    {"null, other family", 0, {7, 0, 0, 0}, 4, LINK_OTHER, 0, false},
    {"loop", 108, {0, 0, 0, 24}, 4, LINK_IPV6, 0, false},
    {"loop knows one order", 108, {2, 0, 0, 0}, 4, LINK_OTHER, 0, false},
    {"PPP with address", 9, {0xff, 0x03, 0x00, 0x21}, 4, LINK_IPV4, 0, false},
    {"PPP without", 9, {0x00, 0x57}, 2, LINK_IPV6, 0, false},
    {"PPP, LCP", 9, {0xff, 0x03, 0xc0, 0x21}, 4, LINK_OTHER, 0, false},
    {"SLL", 113, {0, 0, 0, 1, 0, 6, MAC_SRC, 0, 0, 0x08, 0}, 16, LINK_IPV4, 0, true},
    {"SLL, VLAN", 113, {0, 0, 0, 1, 0, 6, MAC_SRC, 0, 0, 0x81, 0, 0, 3, 0x86, 0xdd}, 20, LINK_IPV6, 4, true},
    {"SLL, no address", 113, {0, 0, 0x03, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0}, 16, LINK_IPV4, 0, false},
    {"SLL, long address", 113, {0, 0, 0, 32, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 0}, 16, LINK_IPV4, 0, false},
    {"SLL, netlink", 113, {0, 4, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0}, 16, LINK_OTHER, 0, false},
    {"SLL2", 276, {0x86, 0xdd, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, MAC_SRC, 0, 0}, 20, LINK_IPV6, 0, true},
    {"raw IPv4", 101, {0x45}, 1, LINK_IPV4, 0, false},
    {"raw IPv6", 12, {0x60}, 1, LINK_IPV6, 0, false},
    {"raw, neither", 14, {0x10}, 1, LINK_OTHER, 0, false},
};
/* clang-format on */

static bool
parse(const struct row *r, size_t len, struct cursor *c, struct link *out)
{
	*c = cursor_init(bytes_of(r->in, len), 0);
	return link_parse(c, r->link_type, out);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		bool peeks = r->len == 1; /* raw IP: the header is the network layer's */
		struct cursor c;
		struct link l;

		print_message("%s\n", r->what);
		assert_true(parse(r, r->len, &c, &l));
		assert_int_equal(c.pos, peeks ? 0 : r->len);
		assert_int_equal(l.payload, r->payload);
		assert_int_equal(l.vlan, r->vlan);
		assert_int_equal(l.mac != NULL, r->mac);
		if (r->mac)
			assert_memory_equal(l.mac, ((uint8_t[]){MAC_SRC}), 6);
	}
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t len = 0; len < rows[i].len; len++) {
			struct cursor c;
			struct link l;
			assert_false(parse(&rows[i], len, &c, &l));
			assert_int_equal(c.failure, CURSOR_SHORT);
		}
	}
}

/* A frame of nothing but VLAN tags ends, as something we do not follow. */
static void
test_many_tags(void **state)
{
	uint8_t in[14 + 4 * 100] = {ETHERNET};
	struct link l;

	(void)state;
	for (size_t i = 12; i + 4 <= sizeof(in); i += 4)
		in[i] = 0x81;
	struct cursor c = cursor_init(bytes_of(in, sizeof(in)), 0);
	assert_true(link_parse(&c, 1, &l));
	assert_int_equal(l.payload, LINK_OTHER);
	assert_int_equal(c.pos, 14 + 4 * LINK_TAGS_MAX);
}

static void
test_table(void **state)
{
	struct cursor c = cursor_init((struct bytes){0}, 0);
	struct link l;

	(void)state;
	assert_true(link_known(228));
	assert_string_equal(link_name(1), "Ethernet");
	assert_false(link_known(147));
	assert_null(link_name(147));
	assert_false(link_parse(&c, 147, &l));
	assert_true(link_parse(&c, 228, &l) && l.payload == LINK_IPV4);
	assert_true(link_parse(&c, 229, &l) && l.payload == LINK_IPV6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_many_tags),
	    cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
