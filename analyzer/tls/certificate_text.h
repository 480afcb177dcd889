/*
 * certificate_text.h - all texts of one certificate into one buffer, and from there into its row.
 * Internal to certificates.c.
 */
#ifndef ANALYZER_TLS_CERTIFICATE_TEXT_H
#define ANALYZER_TLS_CERTIFICATE_TEXT_H

#include "analyzer/outcome.h"
#include "dissectors/x509/certificate.h"

enum { CERTIFICATE_TEXTS = 13 };

/* Where each text begins; CERTIFICATE_TEXT_NONE for a field that is absent or unread. */
#define CERTIFICATE_TEXT_NONE SIZE_MAX
struct certificate_text {
	size_t at[CERTIFICATE_TEXTS];
	size_t len; /* of all, with their NULs; the texts are whole if it is at most the buffer's
		       size */
};

void certificate_text_render(const struct x509_certificate *x, char *buf, size_t size,
			     struct certificate_text *out);
/* Fill the members that are read from x or rendered in t; `texts` is the buffer's final place. */
void certificate_text_fill(struct outcome_certificate *cert, const struct x509_certificate *x,
			   const struct certificate_text *t, const char *texts);

#endif
