/*
 * link.c - one parser per link type, and the chain of ethertypes behind them.
 * See link.h.
 */
#include "dissectors/net/link.h"

/* Ethertypes, IANA "IEEE 802 numbers"; PPP protocols, IANA "PPP DLL protocol numbers". */
enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_VLAN = 0x8100,       /* IEEE 802.1Q */
	ETHERTYPE_VLAN_OUTER = 0x88a8, /* IEEE 802.1ad */
	ETHERTYPE_VLAN_9100 = 0x9100,  /* before 802.1ad, still sold */
	ETHERTYPE_PPPOE = 0x8864,
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
};

enum { ETHERNET_HEADER = 14 }; /* destination, source, type: IEEE 802.3 */

/* Linux ARPHRD_ values whose `protocol` is no ethertype, tcpdump.org LINKTYPE_LINUX_SLL. */
enum {
	ARPHRD_ETHER = 1,
	ARPHRD_FRAD = 770,
	ARPHRD_IPGRE = 778,
	ARPHRD_RADIOTAP = 803,
	ARPHRD_IP6GRE = 823,
	ARPHRD_NETLINK = 824,
};

/* RFC 1661 section 2. A protocol below 0x100 may be sent as one byte (section 6.5): the low bit
 * of the first byte says so. */
static void
ppp_protocol(struct cursor *in, struct link *out)
{
	uint32_t protocol = cursor_u8(in, "protocol");

	if ((protocol & 1) == 0)
		protocol = protocol << 8 | cursor_u8(in, "protocol");
	if (protocol == PPP_IPV4)
		out->payload = LINK_IPV4;
	else if (protocol == PPP_IPV6)
		out->payload = LINK_IPV6;
}

/* RFC 2516 section 4; only sessions carry IP. */
static void
pppoe(struct cursor *in, struct link *out)
{
	cursor_skip(in, 1, "ver, type");
	uint8_t code = cursor_u8(in, "code");
	cursor_skip(in, 2, "session_id");
	cursor_skip(in, 2, "length"); /* the network layer has its own */
	if (code == 0)
		ppp_protocol(in, out);
}

static uint16_t
vlan_tag(struct cursor *in, struct link *out)
{
	uint16_t tci = cursor_u16(in, "tag control information");

	if (out->vlan == 0)
		out->vlan = (tci & 0x0fffU) + 1;
	return cursor_u16(in, "type");
}

/* What stands behind an ethertype. A length (IEEE 802.3, below 0x600) is LLC: other. */
static void
ethertype(struct cursor *in, uint16_t type, struct link *out)
{
	for (unsigned tags = 0; tags < LINK_TAGS_MAX; tags++) {
		switch (type) {
		case ETHERTYPE_IPV4:
			out->payload = LINK_IPV4;
			return;
		case ETHERTYPE_IPV6:
			out->payload = LINK_IPV6;
			return;
		case ETHERTYPE_PPPOE:
			pppoe(in, out);
			return;
		case ETHERTYPE_VLAN:
		case ETHERTYPE_VLAN_OUTER:
		case ETHERTYPE_VLAN_9100:
			type = vlan_tag(in, out);
			break;
		default:
			return;
		}
	}
}

static void
ethernet(struct cursor *in, struct link *out)
{
	struct bytes header = cursor_bytes(in, ETHERNET_HEADER, "header");

	if (header.len == 0)
		return;
	out->mac = bytes_part(header, 6, 6).data;
	ethertype(in, bytes_u16(header, 12), out);
}

/* Address and control may be left out (RFC 1661 section 6.6); no protocol begins with 0xff. */
static void
ppp(struct cursor *in, struct link *out)
{
	struct cursor peek = *in;

	if (cursor_u8(&peek, "address") == 0xff)
		cursor_skip(in, 2, "address, control");
	ppp_protocol(in, out);
}

static void
by_version(struct cursor *in, struct link *out)
{
	struct cursor peek = *in;
	uint8_t version = cursor_u8(&peek, "version") >> 4;

	if (version == 4)
		out->payload = LINK_IPV4;
	else if (version == 6)
		out->payload = LINK_IPV6;
	cursor_adopt(in, &peek);
}

static void
raw(struct cursor *in, struct link *out)
{
	by_version(in, out);
}

static void
raw_ipv4(struct cursor *in, struct link *out)
{
	(void)in;
	out->payload = LINK_IPV4;
}

static void
raw_ipv6(struct cursor *in, struct link *out)
{
	(void)in;
	out->payload = LINK_IPV6;
}

/* AF_INET is 2 everywhere, AF_INET6 differs by system. */
static void
address_family(uint32_t family, struct link *out)
{
	switch (family) {
	case 2:
		out->payload = LINK_IPV4;
		break;
	case 10: /* Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		out->payload = LINK_IPV6;
		break;
	default:
		break;
	}
}

static void
loop(struct cursor *in, struct link *out)
{
	address_family(cursor_u32(in, "family"), out);
}

/* In the byte order of the capturing machine: families are small, so the order that gives a
 * number below 65536 is the right one. */
static void
null(struct cursor *in, struct link *out)
{
	struct cursor other = *in;
	uint32_t family = cursor_u32le(in, "family");

	address_family(family <= 0xffff ? family : cursor_u32(&other, "family"), out);
}

/* Shared by both cooked headers: what the sender's hardware says about mac and protocol. */
static void
cooked(struct cursor *in, uint16_t hardware, struct bytes address, uint16_t protocol,
       struct link *out)
{
	if (hardware == ARPHRD_ETHER && address.len == 6)
		out->mac = address.data;
	switch (hardware) {
	case ARPHRD_FRAD:
	case ARPHRD_IPGRE:
	case ARPHRD_RADIOTAP:
	case ARPHRD_IP6GRE:
	case ARPHRD_NETLINK:
		break;
	default:
		ethertype(in, protocol, out);
	}
}

/* The address field has 8 bytes whatever its length says. */
static struct bytes
cooked_address(struct cursor *in, size_t len)
{
	struct cursor field = cursor_child(in, cursor_bytes(in, 8, "link-layer address"));

	return cursor_bytes(&field, len < 8 ? len : 8, "link-layer address");
}

static void
sll(struct cursor *in, struct link *out)
{
	cursor_skip(in, 2, "packet type");
	uint16_t hardware = cursor_u16(in, "ARPHRD_ type");
	uint16_t len = cursor_u16(in, "link-layer address length");
	struct bytes address = cooked_address(in, len);

	cooked(in, hardware, address, cursor_u16(in, "protocol type"), out);
}

static void
sll2(struct cursor *in, struct link *out)
{
	uint16_t protocol = cursor_u16(in, "protocol type");
	cursor_skip(in, 2, "reserved");
	cursor_skip(in, 4, "interface index");
	uint16_t hardware = cursor_u16(in, "ARPHRD_ type");
	cursor_skip(in, 1, "packet type");
	uint8_t len = cursor_u8(in, "link-layer address length");

	cooked(in, hardware, cooked_address(in, len), protocol, out);
}

bool
link_known(uint32_t link_type)
{
	return link_name(link_type) != NULL;
}

const char *
link_name(uint32_t link_type)
{
	switch (link_type) {
#define LINK_TYPE(value, parser, name) \
	case value:                    \
		return name;
#include "dissectors/net/link_types.def"
#undef LINK_TYPE
	default:
		return NULL;
	}
}

bool
link_parse(struct cursor *in, uint32_t link_type, struct link *out)
{
	*out = (struct link){0};
	switch (link_type) {
#define LINK_TYPE(value, parser, name) \
	case value:                    \
		parser(in, out);       \
		break;
#include "dissectors/net/link_types.def"
#undef LINK_TYPE
	default:
		return false;
	}
	return cursor_ok(in);
}
