/*
 * text.h - a growing text with fast integers and JSON strings, for the store's compact lists.
 * Used by store_session.c only. It keeps its memory from session to session.
 *
 * text_reserve() says whether the next bytes fit; the text_put_* functions after it do not check
 * again, so the caller reserves the most an item can take.
 */
#ifndef DB_TEXT_H
#define DB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TEXT_INT_MAX = 20 }; /* characters of an int64_t */

struct text {
	char *data;
	size_t len, size;
};

void text_finish(struct text *t);
/* Room for `more` bytes; false without memory. */
bool text_reserve(struct text *t, size_t more);

static inline void
text_put_char(struct text *t, char c)
{
	t->data[t->len++] = c;
}
/* data may be NULL when there is nothing. */
static inline void
text_put_bytes(struct text *t, const void *data, size_t len)
{
	if (len > 0)
		memcpy(t->data + t->len, data, len);
	t->len += len;
}
/* Reserve TEXT_INT_MAX bytes, however short v is. */
void text_put_int(struct text *t, int64_t v);
/* Characters of v; numbers in so many each, with zeros before them. */
size_t text_width(int64_t v);
void text_put_column(struct text *t, const int64_t *numbers, size_t count, size_t width);
static inline void
text_put_padded(struct text *t, int64_t v, size_t width)
{
	text_put_column(t, &v, 1, width);
}
/* Two characters for each byte. */
void text_put_hex(struct text *t, const uint8_t *data, size_t len);
/* One more than TEXT_INT_MAX bytes. */
static inline void
text_put_marked(struct text *t, char mark, int64_t v)
{
	text_put_char(t, mark);
	text_put_int(t, v);
}
/* The inside of a JSON string; reserve TEXT_ESCAPED_MAX bytes for each byte of s. */
enum { TEXT_ESCAPED_MAX = 6 };
void text_put_escaped(struct text *t, const char *s, size_t len);

#endif
