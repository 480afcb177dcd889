/*
 * words.h - machine names (verdict, sub-reason, evidence ...) to the words a person reads.
 * Rows are in words.def and advice.def. Used by summary, failures, show and explain.
 */
#ifndef ANALYZER_CLI_WORDS_H
#define ANALYZER_CLI_WORDS_H

#include "analyzer/cli/term.h"
#include "analyzer/verdict/causes.h"

#include <stdbool.h>
#include <stddef.h>

enum words_kind {
	WORDS_FAILURE, /* a row of failed_mutual_auth */
	WORDS_OK,      /* finished */
	WORDS_OPEN,    /* something is left open: sent, but the answer is not seen */
	WORDS_EARLY,   /* failed before client authentication */
	WORDS_NOT_ASKED,
	WORDS_RESUMED,
	WORDS_UNKNOWN, /* cannot tell */
	WORDS_KINDS,
};

struct words {
	const char *verdict, *sub_reason;
	enum words_kind kind;
	const char *slug, *cause, *brief, *title;
};

struct words_advice {
	const char *verdict, *sub_reason;
	const char *meaning, *client, *server, *note;
};

/* Never NULL: an unknown verdict gives a row that says "cannot tell". Arguments may be NULL;
 * modifiers is the comma list of the column. */
const struct words *words_find(const char *verdict, const char *sub_reason, const char *modifiers);
const struct words_advice *words_advice_find(const char *verdict, const char *sub_reason,
					     const char *modifiers);
/* A verdict that its first cause may put into better words. */
bool words_vague(const char *verdict);
/* The cause that names a session better than its verdict does; NULL when the verdict's own words
 * do. first: the first finding's cause when it is a failure and more than possible, else NULL. */
const struct cause_row *words_cause(const char *verdict, const char *first);
/* All rows, for explain. */
const struct words *words_all(size_t *count);
const struct words_advice *words_advice_all(size_t *count);

/* True when the comma list has the word. list may be NULL. */
bool words_in_list(const char *list, const char *word);

/* How something is known. Texts are of the four evidences; unknown text is "none". */
struct words_evidence {
	const char *name, *word, *shorter; /* "decrypted", "decrypted", "decr." */
	enum term_style style;
	enum term_glyph line;
};
const struct words_evidence *words_evidence(const char *name);

/* How sure a sentence is. */
enum words_certainty { WORDS_CERTAIN, WORDS_INFERRED, WORDS_PROBABLY, WORDS_CANNOT_TELL };
/* From the columns evidence and confidence. */
enum words_certainty words_certainty(const char *evidence, const char *confidence);
const char *words_tag(enum words_certainty c); /* "[certain]" */

/* Adds the title, its part after the colon replaced by the cause (NULL: not), with "Inferred: " or
 * "Probably: " before it when it rests on an inferred fact. */
void words_add_title(struct str *t, const struct words *w, const struct cause_row *cause,
		     const char *evidence, const char *confidence);

#endif
