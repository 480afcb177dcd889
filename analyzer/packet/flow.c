/*
 * flow.c - what one TCP segment does to its flow: offsets, acknowledgments, SYN, FIN, RST, bytes.
 * See flow.h; which flows live is flow_table.c, the order of bytes is reassembly.c. RFC 9293.
 */
#include "analyzer/packet/flow.h"

#include "analyzer/packet/flow_facts.h"
#include "analyzer/packet/flow_table.h"

/* One segment on its way into a flow. */
struct feed {
	struct flow_table *t;
	struct flow_entry *e;
	enum flow_dir d;
	const struct segment *s;
};

static inline uint64_t
max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline bool
has(const struct segment *s, enum tcp_flag flag)
{
	return (s->tcp_flags & flag) != 0;
}

static inline struct sequence *
sequence(const struct feed *x)
{
	return &x->e->sequence[x->d];
}

static inline struct flow_direction *
direction(const struct feed *x)
{
	return &x->e->flow.dir[x->d];
}

/* The same of the other direction. */
static inline struct sequence *
sequence_back(const struct feed *x)
{
	return &x->e->sequence[1 - x->d];
}

static inline struct flow_direction *
direction_back(const struct feed *x)
{
	return &x->e->flow.dir[1 - x->d];
}

static void
anchor(const struct feed *x)
{
	const struct segment *s = x->s;
	bool syn = has(s, TCP_SYN);

	if (has(s, TCP_RST)) /* its numbers may be anything */
		return;
	sequence_anchor(sequence(x), direction(x), syn ? s->seq : s->seq - 1,
			syn ? SEQUENCE_SURE : SEQUENCE_EMPTY);
	if (has(s, TCP_ACK))
		sequence_anchor(sequence_back(x), direction_back(x), s->ack - 1,
				syn ? SEQUENCE_SURE : SEQUENCE_ACKED);
}

/* ---- reuse of a pair ---- */

/* Does this segment belong to a new connection of the same addresses and ports? */
static bool
reused(const struct feed *x)
{
	const struct sequence *q = sequence(x), *back = sequence_back(x);
	const struct segment *s = x->s;

	if (q->anchor == SEQUENCE_NONE || has(s, TCP_RST))
		return false;
	if (has(s, TCP_SYN) && !has(s, TCP_ACK))
		return s->seq != q->zero;
	if (has(s, TCP_SYN)) /* the SYN itself was not captured */
		return back->anchor != SEQUENCE_NONE && s->seq != q->zero &&
		       s->ack - 1 != back->zero;
	/* nor was the handshake */
	const struct flow_direction *dir = direction(x);
	return x->e->state != FLOW_OPEN && s->payload_len > 0 &&
	       sequence_is_far(dir, sequence_offset(q, dir, s->seq));
}

/* ---- facts of a segment ---- */

static void
remember_mac(struct flow *f, enum flow_dir d, const struct segment *s)
{
	if (s->mac == NULL || f->dir[d].packets > 1)
		return;
	memcpy(f->mac[d], s->mac, sizeof(f->mac[d]));
	f->has_mac = true;
}

/* What the segment says that its sender received. A RST's word counts for bytes that were seen
 * only: whoever forges one guesses. */
static void
acknowledge(const struct feed *x)
{
	struct sequence *q = sequence_back(x);
	struct flow_direction *back = direction_back(x);

	if (!has(x->s, TCP_ACK) || q->anchor == SEQUENCE_NONE)
		return;
	int64_t at = sequence_offset(q, back, x->s->ack);
	if (at < (int64_t)back->acked)
		return;
	if (has(x->s, TCP_RST) && at > (int64_t)back->highest + 1)
		return;
	if (!sequence_is_far(back, at)) {
		flow_facts_ack(back, (uint64_t)at, x->s);
		return;
	}
	sequence_far_ack(q, x->s->ack);
	x->t->stats.ignored++;
}

static struct flow_mark
mark_of(const struct feed *x)
{
	return (struct flow_mark){x->s->frame, x->s->time_ns, x->e->flow.dir[1 - x->d].acked};
}

static void
control(const struct feed *x)
{
	const struct flow_mark mark = mark_of(x);

	if (x->t->sink.control != NULL)
		x->t->sink.control(x->t->sink.ctx, &x->e->flow, x->d, x->s->tcp_flags, &mark);
}

static void
on_syn(const struct feed *x)
{
	struct flow_direction *dir = direction(x);

	if (has(x->s, TCP_ACK))
		dir->syn_ack = true;
	else
		dir->syn = true;
	control(x);
}

static void
on_rst(const struct feed *x)
{
	const struct sequence *q = sequence(x);
	struct flow_direction *dir = direction(x);
	int64_t at = q->anchor == SEQUENCE_NONE ? 0 : sequence_offset(q, dir, x->s->seq);

	if (dir->rst.frame == 0) {
		dir->rst = mark_of(x);
		dir->rst_at = at < 0 ? 0 : (uint64_t)at;
		dir->rst_ttl = x->s->ttl;
		dir->rst_ip_id = x->s->ip_id;
		dir->rst_ip_step = (uint16_t)(x->s->ip_id - dir->last_ip_id);
	}
	control(x);
	if (q->anchor == SEQUENCE_NONE || !sequence_is_far(dir, at)) /* else forged */
		flow_table_close(x->t, x->e, FLOW_CLOSED);
}

static void
on_fin(const struct feed *x, uint64_t at)
{
	const struct flow *f = &x->e->flow;
	struct flow_direction *dir = direction(x);

	sequence(x)->ended = true;
	if (dir->fin.frame == 0) {
		dir->fin = mark_of(x);
		dir->fin_at = at;
	}
	control(x);
	if (f->dir[FLOW_DIR_A].fin.frame != 0 && f->dir[FLOW_DIR_B].fin.frame != 0)
		flow_table_close(x->t, x->e, FLOW_CLOSED);
}

/* ---- bytes ---- */

/* Bytes [at, at + payload_len). What lies before offset 1 was sent before the capture knew the
 * stream. */
static void
on_bytes(const struct feed *x, int64_t at)
{
	struct flow_direction *dir = direction(x);
	struct bytes data = x->s->payload;
	uint32_t sent = x->s->payload_len;

	/* a keep-alive behind a FIN carries one byte of garbage in the FIN's place */
	if (sent == 1 && dir->fin.frame != 0 && at == (int64_t)dir->fin_at)
		return;
	if (at + sent <= 1)
		return;
	if (at < 1) {
		uint32_t early = (uint32_t)(1 - at);
		data = early < data.len ? bytes_of(data.data + early, data.len - early)
					: (struct bytes){0};
		sent -= early;
		at = 1;
	}
	sequence_start(sequence(x), dir, (uint64_t)at, true);
	flow_facts_bytes(&x->e->flow, x->d, (uint64_t)at, x->s);
	dir->highest = max64(dir->highest, (uint64_t)at + sent);
	const struct reassembly_ctx r = flow_table_ctx(x->t, x->e, x->d, mark_of(x));
	reassembly_feed(&r, (uint64_t)at, data, sent);
}

/* Bytes and FIN; RST and its payload (RFC 9293 section 3.5.3: a text at best) are none. */
static void
on_stream(const struct feed *x)
{
	const struct segment *s = x->s;
	struct sequence *q = sequence(x);
	struct flow_direction *dir = direction(x);
	uint32_t seq = s->seq + has(s, TCP_SYN);
	int64_t at = sequence_offset(q, dir, seq);

	if (sequence_is_far(dir, at) &&
	    (s->payload_len == 0 || !sequence_believe(q, dir, seq, s->payload_len, &at))) {
		x->t->stats.ignored++;
		return;
	}
	if (s->payload_len > 0)
		on_bytes(x, at);
	else if (at >= 1) {
		sequence_start(q, dir, (uint64_t)at, false);
		if (!has(s, TCP_SYN)) /* that one says where the stream begins, rightly or not */
			dir->sent = max64(dir->sent, (uint64_t)at);
	}
	at += s->payload_len;
	if (has(s, TCP_FIN) && at >= 1)
		on_fin(x, (uint64_t)at);
}

static void
settle_direction(const struct feed *x, enum flow_dir d)
{
	const struct flow_mark mark = {x->s->frame, x->s->time_ns, x->e->flow.dir[1 - d].acked};
	const struct reassembly_ctx r = flow_table_ctx(x->t, x->e, d, mark);

	reassembly_settle(&r);
}

static void
settle(const struct feed *x)
{
	struct flow_entry *e = x->e;

	do {
		e->unsettled = false;
		for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++)
			if (!reassembly_settled(&e->reassembly[d], &e->flow.dir[d]))
				settle_direction(x, d);
	} while (e->unsettled);
	e->stuck =
	    (e->reassembly[FLOW_DIR_A].stuck_since | e->reassembly[FLOW_DIR_B].stuck_since) != 0;
}

static void
feed_flow(const struct feed *x)
{
	if (x->e->unsettled) /* flow_skip came from outside of a call of the sink */
		settle(x);
	anchor(x);
	flow_facts_count(&x->e->flow, x->d, x->s);
	remember_mac(&x->e->flow, x->d, x->s);
	acknowledge(x);
	if (has(x->s, TCP_SYN))
		on_syn(x);
	if (has(x->s, TCP_RST))
		on_rst(x);
	else
		on_stream(x);
	settle(x);
	if (x->e->state == FLOW_CLOSED && flow_table_over(&x->e->flow))
		flow_table_close(x->t, x->e, FLOW_OVER);
}

/* ---- the way in ---- */

/* Nothing but the next bytes of skipped ones, or an acknowledgment: most packets of most captures.
 * False: not that simple, and nothing was done. */
static inline bool
feed_fast(struct flow_entry *e, enum flow_dir d, const struct segment *s)
{
	struct flow_direction *dir = &e->flow.dir[d], *back = &e->flow.dir[1 - d];
	const struct sequence *q = &e->sequence[d], *qb = &e->sequence[1 - d];
	uint64_t end = dir->next + s->payload_len;

	if ((s->tcp_flags & (TCP_SYN | TCP_RST | TCP_FIN | TCP_ACK)) != TCP_ACK ||
	    q->anchor != SEQUENCE_SURE || q->ended || qb->anchor == SEQUENCE_NONE ||
	    dir->packets == 0 || s->seq != q->zero + (uint32_t)dir->next || e->unsettled ||
	    e->stuck || (s->payload_len > 0 && end >= e->until[d]))
		return false;
	int64_t acked = sequence_offset(qb, back, s->ack);
	if (acked > (int64_t)back->next)
		return false;
	if (acked >= (int64_t)back->acked)
		flow_facts_ack(back, (uint64_t)acked, s);
	dir->next = end;
	dir->highest = max64(dir->highest, end);
	flow_facts_count(&e->flow, d, s);
	return true;
}

/* A late segment of a flow that is over and forgotten: no beginning of another. */
static bool
too_late(const struct pair *p, const struct segment *s)
{
	return p->over_ns != 0 && !has(s, TCP_SYN) &&
	       s->time_ns - p->over_ns <= FLOW_LINGER_S * (int64_t)1000000000;
}

/* Count the segment for the stream numbers: e's, or that of a flow to come. NULL when memory is
 * short. */
static struct pair *
number(struct flow_table *t, struct flow_entry *e, const struct flow_arrival *a)
{
	if (e != NULL && e->numbered && !has(a->segment, TCP_SYN))
		return e->pair;
	struct pair *p = e != NULL ? e->pair : flow_table_pair(t, &a->look);
	if (p != NULL && stream_number_due(p, a->segment))
		stream_number_tcp(&t->numbers, p, a->look.side, a->segment);
	if (e != NULL)
		e->numbered = stream_number_known(p);
	return p;
}

static bool
feed_slow(struct flow_table *t, struct flow_entry *e, const struct flow_arrival *a)
{
	const struct segment *s = a->segment;
	struct feed x = {.t = t, .e = e, .s = s};
	struct pair *p = number(t, e, a);

	if (p == NULL)
		return false;
	if (e != NULL) {
		x.d = a->look.side ^ e->side_a;
		if (reused(&x)) {
			flow_table_end(t, e, FLOW_END_REUSED);
			x.e = NULL;
		}
	}
	if (x.e == NULL && too_late(p, s)) {
		t->stats.ignored++;
		return true;
	}
	if (x.e == NULL) {
		x.e = flow_table_open(t, p, a);
		if (x.e == NULL)
			return false;
		x.d = FLOW_DIR_A;
	}
	feed_flow(&x);
	flow_table_tick(t, x.e, s->time_ns);
	return true;
}

void
flow_arrive(const struct flow_table *t, const struct segment *s, struct flow_arrival *out)
{
	out->segment = s;
	out->look = pair_look_of(&t->hash_key, s);
}

bool
flow_feed(struct flow_table *t, const struct flow_arrival *a)
{
	struct flow_entry *e = flow_table_find(t, &a->look);

	t->stats.segments++;
	if (e == NULL || !feed_fast(e, a->look.side ^ e->side_a, a->segment))
		return feed_slow(t, e, a);
	flow_table_tick(t, e, a->segment->time_ns);
	return true;
}

void
flow_skip(struct flow *f, enum flow_dir d, uint64_t until)
{
	struct flow_entry *e = (struct flow_entry *)f;

	e->until[d] = until;
	e->unsettled = true;
}
