/*
 * store_sentence.h - sentences repeat from session to session but for a number that they name: that
 * is cut out and stored beside the id, and the view puts it back.
 * Between store_rows.c, store_findings.c and store_ids.c.
 */
#ifndef DB_STORE_SENTENCE_H
#define DB_STORE_SENTENCE_H

#include "db/store_impl.h"

/* len bytes at `at`, inside the text, and what stands for them. len 0: the text stays whole. */
struct store_cut {
	const char *at;
	size_t len;
	const char *placeholder;
};

bool store_sentence_id(struct store *s, const char *text, const struct store_cut *cut, int64_t *id);

/* The text without what is cut, and a NUL, into s->sentence. */
bool store_sentence_cut(struct store *s, const char *text, const struct store_cut *cut);

/* The milliseconds that a text names first ("0.082 ms later"). None also when it holds the
 * placeholder itself, as names from packets may. */
struct store_cut store_sentence_ms(const char *text);

#endif
