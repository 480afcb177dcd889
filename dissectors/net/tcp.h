/*
 * tcp.h - TCP header, RFC 9293 section 3.1.
 * Called by analyzer/packet/decode.c. Options are skipped: reassembly needs none of them. Inline,
 * because every packet passes here, and its fields go on to the segment without a detour by memory.
 */
#ifndef DISSECTORS_NET_TCP_H
#define DISSECTORS_NET_TCP_H

#include "dissectors/wire/cursor.h"

enum { TCP_HEADER_MIN = 20 };

struct tcp {
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint8_t flags;      /* CWR ... FIN, the low 8 of them */
	uint8_t header_len; /* bytes, 20 to 60 */
};

/* Leaves `in` at the payload. The fixed part is read as a whole, as in ipv4.c. The checksum is not
 * checked: offloading leaves it wrong in every local capture. */
static inline bool
tcp_parse(struct cursor *in, struct tcp *out)
{
	struct bytes fixed = cursor_bytes(in, TCP_HEADER_MIN, "header");

	if (fixed.len == 0)
		return false;
	out->src_port = bytes_u16(fixed, 0);
	out->dst_port = bytes_u16(fixed, 2);
	out->seq = bytes_u32(fixed, 4);
	out->ack = bytes_u32(fixed, 8);
	out->header_len = (uint8_t)((fixed.data[12] >> 4) * 4);
	out->flags = fixed.data[13];
	if (out->header_len < TCP_HEADER_MIN)
		return cursor_fail(in, "data offset");
	if (out->header_len > TCP_HEADER_MIN)
		cursor_skip(in, out->header_len - (size_t)TCP_HEADER_MIN, "options");
	return cursor_ok(in);
}

#endif
