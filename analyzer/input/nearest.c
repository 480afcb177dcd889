/*
 * nearest.c - distance between names.
 * Used by inputs.c for missing files and by cli for misspelt words.
 */
#include "analyzer/input/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
nearest_distance(const char *a, const char *b)
{
	/* Three rows of the table: the one before the last is needed for swaps. */
	size_t rows[3][NEAREST_NAME_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);
	if (la > NEAREST_NAME_MAX || lb > NEAREST_NAME_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *row = rows[i % 3], *up = rows[(i - 1) % 3], *up2 = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] =
			    min(min(up[j], row[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], up2[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

/* Bytes before the last dot; all of a name that has none. */
static size_t
stem(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
}

bool
nearest_enough(const char *a, const char *b, size_t distance)
{
	size_t sa = stem(a), sb = stem(b);
	if (sa == sb && memcmp(a, b, sa) == 0)
		return true;
	return distance <= (strlen(b) + 2) / 3;
}
