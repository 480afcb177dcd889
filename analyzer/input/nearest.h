/*
 * nearest.h - the name that was probably meant: for "no such file" and misspelt words.
 * Optimal string alignment distance (insert, delete, replace, swap of neighbours).
 */
#ifndef ANALYZER_INPUT_NEAREST_H
#define ANALYZER_INPUT_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

enum { NEAREST_NAME_MAX = 255 }; /* longer names are never near */

/* Steps from a to b; SIZE_MAX when one is longer than NEAREST_NAME_MAX. */
size_t nearest_distance(const char *a, const char *b);
/* True when b is close enough to a to be offered: a third of its length, rounded up, or the same
 * word before the last dot. */
bool nearest_enough(const char *a, const char *b, size_t distance);

#endif
