/*
 * text.c - integers and JSON strings into a growing text.
 * Used by store_session.c. Escapes: RFC 8259 section 7.
 */
#include "db/text.h"

#include <stdlib.h>

void
text_finish(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}

bool
text_reserve(struct text *t, size_t more)
{
	if (more <= t->size - t->len)
		return true;
	if (more > SIZE_MAX / 2 - t->len)
		return false;
	size_t size = (t->len + more) * 2;
	char *data = realloc(t->data, size);
	if (data == NULL)
		return false;
	t->data = data;
	t->size = size;
	return true;
}

/* Two digits at a time: half the divisions. */
static const char digits[] = "00010203040506070809101112131415161718192021222324252627282930313233"
			     "34353637383940414243444546474849505152535455565758596061626364656667"
			     "6869707172737475767778798081828384858687888990919293949596979899";

void
text_put_int(struct text *t, int64_t v)
{
	char buf[2 * TEXT_INT_MAX]; /* the second half is never read, only copied */
	size_t at = TEXT_INT_MAX;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	for (; u >= 100; u /= 100)
		memcpy(buf + (at -= 2), digits + u % 100 * 2, 2);
	if (u >= 10)
		memcpy(buf + (at -= 2), digits + u * 2, 2);
	else
		buf[--at] = (char)('0' + u);
	if (v < 0)
		buf[--at] = '-';
	/* one length for all, so that it is no call */
	memcpy(t->data + t->len, buf + at, TEXT_INT_MAX);
	t->len += TEXT_INT_MAX - at;
}

static uint64_t
magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

size_t
text_width(int64_t v)
{
	size_t width = v < 0 ? 2 : 1;

	for (uint64_t u = magnitude(v); u >= 10; u /= 10)
		width++;
	return width;
}

void
text_put_column(struct text *t, const int64_t *numbers, size_t count, size_t width)
{
	char *to = t->data + t->len;

	for (size_t i = 0; i < count; i++, to += width) {
		uint64_t u = magnitude(numbers[i]);
		size_t left = width;

		for (; left >= 2; left -= 2, u /= 100)
			memcpy(to + left - 2, digits + u % 100 * 2, 2);
		if (left > 0)
			to[0] = (char)('0' + u % 10);
		if (numbers[i] < 0)
			to[0] = '-';
	}
	t->len += count * width;
}

void
text_put_hex(struct text *t, const uint8_t *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		text_put_char(t, hex[data[i] >> 4]);
		text_put_char(t, hex[data[i] & 15]);
	}
}

static void
put_escape(struct text *t, uint8_t c)
{
	text_put_char(t, '\\');
	if (c == '"' || c == '\\') {
		text_put_char(t, (char)c);
		return;
	}
	text_put_bytes(t, "u00", 3);
	text_put_hex(t, &c, 1);
}

void
text_put_escaped(struct text *t, const char *s, size_t len)
{
	size_t plain = 0; /* from here on nothing was put yet */

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		text_put_bytes(t, s + plain, i - plain);
		put_escape(t, c);
		plain = i + 1;
	}
	text_put_bytes(t, s + plain, len - plain);
}
