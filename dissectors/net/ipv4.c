/*
 * ipv4.c - IPv4 header, RFC 791 section 3.1.
 * See ipv4.h.
 */
#include "dissectors/net/ipv4.h"

enum { IPV4_HEADER_MIN = 20, IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET_MASK = 0x1fff };

/* The fixed part is read as a whole: this runs for every packet, and one check costs less than one
 * per field. */
bool
ipv4_parse(struct cursor *in, uint32_t sent, struct ipv4 *out)
{
	struct bytes fixed = cursor_bytes(in, IPV4_HEADER_MIN, "header");

	if (fixed.len == 0)
		return false;
	uint32_t header = (fixed.data[0] & 0x0fU) * 4;
	if (fixed.data[0] >> 4 != 4 || header < IPV4_HEADER_MIN)
		return cursor_fail(in, "version, IHL");
	if (header > IPV4_HEADER_MIN)
		cursor_skip(in, header - IPV4_HEADER_MIN, "options");

	uint32_t total = bytes_u16(fixed, 2);
	if (total == 0)
		total = sent;
	if (total < header)
		return cursor_fail(in, "total length");
	uint16_t fragment = bytes_u16(fixed, 6);
	out->id = bytes_u16(fixed, 4);
	out->more = (fragment & IPV4_MORE_FRAGMENTS) != 0;
	out->offset = (uint16_t)((fragment & IPV4_OFFSET_MASK) * 8);
	out->fragment = out->more || out->offset != 0;
	out->ttl = fixed.data[8];
	out->protocol = fixed.data[9];
	out->src = bytes_part(fixed, 12, 4);
	out->dst = bytes_part(fixed, 16, 4);
	out->payload_len = total - header;
	size_t left = cursor_left(in);
	out->payload = cursor_bytes(in, left < out->payload_len ? left : out->payload_len, "data");
	return cursor_ok(in);
}
