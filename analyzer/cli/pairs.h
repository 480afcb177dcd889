/*
 * pairs.h - the sessions of two capture points, paired, with what was found about each pair.
 * Between the database (query.h) with verdict/compare.h and cmd_compare.c; pairs_print.c prints.
 */
#ifndef ANALYZER_CLI_PAIRS_H
#define ANALYZER_CLI_PAIRS_H

#include "analyzer/cli/points.h"
#include "analyzer/verdict/compare_match.h"
#include "db/query.h"
#include "db/store.h"

/* Sessions of one point: some 1 KiB each. */
enum { PAIRS_SESSIONS_MAX = 200000 };

struct pairs_finding {
	size_t pair; /* index in match.pairs */
	struct compare_finding finding;
};

/* Zero-initialise. */
struct pairs {
	struct arena arena;
	struct compare_point point[POINTS];
	struct compare_match match;
	struct pairs_finding *findings; /* in order of pairs */
	size_t count, room;
};

enum pairs_loaded { PAIRS_LOADED, PAIRS_FAULT, PAIRS_TOO_MANY, PAIRS_NO_MEMORY };

/* FAULT: query_error says what. */
enum pairs_loaded pairs_load(struct pairs *p, struct query *q, const struct points *points);
bool pairs_store(const struct pairs *p, struct store *s, const struct points *points);
void pairs_finish(struct pairs *p);

/* Near and far are probably the wrong way round. */
bool pairs_swapped(const struct pairs *p);

/* kept: the sessions are in the user's database, so their ids mean something. */
void pairs_print(struct term *out, const struct pairs *p, bool kept);

#endif
