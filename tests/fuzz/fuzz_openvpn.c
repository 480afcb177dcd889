/*
 * fuzz_openvpn.c - one OpenVPN packet of any bytes, with every length of HMAC.
 */
#include "dissectors/openvpn/openvpn.h"

#include <stdlib.h>

static void
check(bool right)
{
	if (!right)
		abort();
}

/* The header parses exactly when as many bytes are there as openvpn_header_need() says. */
static void
header(struct bytes data, size_t hmac_len)
{
	struct cursor in = cursor_init(data, 0);
	size_t need = openvpn_header_need(data, hmac_len);
	struct openvpn_header h;

	check(need <= OPENVPN_HEADER_MAX);
	check(openvpn_header_parse(&in, hmac_len, &h) == (need > 0 && data.len >= need));
	check(!cursor_ok(&in) || in.pos == need);
	check(h.acks.len <= 4 * OPENVPN_ACKS_MAX && h.hmac.len <= hmac_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes all = bytes_of(data, size), payload;
	struct cursor in = cursor_init(all, 0);
	struct openvpn_header h;
	size_t hmac_len;

	for (size_t len = 0; len <= OPENVPN_HMAC_MAX; len += 4)
		header(all, len);
	if (openvpn_hmac_find(all, &hmac_len)) {
		check(openvpn_packet_parse(&in, hmac_len, &h, &payload));
		check(h.kind == OPENVPN_HARD_RESET && payload.len == 0);
	}
	return 0;
}
