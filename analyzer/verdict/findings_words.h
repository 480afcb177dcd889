/*
 * findings_words.h - the parts of findings_text.c: what the {words} of templates stand for.
 * Internal to findings_text.c, which knows all of them, and findings_words.c, which has those of
 * the certificate.
 */
#ifndef ANALYZER_VERDICT_FINDINGS_WORDS_H
#define ANALYZER_VERDICT_FINDINGS_WORDS_H

#include "analyzer/verdict/findings.h"

/* A word that is a text there is already, or one that has to be put together. A text of NULL says
 * nothing. */
struct word {
	const char *name;
	size_t len;
	const char *(*text)(const struct finding_case *c);
	void (*put)(struct arena_writer *to, const struct finding_case *c);
};
#define WORD_TEXT(name)                                     \
	{                                                   \
#name, sizeof(#name) - 1, word_##name, NULL \
	}
#define WORD_PUT(name)                                     \
	{                                                  \
#name, sizeof(#name) - 1, NULL, put_##name \
	}

/* Writes the word of that name; false when there is none. */
bool words_put(struct arena_writer *to, const struct finding_case *c, const struct word *rows,
	       size_t count, const char *name, size_t len);
/* Of the words of the client's certificate. */
bool words_put_certificate(struct arena_writer *to, const struct finding_case *c, const char *name,
			   size_t len);

/* text, or otherwise when it is NULL or empty. */
const char *words_or(const char *text, const char *otherwise);
void words_put_time(struct arena_writer *to, int64_t at);      /* "2026-11-23 14:27:10 UTC" */
void words_put_span(struct arena_writer *to, int64_t seconds); /* "5.9 years" */

#endif
