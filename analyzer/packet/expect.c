/*
 * expect.c - what several segments will touch is fetched at once, before they are fed one by one.
 * See flow_expect in flow.h. Packets of thousands of flows are mixed, so each finds its pair, its
 * flow and what the wing above keeps of it far away in memory; asked for together they come
 * together. Nothing is changed here, and nothing rests on what was fetched.
 */
#include "analyzer/packet/flow_table.h"

enum { CACHE_LINE = 64 };

/* A segment on its way, as far as its flow was followed. */
struct expected {
	struct pair_key key;
	unsigned side;
	size_t slot;
	struct pair *pair; /* probably its; NULL: none so far */
};

static inline void
fetch(const void *from, size_t len)
{
	for (size_t at = 0; at < len; at += CACHE_LINE)
		__builtin_prefetch((const char *)from + at);
}

/* Each step follows the pointers whose targets the step before has asked for. */
static void
expect_slot(const struct pair_table *t, const struct segment *s, struct expected *x)
{
	x->key = pair_key_of(s, &x->side);
	x->slot = pair_table_slot(t, &x->key);
	fetch(&t->slots[x->slot], 1);
}

static void
expect_pair(const struct pair_table *t, struct expected *x)
{
	x->pair = t->slots[x->slot].pair;
	if (x->pair != NULL)
		fetch(x->pair, sizeof(*x->pair));
}

static void
expect_flow(const struct expected *x)
{
	if (x->pair != NULL && x->pair->flow != NULL)
		fetch(x->pair->flow, sizeof(*x->pair->flow));
}

/* Bytes that are skipped never get to the sink. */
static void
expect_sink(const struct flow_sink *sink, const struct segment *s, const struct expected *x,
	    bool near)
{
	struct flow_entry *e = x->pair != NULL ? x->pair->flow : NULL;

	if (e == NULL || e->flow.user == NULL || s->payload_len == 0 || sink->expect == NULL)
		return;
	unsigned d = x->side ^ e->side_a;
	if (e->reassembly[d].until <= e->flow.dir[d].next + s->payload_len)
		sink->expect(&e->flow, (enum flow_dir)d, near);
}

void
flow_expect(const struct flow_table *t, const struct segment *const s[], size_t n)
{
	struct expected x[FLOW_EXPECT_MAX];

	for (size_t i = 0; i < n; i++)
		expect_slot(&t->pairs, s[i], &x[i]);
	for (size_t i = 0; i < n; i++)
		expect_pair(&t->pairs, &x[i]);
	for (size_t i = 0; i < n; i++)
		expect_flow(&x[i]);
	for (size_t i = 0; i < n; i++)
		expect_sink(&t->sink, s[i], &x[i], false);
	for (size_t i = 0; i < n; i++)
		expect_sink(&t->sink, s[i], &x[i], true);
}

/* Flows end one after another, long after they were last touched: each is followed a little further
 * while those before it are judged. */
void
flow_table_expect_ends(const struct flow_table *t, const struct flow_entry *e)
{
	if (t->sink.expect_end == NULL)
		return;
	for (unsigned away = 1; away <= 3 && (e = e->next) != NULL; away++) {
		if (away == 3)
			fetch(e, sizeof(*e));
		else if (e->flow.user != NULL)
			t->sink.expect_end(&e->flow, away);
	}
}
