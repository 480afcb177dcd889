/*
 * compare_candidates.c - pairs that may be one call, and which of them are. See compare_matching.h.
 * All candidates are sorted, the strongest first, and taken while both of their sessions are free.
 */
#include "analyzer/verdict/compare_matching.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK = 16 }; /* candidates of one session and kind of link */

/* Others fit as well when they are not clearly further away in time. */
enum { RIVAL_FACTOR = 4, RIVAL_NS = 20000000 };

static int
by_strength(const void *x, const void *y)
{
	const struct matching_candidate *a = x, *b = y;
	const int64_t rows[][2] = {{a->link, b->link},
				   {a->other_size, b->other_size},
				   {a->distance, b->distance},
				   {a->near, b->near},
				   {a->far, b->far}};
	int found = 0;

	for (size_t i = 0; found == 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
		found = matching_order(rows[i][0], rows[i][1]);
	return found;
}

/* Bytes of application data that a side sent, as far as the ladder keeps them. */
static uint64_t
application_bytes(const struct compare_session *s, enum tls_side side)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].kind == MESSAGE_APPLICATION && s->steps[i].sender == side)
			bytes += s->steps[i].length;
	return bytes;
}

static bool
same_size(const struct compare_session *near, const struct compare_session *far)
{
	uint64_t a = application_bytes(near, TLS_SERVER), b = application_bytes(far, TLS_SERVER);

	return a > 0 && a == b;
}

/* Can they be one call at all, beyond the link's own key? */
static bool
plausible(const struct matching *m, const struct compare_session *near,
	  const struct compare_session *far, int64_t slack)
{
	int64_t after = far->started_ns - m->offset_ns;

	return !compare_text_differs(near->sni, far->sni) &&
	       !compare_text_equal(near->client_random, far->client_random) &&
	       after <= near->ended_ns + slack;
}

static void
add_candidate(struct matching *m, const struct matching_entry *near,
	      const struct matching_entry *far, enum compare_link link)
{
	if (m->count == m->room) {
		size_t room = m->room > 0 ? 2 * m->room : 256;
		void *more = realloc(m->candidates, room * sizeof(*m->candidates));
		m->failed |= more == NULL;
		if (more == NULL)
			return;
		m->candidates = more;
		m->room = room;
	}
	int64_t distance = far->session->started_ns - m->offset_ns - near->session->started_ns;
	m->candidates[m->count++] = (struct matching_candidate){
	    .near = near->index,
	    .far = far->index,
	    .link = (uint8_t)link,
	    .other_size = !same_size(near->session, far->session),
	    .distance = distance < 0 ? -distance : distance,
	};
}

/* The first of far's entries with this key that began at `from` or later. */
static size_t
lower_bound(const struct matching_entry *far, size_t n, const char *key, int64_t from)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int which = strcmp(far[middle].key, key);
		if (which < 0 || (which == 0 && far[middle].session->started_ns < from))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
reaches(const struct matching_entry *near, const struct matching_entry *far, int64_t start,
	int64_t slack)
{
	int64_t after = far->session->started_ns - start;

	return strcmp(far->key, near->key) == 0 && after >= -slack && after <= COMPARE_WINDOW_NS;
}

/* The nearest in time, on both sides of where far's should be. */
static void
find_for(struct matching *m, const struct matching_entry *near, const struct matching_entry *far,
	 size_t n, enum compare_link link)
{
	/* What shows no beginning starts somewhere; addresses and ports tell enough. */
	int64_t slack = link == COMPARE_TUPLE ? COMPARE_TOLERANCE_NS : m->slack_ns;
	int64_t start = near->session->started_ns + m->offset_ns;
	size_t up = lower_bound(far, n, near->key, start), down = up;

	for (int looked = 0; looked < LOOK; looked++) {
		bool above = up < n && reaches(near, &far[up], start, slack);
		bool below = down > 0 && reaches(near, &far[down - 1], start, slack);
		if (!above && !below)
			break;
		if (above && below)
			above = far[up].session->started_ns - start <=
				start - far[down - 1].session->started_ns;
		const struct matching_entry *next = above ? &far[up++] : &far[--down];
		if (plausible(m, near->session, next->session, slack))
			add_candidate(m, near, next, link);
	}
}

void
matching_find(struct matching *m, enum compare_link link)
{
	size_t n, o;
	struct matching_entry *near = matching_keyed_near(m, link, &n);
	struct matching_entry *far = matching_keyed_far(m, link, &o);

	for (size_t i = 0; near != NULL && far != NULL && i < n; i++)
		find_for(m, &near[i], far, o, link);
}

/* --- assignment ------------------------------------------------------------------------------- */

static bool
rivals(const struct matching_candidate *taken, const struct matching_candidate *other)
{
	return other->link == taken->link && other->other_size == taken->other_size &&
	       other->distance <= RIVAL_FACTOR * taken->distance + RIVAL_NS;
}

/* Time alone says nothing when there was more than one call at the time. */
static void
drop_guesses(struct matching *m, struct compare_pairing *out)
{
	for (size_t i = 0; i < m->n_near; i++) {
		if (m->far_of[i] == MATCHING_FREE || out[i].link != COMPARE_TIME ||
		    !out[i].ambiguous)
			continue;
		m->near_of[m->far_of[i]] = MATCHING_FREE;
		m->far_of[i] = MATCHING_FREE;
		out[i].ambiguous = false;
	}
}

void
matching_assign(struct matching *m, struct compare_pairing *out)
{
	uint32_t *by_near = arena_alloc(&m->arena, (m->n_near + 1) * sizeof(*by_near));
	uint32_t *by_far = arena_alloc(&m->arena, (m->n_far + 1) * sizeof(*by_far));

	if (by_near == NULL || by_far == NULL)
		return;
	memset(by_near, 0xff, (m->n_near + 1) * sizeof(*by_near));
	memset(by_far, 0xff, (m->n_far + 1) * sizeof(*by_far));
	if (m->count > 0)
		qsort(m->candidates, m->count, sizeof(*m->candidates), by_strength);
	for (uint32_t i = 0; i < m->count; i++) {
		const struct matching_candidate *c = &m->candidates[i];
		if (m->far_of[c->near] != MATCHING_FREE || m->near_of[c->far] != MATCHING_FREE)
			continue;
		matching_take(m, c->near, c->far);
		by_near[c->near] = by_far[c->far] = i;
		out[c->near].link = (enum compare_link)c->link;
	}
	for (uint32_t i = 0; i < m->count; i++) {
		const struct matching_candidate *c = &m->candidates[i];
		uint32_t mine = by_near[c->near], theirs = by_far[c->far];
		if (mine != MATCHING_FREE && mine != i && rivals(&m->candidates[mine], c))
			out[c->near].ambiguous = true;
		if (theirs != MATCHING_FREE && theirs != i && rivals(&m->candidates[theirs], c))
			out[m->candidates[theirs].near].ambiguous = true;
	}
	drop_guesses(m, out);
}
