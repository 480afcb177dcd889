/*
 * text.h - text into a caller's buffer, counted like snprintf: what did not fit is known, not lost.
 * Used by whatever in x509/ renders a field (dn, oid, describe).
 */
#ifndef DISSECTORS_X509_TEXT_H
#define DISSECTORS_X509_TEXT_H

#include "dissectors/wire/bytes.h"

/* len counts everything put, also what did not fit: the text is whole when len < size, as with
 * snprintf. No NUL is put by itself. */
struct x509_text {
	char *buf; /* may be NULL when size is 0 */
	size_t size, len;
};

static inline void
x509_text_char(struct x509_text *t, char c)
{
	if (t->len < t->size)
		t->buf[t->len] = c;
	t->len++;
}

void x509_text_put(struct x509_text *t, const void *p, size_t n);
void x509_text_str(struct x509_text *t, const char *s);
void x509_text_number(struct x509_text *t, uint64_t v);
void x509_text_hex(struct x509_text *t, struct bytes b); /* lower case */
/* UTF-8 of a code point that is no surrogate and at most 0x10ffff. */
void x509_text_rune(struct x509_text *t, uint32_t rune);
/* Length of the valid UTF-8 sequence at the start of b, 0 when there is none (RFC 3629). */
size_t x509_utf8_length(struct bytes b);

#endif
