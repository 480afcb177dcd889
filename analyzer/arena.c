/*
 * arena.c - blocks of doubling size, released together.
 * See arena.h for the contract.
 */
#include "analyzer/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t size; /* of all of it */
	alignas(max_align_t) char data[];
};

static size_t
round_up(size_t size)
{
	const size_t align = alignof(max_align_t);

	return (size + align - 1) / align * align;
}

static bool
grow(struct arena *a, size_t size)
{
	size_t want = a->head == NULL ? BLOCKS_SMALLEST : a->head->size * 2;
	struct arena_block *b;

	if (want > BLOCKS_LARGEST)
		want = BLOCKS_LARGEST;
	if (want < sizeof(*b) + size)
		want = sizeof(*b) + size;
	b = a->blocks != NULL ? blocks_take(a->blocks, &want) : malloc(want);
	if (b == NULL) {
		a->failed = true;
		return false;
	}
	*b = (struct arena_block){.next = a->head, .size = want};
	a->head = b;
	a->free = b->data;
	a->left = want - sizeof(*b);
	return true;
}

void *
arena_grow(struct arena *a, size_t size)
{
	if (size > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	return grow(a, round_up(size)) ? arena_room(a, size) : NULL;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_room(a, size);

	return p == NULL ? NULL : memset(p, 0, size);
}

void *
arena_copy(struct arena *a, const void *data, size_t len)
{
	void *p = arena_room(a, len > 0 ? len : 1);

	return p == NULL || len == 0 ? p : memcpy(p, data, len);
}

char *
arena_text(struct arena *a, const void *text, size_t len)
{
	char *p = arena_room(a, len + 1);

	if (p == NULL)
		return NULL;
	if (len > 0)
		memcpy(p, text, len);
	p[len] = '\0';
	return p;
}

/* Most texts fit where the arena stands: they are written there at once. */
char *
arena_format(struct arena *a, const char *format, ...)
{
	va_list args, again;
	char *here = a->free, *p = NULL;

	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(here, a->left, format, args);
	if (n >= 0 && (p = arena_room(a, (size_t)n + 1)) != NULL && p != here)
		vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	va_end(args);
	return p;
}

char *
arena_join(struct arena *a, const struct arena_piece *pieces, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += pieces[i].len;
	char *text = arena_room(a, len + 1), *p = text;
	for (size_t i = 0; text != NULL && i < count; i++) {
		if (pieces[i].len > 0)
			memcpy(p, pieces[i].text, pieces[i].len);
		p += pieces[i].len;
	}
	if (text != NULL)
		*p = '\0';
	return text;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The writer has all that is left of the block; what it does not need goes back in the end. */
void
arena_write_begin(struct arena_writer *w, struct arena *a)
{
	*w = (struct arena_writer){.arena = a, .text = a->free, .room = a->left};
	a->left = 0;
}

bool
arena_write_grow(struct arena_writer *w, size_t len)
{
	struct arena *a = w->arena;
	const char *old = w->text;

	if (a->failed || len > SIZE_MAX / 4 || !grow(a, 2 * (w->len + len + 1)))
		return false;
	w->text = a->free;
	w->room = a->left;
	a->left = 0;
	if (w->len > 0)
		memcpy(w->text, old, w->len);
	return true;
}

static bool
reserve(struct arena_writer *w, size_t len)
{
	return len < w->room - w->len || arena_write_grow(w, len);
}

void
arena_write_number(struct arena_writer *w, uint64_t n)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	arena_write(w, p, (size_t)(digits + sizeof(digits) - p));
}

void
arena_write_format(struct arena_writer *w, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	if (n > 0 && reserve(w, (size_t)n)) {
		vsnprintf(w->text + w->len, (size_t)n + 1, format, again);
		w->len += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

char *
arena_written(struct arena_writer *w)
{
	struct arena *a = w->arena;

	if (!reserve(w, 0))
		return NULL;
	w->text[w->len] = '\0';
	/* Nothing else was allocated since: what is left goes on behind the text. */
	if (a->free == w->text && a->left == 0) {
		size_t size = round_up(w->len + 1);
		size = size < w->room ? size : w->room;
		a->free += size;
		a->left = w->room - size;
		a->used += size;
	}
	return a->failed ? NULL : w->text;
}

void
arena_finish(struct arena *a)
{
	while (a->head != NULL) {
		struct arena_block *b = a->head;
		a->head = b->next;
		if (a->blocks != NULL)
			blocks_give(a->blocks, b, b->size);
		else
			free(b);
	}
	*a = (struct arena){.blocks = a->blocks};
}
