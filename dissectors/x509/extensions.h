/*
 * extensions.h - what certificate.c and extensions.c share: internal to x509/.
 */
#ifndef DISSECTORS_X509_EXTENSIONS_H
#define DISSECTORS_X509_EXTENSIONS_H

#include "dissectors/x509/certificate.h"

/* Reads one element [3] EXPLICIT Extensions into *c; failures inside an extension are noted there
 * and do not stop the ones behind it. */
void x509_extensions_parse(struct cursor *in, struct x509_certificate *c);
/* Make the failure the certificate's error, if there is one and it is the first. */
void x509_note(struct x509_certificate *c, const struct cursor *failed, const char *part);

#endif
