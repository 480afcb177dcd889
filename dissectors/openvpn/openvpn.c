/*
 * openvpn.c - one packet of OpenVPN. See openvpn.h.
 */
#include "dissectors/openvpn/openvpn.h"

enum { ACK_LEN = 4 };

enum openvpn_kind
openvpn_kind(uint8_t opcode_key_id)
{
	switch (opcode_key_id >> 3) {
#define OPENVPN_OPCODE(code, name, kind) \
	case code:                       \
		return OPENVPN_##kind;
#include "dissectors/openvpn/opcodes.def"
#undef OPENVPN_OPCODE
	default:
		return OPENVPN_NONE;
	}
}

bool
openvpn_kind_reliable(enum openvpn_kind kind)
{
	return kind == OPENVPN_HARD_RESET || kind == OPENVPN_SOFT_RESET ||
	       kind == OPENVPN_CONTROL || kind == OPENVPN_ACK;
}

static size_t
wrap_len(size_t hmac_len)
{
	return hmac_len == 0 ? 0 : hmac_len + OPENVPN_REPLAY_LEN;
}

/* Session id, acknowledgements and packet id: the header's length stands in the ack count. */
static size_t
reliable_need(struct bytes have, size_t hmac_len, enum openvpn_kind kind)
{
	size_t fixed = 1 + OPENVPN_SESSION_ID_LEN + wrap_len(hmac_len) + 1;
	struct cursor c = cursor_init(have, 0);

	if (have.len < fixed)
		return fixed;
	cursor_skip(&c, fixed - 1, "opcode to hmac");
	size_t acks = cursor_u8(&c, "acked_pktid_len");
	if (acks > OPENVPN_ACKS_MAX)
		return 0;
	return fixed + (acks > 0 ? acks * ACK_LEN + OPENVPN_SESSION_ID_LEN : 0) +
	       (kind == OPENVPN_ACK ? 0 : 4);
}

size_t
openvpn_header_need(struct bytes have, size_t hmac_len)
{
	struct cursor c = cursor_init(have, 0);

	if (have.len == 0)
		return 1;
	uint8_t first = cursor_u8(&c, "opcode");
	switch (openvpn_kind(first)) {
	case OPENVPN_NONE:
		return 0;
	case OPENVPN_DATA:
		return first >> 3 == OPENVPN_OP_data_v2 ? 4 : 1;
	case OPENVPN_SEALED:
		return 1 + OPENVPN_SESSION_ID_LEN;
	default:
		return reliable_need(have, hmac_len, openvpn_kind(first));
	}
}

static void
parse_tls_auth(struct cursor *in, size_t hmac_len, struct openvpn_header *out)
{
	if (hmac_len == 0)
		return;
	out->hmac = cursor_bytes(in, hmac_len, "hmac");
	out->replay_id = cursor_u32(in, "replay_packet_id");
	out->net_time = cursor_u32(in, "timestamp");
}

static void
parse_reliable(struct cursor *in, size_t hmac_len, struct openvpn_header *out)
{
	out->session_id = cursor_u64(in, "own_session_id");
	parse_tls_auth(in, hmac_len, out);
	size_t acks = cursor_u8(in, "acked_pktid_len");
	if (acks > OPENVPN_ACKS_MAX)
		cursor_fail(in, "acked_pktid_len");
	if (acks > 0) {
		out->acks = cursor_bytes(in, acks * ACK_LEN, "acked_pktid_list");
		out->remote_session_id = cursor_u64(in, "peer_session_id");
	}
	if (out->kind != OPENVPN_ACK)
		out->packet_id = cursor_u32(in, "packet_id");
}

bool
openvpn_header_parse(struct cursor *in, size_t hmac_len, struct openvpn_header *out)
{
	uint8_t first = cursor_u8(in, "opcode");

	*out = (struct openvpn_header){
	    .opcode = first >> 3, .key_id = first & 7, .kind = openvpn_kind(first)};
	if (out->kind == OPENVPN_NONE)
		cursor_fail(in, "opcode");
	if (openvpn_kind_reliable(out->kind))
		parse_reliable(in, hmac_len, out);
	else if (out->kind == OPENVPN_SEALED)
		out->session_id = cursor_u64(in, "own_session_id");
	else if (out->opcode == OPENVPN_OP_data_v2)
		out->peer_id = cursor_u24(in, "peer_id");
	return cursor_ok(in);
}

bool
openvpn_packet_parse(struct cursor *in, size_t hmac_len, struct openvpn_header *out,
		     struct bytes *payload)
{
	*payload = (struct bytes){0};
	if (openvpn_header_parse(in, hmac_len, out) && out->kind != OPENVPN_ACK)
		*payload = cursor_rest(in);
	return cursor_end(in, "packet");
}

/* The first packets of both sides acknowledge nothing, or the other's first, whose id is 0. */
static bool
is_first_reset(struct bytes packet, size_t hmac_len, size_t acks)
{
	struct cursor c = cursor_init(packet, 0);
	struct openvpn_header h;
	struct bytes payload;

	if (!openvpn_packet_parse(&c, hmac_len, &h, &payload) || h.kind != OPENVPN_HARD_RESET)
		return false;
	struct cursor list = cursor_init(h.acks, 0);
	if (acks > 0 && cursor_u32(&list, "acked_pktid") != 0)
		return false;
	return h.acks.len == acks * ACK_LEN && h.key_id == 0 && h.packet_id == 0 &&
	       payload.len == 0;
}

bool
openvpn_hmac_find(struct bytes packet, size_t *hmac_len)
{
	static const size_t lens[] = {0, 16, 20, 28, 32, 48, OPENVPN_HMAC_MAX};

	/* With an ack more bytes are fixed: where both would fit, that one is right. */
	for (size_t acks = 2; acks-- > 0;)
		for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
			if (is_first_reset(packet, lens[i], acks)) {
				*hmac_len = lens[i];
				return true;
			}
	return false;
}
