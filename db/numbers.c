/*
 * numbers.c - integers side by side. See numbers.h.
 */
#include "db/numbers.h"

#include <stdlib.h>

void
numbers_finish(struct numbers *n)
{
	free(n->values);
	text_finish(&n->text);
	*n = (struct numbers){0};
}

void
numbers_clear(struct numbers *n)
{
	n->count = n->digits = 0;
	n->text.len = 0;
}

bool
numbers_grow(struct numbers *n)
{
	size_t room = n->room == 0 ? 64 : 2 * n->room;
	int64_t *values = reallocarray(n->values, room, sizeof(*values));

	if (values == NULL)
		return false;
	n->values = values;
	n->room = room;
	return true;
}

static size_t
digits_of(const struct numbers *n)
{
	int64_t least = 0, most = 0;

	for (size_t i = 0; i < n->count; i++) {
		least = n->values[i] < least ? n->values[i] : least;
		most = n->values[i] > most ? n->values[i] : most;
	}
	size_t a = text_width(least), b = text_width(most);
	return a > b ? a : b;
}

bool
numbers_write(struct numbers *n)
{
	if (n->count == 0)
		return true;
	n->digits = digits_of(n);
	if (!text_reserve(&n->text, n->count * n->digits))
		return false;
	text_put_column(&n->text, n->values, n->count, n->digits);
	return true;
}
