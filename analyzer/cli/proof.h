/*
 * proof.h - the proof under a cause in `show`: messages with their frames, labels under what is
 * wrong. Between story.c and cause.c.
 */
#ifndef ANALYZER_CLI_PROOF_H
#define ANALYZER_CLI_PROOF_H

#include "analyzer/cli/story.h"
#include "analyzer/cli/term.h"

/* The block's left margin: wide enough for the largest frame number in it. */
struct proof_margin {
	struct term *out;
	int width;
};

struct proof_margin proof_margin(struct term *out, const struct story *s);
/* From "--> file" to the empty line below the last message. */
void proof_print(const struct proof_margin *m, const struct story *s);
/* Frame of a row of s->messages; NULL for STORY_NONE. */
const char *proof_frame(const struct story *s, long message);

#endif
