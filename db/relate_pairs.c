/*
 * relate_pairs.c - pairs of sessions: a taker gets the giver with its key that the row picks.
 * Called by relate.c for the rows of relations.def without a `find` of their own.
 *
 * Most have no partner. A bit for the hash of each key of one side tells soon who of the other side
 * comes into question; keys of those takers get numbers, and givers of the same keys, in the order
 * of key and time, are where each taker finds its own by bisection.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

#define SECOND INT64_C(1000000000)
enum {
	SOON_AFTER_S = 120,        /* verdicts.md 5.6 */
	WEEK_S = 7 * 24 * 60 * 60, /* RFC 8446 section 4.6.1 */
	/* NewSessionTicket, RFC 8446 section 4.6.1: header, lifetime, age_add and lengths are 17
	 * bytes beside nonce and ticket (inference.md 4.1). Measured nonces: 0 and 8 bytes; the
	 * only extension, early_data, takes 8 more. */
	TICKET_FRAME = 17,
	TICKET_STEP = 8,
	TICKET_STEPS = 3,
};

struct taker {
	uint32_t key, session;
};

struct giver {
	int64_t at;
	uint64_t place;
	uint32_t key, session;
};

struct pairs {
	struct relate_run *run;
	const struct relate_row *row;
	struct relate_map keys;
	struct relate_bits given, taken;
	uint64_t seed;
	struct taker *takers;
	struct giver *givers;
	size_t n_takers, takers_room, n_givers, givers_room;
};

/* --- keys --------------------------------------------------------------------------------------
 */

static bool
make_key(const struct relate_session *s, unsigned parts, bool gives, struct relate_key *k)
{
	*k = (struct relate_key){0};
	if (((parts & RELATE_CLIENT) != 0 && s->client_is == RELATE_NO_ADDRESS) ||
	    ((parts & (RELATE_HOST | RELATE_PORT)) != 0 && s->server_is == RELATE_NO_ADDRESS) ||
	    ((parts & RELATE_NAMED) != 0 && s->name == 0))
		return false;
	if ((parts & RELATE_CLIENT) != 0) {
		k->a |= (uint64_t)s->client << 32;
		k->b |= (uint64_t)s->client_is << 8;
	}
	if ((parts & RELATE_HOST) != 0) {
		k->a |= s->server;
		k->b |= (uint64_t)s->server_is << 4;
	}
	if ((parts & (RELATE_NAME | RELATE_NAMED)) != 0)
		k->b |= (uint64_t)s->name << 32;
	if ((parts & RELATE_PORT) != 0)
		k->b |= (uint64_t)s->port << 16;
	if ((parts & RELATE_CAPTURE_IT_IS_IN) != 0)
		k->c = s->capture;
	if ((parts & RELATE_HANDLE) != 0)
		k->c = gives ? s->handle : s->used;
	if ((parts & RELATE_LENGTH) != 0)
		k->c = gives ? (uint64_t)s->ticket_length - TICKET_FRAME : s->identity_length;
	return true;
}

bool
relate_server_key(const struct relate_session *s, struct relate_key *k)
{
	return make_key(s, RELATE_HOST | RELATE_PORT | RELATE_NAME, false, k);
}

typedef bool with_key(struct pairs *p, uint32_t session, const struct relate_key *k);

static bool
mark_given(struct pairs *p, uint32_t session, const struct relate_key *k)
{
	(void)session;
	relate_bits_add(&p->given, relate_key_hash(k, p->seed));
	return true;
}

static bool
add_taker(struct pairs *p, uint32_t session, const struct relate_key *k)
{
	uint64_t hash = relate_key_hash(k, p->seed);

	if (!relate_bits_has(&p->given, hash))
		return true;
	relate_bits_add(&p->taken, hash);
	uint32_t number = relate_map_add(&p->keys, k);
	struct taker *takers =
	    relate_room(p->takers, p->n_takers, &p->takers_room, sizeof(*takers));
	if (takers != NULL)
		p->takers = takers;
	if (number == 0 || takers == NULL)
		return relate_no_memory(p->run);
	takers[p->n_takers++] = (struct taker){number, session};
	return true;
}

/* The first giver of a key, where the row wants no other: givers[key - 1]; a busy server's
 * thousands need no room. */
static void
keep_first(struct pairs *p, const struct giver *g)
{
	struct giver *first = &p->givers[g->key - 1];

	if (first->key == 0 || g->at < first->at || (g->at == first->at && g->place < first->place))
		*first = *g;
}

static bool
add_giver(struct pairs *p, uint32_t session, const struct relate_key *k)
{
	const struct relate_session *s = relate_session(p->run, session);
	bool taken = relate_bits_has(&p->taken, relate_key_hash(k, p->seed));
	const struct giver g = {s->started_ns, s->place, taken ? relate_map_find(&p->keys, k) : 0,
				session};

	if (g.key == 0)
		return true;
	if (p->row->pick == RELATE_WHENEVER) {
		keep_first(p, &g);
		return true;
	}
	struct giver *givers =
	    relate_room(p->givers, p->n_givers, &p->givers_room, sizeof(*givers));
	if (givers == NULL)
		return relate_no_memory(p->run);
	p->givers = givers;
	givers[p->n_givers++] = g;
	return true;
}

/* For each key of the session. */
static bool
each_key(struct pairs *p, uint32_t session, bool gives, with_key *with)
{
	const struct relate_session *s = relate_session(p->run, session);
	struct relate_key k;

	for (unsigned i = 0; i < 2 && p->row->by[i] != 0; i++) {
		unsigned parts = p->row->by[i];
		int steps = gives && (parts & RELATE_LENGTH) != 0 ? TICKET_STEPS : 1;

		if (!make_key(s, parts, gives, &k))
			continue;
		k.b |= i; /* what one part says is no other's */
		for (; steps > 0; steps--, k.c -= TICKET_STEP)
			if (!with(p, session, &k))
				return false;
	}
	return true;
}

static bool
each(struct pairs *p, bool gives, with_key *with)
{
	const struct relate_traits *want = gives ? &p->row->giver : &p->row->taker;
	const uint64_t *traits = p->run->traits;

	for (uint32_t i = 0; i < p->run->sessions->count; i++)
		if (relate_fits(traits[i], want) && !each_key(p, i, gives, with))
			return false;
	return true;
}

/* How many have these traits. */
static size_t
count(const struct relate_run *run, const struct relate_traits *want)
{
	size_t n = 0;

	for (size_t i = 0; i < run->sessions->count; i++)
		n += relate_fits(run->traits[i], want);
	return n;
}

/* Takers for whom there may be a giver. */
static bool
find_takers(struct pairs *p)
{
	size_t takers = count(p->run, &p->row->taker);
	size_t givers = takers > 0 ? count(p->run, &p->row->giver) : 0;

	if (givers == 0)
		return true;
	p->seed = p->run->sessions->seed;
	if (!relate_bits_init(&p->given, givers) || !relate_bits_init(&p->taken, takers))
		return relate_no_memory(p->run);
	return each(p, true, mark_given) && each(p, false, add_taker);
}

/* --- picking -----------------------------------------------------------------------------------
 */

static int
by_key_and_time(const void *left, const void *right)
{
	const struct giver *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->session > b->session) - (a->session < b->session);
}

/* Index of the first giver of this key that began at that time or later. */
static size_t
bisect(const struct pairs *p, uint32_t key, int64_t at)
{
	size_t low = 0, high = p->n_givers;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct giver *g = &p->givers[middle];

		if (g->key < key || (g->key == key && g->at < at))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Times are what packets say, and may be at the ends of what can be counted. */
static int64_t
later(int64_t at, int64_t by)
{
	int64_t sum;

	return !__builtin_add_overflow(at, by, &sum) ? sum : by < 0 ? INT64_MIN : INT64_MAX;
}

/* The giver a taker gets; RELATE_NOBODY: none. Ends of windows are within. */
static uint32_t
pick(const struct pairs *p, const struct taker *t)
{
	const struct relate_session *s = relate_session(p->run, t->session);
	int64_t from = INT64_MIN, until = later(s->started_ns, -1);

	if (p->row->window == RELATE_WEEK_BEFORE)
		from = later(s->started_ns, -WEEK_S * SECOND);
	if (p->row->window == RELATE_SOON_AFTER) {
		from = later(s->started_ns, 1);
		until = later(s->ended_ns, SOON_AFTER_S * SECOND);
	}
	size_t low = bisect(p, t->key, from), high = bisect(p, t->key, later(until, 1));
	for (size_t n = low < high ? high - low : 0; n > 0; n--) {
		const struct giver *g =
		    &p->givers[p->row->pick == RELATE_FIRST ? high - n : low + n - 1];
		if (g->session != t->session)
			return g->session;
	}
	return RELATE_NOBODY;
}

static uint32_t
pick_first(const struct pairs *p, const struct taker *t)
{
	const struct giver *g = &p->givers[t->key - 1];

	return g->key != 0 && g->session != t->session ? g->session : RELATE_NOBODY;
}

static bool
pair(struct pairs *p, const struct taker *t)
{
	uint32_t other = p->row->pick == RELATE_WHENEVER ? pick_first(p, t) : pick(p, t);
	bool stays = other != RELATE_NOBODY;

	if (stays && p->row->only != NULL && !p->row->only(p->run, t->session, other, &stays))
		return false;
	return !stays || relate_hit(p->run, p->row, t->session, other) != NULL;
}

static bool
make_givers(struct pairs *p)
{
	if (p->row->pick == RELATE_WHENEVER) {
		p->givers = calloc(p->keys.count, sizeof(*p->givers));
		if (p->givers == NULL)
			return relate_no_memory(p->run);
	}
	if (!each(p, true, add_giver))
		return false;
	if (p->n_givers > 1)
		qsort(p->givers, p->n_givers, sizeof(*p->givers), by_key_and_time);
	return true;
}

bool
relate_find_pairs(struct relate_run *run, const struct relate_row *r)
{
	struct pairs p = {.run = run, .row = r};
	bool ok = find_takers(&p) && (p.n_takers == 0 || make_givers(&p));

	for (size_t i = 0; ok && i < p.n_takers; i++)
		ok = pair(&p, &p.takers[i]);
	relate_map_finish(&p.keys);
	relate_bits_finish(&p.given);
	relate_bits_finish(&p.taken);
	free(p.takers);
	free(p.givers);
	return ok;
}
