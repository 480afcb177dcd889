/*
 * text.c - see text.h.
 * UTF-8 after RFC 3629 section 4.
 */
#include "dissectors/x509/text.h"

void
x509_text_put(struct x509_text *t, const void *p, size_t n)
{
	size_t room = t->len < t->size ? t->size - t->len : 0;

	if (n > 0 && room > 0)
		memcpy(t->buf + t->len, p, n < room ? n : room);
	t->len += n;
}

void
x509_text_str(struct x509_text *t, const char *s)
{
	x509_text_put(t, s, strlen(s));
}

void
x509_text_number(struct x509_text *t, uint64_t v)
{
	char digits[20];
	size_t n = sizeof digits;

	do
		digits[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	x509_text_put(t, digits + n, sizeof digits - n);
}

void
x509_text_hex(struct x509_text *t, struct bytes b)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < b.len; i++) {
		x509_text_char(t, digit[b.data[i] >> 4]);
		x509_text_char(t, digit[b.data[i] & 15]);
	}
}

void
x509_text_rune(struct x509_text *t, uint32_t rune)
{
	if (rune < 0x80) {
		x509_text_char(t, (char)rune);
	} else if (rune < 0x800) {
		x509_text_char(t, (char)(0xc0 | rune >> 6));
		x509_text_char(t, (char)(0x80 | (rune & 0x3f)));
	} else if (rune < 0x10000) {
		x509_text_char(t, (char)(0xe0 | rune >> 12));
		x509_text_char(t, (char)(0x80 | (rune >> 6 & 0x3f)));
		x509_text_char(t, (char)(0x80 | (rune & 0x3f)));
	} else {
		x509_text_char(t, (char)(0xf0 | rune >> 18));
		x509_text_char(t, (char)(0x80 | (rune >> 12 & 0x3f)));
		x509_text_char(t, (char)(0x80 | (rune >> 6 & 0x3f)));
		x509_text_char(t, (char)(0x80 | (rune & 0x3f)));
	}
}

/* Rows of RFC 3629 section 4: lead octets, range of the second octet, length. */
static const struct {
	uint8_t lead_first, lead_last, second_first, second_last, len;
} utf8_rows[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool
utf8_matches(struct bytes b, size_t row)
{
	size_t n = utf8_rows[row].len;

	if (b.data[0] < utf8_rows[row].lead_first || b.data[0] > utf8_rows[row].lead_last ||
	    b.len < n || b.data[1] < utf8_rows[row].second_first ||
	    b.data[1] > utf8_rows[row].second_last)
		return false;
	for (size_t i = 2; i < n; i++)
		if ((b.data[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t
x509_utf8_length(struct bytes b)
{
	if (b.len == 0)
		return 0;
	if (b.data[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i++)
		if (utf8_matches(b, i))
			return utf8_rows[i].len;
	return 0;
}
