/*
 * ipv4.h - IPv4 header, RFC 791 section 3.1.
 * Called by analyzer/packet/decode.c behind the link layer.
 */
#ifndef DISSECTORS_NET_IPV4_H
#define DISSECTORS_NET_IPV4_H

#include "dissectors/wire/cursor.h"

struct ipv4 {
	struct bytes src, dst; /* 4 bytes each */
	uint16_t id;
	uint8_t ttl, protocol;
	bool fragment;        /* a part of a datagram: more follow, or it is not the first */
	uint16_t offset;      /* of that part, in bytes */
	bool more;            /* fragments follow */
	struct bytes payload; /* as captured, without link-layer padding */
	uint32_t payload_len; /* as sent; > payload.len when the capture cut it */
};

/* `sent`: bytes from this header to the end of the frame as it was on the wire. It stands in for a
 * total length of 0, which captures show when the network card did the segmentation. The checksum
 * is not checked: offloading leaves it wrong in every local capture. */
bool ipv4_parse(struct cursor *in, uint32_t sent, struct ipv4 *out);

#endif
