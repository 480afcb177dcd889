/*
 * lines.c - see lines.h.
 */
#include "analyzer/cli/lines.h"

#include "analyzer/cli/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096, SIZE_LIMIT = 1 << 30 };

/* Grown by copying, so that no piece of a secret stays behind in freed memory. */
static void
grow(struct lines *l, size_t *room)
{
	char *bigger = memory_resize(NULL, *room == 0 ? FIRST_ROOM : *room * 2, 1);

	if (l->size > 0)
		memcpy(bigger, l->text, l->size);
	if (l->text != NULL)
		explicit_bzero(l->text, *room);
	free(l->text);
	l->text = bigger;
	*room = *room == 0 ? FIRST_ROOM : *room * 2;
}

static bool
read_all(struct lines *l, FILE *file)
{
	size_t room = 0, n = 1;

	setvbuf(file, NULL, _IONBF, 0); /* no second copy of secrets */
	while (n > 0 && l->size < SIZE_LIMIT) {
		if (room - l->size < 2)
			grow(l, &room);
		n = fread(l->text + l->size, 1, room - l->size - 1, file);
		l->size += n;
	}
	l->text[l->size] = '\0';
	if (n > 0)
		errno = EFBIG;
	return n == 0 && !ferror(file);
}

static void
split(struct lines *l, char separator)
{
	char *line = l->text, *end = l->text + l->size;

	while (line < end) {
		char *stop = memchr(line, separator, (size_t)(end - line));
		size_t len = (size_t)((stop != NULL ? stop : end) - line);
		line[len] = '\0';
		if (separator == '\n' && len > 0 && line[len - 1] == '\r')
			line[--len] = '\0';
		if (len > 0) {
			l->at = memory_grow(l->at, l->count, &l->room, sizeof(*l->at));
			l->at[l->count++] = line;
		}
		line = stop != NULL ? stop + 1 : end;
	}
}

bool
lines_read(struct lines *l, const char *path, enum lines_kind kind)
{
	bool std_in = strcmp(path, "-") == 0;
	FILE *file = std_in ? stdin : fopen(path, "r");

	*l = (struct lines){0};
	if (file == NULL)
		return false;
	bool good = read_all(l, file);
	int error = errno;
	if (!std_in)
		fclose(file);
	if (good) {
		bool nul = kind == LINES_PATHS && memchr(l->text, '\0', l->size) != NULL;
		split(l, nul ? '\0' : '\n');
	}
	errno = error;
	return good;
}

void
lines_finish(struct lines *l)
{
	if (l->text != NULL)
		explicit_bzero(l->text, l->size);
	free(l->text);
	free(l->at);
	*l = (struct lines){0};
}
