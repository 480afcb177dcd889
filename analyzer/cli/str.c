/*
 * str.c - growing text, its width on a terminal, shortening, and the escaping of hostile bytes.
 * Below term.c and everything that prints.
 * UTF-8: RFC 3629. Characters that steer text: Unicode Standard Annex #9 (bidirectional controls)
 * and the default ignorable code points of DerivedCoreProperties.txt.
 */
#include "analyzer/cli/str.h"

#include "analyzer/cli/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void
str_finish(struct str *t)
{
	free(t->data);
	*t = (struct str){0};
}

void
str_clear(struct str *t)
{
	t->len = 0;
	if (t->data != NULL)
		t->data[0] = '\0';
}

const char *
str_string(const struct str *t)
{
	return t->data != NULL ? t->data : "";
}

void
str_add_bytes(struct str *t, const char *s, size_t len)
{
	if (t->size - t->len <= len) {
		t->size = t->size + len + 1 + t->size / 2;
		t->data = memory_resize(t->data, t->size, 1);
	}
	memcpy(t->data + t->len, s, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void
str_add(struct str *t, const char *s)
{
	str_add_bytes(t, s, strlen(s));
}

void
str_addv(struct str *t, const char *format, va_list args)
{
	char *s = NULL;
	int n = vasprintf(&s, format, args);

	if (n < 0) {
		fputs("mtlscope: out of memory\n", stderr);
		exit(1);
	}
	str_add_bytes(t, s, (size_t)n);
	free(s);
}

void
str_addf(struct str *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(t, format, args);
	va_end(args);
}

size_t
str_decode(const char *s, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t lead = (uint8_t)s[0];
	size_t len = lead < 0x80       ? 1
		     : lead >> 5 == 6  ? 2
		     : lead >> 4 == 14 ? 3
		     : lead >> 3 == 30 ? 4
				       : 0;

	if (len <= 1) {
		*code = lead;
		return len;
	}
	uint32_t v = lead & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if (((uint8_t)s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | ((uint8_t)s[i] & 0x3fu);
	}
	if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*code = v;
	return len;
}

/* Ranges of code points that are invisible, or change how what follows is read. Sorted. */
/* clang-format off */
static const uint32_t hostile[][2] = {
    {0x0000, 0x001f},   /* C0 controls */
    {0x007f, 0x009f},   /* DEL, C1 controls */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero width space, joiners, direction marks */
    {0x2028, 0x202e},   /* line and paragraph separators, embeddings, overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xe000, 0xf8ff},   /* private use: means whatever the font says */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* half-width Hangul filler */
    {0xfff0, 0xfffd},   /* specials, replacement character */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0xe0000, 0x10ffff} /* tags, supplementary selectors, private use planes */
};
/* clang-format on */

bool
str_is_hostile(uint32_t code)
{
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]) && hostile[i][0] <= code; i++) {
		if (code <= hostile[i][1])
			return true;
	}
	return false;
}

void
str_add_escaped(struct str *t, const char *s, bool utf8)
{
	while (*s != '\0') {
		uint32_t code;
		size_t len = str_decode(s, &code);

		if (len == 0 || (len == 1 && str_is_hostile(code)))
			str_addf(t, "\\x%02x", (uint8_t)*s);
		else if (len > 1 && (!utf8 || str_is_hostile(code) || wcwidth((wchar_t)code) < 0))
			str_addf(t, "\\u{%x}", (unsigned)code);
		else
			str_add_bytes(t, s, len);
		s += len > 0 ? len : 1;
	}
}

/* Width of the code point at s and its length; broken bytes count as one column. */
static int
step(const char *s, size_t *len)
{
	uint32_t code;

	*len = str_decode(s, &code);
	if (*len == 0) {
		*len = 1;
		return 1;
	}
	int w = *len == 1 ? 1 : wcwidth((wchar_t)code);
	return w < 0 ? 1 : w;
}

int
str_width(const char *s)
{
	int width = 0;

	for (size_t len; *s != '\0'; s += len)
		width += step(s, &len);
	return width;
}

/* Bytes of the longest beginning of s that is at most `width` columns wide. */
static size_t
head_bytes(const char *s, int width)
{
	size_t n = 0;

	for (size_t len; s[n] != '\0'; n += len) {
		width -= step(s + n, &len);
		if (width < 0)
			break;
	}
	return n;
}

/* Where the longest ending of s that is at most `width` columns wide begins. */
static const char *
tail_of(const char *s, int width)
{
	int left = str_width(s);

	for (size_t len; left > width && *s != '\0'; s += len)
		left -= step(s, &len);
	/* A combining mark without its base would join the ellipsis. */
	for (size_t len; *s != '\0' && step(s, &len) == 0; s += len)
		;
	return s;
}

void
str_add_cut(struct str *t, const char *s, int width, enum str_cut cut, const char *ellipsis)
{
	int room = width - str_width(ellipsis);

	if (str_width(s) <= width) {
		str_add(t, s);
		return;
	}
	int tail = cut == STR_CUT_MIDDLE && room > 0 ? room / 2 : 0;
	str_add_bytes(t, s, head_bytes(s, room > 0 ? room - tail : 0));
	str_add(t, ellipsis);
	if (tail > 0)
		str_add(t, tail_of(s, tail));
}
