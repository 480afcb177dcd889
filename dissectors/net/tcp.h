/*
 * tcp.h - TCP header, RFC 9293 section 3.1.
 * Called by analyzer/packet/decode.c. Options are skipped: reassembly needs none of them.
 */
#ifndef DISSECTORS_NET_TCP_H
#define DISSECTORS_NET_TCP_H

#include "dissectors/wire/cursor.h"

struct tcp {
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint8_t flags;        /* CWR ... FIN, the low 8 of them */
	uint8_t header_len;   /* bytes, 20 to 60 */
	struct bytes payload; /* as captured */
};

/* The checksum is not checked: offloading leaves it wrong in every local capture. */
bool tcp_parse(struct cursor *in, struct tcp *out);

#endif
