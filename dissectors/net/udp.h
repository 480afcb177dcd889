/*
 * udp.h - UDP header, RFC 768.
 * Called by analyzer/packet/decode.c.
 */
#ifndef DISSECTORS_NET_UDP_H
#define DISSECTORS_NET_UDP_H

#include "dissectors/wire/cursor.h"

struct udp {
	uint16_t src_port, dst_port;
	struct bytes payload; /* as captured, never beyond the datagram's own length */
	uint32_t payload_len; /* as sent */
};

/* `sent`: bytes of the datagram that the network layer announced; it stands in for a length of 0
 * (RFC 2675 section 4, and segmentation by the network card). */
bool udp_parse(struct cursor *in, uint32_t sent, struct udp *out);

#endif
