/*
 * memory.c - allocation for the command line: it succeeds or the program ends with one line.
 * Used by everything in cli/ that keeps text or rows.
 */
#include "analyzer/cli/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
memory_resize(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count > 0 ? count : 1, size);

	if (p == NULL) {
		fputs("mtlscope: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

void *
memory_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room > 0 ? *room * 2 : 16;
	return memory_resize(array, *room, size);
}

char *
memory_copy(const char *s)
{
	if (s == NULL)
		return NULL;
	size_t len = strlen(s) + 1;
	return memcpy(memory_resize(NULL, len, 1), s, len);
}
