/*
 * flow_facts.h - what each segment adds to the facts of its direction (struct flow_direction).
 * Part of flow.c, for it only; inline, because most of it runs for every packet.
 */
#ifndef ANALYZER_PACKET_FLOW_FACTS_H
#define ANALYZER_PACKET_FLOW_FACTS_H

#include "analyzer/packet/flow.h"

static inline void
flow_facts_ip_id(struct flow_direction *dir, uint16_t id)
{
	uint16_t step = (uint16_t)(id - dir->last_ip_id);

	if (id == 0) {
		dir->ip_zeros += dir->ip_zeros < UINT8_MAX;
		return;
	}
	if (dir->ip_ids > 0 && step > dir->ip_id_step)
		dir->ip_id_step = step;
	dir->ip_ids += dir->ip_ids < UINT8_MAX;
	dir->last_ip_id = id;
}

static inline void
flow_facts_count(struct flow *f, enum flow_dir d, const struct segment *s)
{
	struct flow_direction *dir = &f->dir[d];

	f->last_frame = s->frame;
	f->last_ns = s->time_ns;
	dir->packets++;
	if ((s->tcp_flags & TCP_RST) != 0)
		return;
	if ((s->tcp_flags & TCP_SYN) == 0)
		flow_facts_ip_id(dir, s->ip_id);
	if (dir->ttl_min == 0 || s->ttl < dir->ttl_min)
		dir->ttl_min = s->ttl;
	if (s->ttl > dir->ttl_max)
		dir->ttl_max = s->ttl;
}

/* `back` is acknowledged up to offset `at`: further than before, or not, which a receiver says once
 * more when something behind a hole has arrived. */
static inline void
flow_facts_ack(struct flow_direction *back, uint64_t at, const struct segment *s)
{
	if (at > back->acked) {
		back->acked = at;
		back->waits = 0;
	} else if (at == back->acked && s->payload_len == 0 && at < back->highest &&
		   (s->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) == 0) {
		back->waits += back->waits < UINT16_MAX;
	}
}

/* Bytes [at, at + len) before dir->highest counts them: sent again? */
static inline void
flow_facts_bytes(struct flow *f, enum flow_dir d, uint64_t at, const struct segment *s)
{
	struct flow_direction *dir = &f->dir[d];
	struct flow_stuck *stuck = &dir->stuck;

	if (at + s->payload_len > dir->highest)
		return;
	if (at != stuck->at || stuck->again == 0) {
		*stuck = (struct flow_stuck){
		    .at = at, .first_frame = s->frame, .others = f->dir[1 - d].packets};
	}
	stuck->len = s->payload_len;
	stuck->last_frame = s->frame;
	stuck->again += stuck->again < UINT16_MAX;
}

#endif
