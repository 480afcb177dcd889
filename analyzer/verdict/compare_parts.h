/*
 * compare_parts.h - what compare.c finds out about a pair and compare_text.c puts into words.
 */
#ifndef ANALYZER_VERDICT_COMPARE_PARTS_H
#define ANALYZER_VERDICT_COMPARE_PARTS_H

#include "analyzer/verdict/compare.h"

enum compare_lane_state {
	LANE_EQUAL,
	LANE_LOST,          /* the target lacks the end, and its capture shows no flaw */
	LANE_MISSED_TARGET, /* the capture there lacks something */
	LANE_MISSED_ORIGIN,
	LANE_DIFFERS, /* cannot be told: read with keys at one point only, or of other names */
};

/* What one side sent, seen at the point nearer to it (origin) and at the other (target). */
struct compare_lane {
	enum compare_lane_state state;
	size_t common;                      /* steps that are equal, from the first one on */
	const struct compare_step *last;    /* of these; the target's; NULL none */
	const struct compare_step *missing; /* what only one point has */
	size_t n_missing;
	bool unsure; /* lost: the target's capture may have ended before */
	const struct compare_step *late_origin, *late_target; /* NULL none */
	int64_t late_ns;
};

struct compare_case {
	struct arena *arena;
	const struct compare_pairing *pairing;
	const struct compare_session *near, *far;          /* an empty one where there is none */
	struct compare_lane lane[2];                       /* by enum tls_side */
	const struct compare_step *reset_near, *reset_far; /* nobody at the other point sent them */
	bool same_tls, terminated;
	bool reset_unsure; /* the other point's capture may have ended before */
};

/* Could the capture of this session lack something of the sender's? */
bool compare_flawed(const struct compare_session *s, enum tls_side sender);
/* Did the capture go on there when this step of the other point should have passed? */
bool compare_still_captured(const struct compare_case *c, const struct compare_step *step,
			    bool at_far);
/* Fills c->lane[sender]; both sessions are there. */
void compare_lane(struct compare_case *c, enum tls_side sender);

/* NULL: there is none. name NULL: the first of any. */
const struct compare_step *compare_find(const struct compare_session *s, enum tls_side sender,
					const char *name);
bool compare_in_list(const char *list, const char *word);
bool compare_is(const char *text, const char *word);

/* The template with its {words} filled in and its first letter by `sure`; NULL: memory is short. */
const char *compare_sentence(const struct compare_case *c, enum compare_sure sure,
			     const char *template);
const char *compare_fill(const struct compare_case *c, const char *template);

#endif
