/*
 * stream_number.c - Wireshark's numbers for conversations.
 * See stream_number.h for the rule.
 */
#include "analyzer/packet/stream_number.h"

static int64_t
take(const struct stream_numbers *n, int64_t *counter)
{
	return n->lost ? -1 : (*counter)++;
}

void
stream_number_first(struct stream_numbers *n, struct pair *p, uint8_t protocol)
{
	p->stream = take(n, protocol == PROTOCOL_TCP ? &n->tcp : &n->udp);
}

static void
base_learn(struct pair *p, unsigned side, uint32_t base)
{
	if ((p->base_set & 1U << side) != 0)
		return;
	p->base[side] = base;
	p->base_set |= (uint8_t)(1U << side);
}

void
stream_number_tcp(struct stream_numbers *n, struct pair *p, unsigned side, const struct segment *s)
{
	bool syn = (s->tcp_flags & TCP_SYN) != 0;
	bool ack = (s->tcp_flags & TCP_ACK) != 0;

	if (syn && !ack && (p->base_set & 1U << side) != 0 && p->base[side] != s->seq) {
		p->stream = take(n, &n->tcp);
		p->base_set = 0;
	}
	base_learn(p, side, syn ? s->seq : s->seq - 1);
	if (ack)
		base_learn(p, 1 - side, s->ack - 1);
}
