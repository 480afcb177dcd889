/*
 * trace.c - the step lists of a session and their order.
 * See trace.h for the contract.
 */
#include "analyzer/tls/trace.h"

static bool
foldable(const struct trace_side *side, const struct step *s)
{
	return s->kind == STEP_APPLICATION && side->run >= TRACE_FOLD_AFTER;
}

static void
fold(struct step *into, const struct step *s)
{
	into->repeat++;
	into->end = s->end;
	into->mark = s->mark;
	into->length = s->length;
}

static void
count_application(struct trace_side *side, const struct step *kept, const struct step *s)
{
	side->application_records++;
	side->application_bytes += s->length;
	if (side->application_first == NULL)
		side->application_first = kept;
	if (kept != NULL)
		side->application_last = kept;
}

/* A step is written where it will stand: to copy it would mean to wait until all of it, and all
 * that was written before it, has reached the cache. */
static struct step *
take_room(struct trace *t, struct arena *a, const struct step *s)
{
	struct step *kept = trace_room(t, a);

	if (kept != NULL && kept != s)
		*kept = *s;
	t->room = NULL;
	return kept;
}

struct step *
trace_add(struct trace *t, struct arena *a, const struct step *s)
{
	struct trace_side *side = &t->side[s->sender];

	if (foldable(side, s)) {
		fold(side->last, s);
		count_application(side, side->last, s);
		return NULL;
	}
	if (side->steps >= TRACE_STEPS_MAX) {
		t->limit = true;
		return NULL;
	}
	struct step *kept = take_room(t, a, s);
	if (kept == NULL)
		return NULL;
	kept->next = NULL;
	side->run = s->kind == STEP_APPLICATION ? side->run + 1 : 0;
	side->steps++;
	*(side->last == NULL ? &side->first : &side->last->next) = kept;
	side->last = kept;
	if (s->kind == STEP_APPLICATION)
		count_application(side, kept, s);
	return kept;
}

bool
step_knew(const struct step *later, const struct step *earlier)
{
	return later->mark.ack >= earlier->end;
}

/* Which of two heads of opposite directions came first. */
static const struct step *
earlier_of(const struct step *a, const struct step *b)
{
	if (step_knew(b, a))
		return a;
	if (step_knew(a, b))
		return b;
	return a->mark.frame <= b->mark.frame ? a : b;
}

const struct step **
trace_merge(const struct trace *t, struct arena *a, size_t *count)
{
	const struct step *head[2] = {t->side[0].first, t->side[1].first};
	size_t total = t->side[0].steps + t->side[1].steps, n = 0;
	const struct step **all = arena_room(a, (total + 1) * sizeof(*all));

	*count = 0;
	if (all == NULL)
		return NULL;
	while (head[0] != NULL || head[1] != NULL) {
		const struct step *s = head[0] == NULL   ? head[1]
				       : head[1] == NULL ? head[0]
							 : earlier_of(head[0], head[1]);
		all[n++] = s;
		head[s->sender] = s->next;
	}
	*count = n;
	return all;
}

bool
trace_hole(const struct trace *t, enum tls_side side, uint64_t from, uint64_t to)
{
	for (const struct step *s = t->side[side].first; s != NULL; s = s->next)
		if (s->kind == STEP_GAP && s->at < to && s->end > from)
			return true;
	return false;
}
