/*
 * tcp.c - TCP header, RFC 9293 section 3.1.
 * See tcp.h.
 */
#include "dissectors/net/tcp.h"

enum { TCP_HEADER_MIN = 20 };

/* Read in the 32-bit rows of the RFC's picture, as in ipv4.c. */
bool
tcp_parse(struct cursor *in, struct tcp *out)
{
	uint32_t port_row = cursor_u32(in, "source port, destination port");
	out->seq = cursor_u32(in, "sequence number");
	out->ack = cursor_u32(in, "acknowledgment number");
	uint32_t flag_row = cursor_u32(in, "data offset, control bits, window");
	cursor_skip(in, 4, "checksum, urgent pointer");
	out->src_port = (uint16_t)(port_row >> 16);
	out->dst_port = (uint16_t)port_row;
	out->header_len = (uint8_t)((flag_row >> 28) * 4);
	out->flags = (uint8_t)(flag_row >> 16);
	if (cursor_ok(in) && out->header_len < TCP_HEADER_MIN)
		return cursor_fail(in, "data offset");
	if (out->header_len > TCP_HEADER_MIN)
		cursor_skip(in, out->header_len - (size_t)TCP_HEADER_MIN, "options");
	out->payload = cursor_rest(in);
	return cursor_ok(in);
}
