/*
 * ipv6.c - IPv6 header and extension headers, RFC 8200.
 * See ipv6.h.
 */
#include "dissectors/net/ipv6.h"

/* IANA "protocol numbers": the extension headers that stand before a transport header. */
enum {
	IPV6_HOP_BY_HOP = 0,
	IPV6_ROUTING = 43,
	IPV6_FRAGMENT = 44,
	IPV6_AH = 51,
	IPV6_DESTINATION = 60,
	IPV6_HEADER = 40,
};

/* RFC 8200 section 4.5. */
static void
fragment_header(struct cursor *in, struct ipv6 *out)
{
	cursor_skip(in, 1, "reserved");
	uint16_t word = cursor_u16(in, "fragment offset, M");
	out->id = cursor_u32(in, "identification");
	out->offset = word & 0xfff8;
	out->more = (word & 1) != 0;
	out->fragment = out->more || out->offset != 0;
}

/* One extension header; false when `type` is none that we skip. */
static bool
extension(struct cursor *in, uint8_t type, struct ipv6 *out)
{
	uint32_t unit = 8, base = 8;

	switch (type) {
	case IPV6_FRAGMENT:
		out->protocol = cursor_u8(in, "next header");
		fragment_header(in, out);
		return true;
	case IPV6_AH: /* counts 4-byte units minus 2, RFC 4302 section 2.2 */
		unit = 4;
		break;
	case IPV6_HOP_BY_HOP:
	case IPV6_ROUTING:
	case IPV6_DESTINATION:
		break;
	default:
		return false;
	}
	out->protocol = cursor_u8(in, "next header");
	uint32_t len = cursor_u8(in, "hdr ext len") * unit + base;
	cursor_skip(in, len - 2, "extension header");
	return true;
}

/* Behind the first header of a later fragment stands no header at all: stop there. */
static void
extensions(struct cursor *in, struct ipv6 *out)
{
	unsigned n = 0;

	while (cursor_ok(in) && out->offset == 0 && extension(in, out->protocol, out)) {
		if (++n > IPV6_EXTENSIONS_MAX)
			cursor_fail(in, "extension headers");
	}
}

bool
ipv6_parse(struct cursor *in, uint32_t sent, struct ipv6 *out)
{
	struct bytes fixed = cursor_bytes(in, IPV6_HEADER, "header");

	*out = (struct ipv6){0};
	if (fixed.len == 0)
		return false;
	if (fixed.data[0] >> 4 != 6)
		return cursor_fail(in, "version");
	uint32_t len = bytes_u16(fixed, 4);
	out->protocol = fixed.data[6];
	out->hop_limit = fixed.data[7];
	out->src = bytes_part(fixed, 8, 16);
	out->dst = bytes_part(fixed, 24, 16);
	if (len == 0)
		len = sent > IPV6_HEADER ? sent - IPV6_HEADER : 0;

	size_t left = cursor_left(in);
	struct cursor body = cursor_child(in, cursor_bytes(in, left < len ? left : len, "payload"));
	extensions(&body, out);
	out->payload_len = len - (uint32_t)body.pos;
	out->payload = cursor_rest(&body);
	cursor_adopt(in, &body);
	return cursor_ok(in);
}
