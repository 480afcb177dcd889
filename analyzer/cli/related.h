/*
 * related.h - what other sessions have to do with the one that `show` shows, in a person's words.
 * Between story.c and cmd_show.c.
 */
#ifndef ANALYZER_CLI_RELATED_H
#define ANALYZER_CLI_RELATED_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

/* Below the advice of cause.c, in its columns. */
void related_print(struct term *out, const struct story *s);

#endif
