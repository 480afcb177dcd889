/*
 * ipv4.c - IPv4 header, RFC 791 section 3.1.
 * See ipv4.h.
 */
#include "dissectors/net/ipv4.h"

enum { IPV4_HEADER_MIN = 20, IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET_MASK = 0x1fff };

bool
ipv4_parse(struct cursor *in, uint32_t sent, struct ipv4 *out)
{
	*out = (struct ipv4){0};
	uint8_t version_ihl = cursor_u8(in, "version, IHL");
	uint32_t header = (version_ihl & 0x0fU) * 4;
	cursor_skip(in, 1, "type of service");
	uint32_t total = cursor_u16(in, "total length");
	out->id = cursor_u16(in, "identification");
	uint16_t fragment = cursor_u16(in, "flags, fragment offset");
	out->ttl = cursor_u8(in, "time to live");
	out->protocol = cursor_u8(in, "protocol");
	cursor_skip(in, 2, "header checksum");
	out->src = cursor_bytes(in, 4, "source address");
	out->dst = cursor_bytes(in, 4, "destination address");
	if (cursor_ok(in) && (version_ihl >> 4 != 4 || header < IPV4_HEADER_MIN))
		return cursor_fail(in, "version, IHL");
	if (header > IPV4_HEADER_MIN)
		cursor_skip(in, header - IPV4_HEADER_MIN, "options");

	if (total == 0)
		total = sent;
	if (total < header)
		return cursor_fail(in, "total length");
	out->more = (fragment & IPV4_MORE_FRAGMENTS) != 0;
	out->offset = (uint16_t)((fragment & IPV4_OFFSET_MASK) * 8U);
	out->fragment = out->more || out->offset != 0;
	out->payload_len = total - header;
	size_t left = cursor_left(in);
	out->payload = cursor_bytes(in, left < out->payload_len ? left : out->payload_len, "data");
	return cursor_ok(in);
}
