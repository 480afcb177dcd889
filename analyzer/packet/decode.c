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

/* What the network layer hands to the transport layer. */
struct datagram {
	uint8_t protocol;
	bool fragment;
	struct bytes payload;
	uint32_t payload_len;
};

/* A read that does not fit is the snap length's doing when the container was cut. */
static enum decode_result
failed(const struct cursor *c, bool cut)
{
	return c->failure == CURSOR_SHORT && cut ? DECODE_CUT : DECODE_MALFORMED;
}

static void
endpoint_set(struct endpoint *e, struct bytes address)
{
	*e = (struct endpoint){.family = address.len == 4 ? 4 : 6};
	memcpy(e->addr, address.data, address.len == 4 ? 4 : 16);
}

static bool
decode_ipv4(struct cursor *c, uint32_t sent, struct datagram *d, struct segment *out)
{
	struct ipv4 ip;

	if (!ipv4_parse(c, sent, &ip))
		return false;
	*d = (struct datagram){ip.protocol, ip.fragment, ip.payload, ip.payload_len};
	endpoint_set(&out->src, ip.src);
	endpoint_set(&out->dst, ip.dst);
	out->ttl = ip.ttl;
	out->ip_id = ip.id;
	return true;
}

static bool
decode_ipv6(struct cursor *c, uint32_t sent, struct datagram *d, struct segment *out)
{
	struct ipv6 ip;

	if (!ipv6_parse(c, sent, &ip))
		return false;
	*d = (struct datagram){ip.protocol, ip.fragment, ip.payload, ip.payload_len};
	endpoint_set(&out->src, ip.src);
	endpoint_set(&out->dst, ip.dst);
	out->ttl = ip.hop_limit;
	out->ip_id = 0;
	return true;
}

static enum decode_result
decode_tcp(struct cursor *c, const struct datagram *d, struct segment *out)
{
	struct tcp tcp;

	if (!tcp_parse(c, &tcp))
		return failed(c, d->payload.len < d->payload_len);
	out->src.port = tcp.src_port;
	out->dst.port = tcp.dst_port;
	out->tcp_flags = tcp.flags;
	out->seq = tcp.seq;
	out->ack = tcp.ack;
	out->payload = tcp.payload;
	out->payload_len = d->payload_len - tcp.header_len;
	return DECODE_SEGMENT;
}

static enum decode_result
decode_udp(struct cursor *c, const struct datagram *d, struct segment *out)
{
	struct udp udp;

	if (!udp_parse(c, d->payload_len, &udp))
		return failed(c, d->payload.len < d->payload_len);
	out->src.port = udp.src_port;
	out->dst.port = udp.dst_port;
	out->tcp_flags = 0;
	out->seq = out->ack = 0;
	out->payload = udp.payload;
	out->payload_len = udp.payload_len;
	return DECODE_SEGMENT;
}

/* A first fragment has a transport header, but where its segment ends, and so where a FIN lies,
 * stands in the others: all fragments wait for reassembly. */
static enum decode_result
decode_transport(const struct datagram *d, struct segment *out)
{
	struct cursor c = cursor_init(d->payload, 0);

	if (d->fragment)
		return DECODE_OTHER;
	out->protocol = d->protocol;
	switch (d->protocol) {
	case PROTOCOL_TCP:
		return decode_tcp(&c, d, out);
	case PROTOCOL_UDP:
		return decode_udp(&c, d, out);
	default:
		return DECODE_OTHER;
	}
}

enum decode_result
decode_packet(const struct packet *p, struct segment *out)
{
	struct cursor c = cursor_init(p->data, 0);
	bool cut = p->data.len < p->len && p->len <= FRAME_MAX;
	struct link link;
	struct datagram d;

	if (!link_parse(&c, p->link_type, &link))
		return link_known(p->link_type) ? failed(&c, cut) : DECODE_LINK;
	if (link.payload == LINK_OTHER)
		return DECODE_OTHER;
	uint32_t sent = (uint32_t)(cut ? p->len - c.pos : cursor_left(&c));
	bool ok = link.payload == LINK_IPV4 ? decode_ipv4(&c, sent, &d, out)
					    : decode_ipv6(&c, sent, &d, out);
	if (!ok)
		return failed(&c, cut);
	out->frame = p->frame;
	out->time_ns = p->time_ns;
	out->interface = p->interface;
	out->vlan = link.vlan;
	out->mac = link.mac;
	return decode_transport(&d, out);
}
