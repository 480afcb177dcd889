/*
 * title.h - the first lines of `show`: the verdict as a sentence, who with whom, when and where.
 * Between story.c and cmd_show.c.
 */
#ifndef ANALYZER_CLI_TITLE_H
#define ANALYZER_CLI_TITLE_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

void title_print(struct term *out, const struct story *s);

#endif
