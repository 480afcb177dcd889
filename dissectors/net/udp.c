/*
 * udp.c - UDP header, RFC 768.
 * See udp.h.
 */
#include "dissectors/net/udp.h"

enum { UDP_HEADER = 8 };

bool
udp_parse(struct cursor *in, uint32_t sent, struct udp *out)
{
	out->src_port = cursor_u16(in, "source port");
	out->dst_port = cursor_u16(in, "destination port");
	uint32_t len = cursor_u16(in, "length");
	cursor_skip(in, 2, "checksum");
	if (len == 0)
		len = sent;
	if (cursor_ok(in) && (len < UDP_HEADER || len > sent))
		return cursor_fail(in, "length");
	size_t left = cursor_left(in);
	out->payload_len = cursor_ok(in) ? len - UDP_HEADER : 0;
	out->payload =
	    cursor_bytes(in, left < out->payload_len ? left : out->payload_len, "data octets");
	return cursor_ok(in);
}
