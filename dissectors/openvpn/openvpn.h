/*
 * openvpn.h - one packet of OpenVPN: opcode, session ids, acknowledgements, packet id.
 * Used by analyzer/tls/carrier_openvpn.c, which takes TLS out of the control packets' payloads.
 *
 * draft-openvpntech-openvpn-wire-protocol (openvpn.github.io/openvpn-rfc), sections "OpenVPN wire
 * packet format", "Unauthenticated control channel packets" and "HMAC authentication of control
 * channel packets" (tls-auth). Over TCP each packet follows its length, 2 bytes. A control channel
 * that is encrypted (tls-crypt) cannot be read; its first packet does not pass openvpn_hmac_find().
 */
#ifndef DISSECTORS_OPENVPN_OPENVPN_H
#define DISSECTORS_OPENVPN_OPENVPN_H

#include "dissectors/wire/cursor.h"

enum {
	OPENVPN_LENGTH_LEN = 2, /* before each packet, TCP only; does not count itself */
	OPENVPN_SESSION_ID_LEN = 8,
	OPENVPN_HMAC_MAX = 64,
	OPENVPN_REPLAY_LEN = 8, /* replay packet id and time, behind the HMAC */
	OPENVPN_ACKS_MAX = 8,   /* an implementation's limit: RELIABLE_ACK_SIZE */
	/* opcode, session id, HMAC, replay id, ack count, acked ids, remote session id, packet id
	 */
	OPENVPN_HEADER_MAX = 1 + OPENVPN_SESSION_ID_LEN + OPENVPN_HMAC_MAX + OPENVPN_REPLAY_LEN +
			     1 + 4 * OPENVPN_ACKS_MAX + OPENVPN_SESSION_ID_LEN + 4,
};

enum openvpn_kind {
	OPENVPN_NONE, /* no opcode of OpenVPN */
	OPENVPN_HARD_RESET,
	OPENVPN_SOFT_RESET, /* renegotiation: another TLS session under another key id */
	OPENVPN_CONTROL,
	OPENVPN_ACK,
	OPENVPN_DATA,
	OPENVPN_SEALED,
};

enum openvpn_opcode {
#define OPENVPN_OPCODE(code, name, kind) OPENVPN_OP_##name = (code),
#include "dissectors/openvpn/opcodes.def"
#undef OPENVPN_OPCODE
};

/* Views borrow from the input. */
struct openvpn_header {
	uint8_t opcode, key_id;
	enum openvpn_kind kind;
	uint64_t session_id;          /* the sender's; 0 in DATA */
	struct bytes hmac;            /* tls-auth; not verified */
	uint32_t replay_id, net_time; /* tls-auth */
	struct bytes acks;            /* acked packet ids, 4 bytes each */
	uint64_t remote_session_id;   /* 0 without acks */
	uint32_t packet_id;           /* 0 in ACK and DATA */
	uint32_t peer_id;             /* data_v2 */
};

/* By the packet's first byte. */
enum openvpn_kind openvpn_kind(uint8_t opcode_key_id);
/* Does a packet of this kind have a header with session id and acks that can be read? */
bool openvpn_kind_reliable(enum openvpn_kind kind);

/*
 * How many bytes a packet's header has, of which `have` is the front: at least so many that asking
 * again with them says more; the header is whole when have.len reaches the answer. 0: no header.
 * hmac_len is 0 without tls-auth.
 */
size_t openvpn_header_need(struct bytes have, size_t hmac_len);
/* Reads up to the payload, where the cursor then stands. False when the cursor failed. */
bool openvpn_header_parse(struct cursor *in, size_t hmac_len, struct openvpn_header *out);
/* A whole packet. The payload is TLS in CONTROL, and what it is in DATA; an ACK has none. */
bool openvpn_packet_parse(struct cursor *in, size_t hmac_len, struct openvpn_header *out,
			  struct bytes *payload);

/*
 * Is this packet (without its TCP length) the hard reset that opens a connection, and how long is
 * the HMAC in it? All but session ids, HMAC and time is fixed: key id 0, packet id 0, no payload,
 * and no ack or one of packet 0. Lengths tried: none, MD5, SHA-1, SHA-224, -256, -384, -512.
 */
bool openvpn_hmac_find(struct bytes packet, size_t *hmac_len);

#endif
