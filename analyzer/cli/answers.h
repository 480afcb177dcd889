/*
 * answers.h - the three answers of `show` (asked, sent, answer): how each is known, in which frame.
 * Between story.c and cmd_show.c.
 */
#ifndef ANALYZER_CLI_ANSWERS_H
#define ANALYZER_CLI_ANSWERS_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

void answers_print(struct term *out, const struct story *s);

#endif
