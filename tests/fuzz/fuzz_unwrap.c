/*
 * fuzz_unwrap.c - both directions of an OpenVPN connection of any bytes, after hard resets that are
 * right when the first byte is even. What comes out must not depend on how the bytes were cut.
 * Input: that byte, then pieces: one byte (bit 7: direction, bit 6: lost, low bits: length), then
 * its bytes.
 */
#include "tests/unit/openvpn_build.h"
#include "tests/unit/unwrap_listen.h"

static void
begin(struct listen *l, uint8_t how)
{
	struct openvpn_build b = {.session_id = 0x0101010101010101,
				  .hmac_len = (how & 2) != 0 ? 20 : 0};
	uint8_t out[OPENVPN_BUILD_MAX];

	if ((how & 1) != 0)
		return;
	listen_feed(l, FLOW_DIR_A, out,
		    openvpn_build(&b, out, OPENVPN_OP_control_hard_reset_client_v2, 0, NULL, 0), 0);
	b.session_id = 0x0202020202020202;
	listen_feed(l, FLOW_DIR_B, out,
		    openvpn_build(&b, out, OPENVPN_OP_control_hard_reset_server_v2, 0, NULL, 0), 0);
}

static struct listen *
run(const uint8_t *data, size_t size, size_t most)
{
	struct listen *l = listen_begin();

	if (size > 0) {
		begin(l, *data++);
		size--;
	}
	while (size > 0) {
		enum flow_dir d = data[0] >> 7;
		bool lost = (data[0] & 0x40) != 0;
		size_t len = data[0] & 0x3F;
		data++;
		size--;
		if (len > size)
			len = size;
		if (lost && len > 0)
			listen_lose(l, d, len);
		for (size_t at = 0; at < len && !lost; at += most)
			listen_feed(l, d, data + at, len - at < most ? len - at : most,
				    l->side[!d].at);
		data += len;
		size -= len;
	}
	listen_end(l);
	return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4096)
		return 0;
	struct listen *whole = run(data, size, 64), *bytes = run(data, size, 1);

	for (unsigned d = 0; d < FLOW_DIR_COUNT; d++) {
		listen_check(whole->side[d].len == bytes->side[d].len);
		listen_check(memcmp(whole->side[d].text, bytes->side[d].text, bytes->side[d].len) ==
			     0);
	}
	listen_free(whole);
	listen_free(bytes);
	return 0;
}
