/*
 * compare_matching.h - what the two halves of the matching share: compare_match.c sets up, pairs by
 * random, and measures the clocks; compare_candidates.c finds candidates for the rest and assigns.
 */
#ifndef ANALYZER_VERDICT_COMPARE_MATCHING_H
#define ANALYZER_VERDICT_COMPARE_MATCHING_H

#include "analyzer/verdict/compare_match.h"

#define MATCHING_FREE UINT32_MAX

struct matching_entry {
	const char *key;
	const struct compare_session *session;
	uint32_t index;
};

/* A pair that may be one. */
struct matching_candidate {
	uint32_t near, far; /* indexes in order of time */
	uint8_t link;
	bool other_size;
	int64_t distance; /* between the starts, the clocks' offset taken away */
};

struct matching {
	struct arena arena;
	struct matching_entry *near, *far; /* in order of time */
	size_t n_near, n_far;
	struct matching_candidate *candidates; /* of malloc */
	size_t count, room;
	uint32_t *far_of, *near_of;   /* the partner's index, or MATCHING_FREE */
	bool *near_again, *far_again; /* a copy of a session with a partner: pairs no more */
	int64_t offset_ns, slack_ns;
	size_t measured_by;
	bool failed;
};

int matching_order(int64_t a, int64_t b);
void matching_take(struct matching *m, uint32_t near, uint32_t far);
/* The free sessions that have a key for this link, in order of key and time. NULL: memory is
 * short. */
struct matching_entry *matching_keyed_near(struct matching *m, enum compare_link link, size_t *n);
struct matching_entry *matching_keyed_far(struct matching *m, enum compare_link link, size_t *n);

/* In compare_candidates.c: link, ambiguous of near's pairs; adds to far_of and near_of. */
void matching_find(struct matching *m, enum compare_link link);
void matching_assign(struct matching *m, struct compare_pairing *out);

#endif
