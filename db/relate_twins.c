/*
 * relate_twins.c - one handshake captured twice: sessions that share their randoms.
 * Called by relate.c. Digests of the clients' randoms say who comes into question; the randoms
 * themselves, of those few, are read from `story`.
 */
#include "db/relate_impl.h"

#include <stdlib.h>
#include <string.h>

enum { RANDOM = 32 };

struct twin {
	uint32_t session;
	bool has_server_random;
	uint8_t client_random[RANDOM], server_random[RANDOM];
};

struct twins {
	struct relate_run *run;
	const struct relate_row *row;
	struct twin one[RELATE_TAPS_MAX];
	size_t count;
};

static bool
read_randoms(struct relate_run *run, struct twin *t)
{
	sqlite3_stmt *stmt = relate_ask(
	    run->d, "SELECT client_random, server_random FROM story WHERE session_id = ?1",
	    relate_sessions_id(run->sessions, t->session), 0);
	bool none;

	if (stmt == NULL || !relate_next(run->d, stmt, &none))
		return false;
	if (!none && sqlite3_column_bytes(stmt, 0) == RANDOM)
		memcpy(t->client_random, sqlite3_column_blob(stmt, 0), RANDOM);
	t->has_server_random = !none && sqlite3_column_bytes(stmt, 1) == RANDOM;
	if (t->has_server_random)
		memcpy(t->server_random, sqlite3_column_blob(stmt, 1), RANDOM);
	sqlite3_reset(stmt);
	return true;
}

/* A session of which only the client's side was captured fits by the client's random alone. */
static bool
fit(const struct twin *t, const struct twin *other)
{
	return memcmp(t->client_random, other->client_random, RANDOM) == 0 &&
	       (!t->has_server_random ||
		(other->has_server_random &&
		 memcmp(t->server_random, other->server_random, RANDOM) == 0));
}

/* The first of those it fits, which are in the order of time. */
static bool
find_one(struct twins *all, const struct twin *t)
{
	struct relate_run *run = all->run;
	size_t i = 0;

	while (i < all->count && (&all->one[i] == t || !fit(t, &all->one[i])))
		i++;
	if (i == all->count)
		return true;
	uint32_t other = all->one[i].session;
	bool before = relate_is_before(run, other, t->session);
	run->traits[before ? t->session : other] |= TRAIT(COPY);
	run->of_anybody |= TRAIT(COPY);
	return relate_hit(run, all->row, t->session, other) != NULL;
}

static bool
find_all(struct twins *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (!read_randoms(all->run, &all->one[i]))
			return false;
	for (size_t i = 0; i < all->count; i++)
		if (!find_one(all, &all->one[i]))
			return false;
	return true;
}

struct digest {
	uint64_t value;
	int64_t at;
	uint64_t place;
	uint32_t session;
};

static int
by_digest_and_time(const void *left, const void *right)
{
	const struct digest *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* --- who comes into question ------------------------------------------------------------------ */

static bool
is_of_few(const struct relate_tally *t, uint64_t digest)
{
	uint32_t times = relate_tally_of(t, &(struct relate_key){digest, 0, 0});

	return times >= 2 && times <= RELATE_TAPS_MAX;
}

/* Digests that may have been seen twice. A bit tells soon which are nobody else's: most. */
static bool
count_all(const struct relate_sessions *l, struct relate_tally *t)
{
	struct relate_bits once = {0}, twice = {0};
	bool ok = relate_bits_init(&once, l->count) && relate_bits_init(&twice, l->count);

	for (size_t i = 0; ok && i < l->count; i++) {
		uint64_t random = *relate_sessions_random_at(l, i);
		if (random != 0 && relate_bits_add(&once, random))
			relate_bits_add(&twice, random);
	}
	for (size_t i = 0; ok && i < l->count; i++) {
		uint64_t random = *relate_sessions_random_at(l, i);
		if (random != 0 && relate_bits_has(&twice, random))
			ok = relate_tally_add(t, &(struct relate_key){random, 0, 0});
	}
	relate_bits_finish(&once);
	relate_bits_finish(&twice);
	return ok;
}

/* Sessions whose digest is that of a few others, too; NULL without memory. */
static struct digest *
candidates(const struct relate_sessions *l, const struct relate_tally *t, size_t *count)
{
	struct digest *all = malloc(1), *more;
	size_t room = 0;

	*count = 0;
	for (uint32_t i = 0; all != NULL && t->keys.count > 0 && i < l->count; i++) {
		const struct relate_session *s = relate_sessions_at(l, i);
		uint64_t random = *relate_sessions_random_at(l, i);

		if (random == 0 || !is_of_few(t, random))
			continue;
		more = relate_room(all, *count, &room, sizeof(*all));
		if (more == NULL) {
			free(all);
			return NULL;
		}
		all = more;
		all[(*count)++] = (struct digest){random, s->started_ns, s->place, i};
	}
	return all;
}

static bool
find_in_runs(struct twins *all, const struct digest *d, size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && d[i + n].value == d[i].value;)
			n++;
		all->count = n;
		for (size_t k = 0; k < n; k++)
			all->one[k] = (struct twin){.session = d[i + k].session};
		if (!find_all(all))
			return false;
	}
	return true;
}

bool
relate_find_twins(struct relate_run *run, const struct relate_row *r)
{
	struct twins all = {.run = run, .row = r};
	struct relate_tally tally = {0};
	size_t count = 0;
	struct digest *digests =
	    count_all(run->sessions, &tally) ? candidates(run->sessions, &tally, &count) : NULL;
	bool ok = digests != NULL || relate_no_memory(run);

	if (ok && count > 1)
		qsort(digests, count, sizeof(*digests), by_digest_and_time);
	ok = ok && find_in_runs(&all, digests, count);
	free(digests);
	relate_tally_finish(&tally);
	return ok;
}
