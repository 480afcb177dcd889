/*
 * ipv6.h - IPv6 header and the extension headers between it and the transport layer.
 * Called by analyzer/packet/decode.c behind the link layer. RFC 8200 sections 3 and 4; AH is RFC
 * 4302 section 2.
 */
#ifndef DISSECTORS_NET_IPV6_H
#define DISSECTORS_NET_IPV6_H

#include "dissectors/wire/cursor.h"

/* More extension headers than this are nobody's traffic: the packet counts as malformed. */
enum { IPV6_EXTENSIONS_MAX = 16 };

struct ipv6 {
	struct bytes src, dst; /* 16 bytes each */
	uint8_t hop_limit;
	uint8_t protocol;     /* the first next header that is no extension we skip */
	bool fragment;        /* a part of a datagram; an atomic fragment (RFC 6946) is none */
	uint16_t offset;      /* of that part, in bytes */
	bool more;            /* fragments follow */
	uint32_t id;          /* of the fragment header */
	struct bytes payload; /* as captured, behind the extension headers */
	uint32_t payload_len; /* as sent; > payload.len when the capture cut it */
};

/* `sent`: as in ipv4_parse, stands in for a payload length of 0. Jumbograms (RFC 2675) are thus
 * read as long as the frame is. */
bool ipv6_parse(struct cursor *in, uint32_t sent, struct ipv6 *out);

#endif
