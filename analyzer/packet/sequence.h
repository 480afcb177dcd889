/*
 * sequence.h - 32-bit sequence numbers of one direction to 64-bit stream offsets.
 * Used by flow.c: where offsets begin, how they go round, and which segments lie too far from their
 * stream to be believed. RFC 9293 section 3.4.
 */
#ifndef ANALYZER_PACKET_SEQUENCE_H
#define ANALYZER_PACKET_SEQUENCE_H

#include "analyzer/packet/flow.h"

/* How we know offset 0, from nothing to sure. */
enum sequence_anchor {
	SEQUENCE_NONE,
	SEQUENCE_ACKED, /* the other side's acknowledgment: bytes in flight may not be captured */
	SEQUENCE_EMPTY, /* an empty segment: a keep-alive lies one byte before its stream */
	SEQUENCE_SURE,  /* a SYN, or bytes were delivered */
};

struct sequence {
	uint32_t zero;     /* sequence number of stream offset 0 */
	uint32_t far_next; /* behind the latest segment that was too far away */
	uint8_t anchor;    /* enum sequence_anchor */
	uint8_t far_run;   /* how many of those continued each other; 0: none */
	bool far_acked;    /* the other side acknowledged bytes there */
	bool ended;        /* a FIN was seen */
};

/* Sequence numbers further behind than this are ahead: the 32 bits went round unseen. */
enum { SEQUENCE_BEHIND_MAX = 1024 * 1024 * 1024 };

/* The furthest offset known of a direction: 32-bit numbers are read relative to it. */
static inline int64_t
sequence_reference(const struct flow_direction *d)
{
	uint64_t far = d->highest > d->next ? d->highest : d->next;

	return (int64_t)(far > d->acked ? far : d->acked);
}

/* The stream offset of a sequence number, nearest to the reference; below 0 is before the SYN. */
static inline int64_t
sequence_offset(const struct sequence *q, const struct flow_direction *d, uint32_t seq)
{
	int64_t ref = sequence_reference(d);

	return ref + (int32_t)(seq - (q->zero + (uint32_t)ref));
}

static inline bool
sequence_is_far(const struct flow_direction *d, int64_t at)
{
	int64_t ahead = at - sequence_reference(d);

	return ahead > FLOW_JUMP_MAX || ahead < -SEQUENCE_BEHIND_MAX;
}

/* Offset 0 is at `zero`, for all that is known. Later and better knowledge counts only when it
 * agrees: offsets that were given out stay. */
void sequence_anchor(struct sequence *q, struct flow_direction *d, uint32_t zero,
		     enum sequence_anchor how);
/* Something of the stream's own, with or without bytes, was seen at offset `at`: the stream starts
 * there when nothing was delivered yet and the anchor allows for that. */
void sequence_start(struct sequence *q, struct flow_direction *d, uint64_t at, bool bytes);
/* A segment of len bytes far from its stream: garbage, or did the capture lose a lot? True when it
 * is believed; *at becomes an offset ahead of everything known. */
bool sequence_believe(struct sequence *q, const struct flow_direction *d, uint32_t seq,
		      uint32_t len, int64_t *at);
/* An acknowledgment far from this direction: it may support the far segments. */
void sequence_far_ack(struct sequence *q, uint32_t ack);

#endif
