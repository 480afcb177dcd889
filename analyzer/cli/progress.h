/*
 * progress.h - how far a run is: one line on a terminal, redrawn at most 5 times a second; else a
 * line per capture.
 * Between batch.c (which tells how far it is) and stderr.
 */
#ifndef ANALYZER_CLI_PROGRESS_H
#define ANALYZER_CLI_PROGRESS_H

#include "analyzer/cli/term.h"

#include <stddef.h>
#include <stdint.h>

struct progress {
	struct term *err;
	bool wanted;
	bool shown;                       /* the line on a terminal */
	size_t done, total;               /* captures */
	uint64_t bytes_done, bytes_total; /* of all captures; total 0: unknown */
	uint64_t sessions, failed;        /* of captures that are done */
	int64_t started_ms, drawn_ms;
};

void progress_init(struct progress *p, struct term *err, bool wanted);
/* What there is to do, once it is known. */
void progress_total(struct progress *p, size_t captures, uint64_t bytes);
/* An input is done with. */
void progress_done(struct progress *p, uint64_t bytes);
/* It was this capture. */
void progress_capture(struct progress *p, const char *path, uint64_t sessions, uint64_t failed);
/* Draws when it is time to. in_hand: bytes that are read of captures in hand; name: of one of them,
 * for a stuck one should have a name. NULL none. */
void progress_draw(struct progress *p, uint64_t in_hand, const char *name);
/* A line of its own, whatever else is shown. */
void progress_status(struct progress *p, uint64_t in_hand, const char *name);
/* Takes the line away. */
void progress_clear(struct progress *p);

/* Monotonic milliseconds. */
int64_t progress_now_ms(void);

/* "12.4 MB", decimal units. */
void progress_add_size(struct str *t, uint64_t bytes);

#endif
