/*
 * details.h - what `show --all` adds: attempts, certificates, the request, and every fact with its
 * evidence. Between story.c and cmd_show.c.
 */
#ifndef ANALYZER_CLI_DETAILS_H
#define ANALYZER_CLI_DETAILS_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

void details_print(struct term *out, const struct story *s);

#endif
