/*
 * relate_pairs.c - pairs of sessions: a taker gets the giver with its key that the row picks.
 * Called by relate.c for the rows of relations.def without a `find` of their own.
 *
 * Most have no partner. Sessions with the traits are listed first. A bit for the hash of each key
 * of one side tells soon who of the other side comes into question; keys of those takers get
 * numbers, and givers of the same keys, in the order of key and time, are where each taker finds
 * its own by bisection.
 */
#include "db/relate_impl.h"

#include <stdlib.h>
#include <string.h>

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

enum side { TAKES, GIVES };

/* A session by one of its keys. */
struct suspect {
	uint32_t session;
	uint16_t part, step; /* of the row's `by`; of a ticket's lengths */
};

struct suspects {
	uint32_t *listed; /* sessions with the traits of this side */
	size_t n_listed;
	struct relate_bits seen; /* hashes of keys */
	struct suspect *all;
	size_t count, room;
};

struct giver {
	int64_t at;
	uint64_t place;
	uint32_t key, session;
};

struct pairs {
	struct relate_run *run;
	const struct relate_row *row;
	struct suspects sides[2];
	struct relate_map keys; /* of takers */
	struct giver *givers;
	size_t n_givers;
};

/* --- keys --------------------------------------------------------------------------------------
 */

static bool
make_key(const struct relate_run *run, uint32_t session, unsigned parts, bool gives,
	 struct relate_key *k)
{
	const struct relate_session *s = relate_session(run, session);
	const struct relate_ends *e = relate_ends(run, session);

	*k = (struct relate_key){0};
	if (((parts & RELATE_CLIENT) != 0 && e->client_is == RELATE_NO_ADDRESS) ||
	    ((parts & (RELATE_HOST | RELATE_PORT)) != 0 && e->server_is == RELATE_NO_ADDRESS) ||
	    ((parts & RELATE_NAMED) != 0 && e->name == 0))
		return false;
	if ((parts & RELATE_CLIENT) != 0) {
		k->a |= (uint64_t)e->client << 32;
		k->b |= (uint64_t)e->client_is << 8;
	}
	if ((parts & RELATE_HOST) != 0) {
		k->a |= e->server;
		k->b |= (uint64_t)e->server_is << 4;
	}
	if ((parts & (RELATE_NAME | RELATE_NAMED)) != 0)
		k->b |= (uint64_t)e->name << 32;
	if ((parts & RELATE_PORT) != 0)
		k->b |= (uint64_t)e->port << 16;
	if ((parts & RELATE_CAPTURE_IT_IS_IN) != 0)
		k->c = s->capture;
	if ((parts & RELATE_HANDLE) != 0)
		k->c = gives ? s->handle : s->used;
	if ((parts & RELATE_LENGTH) != 0)
		k->c = gives ? (uint64_t)s->ticket_length - TICKET_FRAME : s->identity_length;
	return true;
}

bool
relate_server_key(const struct relate_run *run, uint32_t session, struct relate_key *k)
{
	return make_key(run, session, RELATE_HOST | RELATE_PORT | RELATE_NAME, false, k);
}

/* The key of a session that has one by this part. */
static bool
key_of(const struct pairs *p, enum side side, const struct suspect *x, struct relate_key *k)
{
	unsigned parts = p->row->by[x->part];

	if (!make_key(p->run, x->session, parts, side == GIVES, k))
		return false;
	k->b |= x->part; /* what one part says is no other's */
	k->c -= (uint64_t)x->step * TICKET_STEP;
	return true;
}

/* --- who comes into question -------------------------------------------------------------------
 */

/* Hashes of keys by both parts, kept for the rows behind this one that have the same; 0: no key. */
static bool
fill_hashes(struct pairs *p)
{
	struct relate_hashes *h = &p->run->hashes;
	size_t count = p->run->sessions->count;
	struct relate_key k;

	if (h->all != NULL && memcmp(h->by, p->row->by, sizeof(h->by)) == 0)
		return true;
	if (h->all == NULL)
		h->all = malloc(count * 2 * sizeof(*h->all));
	if (h->all == NULL)
		return relate_no_memory(p->run);
	memcpy(h->by, p->row->by, sizeof(h->by));
	for (uint32_t i = 0; i < count; i++)
		for (uint16_t part = 0; part < 2; part++) {
			const struct suspect x = {i, part, 0};
			bool has = key_of(p, TAKES, &x, &k);

			h->all[2 * i + part] =
			    has ? (uint32_t)relate_key_hash(&k, p->run->sessions->seed) | 1 : 0;
		}
	return true;
}

/* Of a key that is not among them; 0: no key. */
static uint64_t
make_hash(const struct pairs *p, enum side side, const struct suspect *x)
{
	struct relate_key k;

	return key_of(p, side, x, &k) ? relate_key_hash(&k, p->run->sessions->seed) | 1 : 0;
}

static bool
add_suspect(struct pairs *p, enum side side, const struct suspect *x)
{
	struct suspects *mine = &p->sides[side];
	struct suspect *all = relate_room(mine->all, mine->count, &mine->room, sizeof(*all));

	if (all == NULL)
		return relate_no_memory(p->run);
	mine->all = all;
	all[mine->count++] = *x;
	return true;
}

/* Notes the hashes of keys on their side; of those that the other side has, too, whose they are
 * (others: NULL: those of the other side are not known yet). */
static bool
sift(struct pairs *p, enum side side, const struct relate_bits *others)
{
	const struct suspects *mine = &p->sides[side];
	/* a copy: it leads to the same bits, and does not change with them */
	struct relate_bits seen = mine->seen, theirs = others != NULL ? *others : seen;
	const unsigned *by = p->row->by;
	const uint32_t *hashes = by[1] != 0 ? p->run->hashes.all : NULL;

	for (size_t i = 0, n = mine->n_listed; i < n; i++) {
		for (uint16_t part = 0; part < 2 && by[part] != 0; part++) {
			bool lengths = side == GIVES && (by[part] & RELATE_LENGTH) != 0;

			for (uint16_t step = 0; step < (lengths ? TICKET_STEPS : 1); step++) {
				const struct suspect x = {mine->listed[i], part, step};
				uint64_t hash = hashes != NULL ? hashes[2 * x.session + part]
							       : make_hash(p, side, &x);

				if (hash == 0 ||
				    (others != NULL && !relate_bits_has(&theirs, hash)))
					continue;
				relate_bits_add(&seen, hash);
				if (others != NULL && !add_suspect(p, side, &x))
					return false;
			}
		}
	}
	return true;
}

/* Those who have these traits. Most rows are about a few, or nobody. */
static bool
list(struct pairs *p, enum side side, const struct relate_traits *want)
{
	struct relate_run *run = p->run;
	struct suspects *mine = &p->sides[side];
	size_t count = run->sessions->count, n = 0;

	if ((want->all & ~run->of_anybody) != 0)
		return true;
	if (run->listed[side] == NULL)
		run->listed[side] = malloc(count * sizeof(*run->listed[side]));
	uint32_t *listed = mine->listed = run->listed[side];
	if (listed == NULL)
		return relate_no_memory(run);
	for (uint32_t i = 0; i < count; i++) {
		listed[n] = i;
		n += relate_fits(run->traits[i], want);
	}
	mine->n_listed = n;
	return true;
}

static bool
find_suspects(struct pairs *p)
{
	const struct suspects *takers = &p->sides[TAKES], *givers = &p->sides[GIVES];

	if (!list(p, TAKES, &p->row->taker) ||
	    (takers->n_listed > 0 && !list(p, GIVES, &p->row->giver)))
		return false;
	if (givers->n_listed == 0)
		return true;
	enum side small = takers->n_listed < givers->n_listed ? TAKES : GIVES;
	enum side large = small == TAKES ? GIVES : TAKES;
	if (!relate_bits_init(&p->sides[TAKES].seen, takers->n_listed) ||
	    !relate_bits_init(&p->sides[GIVES].seen, givers->n_listed))
		return relate_no_memory(p->run);
	return (p->row->by[1] == 0 || fill_hashes(p)) && sift(p, small, NULL) &&
	       sift(p, large, &p->sides[small].seen) &&
	       (p->sides[large].count == 0 || sift(p, small, &p->sides[large].seen));
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
pick(const struct pairs *p, uint32_t key, uint32_t session)
{
	const struct relate_session *s = relate_session(p->run, session);
	int64_t from = INT64_MIN, until = later(s->started_ns, -1);

	if (p->row->window == RELATE_WEEK_BEFORE)
		from = later(s->started_ns, -WEEK_S * SECOND);
	if (p->row->window == RELATE_SOON_AFTER) {
		from = later(s->started_ns, 1);
		until = later(s->ended_ns, SOON_AFTER_S * SECOND);
	}
	size_t low = bisect(p, key, from), high = bisect(p, key, later(until, 1));
	for (size_t n = low < high ? high - low : 0; n > 0; n--) {
		const struct giver *g =
		    &p->givers[p->row->pick == RELATE_FIRST ? high - n : low + n - 1];
		if (g->session != session)
			return g->session;
	}
	return RELATE_NOBODY;
}

static uint32_t
pick_first(const struct pairs *p, uint32_t key, uint32_t session)
{
	const struct giver *g = &p->givers[key - 1];

	return g->key != 0 && g->session != session ? g->session : RELATE_NOBODY;
}

static bool
pair(struct pairs *p, const struct suspect *taker)
{
	struct relate_key k;
	uint32_t session = taker->session;

	key_of(p, TAKES, taker, &k);
	uint32_t key = relate_map_find(&p->keys, &k);
	uint32_t other =
	    p->row->pick == RELATE_WHENEVER ? pick_first(p, key, session) : pick(p, key, session);
	bool stays = other != RELATE_NOBODY;
	if (stays && p->row->only != NULL && !p->row->only(p->run, session, other, &stays))
		return false;
	return !stays || relate_hit(p->run, p->row, session, other) != NULL;
}

static bool
number_takers(struct pairs *p)
{
	const struct suspects *takers = &p->sides[TAKES];
	struct relate_key k;

	for (size_t i = 0; i < takers->count; i++) {
		key_of(p, TAKES, &takers->all[i], &k);
		if (relate_map_add(&p->keys, &k) == 0)
			return relate_no_memory(p->run);
	}
	return true;
}

/* The first giver of a key, where the row wants no other, stands at key - 1: a busy server's
 * thousands are not put in order. */
static void
keep_first(struct pairs *p, const struct giver *g)
{
	struct giver *first = &p->givers[g->key - 1];

	if (first->key == 0 || g->at < first->at || (g->at == first->at && g->place < first->place))
		*first = *g;
}

static bool
make_givers(struct pairs *p)
{
	const struct suspects *givers = &p->sides[GIVES];
	bool first = p->row->pick == RELATE_WHENEVER;
	struct relate_key k;

	p->givers = calloc((first ? p->keys.count : givers->count) + 1, sizeof(*p->givers));
	if (p->givers == NULL)
		return relate_no_memory(p->run);
	for (size_t i = 0; i < givers->count; i++) {
		const struct relate_session *s = relate_session(p->run, givers->all[i].session);

		key_of(p, GIVES, &givers->all[i], &k);
		const struct giver g = {s->started_ns, s->place, relate_map_find(&p->keys, &k),
					givers->all[i].session};
		if (g.key != 0 && first)
			keep_first(p, &g);
		else if (g.key != 0)
			p->givers[p->n_givers++] = g;
	}
	if (p->n_givers > 1)
		qsort(p->givers, p->n_givers, sizeof(*p->givers), by_key_and_time);
	return true;
}

bool
relate_find_pairs(struct relate_run *run, const struct relate_row *r)
{
	struct pairs p = {.run = run, .row = r};
	const struct suspects *takers = &p.sides[TAKES];
	bool ok =
	    find_suspects(&p) && (takers->count == 0 || (number_takers(&p) && make_givers(&p)));

	for (size_t i = 0; ok && i < takers->count; i++)
		ok = pair(&p, &takers->all[i]);
	for (size_t i = 0; i < 2; i++) {
		relate_bits_finish(&p.sides[i].seen);
		free(p.sides[i].all);
	}
	relate_map_finish(&p.keys);
	free(p.givers);
	return ok;
}
