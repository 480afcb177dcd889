/*
 * ladder.h - the messages of one session, drawn between two walls: frame, time, arrow, bytes.
 * ladder_rows.c decides what stands in a row, ladder.c draws it. Used by cmd_show.c.
 */
#ifndef ANALYZER_CLI_LADDER_H
#define ANALYZER_CLI_LADDER_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

enum { LADDER_UNFOLDED = 60 }; /* more messages: application data and tickets fold into one row */

enum ladder_kind {
	LADDER_TLS,    /* an arrow in the style of its evidence */
	LADDER_TCP,    /* FIN, RST: dotted, they carry no TLS */
	LADDER_MARKER, /* words between the walls, no arrow */
};

struct ladder_row {
	enum ladder_kind kind;
	int64_t frame;    /* 0: none shown */
	int64_t since_ns; /* of the session's first packet */
	bool from_client;
	const struct words_evidence *evidence;
	struct str name, detail, longer; /* detail: what fits 80 columns; longer: where it fits */
	int64_t bytes;                   /* -1: none shown */
	const char *broken;              /* "refused here" below this row, NULL */
	enum term_style broken_style;
};

struct ladder {
	struct ladder_row *rows;
	size_t count, room;
};

/* all: fold nothing. */
void ladder_make(struct ladder *l, const struct story *s, bool all);
void ladder_finish(struct ladder *l);

void ladder_print(struct term *out, const struct story *s, bool all);

#endif
