/*
 * points.h - which captures the two PATHs of `compare` are, and the database they are in.
 * Between cmd_compare.c and batch.c. What is in the database already is taken as it stands there,
 * with whatever keys and CAs it was read; what is not, or has changed since, is read into it.
 */
#ifndef ANALYZER_CLI_POINTS_H
#define ANALYZER_CLI_POINTS_H

#include "analyzer/cli/command.h"

#include <stdint.h>

enum { POINTS_NEAR, POINTS_FAR, POINTS };

/* Zero-initialise, set path[]; points_finish removes a temporary database. */
struct points {
	const char *path[POINTS]; /* as given */
	const char *database;     /* NULL until it is chosen */
	char *temporary;          /* its directory; NULL: the database is the user's */
	int64_t *ids[POINTS];
	size_t count[POINTS], room[POINTS];
	bool problem; /* an input was not read whole; it was said */
};

/* database NULL: mtlscope.db, if it has both points; else a temporary one. The status is
 * COMMAND_DONE, else what was wrong has been said. */
int points_resolve(struct points *p, struct command_io *io, const char *database);
void points_finish(struct points *p);

#endif
