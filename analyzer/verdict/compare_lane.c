/*
 * compare_lane.c - what one side sent, seen at both points: lost, missed, late. See
 * compare_parts.h.
 */
#include "analyzer/verdict/compare_parts.h"

#include <string.h>

/* The next step of this sender that carries TLS; NULL at the end. */
static const struct compare_step *
next_of(const struct compare_session *s, enum tls_side sender, size_t *at)
{
	while (*at < s->n_steps) {
		const struct compare_step *step = &s->steps[(*at)++];
		if (step->sender == sender && step->kind != MESSAGE_TCP)
			return step;
	}
	return NULL;
}

/* Could the capture of this point lack something of the sender's? */
bool
compare_flawed(const struct compare_session *s, enum tls_side sender)
{
	static const char *const all[] = {"midstream", "snaplen", "limit"};
	static const char *const own[][2] = {[TLS_CLIENT] = {"gap_client", "only_server"},
					     [TLS_SERVER] = {"gap_server", "only_client"}};
	bool found = false;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		found |= compare_in_list(s->capture_state, all[i]);
	return found || compare_in_list(s->capture_state, own[sender][0]) ||
	       compare_in_list(s->capture_state, own[sender][1]);
}

static bool
read_alike(const struct compare_step *a, const struct compare_step *b)
{
	return (a->evidence == EVIDENCE_DECRYPTED) == (b->evidence == EVIDENCE_DECRYPTED);
}

/* Encrypted records have names by their place, which a gap elsewhere changes. */
static bool
same_step(const struct compare_step *a, const struct compare_step *b)
{
	bool named = a->evidence >= EVIDENCE_DECRYPTED && b->evidence >= EVIDENCE_DECRYPTED;

	return a->length == b->length && a->repeat == b->repeat && read_alike(a, b) &&
	       (!named || (a->kind == b->kind && strcmp(a->name, b->name) == 0));
}

/* The capture at the target went on after this step should have passed it. */
bool
compare_still_captured(const struct compare_case *c, const struct compare_step *step, bool at_far)
{
	int64_t offset = c->pairing->offset_ns;

	return at_far ? c->far->capture_ends_ns >= step->time_ns + offset
		      : c->near->capture_ends_ns >= step->time_ns - offset;
}

/* Why the target lacks the origin's step, which is there. */
static enum compare_lane_state
why_missing(const struct compare_case *c, struct compare_lane *lane, enum tls_side sender,
	    const struct compare_step *step)
{
	bool to_far = sender == TLS_CLIENT;
	const struct compare_session *target = to_far ? c->far : c->near;

	lane->unsure = !compare_still_captured(c, step, to_far);
	if (compare_flawed(target, sender) ||
	    (lane->unsure && compare_in_list(target->capture_state, "ends_early")))
		return LANE_MISSED_TARGET;
	return LANE_LOST;
}

/* o, t: the first steps that are not equal; NULL where a side has no more. */
static void
judge_lane(const struct compare_case *c, struct compare_lane *lane, enum tls_side sender,
	   const struct compare_step *o, const struct compare_step *t)
{
	const struct compare_session *origin = sender == TLS_CLIENT ? c->near : c->far;
	const struct compare_session *target = sender == TLS_CLIENT ? c->far : c->near;

	lane->state = LANE_DIFFERS;
	lane->missing = o != NULL ? o : t;
	if (o == NULL && t == NULL) {
		lane->state = LANE_EQUAL;
	} else if (o != NULL && t == NULL) {
		lane->state = why_missing(c, lane, sender, o);
	} else if (o != NULL && read_alike(o, t) && compare_flawed(target, sender)) {
		lane->state = LANE_MISSED_TARGET;
	} else if ((o == NULL || read_alike(o, t)) && compare_flawed(origin, sender)) {
		lane->state = LANE_MISSED_ORIGIN;
		lane->missing = t;
	}
}

/* The one that took longest, if it took long. */
static void
note_late(struct compare_lane *lane, const struct compare_step *o, const struct compare_step *t,
	  int64_t quickest)
{
	int64_t by = t->time_ns - o->time_ns - quickest;

	if (by < COMPARE_LATE_NS || by <= lane->late_ns)
		return;
	lane->late_ns = by;
	lane->late_origin = o;
	lane->late_target = t;
}

static void
look_for_late(struct compare_lane *lane, const struct compare_session *origin,
	      const struct compare_session *target, enum tls_side sender)
{
	int64_t quickest = INT64_MAX;
	size_t i = 0, j = 0;

	for (size_t n = 0; n < lane->common; n++) {
		int64_t took = -next_of(origin, sender, &i)->time_ns;
		took += next_of(target, sender, &j)->time_ns;
		quickest = took < quickest ? took : quickest;
	}
	i = j = 0;
	for (size_t n = 0; n < lane->common; n++) {
		const struct compare_step *o = next_of(origin, sender, &i);
		note_late(lane, o, next_of(target, sender, &j), quickest);
	}
}

void
compare_lane(struct compare_case *c, enum tls_side sender)
{
	bool to_far = sender == TLS_CLIENT;
	const struct compare_session *origin = to_far ? c->near : c->far;
	const struct compare_session *target = to_far ? c->far : c->near;
	struct compare_lane *lane = &c->lane[sender];
	const struct compare_step *o, *t;
	size_t i = 0, j = 0;

	while ((o = next_of(origin, sender, &i)) != NULL &&
	       (t = next_of(target, sender, &j)) != NULL && same_step(o, t)) {
		lane->common++;
		lane->last = t;
	}
	if (o == NULL)
		t = next_of(target, sender, &j);
	judge_lane(c, lane, sender, o, t);
	for (size_t rest = i; o != NULL && lane->state == LANE_LOST;
	     o = next_of(origin, sender, &rest))
		lane->n_missing++;
	look_for_late(lane, origin, target, sender);
}
