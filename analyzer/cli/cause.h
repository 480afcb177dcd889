/*
 * cause.h - the middle of `show`: why, the frames that prove it, and what each side may change.
 * Between story.c and cmd_show.c. The first finding speaks; without one the verdict does.
 */
#ifndef ANALYZER_CLI_CAUSE_H
#define ANALYZER_CLI_CAUSE_H

#include "analyzer/cli/proof.h"
#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

void cause_print(struct term *out, const struct story *s);

/* "= label text", wrapped; {request} and {cn} in it are filled in. NULL text: nothing. */
void cause_advice(const struct proof_margin *m, const struct story *s, const char *label,
		  const char *text);

/* A line of advice with {request} and {cn} filled in. */
void cause_add_advice(struct str *t, const struct story *s, const char *template);

#endif
