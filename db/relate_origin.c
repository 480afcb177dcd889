/*
 * relate_origin.c - the handshake at the start of a chain of resumptions.
 * Called by relate.c for rows of relations.def, from the hits of those that say what a session was
 * resumed from. What it was resumed from began before it: in the order of time a chain's earlier
 * links are known.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

struct link {
	uint32_t session, from; /* from: what it was resumed from */
	uint32_t origin, depth; /* the start of the chain */
	int64_t at;
	bool sure; /* no link of the chain is inferred */
};

struct relate_origins {
	struct link *links;
	size_t count;
};

static int
by_time(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->session > b->session) - (a->session < b->session);
}

static bool
collect(struct relate_run *run, struct relate_origins *o)
{
	size_t first = run->first_hit[RELATE_ROW_resumed_seen];

	o->count = run->first_hit[RELATE_ROW_resumed_by_length + 1] - first;
	o->links = malloc((o->count + 1) * sizeof(*o->links));
	if (o->links == NULL)
		return false;
	for (size_t i = 0; i < o->count; i++) {
		const struct relate_hit *h = &run->hits[first + i];

		o->links[i] = (struct link){
		    .session = h->session,
		    .from = h->other,
		    .origin = h->other,
		    .depth = 1,
		    .at = relate_session(run, h->session)->started_ns,
		    .sure = relate_rows[h->row].evidence != EVIDENCE_INFERRED,
		};
	}
	if (o->count > 1)
		qsort(o->links, o->count, sizeof(*o->links), by_time);
	return true;
}

static void
follow(struct relate_origins *o, uint32_t *link_of)
{
	for (size_t i = 0; i < o->count; i++) {
		struct link *l = &o->links[i];
		uint32_t before = link_of[l->from];

		if (before != 0) {
			const struct link *b = &o->links[before - 1];

			l->origin = b->origin;
			l->depth = b->depth + 1;
			l->sure = l->sure && b->sure;
		}
		link_of[l->session] = (uint32_t)i + 1;
	}
}

static bool
make(struct relate_run *run, struct relate_origins *o)
{
	if (!collect(run, o))
		return false;
	uint32_t *link_of = o->count > 0 ? calloc(run->sessions->count, sizeof(*link_of)) : NULL;
	if (link_of != NULL)
		follow(o, link_of);
	bool ok = o->count == 0 || link_of != NULL;
	free(link_of);
	return ok;
}

/* For the first row that asks; NULL: fault. */
static const struct relate_origins *
origins(struct relate_run *run)
{
	if (run->origins == NULL) {
		run->origins = calloc(1, sizeof(*run->origins));
		if (run->origins == NULL || !make(run, run->origins)) {
			relate_no_memory(run);
			return NULL;
		}
	}
	return run->origins;
}

void
relate_origins_finish(struct relate_run *run)
{
	if (run->origins != NULL)
		free(run->origins->links);
	free(run->origins);
}

static bool
find(struct relate_run *run, const struct relate_row *r, bool (*is_it)(const struct link *l))
{
	const struct relate_origins *o = origins(run);

	for (size_t i = 0; o != NULL && i < o->count; i++) {
		const struct link *l = &o->links[i];

		if (is_it(l) && relate_hit(run, r, l->session, l->origin) == NULL)
			return false;
	}
	return o != NULL;
}

static bool
is_sure(const struct link *l)
{
	return l->sure;
}

static bool
is_guessed(const struct link *l)
{
	return !l->sure;
}

static bool
is_distant(const struct link *l)
{
	return l->depth > 1;
}

bool
relate_find_origin(struct relate_run *run, const struct relate_row *r)
{
	return find(run, r, is_sure);
}

bool
relate_find_guessed_origin(struct relate_run *run, const struct relate_row *r)
{
	return find(run, r, is_guessed);
}

bool
relate_find_distant_origin(struct relate_run *run, const struct relate_row *r)
{
	return find(run, r, is_distant);
}
