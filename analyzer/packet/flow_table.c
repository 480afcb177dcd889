/*
 * flow_table.c - which flows live: opening, ending, eviction, and the number of each.
 * See flow_table.h; what segments do to a flow is flow.c.
 *
 * Flows stand in three lists by their state, silent longest first. A busy flow is moved to the end
 * at most every FLOW_LIST_GRAIN segments, so that bulk transfers touch no neighbours; whoever looks
 * at the front moves what is not silent at all out of the way first.
 */
#include "analyzer/packet/flow_table.h"

#include <stdlib.h>
#include <string.h>

enum { FLOW_SWEEP_MAX = 512 }; /* flows looked at per sweep and list */

static const int64_t second = 1000 * 1000 * 1000;

static void
list_append(struct flow_list *l, struct flow_entry *e, uint64_t now)
{
	e->listed = now;
	e->next = NULL;
	e->prev = l->last;
	if (l->last != NULL)
		l->last->next = e;
	else
		l->first = e;
	l->last = e;
	l->count++;
}

static void
list_remove(struct flow_list *l, struct flow_entry *e)
{
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		l->first = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	else
		l->last = e->prev;
	l->count--;
}

static struct flow_list *
list_of(struct flow_table *t, const struct flow_entry *e)
{
	return &t->lists[e->state];
}

void
flow_table_renew(struct flow_table *t, struct flow_entry *e)
{
	list_remove(list_of(t, e), e);
	list_append(list_of(t, e), e, e->active);
}

/* Does an entry's place in its list say when it was active? Those that only closed the connection
 * and heard the answer are not worth another. */
static bool
well_placed(const struct flow_entry *e)
{
	return e->active - e->listed <= FLOW_SWEEP_EVERY;
}

struct flow_table *
flow_table_create(const struct flow_sink *sink)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->sink = *sink;
	pool_init(&t->entries, sizeof(struct flow_entry), FLOW_COUNT_MAX);
	pool_init(&t->blocks, REASSEMBLY_BLOCK, REASSEMBLY_POOL_BLOCKS);
	bool living = pair_index_init(&t->living);
	bool pairs = pair_table_init(&t->pairs, (size_t)STREAM_PAIRS_MAX + FLOW_COUNT_MAX);
	if (!living || !pairs || !hash_key_init(&t->hash_key)) {
		flow_table_destroy(t);
		return NULL;
	}
	return t;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (t == NULL)
		return;
	pool_finish(&t->entries);
	pool_finish(&t->blocks);
	pair_index_finish(&t->living);
	pair_table_finish(&t->pairs);
	free(t);
}

/* Make room for one more flow. */
static void
evict(struct flow_table *t)
{
	struct flow_list *l = &t->lists[FLOW_OVER];

	while (l->first == NULL)
		l--;
	for (unsigned i = 0; i < FLOW_SWEEP_MAX && !well_placed(l->first); i++)
		flow_table_renew(t, l->first);
	t->stats.evicted++;
	flow_table_end(t, l->first, FLOW_END_LIMIT);
}

static void
flow_init(struct flow *f, const struct segment *s, int64_t stream)
{
	f->from[FLOW_DIR_A] = s->src;
	f->from[FLOW_DIR_B] = s->dst;
	f->stream = stream;
	f->first_frame = f->last_frame = s->frame;
	f->first_ns = f->last_ns = s->time_ns;
	f->vlan = s->vlan;
	f->interface = s->interface;
}

struct flow_entry *
flow_table_open(struct flow_table *t, struct pair *p, const struct flow_arrival *a)
{
	if (t->entries.used >= FLOW_COUNT_MAX)
		evict(t);
	struct flow_entry *e = pool_take(&t->entries);
	if (e == NULL)
		return NULL;
	*e = (struct flow_entry){.pair = p,
				 .key = a->look.key,
				 .hash = a->look.hash,
				 .side_a = (uint8_t)a->look.side,
				 .active = t->stats.segments};
	if (!pair_index_add(&t->living, &e->key, e->hash)) {
		pool_give(&t->entries, e);
		return NULL;
	}
	flow_init(&e->flow, a->segment, p->stream);
	p->over_ns = 0;
	list_append(list_of(t, e), e, e->active);
	t->stats.flows++;
	t->sink.open(t->sink.ctx, &e->flow);
	return e;
}

void
flow_table_end(struct flow_table *t, struct flow_entry *e, enum flow_end why)
{
	struct flow *f = &e->flow;

	for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++) {
		const struct flow_mark mark = {f->last_frame, f->last_ns, f->dir[1 - d].acked};
		const struct reassembly_ctx x = flow_table_ctx(t, e, d, mark);
		reassembly_finish(&x);
	}
	t->sink.end(t->sink.ctx, f, why);
	list_remove(list_of(t, e), e);
	pair_index_remove(&t->living, &e->key, e->hash);
	if (why == FLOW_END_IDLE)
		e->pair->over_ns = f->last_ns;
	if (e->pair->stream < 0 && why != FLOW_END_REUSED) /* nothing to remember it for */
		pair_table_remove(&t->pairs, e->pair);
	pool_give(&t->entries, e);
}

void
flow_table_close(struct flow_table *t, struct flow_entry *e, enum flow_state state)
{
	if (e->state >= state)
		return;
	list_remove(list_of(t, e), e);
	e->state = (uint8_t)state;
	list_append(list_of(t, e), e, t->stats.segments);
}

bool
flow_table_over(const struct flow *f)
{
	for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++) {
		const struct flow_direction *dir = &f->dir[d];
		if (dir->fin.frame == 0 || dir->next < dir->fin_at || dir->acked <= dir->fin_at)
			return false;
	}
	return true;
}

static void
end_first(struct flow_table *t, struct flow_list *l, enum flow_end why)
{
	flow_table_expect_ends(t, l->first);
	flow_table_end(t, l->first, why);
}

/* End flows at the front of a list that are silent for long enough, or more than `most`. */
static void
sweep(struct flow_table *t, struct flow_list *l, int64_t now, int64_t silent_s, size_t most,
      enum flow_end why)
{
	for (unsigned i = 0; i < FLOW_SWEEP_MAX && l->first != NULL; i++) {
		struct flow_entry *e = l->first;
		bool silent = now - e->flow.last_ns > silent_s * second;
		if (!well_placed(e) && !silent)
			flow_table_renew(t, e);
		else if (silent || l->count > most)
			end_first(t, l, why);
		else
			return;
	}
}

void
flow_table_sweep(struct flow_table *t, int64_t now)
{
	sweep(t, &t->lists[FLOW_OVER], now, FLOW_LINGER_S, FLOW_OVER_MAX, FLOW_END_IDLE);
	sweep(t, &t->lists[FLOW_CLOSED], now, FLOW_LINGER_S, FLOW_CLOSED_MAX, FLOW_END_IDLE);
	if (t->entries.used > FLOW_IDLE_COUNT)
		sweep(t, &t->lists[FLOW_OPEN], now, FLOW_IDLE_S, FLOW_COUNT_MAX, FLOW_END_LIMIT);
}

/* Of closed ones and those that are over the one silent longest, then open ones. */
static struct flow_list *
next_to_finish(struct flow_table *t)
{
	struct flow_list *closed = &t->lists[FLOW_CLOSED], *over = &t->lists[FLOW_OVER];

	if (over->first == NULL)
		return closed->first != NULL ? closed : &t->lists[FLOW_OPEN];
	if (closed->first == NULL)
		return over;
	return closed->first->listed < over->first->listed ? closed : over;
}

void
flow_finish(struct flow_table *t)
{
	for (struct flow_list *l = next_to_finish(t); l->first != NULL; l = next_to_finish(t))
		end_first(t, l, FLOW_END_CAPTURE);
}

struct pair *
flow_table_pair(struct flow_table *t, const struct pair_look *look)
{
	struct pair *p = pair_table_find(&t->pairs, look);

	if (p != NULL)
		return p;
	t->numbers.lost |= t->pairs.index.count >= STREAM_PAIRS_MAX;
	p = pair_table_add(&t->pairs, look);
	if (p != NULL)
		stream_number_first(&t->numbers, p, PROTOCOL_TCP);
	return p;
}

bool
flow_count(struct flow_table *t, const struct flow_arrival *a)
{
	struct flow_entry *living = flow_table_find(t, &a->look);
	struct pair *p = flow_table_pair(t, &a->look);

	if (p != NULL && stream_number_due(p, a->segment))
		stream_number_tcp(&t->numbers, p, a->look.side, a->segment);
	if (living != NULL)
		living->numbered = false; /* a SYN may just have begun another number */
	return p != NULL;
}

int64_t
flow_udp_stream(struct flow_table *t, const struct flow_arrival *a)
{
	struct pair *p = pair_table_find(&t->pairs, &a->look);

	if (p != NULL)
		return p->stream;
	if (t->pairs.index.count < STREAM_PAIRS_MAX)
		p = pair_table_add(&t->pairs, &a->look);
	if (p == NULL) {
		t->numbers.lost = true;
		return -1;
	}
	stream_number_first(&t->numbers, p, a->segment->protocol);
	return p->stream;
}

struct flow_stats
flow_table_stats(const struct flow_table *t)
{
	struct flow_stats stats = t->stats;

	stats.flows_peak = t->entries.peak;
	stats.out_of_order_bytes_peak = t->blocks.peak * REASSEMBLY_BLOCK;
	return stats;
}
