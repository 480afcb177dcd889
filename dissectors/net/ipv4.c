/*
 * ipv4.c - IPv4 header, RFC 791 section 3.1.
 * See ipv4.h.
 */
#include "dissectors/net/ipv4.h"

enum { IPV4_HEADER_MIN = 20, IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET_MASK = 0x1fff };

/* Read in the 32-bit rows of the RFC's picture: this runs for every packet, and five checks cost
 * less than eleven. */
bool
ipv4_parse(struct cursor *in, uint32_t sent, struct ipv4 *out)
{
	*out = (struct ipv4){0};
	uint32_t version_row = cursor_u32(in, "version, IHL, type of service, total length");
	uint32_t fragment_row = cursor_u32(in, "identification, flags, fragment offset");
	uint32_t protocol_row = cursor_u32(in, "time to live, protocol, header checksum");
	out->src = cursor_bytes(in, 4, "source address");
	out->dst = cursor_bytes(in, 4, "destination address");
	uint32_t header = (version_row >> 24 & 0x0f) * 4;
	if (cursor_ok(in) && (version_row >> 28 != 4 || header < IPV4_HEADER_MIN))
		return cursor_fail(in, "version, IHL");
	if (header > IPV4_HEADER_MIN)
		cursor_skip(in, header - IPV4_HEADER_MIN, "options");

	uint32_t total = (version_row & 0xffff) != 0 ? version_row & 0xffff : sent;
	if (total < header)
		return cursor_fail(in, "total length");
	out->id = (uint16_t)(fragment_row >> 16);
	out->more = (fragment_row & IPV4_MORE_FRAGMENTS) != 0;
	out->offset = (uint16_t)((fragment_row & IPV4_OFFSET_MASK) * 8);
	out->fragment = out->more || out->offset != 0;
	out->ttl = (uint8_t)(protocol_row >> 24);
	out->protocol = (uint8_t)(protocol_row >> 16);
	out->payload_len = total - header;
	size_t left = cursor_left(in);
	out->payload = cursor_bytes(in, left < out->payload_len ? left : out->payload_len, "data");
	return cursor_ok(in);
}
