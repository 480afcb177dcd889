/*
 * decode.h - one captured packet to one TCP segment (or UDP datagram): link, IP, transport.
 * Pure apart from its output: state (fragments, flows) lives next door.
 */
#ifndef ANALYZER_PACKET_DECODE_H
#define ANALYZER_PACKET_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/input/packet.h"
#include "dissectors/wire/bytes.h"

/* An address and a port. IPv4 sits in the first 4 bytes of addr, the rest is zero. */
struct endpoint {
	uint8_t addr[16];
	uint16_t port;
	uint8_t family; /* 4 or 6 */
};

/* IANA protocol numbers. */
enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

enum tcp_flag { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10 };

/* One transport-layer unit. payload borrows from the packet; payload_len is what was sent, so
 * payload.len < payload_len means that the capture cut it. seq, ack as on the wire. */
struct segment {
	struct endpoint src, dst;
	uint8_t protocol; /* 6 TCP, 17 UDP */
	uint8_t tcp_flags, ttl;
	uint16_t ip_id; /* 0 for IPv6 */
	uint32_t seq, ack;
	struct bytes payload;
	uint32_t payload_len;
	uint64_t frame;
	int64_t time_ns;
	uint32_t interface;
	uint32_t vlan;      /* outermost VLAN id + 1, 0 when none */
	const uint8_t *mac; /* source MAC, 6 bytes, NULL when the link has none */
};

enum decode_result {
	DECODE_SEGMENT,   /* *out is filled */
	DECODE_OTHER,     /* well-formed, but nothing we follow (ARP, ICMP, an unknown ethertype, a
			     fragment) */
	DECODE_MALFORMED, /* a length that cannot be */
	DECODE_CUT,       /* headers cut by the snap length */
	DECODE_LINK,      /* link type we cannot read */
};

/* *out is undefined unless the result is DECODE_SEGMENT. */
enum decode_result decode_packet(const struct packet *p, struct segment *out);

#endif
