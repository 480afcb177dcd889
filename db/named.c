/*
 * named.c - finding a named question, and the nearest name of a misspelt one.
 * Used by cli/ (query). The rows are made from db/queries/ at build time.
 */
#include "db/named.h"

#include "db/embed.h"

#include <string.h>

enum { NAME_MAX_LEN = 64, DISTANCE_MAX = 3 };

const struct named *
named_all(size_t *count)
{
	*count = embed_named_count;
	return embed_named;
}

const struct named *
named_find(const char *name)
{
	for (size_t i = 0; i < embed_named_count; i++)
		if (strcmp(embed_named[i].name, name) == 0)
			return &embed_named[i];
	return NULL;
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance of two names of at most NAME_MAX_LEN characters. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[n];
}

/* How far `name` is from a question: a beginning of either is nearer than any spelling. */
static size_t
remoteness(const char *name, const char *question)
{
	size_t n = strlen(name), common = 0;

	while (name[common] != '\0' && name[common] == question[common])
		common++;
	if (n > 0 && (common == n || question[common] == '\0'))
		return 0;
	size_t d = distance(name, question);
	/* "expiry" for "expiring": a long common beginning makes up for another ending */
	return common >= 4 && d > DISTANCE_MAX ? DISTANCE_MAX : d;
}

const char *
named_nearest(const char *name)
{
	const char *best = NULL;
	size_t nearest = DISTANCE_MAX + 1;

	if (strlen(name) > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < embed_named_count; i++) {
		size_t d = remoteness(name, embed_named[i].name);

		if (d < nearest) {
			nearest = d;
			best = embed_named[i].name;
		}
	}
	return best;
}
