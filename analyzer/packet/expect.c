/*
 * expect.c - what several segments will touch is fetched at once, before they are fed one by one.
 * See flow_expect in flow.h. Packets of thousands of flows are mixed, so each finds its flow and
 * what the wing above keeps of it far away in memory; asked for together they come together.
 * Nothing is changed here, and nothing rests on what was fetched.
 */
#include "analyzer/blocks.h"
#include "analyzer/packet/flow_table.h"

/* Each step follows the pointers whose targets the step before has asked for. */

static void
expect_slot(const struct flow_table *t, const struct flow_arrival *a)
{
	blocks_fetch(pair_index_slot(&t->living, a->look.hash), 1);
}

/* Its flow most likely; NULL: none so far, one will begin. */
static const struct flow_entry *
expect_flow(const struct flow_table *t, const struct flow_arrival *a)
{
	struct pair_key *key = pair_index_guess(&t->living, a->look.hash);

	if (key == NULL) {
		blocks_fetch(pair_index_slot(&t->pairs.index, a->look.hash), 1);
		return NULL;
	}
	const struct flow_entry *e = flow_table_entry(key);
	if ((a->segment->tcp_flags & (TCP_FIN | TCP_RST)) != 0) {
		blocks_fetch(e, sizeof(*e));
		return e;
	}
	blocks_fetch(&e->flow.user, 1);
	blocks_fetch(&e->listed, 1);
	blocks_fetch(&e->flow.dir[FLOW_DIR_A], 1);
	blocks_fetch(&e->flow.dir[FLOW_DIR_B], 1);
	return e;
}

/* What e refers to: its pair while that has to be looked at, its neighbours when it may leave their
 * list. */
static void
expect_around(const struct flow_entry *e, const struct segment *s)
{
	if (!e->numbered)
		blocks_fetch(e->pair, sizeof(*e->pair));
	if ((s->tcp_flags & (TCP_FIN | TCP_RST)) == 0)
		return;
	if (e->prev != NULL)
		blocks_fetch(&e->prev->next, 1);
	if (e->next != NULL)
		blocks_fetch(&e->next->prev, 1);
}

/* Will bytes get to the sink? Those that are skipped never do. Other segments of the flow may come
 * before this one: its own sequence number tells how far it reaches. */
static bool
expects_data(const struct flow_entry *e, const struct flow_arrival *a)
{
	const struct segment *s = a->segment;

	if (s->payload_len == 0 || e->flow.user == NULL)
		return false;
	unsigned d = a->look.side ^ e->side_a;
	uint64_t next = e->flow.dir[d].next, until = e->until[d];
	uint32_t end = s->seq + s->payload_len - (e->sequence[d].zero + (uint32_t)next);
	return until <= next || (until - next <= INT32_MAX && end >= until - next);
}

void
flow_expect(const struct flow_table *t, const struct flow_arrival a[], size_t n)
{
	const struct flow_entry *e[FLOW_EXPECT_MAX];
	size_t data[FLOW_EXPECT_MAX], n_data = 0;

	for (size_t i = 0; i < n; i++)
		expect_slot(t, &a[i]);
	for (size_t i = 0; i < n; i++)
		e[i] = expect_flow(t, &a[i]);
	for (size_t i = 0; i < n; i++) {
		if (e[i] == NULL)
			continue;
		expect_around(e[i], a[i].segment);
		if (t->sink.expect != NULL && expects_data(e[i], &a[i]))
			data[n_data++] = i;
	}
	for (unsigned away = FLOW_EXPECT_STEPS; away-- > 0;)
		for (size_t i = 0; i < n_data; i++) {
			const struct flow_entry *of = e[data[i]];
			unsigned d = a[data[i]].look.side ^ of->side_a;
			t->sink.expect(&of->flow, (enum flow_dir)d, away);
		}
}

/* Flows end one after another, long after they were last touched: each is followed a little further
 * while those before it are judged. */
void
flow_table_expect_ends(const struct flow_table *t, const struct flow_entry *e)
{
	for (unsigned away = 1; away <= 3 && (e = e->next) != NULL; away++) {
		if (away == 3)
			blocks_fetch(e, sizeof(*e));
		else if (t->sink.expect_end != NULL && e->flow.user != NULL)
			t->sink.expect_end(&e->flow, away);
		if (away == 1) {
			blocks_fetch(pair_index_slot(&t->living, e->hash), 1);
			blocks_fetch(e->pair, sizeof(*e->pair));
		}
	}
}
