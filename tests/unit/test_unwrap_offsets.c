/*
 * test_unwrap_offsets.c - acknowledgements and ends of a carrier's stream, in offsets of TLS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/openvpn_build.h"
#include "tests/unit/unwrap_listen.h"

enum { RESET, DATA = 1000 }; /* what is no packet id of say() */

/* ack: what the sender had received, in offsets of the carrier. */
static void
say(struct listen *l, enum flow_dir d, uint32_t id, const char *text, uint64_t ack)
{
	const struct openvpn_build b = {.session_id = 1 + (uint64_t)d};
	enum openvpn_opcode opcode = OPENVPN_OP_control_v1;
	uint8_t out[OPENVPN_BUILD_MAX + 64];

	if (id == RESET)
		opcode = d == FLOW_DIR_A ? OPENVPN_OP_control_hard_reset_client_v2
					 : OPENVPN_OP_control_hard_reset_server_v2;
	else if (id == DATA)
		opcode = OPENVPN_OP_data_v1;
	listen_feed(l, d, out, openvpn_build(&b, out, opcode, id, text, strlen(text)), ack);
}

/* Both hard resets, 16 bytes each. */
static struct listen *
begin(void)
{
	struct listen *l = listen_begin();

	say(l, FLOW_DIR_A, RESET, "", 0);
	say(l, FLOW_DIR_B, RESET, "", 0);
	return l;
}

static void
test_acks(void **state)
{
	(void)state;
	static const struct {
		uint64_t raw, tls;
	} acks[] = {
	    {0, 0},   /* nothing */
	    {17, 0},  /* the reset, which has the offsets 1 to 16 */
	    {33, 0},  /* the header of the first control packet */
	    {34, 2},  /* and one of its four bytes */
	    {35, 3},  /* two */
	    {37, 5},  /* all */
	    {50, 5},  /* data, 13 bytes: nothing more of TLS */
	    {66, 5},  /* the header of the second control packet */
	    {67, 6},  /* one of its two bytes */
	    {68, 7},  /* all */
	    {500, 7}, /* more than was seen */
	    {UINT64_MAX, 7},
	};
	struct listen *l = begin();

	say(l, FLOW_DIR_A, 1, "abcd", 0);
	say(l, FLOW_DIR_A, DATA, "0123456789", 0);
	say(l, FLOW_DIR_A, 2, "ef", 0);
	for (uint32_t i = 0; i < sizeof(acks) / sizeof(acks[0]); i++) {
		say(l, FLOW_DIR_B, i + 1, "x", acks[i].raw);
		assert_int_equal(l->side[FLOW_DIR_B].ack, acks[i].tls);
	}
	listen_free(l);
}

/* The places of the last chunks are kept; before them, what was found last stands. */
static void
test_old_acks(void **state)
{
	(void)state;
	const uint64_t count = 3 * UNWRAP_CHUNKS, size = 17; /* a packet with one byte of TLS */
	const struct {
		uint64_t raw, tls;
	} acks[] = {
	    {17 + size, 0},
	    {17 + size * (count - 1), count},
	    {17 + size, count},
	    {17 + size * count, count + 1},
	};
	struct listen *l = begin();

	for (uint32_t id = 1; id <= count; id++)
		say(l, FLOW_DIR_A, id, "a", 0);
	for (uint32_t i = 0; i < sizeof(acks) / sizeof(acks[0]); i++) {
		say(l, FLOW_DIR_B, i + 1, "x", acks[i].raw);
		assert_int_equal(l->side[FLOW_DIR_B].ack, acks[i].tls);
	}
	listen_free(l);
}

/* A payload that comes in pieces takes one place: the ones before it stay known. */
static void
test_pieces(void **state)
{
	(void)state;
	const struct openvpn_build b = {.session_id = 1};
	uint8_t out[OPENVPN_BUILD_MAX + 200], text[200] = {0};
	struct listen *l = begin();
	size_t n = openvpn_build(&b, out, OPENVPN_OP_control_v1, 2, text, sizeof(text));

	say(l, FLOW_DIR_A, 1, "abcd", 0);
	for (size_t i = 0; i < n; i++)
		listen_feed(l, FLOW_DIR_A, out + i, 1, 0);
	say(l, FLOW_DIR_B, 1, "x", 36);
	assert_int_equal(l->side[FLOW_DIR_B].ack, 4);
	say(l, FLOW_DIR_B, 2, "x", 37 + n - 50);
	assert_int_equal(l->side[FLOW_DIR_B].ack, 5 + sizeof(text) - 50);
	listen_free(l);
}

/* FIN and RST, too, are told in offsets of the TLS stream; a FIN has a place of its own. */
static void
test_direction(void **state)
{
	(void)state;
	struct listen *l = begin();

	say(l, FLOW_DIR_A, 1, "abcd", 0);
	say(l, FLOW_DIR_B, 1, "xy", 0);
	l->flow.dir[FLOW_DIR_A] = (struct flow_direction){.next = 37,
							  .fin = {.frame = 8, .ack = 500},
							  .fin_at = 37,
							  .rst = {.frame = 9, .ack = 35},
							  .rst_at = 37};
	struct flow_direction d = unwrap_direction(l->u, &l->flow, FLOW_DIR_A);
	assert_int_equal(d.next, 5);
	assert_int_equal(d.fin_at, 5);
	assert_int_equal(d.rst_at, 5);
	assert_int_equal(d.fin.ack, 3);
	assert_int_equal(d.rst.ack, 3);
	assert_int_equal(d.fin.frame, 8);
	assert_string_equal(unwrap_carrier(l->u, FLOW_DIR_A)->name, "openvpn");
	say(l, FLOW_DIR_B, 2, "z", 37);
	assert_int_equal(l->side[FLOW_DIR_B].ack, 5);
	say(l, FLOW_DIR_B, 3, "z", 38);
	assert_int_equal(l->side[FLOW_DIR_B].ack, 6);
	d = unwrap_direction(NULL, &l->flow, FLOW_DIR_A);
	assert_memory_equal(&d, &l->flow.dir[FLOW_DIR_A], sizeof(d));
	assert_null(unwrap_carrier(NULL, FLOW_DIR_A));
	listen_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_acks),
	    cmocka_unit_test(test_old_acks),
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_direction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
