/*
 * progress.h - one line on a terminal while captures are read, redrawn at most 5 times a second.
 * Between batch.c (which tells how far it is) and stderr. Not a terminal: nothing at all.
 */
#ifndef ANALYZER_CLI_PROGRESS_H
#define ANALYZER_CLI_PROGRESS_H

#include "analyzer/cli/term.h"

#include <stddef.h>
#include <stdint.h>

struct progress {
	struct term *err;
	bool shown;                       /* wanted and possible */
	size_t done, total;               /* captures */
	uint64_t bytes_done, bytes_total; /* of all captures; total 0: unknown */
	int64_t started_ms, drawn_ms;
	const char *name; /* of the capture in hand: a stuck one should have a name */
};

void progress_init(struct progress *p, struct term *err, bool wanted);
/* Draws when it is time to. in_hand: bytes of the capture in hand that are read. */
void progress_draw(struct progress *p, uint64_t in_hand);
/* Takes the line away. */
void progress_clear(struct progress *p);

/* Monotonic milliseconds. */
int64_t progress_now_ms(void);

/* "12.4 MB", decimal units. */
void progress_add_size(struct str *t, uint64_t bytes);

#endif
