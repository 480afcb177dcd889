/*
 * tcp.c - TCP header, RFC 9293 section 3.1.
 * See tcp.h.
 */
#include "dissectors/net/tcp.h"

enum { TCP_HEADER_MIN = 20 };

bool
tcp_parse(struct cursor *in, struct tcp *out)
{
	out->src_port = cursor_u16(in, "source port");
	out->dst_port = cursor_u16(in, "destination port");
	out->seq = cursor_u32(in, "sequence number");
	out->ack = cursor_u32(in, "acknowledgment number");
	out->header_len = (uint8_t)((cursor_u8(in, "data offset") >> 4) * 4);
	out->flags = cursor_u8(in, "control bits");
	cursor_skip(in, 6, "window, checksum, urgent pointer");
	if (cursor_ok(in) && out->header_len < TCP_HEADER_MIN)
		return cursor_fail(in, "data offset");
	if (out->header_len > TCP_HEADER_MIN)
		cursor_skip(in, out->header_len - (size_t)TCP_HEADER_MIN, "options");
	out->payload = cursor_rest(in);
	return cursor_ok(in);
}
