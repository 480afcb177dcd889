/*
 * link.h - link-layer headers: what a captured frame carries, its VLAN, its sender.
 * First parser of every packet; called by analyzer/packet/decode.c, which reads the network layer
 * from the same cursor. One row of link_types.def per link type.
 * IEEE 802.3, 802.1Q; RFC 1661, RFC 2516; tcpdump.org/linktypes.html.
 */
#ifndef DISSECTORS_NET_LINK_H
#define DISSECTORS_NET_LINK_H

#include "dissectors/wire/cursor.h"

/* VLAN tags, and PPPoE as one more, that are followed before a frame counts as something else. */
enum { LINK_TAGS_MAX = 8 };

enum link_payload {
	LINK_OTHER, /* ARP, LLC, MPLS, an unknown type: nothing to follow */
	LINK_IPV4,
	LINK_IPV6,
};

struct link {
	enum link_payload payload;
	uint32_t vlan;      /* outermost VLAN id + 1, 0 when none */
	const uint8_t *mac; /* the sender's, 6 bytes, borrowed; NULL when the link has none */
};

/* Is there a row for this LINKTYPE_ value? */
bool link_known(uint32_t link_type);
/* The row's name, NULL when there is none. */
const char *link_name(uint32_t link_type);

/* Leaves `in` at the network layer. False when a header does not fit, or link_type is unknown. */
bool link_parse(struct cursor *in, uint32_t link_type, struct link *out);

#endif
