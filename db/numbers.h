/*
 * numbers.h - integers that are stored side by side in one text, each in as many digits as the
 * widest needs: number k is substr(text, 1 + k * digits, digits), which SQL finds without reading
 * the others.
 * Used by store_lists.c. It keeps its memory from session to session.
 */
#ifndef DB_NUMBERS_H
#define DB_NUMBERS_H

#include "db/text.h"

struct numbers {
	int64_t *values;
	size_t count, room;
	size_t digits; /* those of numbers_write(), 0 before */
	struct text text;
};

void numbers_finish(struct numbers *n);
void numbers_clear(struct numbers *n);
/* Room for at least one more. False without memory. */
bool numbers_grow(struct numbers *n);
/* False without memory. */
static inline bool
numbers_add(struct numbers *n, int64_t v)
{
	if (n->count == n->room && !numbers_grow(n))
		return false;
	n->values[n->count++] = v;
	return true;
}
/* Sets digits and text: 3 and "003-17420". Nothing for no numbers. False without memory. */
bool numbers_write(struct numbers *n);

#endif
