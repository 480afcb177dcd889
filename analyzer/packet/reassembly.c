/*
 * reassembly.c - ordering, overlaps, holes and limits of one direction.
 * See reassembly.h. RFC 9293 section 3.10.7.4: what a receiver does, but with nobody to ask again.
 *
 * Invariant between calls: what waits begins behind both `next` and `until`, pieces do not touch
 * delivered bytes and do not overlap.
 */
#include "analyzer/packet/reassembly.h"

#include <assert.h>

/* Bytes that wait behind a hole. */
struct chunk {
	struct chunk *next;
	uint64_t at, end;
	struct flow_mark mark;
	bool cut; /* not captured: data is empty */
	uint8_t data[];
};

enum { CHUNK_DATA = REASSEMBLY_BLOCK - sizeof(struct chunk) };

/* Bytes before `until` that did not come yet. */
struct hole {
	uint64_t at, end;
};

struct holes {
	unsigned n;
	struct hole hole[REASSEMBLY_HOLES_MAX]; /* ascending */
};

static_assert(sizeof(struct holes) <= REASSEMBLY_BLOCK, "holes live in one block");

/* A run of bytes on its way to the sink or to the store. data NULL: cut by the snap length. */
struct piece {
	uint64_t at, end;
	const uint8_t *data;
	struct flow_mark mark;
};

static inline uint64_t
min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t
max64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline struct flow_direction *
direction(const struct reassembly_ctx *x)
{
	return &x->flow->dir[x->dir];
}

static void
deliver(const struct reassembly_ctx *x, uint64_t at, struct bytes data,
	const struct flow_mark *mark)
{
	const struct flow_data d = {.dir = x->dir, .at = at, .data = data, .mark = *mark};

	direction(x)->next = at + data.len;
	x->sink->data(x->sink->ctx, x->flow, &d);
}

static void
declare(const struct reassembly_ctx *x, uint64_t at, uint64_t end, enum flow_gap kind,
	const struct flow_mark *mark)
{
	struct flow_direction *d = direction(x);

	d->missing += end - at;
	d->gap |= kind == FLOW_GAP_LOST;
	d->snaplen |= kind == FLOW_GAP_SNAPLEN;
	d->limit |= kind == FLOW_GAP_LIMIT;
	d->next = max64(d->next, end);
	x->sink->gap(x->sink->ctx, x->flow, x->dir, at, end - at, kind, mark);
}

/* What to call a hole that a limit forces us to give up: acknowledged bytes reached the other end,
 * so it is the capture that lacks them. */
static enum flow_gap
limit_kind(const struct reassembly_ctx *x, uint64_t end)
{
	return direction(x)->acked >= end ? FLOW_GAP_LOST : FLOW_GAP_LIMIT;
}

/* ---- holes in skipped bytes ---- */

static void
holes_remove(struct holes *h, unsigned i)
{
	h->n--;
	memmove(&h->hole[i], &h->hole[i + 1], (h->n - i) * sizeof(h->hole[0]));
}

static void
holes_insert(struct holes *h, unsigned i, struct hole hole)
{
	memmove(&h->hole[i + 1], &h->hole[i], (h->n - i) * sizeof(h->hole[0]));
	h->hole[i] = hole;
	h->n++;
}

/* Room for one more: the lowest is given up when there is none. */
static void
holes_make_room(const struct reassembly_ctx *x)
{
	struct holes *h = x->r->holes;

	if (h->n < REASSEMBLY_HOLES_MAX)
		return;
	struct hole lowest = h->hole[0];
	holes_remove(h, 0);
	declare(x, lowest.at, lowest.end, limit_kind(x, lowest.end), &x->mark);
}

/* [at, end) was passed by in skipped bytes; everything known lies before it. */
static void
holes_add(const struct reassembly_ctx *x, uint64_t at, uint64_t end)
{
	struct reassembly *r = x->r;

	if (r->holes == NULL) {
		r->holes = pool_take(x->blocks);
		if (r->holes == NULL) {
			declare(x, at, end, limit_kind(x, end), &x->mark);
			return;
		}
		r->holes->n = 0;
	}
	holes_make_room(x);
	r->holes->hole[r->holes->n++] = (struct hole){at, end};
}

/* [at, end) came late. */
static void
holes_fill(const struct reassembly_ctx *x, uint64_t at, uint64_t end)
{
	struct holes *h = x->r->holes;

	for (unsigned i = 0; h != NULL && i < h->n && h->hole[i].at < end; i++) {
		struct hole was = h->hole[i];
		if (was.end <= at)
			continue;
		holes_remove(h, i);
		if (was.at < at)
			holes_insert(h, i++, (struct hole){was.at, at});
		if (was.end > end) {
			/* a split may need a place that another hole holds */
			if (h->n == REASSEMBLY_HOLES_MAX) {
				declare(x, end, was.end, limit_kind(x, was.end), &x->mark);
				return;
			}
			holes_insert(h, i++, (struct hole){end, was.end});
		}
		i--;
	}
}

/* ---- bytes whose turn it is ---- */

/* Cut bytes: missing, unless nobody wants them. The sink may move `until` while we walk. */
static void
consume_cut(const struct reassembly_ctx *x, struct piece p)
{
	struct flow_direction *d = direction(x);

	while (p.at < p.end) {
		uint64_t until = *x->until;
		if (until > p.end) {
			d->next = p.end;
			return;
		}
		if (until <= p.at) {
			declare(x, p.at, p.end, FLOW_GAP_SNAPLEN, &p.mark);
			return;
		}
		p.at = until;
		deliver(x, until, (struct bytes){0}, &p.mark);
	}
}

/* p begins at `next`, or nothing between is wanted. */
static void
consume(const struct reassembly_ctx *x, struct piece p)
{
	struct flow_direction *d = direction(x);

	assert(p.at >= d->next && (p.at == d->next || p.at <= *x->until));
	if (p.at > d->next) {
		holes_add(x, d->next, p.at);
		d->next = p.at;
	}
	uint64_t until = *x->until; /* the sink may just have moved it */
	if (p.data == NULL) {
		consume_cut(x, p);
	} else if (until > p.end) {
		d->next = p.end;
	} else {
		uint64_t from = max64(p.at, until);
		deliver(x, from, bytes_of(p.data + (from - p.at), p.end - from), &p.mark);
	}
}

static void
drain(const struct reassembly_ctx *x)
{
	struct reassembly *r = x->r;

	while (r->first != NULL && r->first->at <= max64(direction(x)->next, *x->until)) {
		struct chunk *c = r->first;
		r->first = c->next;
		r->chunks--;
		consume(x, (struct piece){c->at, c->end, c->cut ? NULL : c->data, c->mark});
		pool_give(x->blocks, c);
	}
}

/* ---- bytes that wait ---- */

/* Give up the hole at `next`, which ends where something waits, at the latest at `at`. */
static void
give_up(const struct reassembly_ctx *x, uint64_t at)
{
	uint64_t end = x->r->first != NULL ? min64(x->r->first->at, at) : at;

	declare(x, direction(x)->next, end, limit_kind(x, end), &x->mark);
	drain(x);
}

/* Store the front of p at *link. The offset behind what was stored; p.at when there is no room. */
static uint64_t
store(const struct reassembly_ctx *x, struct chunk **link, struct piece p)
{
	struct chunk *c = x->r->chunks < REASSEMBLY_BLOCKS_MAX ? pool_take(x->blocks) : NULL;

	if (c == NULL)
		return p.at;
	if (p.data != NULL)
		p.end = min64(p.end, p.at + CHUNK_DATA);
	*c = (struct chunk){*link, p.at, p.end, p.mark, p.data == NULL};
	if (p.data != NULL)
		memcpy(c->data, p.data, p.end - p.at);
	*link = c;
	x->r->chunks++;
	return p.end;
}

/* Handle the front of p; the offset behind it. Each call makes progress: it moves on in p, or frees
 * room. */
static uint64_t
place_front(const struct reassembly_ctx *x, struct piece p)
{
	struct reassembly *r = x->r;
	uint64_t next = direction(x)->next;
	struct chunk **link = &r->first;

	if (p.at < next) {
		p.end = min64(p.end, next);
		holes_fill(x, p.at, p.end);
		drain(x); /* the sink may have moved `until` */
		return p.end;
	}
	while (*link != NULL && (*link)->end <= p.at)
		link = &(*link)->next;
	if (*link != NULL && (*link)->at <= p.at)
		return min64(p.end, (*link)->end);
	if (*link != NULL)
		p.end = min64(p.end, (*link)->at);
	if (p.at <= max64(next, *x->until)) {
		consume(x, p);
		drain(x);
		return p.end;
	}
	uint64_t stored = store(x, link, p);
	if (stored == p.at)
		give_up(x, p.at);
	return stored;
}

static void
place(const struct reassembly_ctx *x, struct piece p)
{
	while (p.at < p.end) {
		uint64_t at = place_front(x, p);
		if (p.data != NULL)
			p.data += at - p.at;
		p.at = at;
	}
}

/* Do the bytes that wait agree with this second copy of them? */
static void
compare(const struct reassembly_ctx *x, uint64_t at, struct bytes data)
{
	uint64_t end = at + data.len;

	for (const struct chunk *c = x->r->first; c != NULL && c->at < end; c = c->next) {
		uint64_t from = max64(at, c->at), to = min64(end, c->end);
		if (c->cut || from >= to)
			continue;
		if (memcmp(data.data + (from - at), c->data + (from - c->at), to - from) != 0)
			direction(x)->overlap_differs = true;
	}
}

void
reassembly_feed(const struct reassembly_ctx *x, uint64_t at, struct bytes data, uint32_t sent)
{
	uint64_t captured = at + data.len;

	if (data.len > 0) {
		compare(x, at, data);
		place(x, (struct piece){at, captured, data.data, x->mark});
	}
	place(x, (struct piece){captured, at + sent, NULL, x->mark});
}

/* ---- the end of patience ---- */

/* One offset more than was seen, without a FIN, is a FIN that the capture lacks. */
static uint64_t
without_fin(const struct flow_direction *d, uint64_t end)
{
	return end == d->next + 1 ? d->next : end;
}

/* Where bytes that the other end has surely received end. Behind `next` a FIN is none of them. */
static uint64_t
acked_bytes(const struct flow_direction *d)
{
	if (d->acked <= d->next) /* as usual; no need to look at the FIN */
		return d->acked;
	return d->fin.frame != 0 ? min64(d->acked, d->fin_at) : without_fin(d, d->acked);
}

/* Where bytes end whose sender went on behind them: at its FIN, or its latest empty segment. */
static uint64_t
sent_bytes(const struct flow_direction *d)
{
	return d->fin.frame != 0 ? d->fin_at : without_fin(d, d->sent);
}

void
reassembly_settle(const struct reassembly_ctx *x)
{
	struct reassembly *r = x->r;
	const struct flow_direction *d = direction(x);

	drain(x);
	uint64_t acked = acked_bytes(d);
	if (r->first == NULL && acked <= d->next) {
		r->stuck_since = 0;
		return;
	}
	if (r->stuck_since == 0)
		r->stuck_since = flow_packets(x->flow);
	uint64_t end = r->first != NULL ? r->first->at : acked;
	if (flow_packets(x->flow) - r->stuck_since < REASSEMBLY_PATIENCE || acked < end)
		return;
	declare(x, d->next, end, FLOW_GAP_LOST, &x->mark);
	drain(x);
	r->stuck_since = 0;
}

void
reassembly_finish(const struct reassembly_ctx *x)
{
	struct reassembly *r = x->r;
	const struct flow_direction *d = direction(x);

	for (drain(x); r->first != NULL; drain(x))
		declare(x, d->next, r->first->at, FLOW_GAP_LOST, &x->mark);
	uint64_t end = max64(acked_bytes(d), sent_bytes(d));
	if (end > d->next)
		declare(x, d->next, end, FLOW_GAP_LOST, &x->mark);
	for (unsigned i = 0; r->holes != NULL && i < r->holes->n; i++)
		declare(x, r->holes->hole[i].at, r->holes->hole[i].end, FLOW_GAP_LOST, &x->mark);
	reassembly_drop(r, x->blocks);
}

void
reassembly_drop(struct reassembly *r, struct pool *blocks)
{
	while (r->first != NULL) {
		struct chunk *c = r->first;
		r->first = c->next;
		pool_give(blocks, c);
	}
	if (r->holes != NULL)
		pool_give(blocks, r->holes);
	r->holes = NULL;
	r->chunks = 0;
}
