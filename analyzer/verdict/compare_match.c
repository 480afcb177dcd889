/*
 * compare_match.c - which sessions of two points are the same call. See compare_match.h.
 * Here: exact pairs, and by them the clocks; compare_candidates.c pairs the rest.
 */
#include "analyzer/verdict/compare_matching.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- order ------------------------------------------------------------------------------------ */

int
matching_order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_time(const void *x, const void *y)
{
	const struct compare_session *a = ((const struct matching_entry *)x)->session;
	const struct compare_session *b = ((const struct matching_entry *)y)->session;
	int by_start = matching_order(a->started_ns, b->started_ns);

	return by_start != 0 ? by_start : matching_order(a->id, b->id);
}

static int
by_key(const void *x, const void *y)
{
	const struct matching_entry *a = x, *b = y;
	int keys = strcmp(a->key, b->key);

	return keys != 0 ? keys : by_time(x, y);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const char *
key_random(struct arena *a, const struct compare_session *s)
{
	(void)a;
	return s->client_random;
}

static const char *
key_tuple(struct arena *a, const struct compare_session *s)
{
	if (s->client_ip == NULL || s->server_ip == NULL)
		return NULL;
	return arena_format(a, "%s %" PRId64 " %s %" PRId64, s->client_ip, s->client_port,
			    s->server_ip, s->server_port);
}

static const char *
key_name(struct arena *a, const struct compare_session *s)
{
	(void)a;
	return s->sni;
}

static const char *
key_time(struct arena *a, const struct compare_session *s)
{
	(void)a;
	(void)s;
	return "";
}

static const char *(*const keys[COMPARE_LINKS])(struct arena *, const struct compare_session *) = {
    [COMPARE_RANDOM] = key_random,
    [COMPARE_TUPLE] = key_tuple,
    [COMPARE_NAME] = key_name,
    [COMPARE_TIME] = key_time,
};

static struct matching_entry *
keyed(struct matching *m, const struct matching_entry *all, size_t count, const uint32_t *taken,
      const bool *again, enum compare_link link, size_t *n)
{
	struct matching_entry *out = arena_alloc(&m->arena, (count + 1) * sizeof(*out));

	*n = 0;
	for (size_t i = 0; out != NULL && i < count; i++) {
		const char *key = taken[i] == MATCHING_FREE && !again[i]
				      ? keys[link](&m->arena, all[i].session)
				      : NULL;
		if (key != NULL)
			out[(*n)++] = (struct matching_entry){key, all[i].session, (uint32_t)i};
	}
	if (out != NULL)
		qsort(out, *n, sizeof(*out), by_key);
	return out;
}

struct matching_entry *
matching_keyed_near(struct matching *m, enum compare_link link, size_t *n)
{
	return keyed(m, m->near, m->n_near, m->far_of, m->near_again, link, n);
}

struct matching_entry *
matching_keyed_far(struct matching *m, enum compare_link link, size_t *n)
{
	return keyed(m, m->far, m->n_far, m->near_of, m->far_again, link, n);
}

/* --- exact pairs ------------------------------------------------------------------------------ */

void
matching_take(struct matching *m, uint32_t near, uint32_t far)
{
	m->far_of[near] = far;
	m->near_of[far] = near;
}

/* In order of key: those that are left of a key that has a partner are copies. */
static void
mark_again(const struct matching_entry *all, size_t n, const uint32_t *taken, bool *again)
{
	for (size_t i = 0, end; i < n; i = end) {
		bool partner = false;
		for (end = i; end < n && strcmp(all[end].key, all[i].key) == 0; end++)
			partner |= taken[all[end].index] != MATCHING_FREE;
		for (size_t k = i; k < end; k++)
			again[all[k].index] = partner && taken[all[k].index] == MATCHING_FREE;
	}
}

/* The n-th session with a random belongs to the n-th with the same at the other point. */
static void
pair_by_random(struct matching *m)
{
	size_t n, o, i = 0, j = 0;
	struct matching_entry *near = matching_keyed_near(m, COMPARE_RANDOM, &n);
	struct matching_entry *far = matching_keyed_far(m, COMPARE_RANDOM, &o);

	while (near != NULL && far != NULL && i < n && j < o) {
		int which = strcmp(near[i].key, far[j].key);
		if (which == 0)
			matching_take(m, near[i].index, far[j].index);
		i += which <= 0;
		j += which >= 0;
	}
	if (near == NULL || far == NULL)
		return;
	mark_again(near, n, m->far_of, m->near_again);
	mark_again(far, o, m->near_of, m->far_again);
}

/* --- the clocks ------------------------------------------------------------------------------- */

static int
by_value(const void *x, const void *y)
{
	return matching_order(*(const int64_t *)x, *(const int64_t *)y);
}

/* How far's clock differs, by the pairs taken so far. */
static void
measure(struct matching *m)
{
	int64_t *offsets = arena_alloc(&m->arena, (m->n_near + 1) * sizeof(*offsets));
	size_t n = 0;

	for (size_t i = 0; offsets != NULL && i < m->n_near; i++)
		if (m->far_of[i] != MATCHING_FREE)
			offsets[n++] = m->far[m->far_of[i]].session->started_ns -
				       m->near[i].session->started_ns;
	m->measured_by = n;
	m->slack_ns = n > 0 ? COMPARE_SLACK_NS : COMPARE_TOLERANCE_NS;
	if (n == 0)
		return;
	qsort(offsets, n, sizeof(*offsets), by_value);
	m->offset_ns = offsets[n / 2];
}

/* Where NAT or interception leaves addresses alone they tell the offset, if each pair of ends is
 * there just once. */
static void
measure_by_tuple(struct matching *m)
{
	size_t n, o, j = 0;
	struct matching_entry *near = matching_keyed_near(m, COMPARE_TUPLE, &n);
	struct matching_entry *far = matching_keyed_far(m, COMPARE_TUPLE, &o);

	for (size_t i = 0; near != NULL && far != NULL && i < n; i++) {
		bool again = (i > 0 && strcmp(near[i].key, near[i - 1].key) == 0) ||
			     (i + 1 < n && strcmp(near[i].key, near[i + 1].key) == 0);
		while (j < o && strcmp(far[j].key, near[i].key) < 0)
			j++;
		bool found = j < o && strcmp(far[j].key, near[i].key) == 0;
		bool once =
		    found && !again && (j + 1 == o || strcmp(far[j + 1].key, far[j].key) != 0);
		int64_t apart = once ? far[j].session->started_ns - near[i].session->started_ns : 0;
		if (once && apart < COMPARE_SKEW_MAX_NS && apart > -COMPARE_SKEW_MAX_NS)
			matching_take(m, near[i].index, far[j].index);
	}
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool
set_up(struct matching *m, const struct compare_point *near, const struct compare_point *far)
{
	m->n_near = near->count;
	m->n_far = far->count;
	m->near = arena_alloc(&m->arena, (m->n_near + 1) * sizeof(*m->near));
	m->far = arena_alloc(&m->arena, (m->n_far + 1) * sizeof(*m->far));
	m->far_of = arena_alloc(&m->arena, (m->n_near + 1) * sizeof(*m->far_of));
	m->near_of = arena_alloc(&m->arena, (m->n_far + 1) * sizeof(*m->near_of));
	m->near_again = arena_alloc(&m->arena, (m->n_near + 1) * sizeof(*m->near_again));
	m->far_again = arena_alloc(&m->arena, (m->n_far + 1) * sizeof(*m->far_again));
	if (m->arena.failed)
		return false;
	for (size_t i = 0; i < m->n_near; i++)
		m->near[i] = (struct matching_entry){.session = &near->sessions[i]};
	for (size_t i = 0; i < m->n_far; i++)
		m->far[i] = (struct matching_entry){.session = &far->sessions[i]};
	qsort(m->near, m->n_near, sizeof(*m->near), by_time);
	qsort(m->far, m->n_far, sizeof(*m->far), by_time);
	memset(m->far_of, 0xff, (m->n_near + 1) * sizeof(*m->far_of));
	memset(m->near_of, 0xff, (m->n_far + 1) * sizeof(*m->near_of));
	return true;
}

static void
set_clocks(struct matching *m, struct compare_pairing *out)
{
	pair_by_random(m);
	measure(m);
	if (m->measured_by > 0)
		return;
	measure_by_tuple(m);
	measure(m);
	for (size_t i = 0; i < m->n_near; i++)
		if (m->far_of[i] != MATCHING_FREE)
			out[i].link = COMPARE_TUPLE;
}

static bool
within(int64_t at, const struct compare_point *point)
{
	return at >= point->first_ns - COMPARE_SLACK_NS && at <= point->last_ns + COMPARE_SLACK_NS;
}

/* How long the server's first message took after the client's; -1: not seen. */
static int64_t
answer_took(const struct compare_session *s)
{
	const struct compare_step *first[2] = {NULL, NULL};

	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].kind != MESSAGE_TCP && first[s->steps[i].sender] == NULL)
			first[s->steps[i].sender] = &s->steps[i];
	if (first[TLS_CLIENT] == NULL || first[TLS_SERVER] == NULL)
		return -1;
	return first[TLS_SERVER]->time_ns - first[TLS_CLIENT]->time_ns;
}

/* The nearer to the server, the sooner its answer comes. */
static void
count_order(struct compare_match *m, const struct compare_pairing *p)
{
	if (!compare_same_tls(p))
		return;
	int64_t near = answer_took(p->near), far = answer_took(p->far);
	m->in_order += near >= 0 && far >= 0 && near - far > COMPARE_ORDER_NS;
	m->swapped += near >= 0 && far >= 0 && far - near > COMPARE_ORDER_NS;
}

/* Pairs in order of near, then what is left of far. */
static void
fill(const struct matching *m, const struct compare_point *near, const struct compare_point *far,
     struct compare_match *out)
{
	for (size_t i = 0; i < m->n_near; i++) {
		struct compare_pairing *p = &out->pairs[out->count++];
		p->near = m->near[i].session;
		p->far = m->far_of[i] != MATCHING_FREE ? m->far[m->far_of[i]].session : NULL;
		p->covered = p->far != NULL || within(p->near->started_ns + m->offset_ns, far);
		p->again = m->near_again[i];
		p->offset_ns = m->offset_ns;
		count_order(out, p);
	}
	for (size_t i = 0; i < m->n_far; i++) {
		const struct compare_session *s = m->far[i].session;
		if (m->near_of[i] == MATCHING_FREE)
			out->pairs[out->count++] = (struct compare_pairing){
			    .far = s,
			    .covered = within(s->started_ns - m->offset_ns, near),
			    .again = m->far_again[i],
			    .offset_ns = m->offset_ns};
	}
	out->offset_ns = m->offset_ns;
	out->measured_by = m->measured_by;
}

bool
compare_match(struct compare_match *out, const struct compare_point *near,
	      const struct compare_point *far)
{
	struct matching m = {.slack_ns = COMPARE_TOLERANCE_NS};

	*out = (struct compare_match){0};
	out->pairs = calloc(near->count + far->count + 1, sizeof(*out->pairs));
	bool good = out->pairs != NULL && set_up(&m, near, far);
	if (good) {
		set_clocks(&m, out->pairs);
		for (int link = COMPARE_TUPLE; link < COMPARE_LINKS; link++)
			matching_find(&m, (enum compare_link)link);
		matching_assign(&m, out->pairs);
		good = !m.arena.failed && !m.failed;
	}
	if (good)
		fill(&m, near, far, out);
	free(m.candidates);
	arena_finish(&m.arena);
	return good;
}

void
compare_match_finish(struct compare_match *m)
{
	free(m->pairs);
	*m = (struct compare_match){0};
}
