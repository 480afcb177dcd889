/*
 * stream_number.h - Wireshark 4.0's tcp.stream and udp.stream, counted while packets pass.
 * Called by the flow table for every packet that can change a number.
 *
 * The rule, as observed and held by a differential test: conversations are numbered from 0 in the
 * order of their first packet, TCP and UDP apart, one per pair of addresses and ports. A SYN
 * without ACK whose sequence number is not the base of its sender starts the pair's next
 * conversation. The base is a SYN's sequence number, else the first sequence number minus 1, else
 * the first acknowledgment of the other side minus 1.
 */
#ifndef ANALYZER_PACKET_STREAM_NUMBER_H
#define ANALYZER_PACKET_STREAM_NUMBER_H

#include "analyzer/packet/pairs.h"

/* Pairs remembered; when there are more, no new number is given out: -1 rather than a wrong one. */
enum { STREAM_PAIRS_MAX = 4 * 1000 * 1000 };

struct stream_numbers {
	int64_t tcp, udp; /* the next ones */
	bool lost;        /* a pair could not be remembered */
};

/* Number the conversation of a pair that was just added. */
void stream_number_first(struct stream_numbers *n, struct pair *p, uint8_t protocol);

/* Are both bases known? Then only a SYN can change a number. */
static inline bool
stream_number_known(const struct pair *p)
{
	return p->base_set == 3;
}

/* Does this TCP segment need stream_number_tcp? */
static inline bool
stream_number_due(const struct pair *p, const struct segment *s)
{
	return !stream_number_known(p) || (s->tcp_flags & TCP_SYN) != 0;
}

/* Learn bases, and start the next conversation when the segment does. */
void stream_number_tcp(struct stream_numbers *n, struct pair *p, unsigned side,
		       const struct segment *s);

#endif
