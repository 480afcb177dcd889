/*
 * decode.c - one captured packet to one TCP segment or UDP datagram.
 * See decode.h. Tunnels, MPLS and the reassembly of fragments will stand between the network and
 * the transport layer; today such packets are DECODE_OTHER.
 */
#include "analyzer/packet/decode.h"

#include "dissectors/net/ipv4.h"
#include "dissectors/net/ipv6.h"
#include "dissectors/net/link.h"
#include "dissectors/net/tcp.h"
#include "dissectors/net/udp.h"
#include "dissectors/wire/cursor.h"

/* No frame is longer (BIG TCP ends at 512 KiB); a capture that says so is wrong about it. */
enum { FRAME_MAX = 1024 * 1024 };

/* A read that does not fit is the snap length's doing when the container was cut. */
static enum decode_result
failed(const struct cursor *c, bool cut)
{
	return c->failure == CURSOR_SHORT && cut ? DECODE_CUT : DECODE_MALFORMED;
}

static inline void
endpoint_set(struct endpoint *e, uint8_t family, const uint8_t *address, size_t len)
{
	uint64_t words[2] = {
	    0}; /* as the flow table will read it: a store that a load can follow */

	memcpy(words, address, len);
	memcpy(e->addr, words, sizeof(e->addr));
	e->port = 0;
	e->family = family;
}

static inline enum decode_result
decode_tcp(struct bytes payload, uint32_t sent, struct segment *out)
{
	struct cursor c = cursor_init(payload, 0);
	struct tcp tcp;

	if (!tcp_parse(&c, &tcp))
		return failed(&c, payload.len < sent);
	out->src.port = tcp.src_port;
	out->dst.port = tcp.dst_port;
	out->tcp_flags = tcp.flags;
	out->seq = tcp.seq;
	out->ack = tcp.ack;
	out->payload = cursor_rest(&c);
	out->payload_len = sent - tcp.header_len;
	return DECODE_SEGMENT;
}

static enum decode_result
decode_udp(struct bytes payload, uint32_t sent, struct segment *out)
{
	struct cursor c = cursor_init(payload, 0);
	struct udp udp;

	if (!udp_parse(&c, sent, &udp))
		return failed(&c, payload.len < sent);
	out->src.port = udp.src_port;
	out->dst.port = udp.dst_port;
	out->tcp_flags = 0;
	out->seq = out->ack = 0;
	out->payload = udp.payload;
	out->payload_len = udp.payload_len;
	return DECODE_SEGMENT;
}

/* `sent` is the payload's length on the wire. */
static inline enum decode_result
decode_transport(uint8_t protocol, struct bytes payload, uint32_t sent, struct segment *out)
{
	out->protocol = protocol;
	switch (protocol) {
	case PROTOCOL_TCP:
		return decode_tcp(payload, sent, out);
	case PROTOCOL_UDP:
		return decode_udp(payload, sent, out);
	default:
		return DECODE_OTHER;
	}
}

/* A first fragment has a transport header, but where its segment ends, and so where a FIN lies,
 * stands in the others: all fragments wait for reassembly. */
static enum decode_result
decode_ipv4(struct cursor *c, bool cut, uint32_t sent, struct segment *out)
{
	struct ipv4 ip;

	if (!ipv4_parse(c, sent, &ip))
		return failed(c, cut);
	if (ip.fragment)
		return DECODE_OTHER;
	endpoint_set(&out->src, 4, ip.src.data, 4);
	endpoint_set(&out->dst, 4, ip.dst.data, 4);
	out->ttl = ip.ttl;
	out->ip_id = ip.id;
	return decode_transport(ip.protocol, ip.payload, ip.payload_len, out);
}

static enum decode_result
decode_ipv6(struct cursor *c, bool cut, uint32_t sent, struct segment *out)
{
	struct ipv6 ip;

	if (!ipv6_parse(c, sent, &ip))
		return failed(c, cut);
	if (ip.fragment)
		return DECODE_OTHER;
	endpoint_set(&out->src, 6, ip.src.data, 16);
	endpoint_set(&out->dst, 6, ip.dst.data, 16);
	out->ttl = ip.hop_limit;
	out->ip_id = 0;
	return decode_transport(ip.protocol, ip.payload, ip.payload_len, out);
}

/* Nearly every packet of nearly every capture, whose fields are found at their places after one
 * look at its length: Ethernet (IEEE 802.3) without tags, IPv4 (RFC 791) without options, TCP (RFC
 * 9293). False: another, or not whole; the parsers say what it is. */
static inline bool
decode_usual(const struct packet *p, struct segment *out)
{
	enum { ETHERNET = 1, TYPE = 12, IPV4 = 14, TCP = IPV4 + 20, HEADERS = TCP + 20 };
	const struct bytes in = p->data;

	if (p->link_type != ETHERNET || in.len < HEADERS)
		return false;
	uint32_t total = bytes_u16(in, IPV4 + 2), fragment = bytes_u16(in, IPV4 + 6) & 0x3fffU;
	uint32_t header = (in.data[TCP + 12] >> 4) * 4U;
	if (bytes_u16(in, TYPE) != 0x0800 || in.data[IPV4] != 0x45 || fragment != 0 ||
	    in.data[IPV4 + 9] != PROTOCOL_TCP || header < HEADERS - TCP ||
	    total < TCP - IPV4 + header || in.len < TCP + header)
		return false;
	uint32_t sent = total - (TCP - IPV4) - header;
	size_t left = in.len - TCP - header;
	endpoint_set(&out->src, 4, in.data + IPV4 + 12, 4);
	endpoint_set(&out->dst, 4, in.data + IPV4 + 16, 4);
	out->src.port = bytes_u16(in, TCP);
	out->dst.port = bytes_u16(in, TCP + 2);
	out->protocol = PROTOCOL_TCP;
	out->tcp_flags = in.data[TCP + 13];
	out->ttl = in.data[IPV4 + 8];
	out->ip_id = bytes_u16(in, IPV4 + 4);
	out->seq = bytes_u32(in, TCP + 4);
	out->ack = bytes_u32(in, TCP + 8);
	out->payload = bytes_part(in, TCP + header, left < sent ? left : sent);
	out->payload_len = sent;
	out->frame = p->frame;
	out->time_ns = p->time_ns;
	out->interface = p->interface;
	out->vlan = 0;
	out->mac = in.data + 6;
	return true;
}

enum decode_result
decode_packet(const struct packet *p, struct segment *out)
{
	if (decode_usual(p, out))
		return DECODE_SEGMENT;
	struct cursor c = cursor_init(p->data, 0);
	bool cut = p->data.len < p->len && p->len <= FRAME_MAX;
	struct link link;

	if (!link_parse(&c, p->link_type, &link))
		return link_known(p->link_type) ? failed(&c, cut) : DECODE_LINK;
	if (link.payload == LINK_OTHER)
		return DECODE_OTHER;
	uint32_t sent = (uint32_t)(cut ? p->len - c.pos : cursor_left(&c));
	out->frame = p->frame;
	out->time_ns = p->time_ns;
	out->interface = p->interface;
	out->vlan = link.vlan;
	out->mac = link.mac;
	return link.payload == LINK_IPV4 ? decode_ipv4(&c, cut, sent, out)
					 : decode_ipv6(&c, cut, sent, out);
}
