/*
 * openvpn_build.h - OpenVPN packets over TCP for tests, as one sender writes them.
 */
#ifndef TESTS_UNIT_OPENVPN_BUILD_H
#define TESTS_UNIT_OPENVPN_BUILD_H

#include <string.h>

#include "dissectors/openvpn/openvpn.h"

enum { OPENVPN_BUILD_MAX = OPENVPN_LENGTH_LEN + OPENVPN_HEADER_MAX }; /* plus the payload */

struct openvpn_build {
	uint64_t session_id, remote_session_id;
	size_t hmac_len; /* 0: no tls-auth */
	uint8_t key_id;
	unsigned acks; /* of the next packet */
};

static inline uint8_t *
openvpn_build_number(uint8_t *p, uint64_t value, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;)
		*p++ = (uint8_t)(value >> (8 * i));
	return p;
}

/* The packet with its length; returns how long it is. packet_id is left out of ACKs. */
static inline size_t
openvpn_build(const struct openvpn_build *b, uint8_t *out, enum openvpn_opcode opcode,
	      uint32_t packet_id, const void *payload, size_t len)
{
	uint8_t *p = out + OPENVPN_LENGTH_LEN;
	enum openvpn_kind kind = openvpn_kind((uint8_t)(opcode << 3));

	*p++ = (uint8_t)(opcode << 3 | b->key_id);
	if (kind != OPENVPN_DATA) {
		p = openvpn_build_number(p, b->session_id, OPENVPN_SESSION_ID_LEN);
		memset(p, 0x5A, b->hmac_len);
		p += b->hmac_len;
		if (b->hmac_len > 0)
			p = openvpn_build_number(p, 0x15F000000, OPENVPN_REPLAY_LEN);
		*p++ = (uint8_t)b->acks;
		for (unsigned i = 0; i < b->acks; i++)
			p = openvpn_build_number(p, i, 4);
		if (b->acks > 0)
			p = openvpn_build_number(p, b->remote_session_id, OPENVPN_SESSION_ID_LEN);
		if (kind != OPENVPN_ACK)
			p = openvpn_build_number(p, packet_id, 4);
	}
	if (len > 0)
		memcpy(p, payload, len);
	p += len;
	openvpn_build_number(out, (uint64_t)(p - out) - OPENVPN_LENGTH_LEN, OPENVPN_LENGTH_LEN);
	return (size_t)(p - out);
}

#endif
