/*
 * tcp.c - TCP header, RFC 9293 section 3.1.
 * See tcp.h.
 */
#include "dissectors/net/tcp.h"

enum { TCP_HEADER_MIN = 20 };

/* The fixed part is read as a whole, as in ipv4.c. */
bool
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
	out->payload = cursor_rest(in);
	return cursor_ok(in);
}
