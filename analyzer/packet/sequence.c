/*
 * sequence.c - where offsets begin, and segments far from their stream.
 * See sequence.h.
 */
#include "analyzer/packet/sequence.h"

void
sequence_anchor(struct sequence *q, struct flow_direction *d, uint32_t zero,
		enum sequence_anchor how)
{
	if (q->anchor == SEQUENCE_NONE) {
		q->zero = zero;
		q->anchor = how;
		d->next = d->highest = 1;
		d->base_known = how == SEQUENCE_SURE;
	} else if (how == SEQUENCE_SURE && q->zero == zero) {
		q->anchor = how;
		d->base_known = true;
	}
}

void
sequence_start(struct sequence *q, struct flow_direction *d, uint64_t at, bool bytes)
{
	if (q->anchor == SEQUENCE_SURE)
		return;
	if (at > d->next && d->missing == 0 && (q->anchor == SEQUENCE_ACKED || at == d->next + 1))
		d->next = at;
	q->anchor = bytes ? SEQUENCE_SURE : SEQUENCE_EMPTY;
}

/* Near the latest far segment? */
static bool
near_far(const struct sequence *q, uint32_t seq)
{
	int32_t off = (int32_t)(seq - q->far_next);

	return q->far_run > 0 && off <= FLOW_JUMP_MAX && off >= -FLOW_JUMP_MAX;
}

bool
sequence_believe(struct sequence *q, const struct flow_direction *d, uint32_t seq, uint32_t len,
		 int64_t *at)
{
	int64_t ref = sequence_reference(d);
	bool continues = q->far_run > 0 && seq == q->far_next;
	bool acked = q->far_acked && near_far(q, seq);

	q->far_run = continues ? (uint8_t)(q->far_run + 1) : 1;
	q->far_next = seq + len;
	if (q->far_run < FLOW_FAR_RUN && !acked)
		return false;
	*at = ref + (int64_t)(uint32_t)(seq - (q->zero + (uint32_t)ref));
	q->far_run = 0;
	q->far_acked = false;
	return true;
}

void
sequence_far_ack(struct sequence *q, uint32_t ack)
{
	if (near_far(q, ack))
		q->far_acked = true;
}
