/*
 * memory.h - allocation for the command line: it succeeds or the program ends with one line.
 * Only cli/ may use it: here nothing is half done that SQLite would not roll back by itself.
 */
#ifndef ANALYZER_CLI_MEMORY_H
#define ANALYZER_CLI_MEMORY_H

#include <stddef.h>

/* realloc of count * size bytes; count and size may be untrusted, the product is checked. */
void *memory_resize(void *old, size_t count, size_t size);
/* Room for one more element in an array of `count` elements whose capacity is *room; may move. */
void *memory_grow(void *array, size_t count, size_t *room, size_t size);
char *memory_copy(const char *s); /* NULL gives NULL */

#endif
