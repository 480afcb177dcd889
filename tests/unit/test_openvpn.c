/*
 * test_openvpn.c - packets of every kind, truncated everywhere; the length of the HMAC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissectors/openvpn/openvpn.h"
#include "tests/unit/tls_vectors.h"

#define SID    "a1a2a3a4a5a6a7a8"
#define REMOTE "b1b2b3b4b5b6b7b8"
#define H16    "0102030405060708090a0b0c0d0e0f10"
#define H20    H16 "11121314"
#define H28    H20 "15161718191a1b1c"
#define H32    H28 "1d1e1f20"
#define H48    H32 H16
#define H64    H32 H32
#define REPLAY "00000001 5f000000"

static const struct {
	const char *hex;
	size_t hmac_len;
	bool parses;
	enum openvpn_kind kind;
	uint8_t key_id;
	uint32_t packet_id;
	size_t acks, payload;
} packets[] = {
    {"38" SID "00 00000000", 0, true, OPENVPN_HARD_RESET, 0, 0, 0, 0},
    {"40" SID "01 00000000" REMOTE "00000000", 0, true, OPENVPN_HARD_RESET, 0, 0, 1, 0},
    {"19" SID "00 00000000", 0, true, OPENVPN_SOFT_RESET, 1, 0, 0, 0},
    {"20" SID "00 00000007 160301", 0, true, OPENVPN_CONTROL, 0, 7, 0, 3},
    {"27" SID "02 00000005 00000006" REMOTE "00000100 16", 0, true, OPENVPN_CONTROL, 7, 256, 2, 1},
    {"20" SID H20 REPLAY "00 00000001 160301", 20, true, OPENVPN_CONTROL, 0, 1, 0, 3},
    {"28" SID H20 REPLAY "01 00000001" REMOTE, 20, true, OPENVPN_ACK, 0, 0, 1, 0},
    {"28" SID "01 00000001" REMOTE, 0, true, OPENVPN_ACK, 0, 0, 1, 0},
    {"28" SID "01 00000001" REMOTE "00", 0, false, OPENVPN_ACK, 0, 0, 1, 0},
    {"20" SID "09 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008"
     "00000009" REMOTE "00000001",
     0, false, OPENVPN_CONTROL, 0, 0, 0, 0},
    {"30 c0ffee", 0, true, OPENVPN_DATA, 0, 0, 0, 3},
    {"48 000001 c0ffee", 0, true, OPENVPN_DATA, 0, 0, 0, 3},
    {"50" SID "c0ffee", 0, true, OPENVPN_SEALED, 0, 0, 0, 3},
    {"00" SID "00 00000000", 0, false, OPENVPN_NONE, 0, 0, 0, 0},
    {"60" SID "00 00000000", 0, false, OPENVPN_NONE, 0, 0, 0, 0},
    {"", 0, false, OPENVPN_NONE, 0, 0, 0, 0},
};

enum { PACKETS = sizeof(packets) / sizeof(packets[0]) };

static void
test_packets(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKETS; i++) {
		struct bytes data = from_hex(packets[i].hex), payload;
		struct cursor in = cursor_init(data, 0);
		struct openvpn_header h;
		assert_int_equal(openvpn_packet_parse(&in, packets[i].hmac_len, &h, &payload),
				 packets[i].parses);
		assert_int_equal(h.kind, packets[i].kind);
		if (packets[i].parses) {
			assert_int_equal(h.key_id, packets[i].key_id);
			assert_int_equal(h.packet_id, packets[i].packet_id);
			assert_int_equal(h.acks.len, packets[i].acks * 4);
			assert_int_equal(h.hmac.len, packets[i].hmac_len);
			assert_int_equal(payload.len, packets[i].payload);
		}
		release(data);
	}
}

static void
test_fields(void **state)
{
	(void)state;
	struct bytes payload,
	    data = from_hex("22" SID H16 REPLAY "02 00000003 00000004" REMOTE "00000009 17");
	struct cursor in = cursor_init(data, 0);
	struct openvpn_header h;

	assert_true(openvpn_packet_parse(&in, 16, &h, &payload));
	assert_int_equal(h.opcode, OPENVPN_OP_control_v1);
	assert_int_equal(h.key_id, 2);
	assert_true(h.session_id == 0xa1a2a3a4a5a6a7a8);
	assert_true(h.remote_session_id == 0xb1b2b3b4b5b6b7b8);
	assert_int_equal(h.replay_id, 1);
	assert_int_equal(h.net_time, 0x5f000000);
	assert_int_equal(h.hmac.data[15], 0x10);
	assert_int_equal(h.acks.data[7], 4);
	assert_int_equal(h.packet_id, 9);
	assert_int_equal(payload.data[0], 0x17);
	release(data);
}

/* Each front of each packet: the header parses exactly when openvpn_header_need() is there. */
static void
test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKETS; i++) {
		struct bytes whole = from_hex(packets[i].hex);
		for (size_t len = 0; len <= whole.len; len++) {
			struct bytes front = copy_of(whole.data, len);
			struct cursor in = cursor_init(front, 0);
			struct openvpn_header h;
			size_t need = openvpn_header_need(front, packets[i].hmac_len);
			bool parsed = openvpn_header_parse(&in, packets[i].hmac_len, &h);
			assert_int_equal(parsed, need > 0 && len >= need);
			assert_true(need <= OPENVPN_HEADER_MAX);
			if (parsed)
				assert_int_equal(in.pos, need);
			release(front);
		}
		release(whole);
	}
}

static void
test_hmac(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int hmac_len; /* -1: no hard reset that can be read */
	} rows[] = {
	    {"38" SID "00 00000000", 0},
	    {"08" SID "00 00000000", 0},
	    {"40" SID "01 00000000" REMOTE "00000000", 0},
	    {"38" SID H16 REPLAY "00 00000000", 16},
	    {"38" SID H20 REPLAY "00 00000000", 20},
	    {"38" SID H28 REPLAY "00 00000000", 28},
	    {"38" SID H32 REPLAY "00 00000000", 32},
	    {"38" SID H48 REPLAY "00 00000000", 48},
	    {"38" SID H64 REPLAY "00 00000000", 64},
	    {"40" SID H20 REPLAY "01 00000000" REMOTE "00000000", 20},
	    {"40" SID H64 REPLAY "01 00000000" REMOTE "00000000", 64},
	    /* would fit 28 without ack, too: the remote session id ends in zero */
	    {"40" SID H16 REPLAY "01 00000000 b1b2b3b4b5b6b700 00000000", 16},
	    /* tls-crypt: replay id, tag of 32, the rest encrypted */
	    {"38" SID REPLAY H32 "6bdeadbeef", -1},
	    {"50" SID REPLAY H32 "6bdeadbeef", -1},
	    /* key id, packet id, acked id, payload, opcode, an HMAC of odd length */
	    {"39" SID "00 00000000", -1},
	    {"38" SID "00 00000001", -1},
	    {"40" SID "01 00000001" REMOTE "00000000", -1},
	    {"38" SID "00 00000000 16", -1},
	    {"20" SID "00 00000000", -1},
	    {"38" SID H16 "aa" REPLAY "00 00000000", -1},
	    {"", -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes data = from_hex(rows[i].hex);
		size_t len = 99;
		assert_int_equal(openvpn_hmac_find(data, &len), rows[i].hmac_len >= 0);
		assert_int_equal(len, rows[i].hmac_len >= 0 ? rows[i].hmac_len : 99);
		for (size_t cut = 1; rows[i].hmac_len >= 0 && cut < data.len; cut++) {
			struct bytes front = copy_of(data.data, data.len - cut);
			assert_false(openvpn_hmac_find(front, &len));
			release(front);
		}
		release(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_packets),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_hmac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
