/*
 * oid.h - object identifiers: names of those that certificates use, and the dotted text of any.
 * Rows are in oids.def. ITU-T X.690 section 8.19.
 */
#ifndef DISSECTORS_X509_OID_H
#define DISSECTORS_X509_OID_H

#include "dissectors/wire/bytes.h"
#include "dissectors/x509/text.h"

enum x509_oid_kind {
	X509_OID_ATTRIBUTE, /* of a distinguished name */
	X509_OID_PURPOSE,   /* extended key usage */
	X509_OID_SIGNATURE,
	X509_OID_KEY,
	X509_OID_CURVE,
	X509_OID_DIGEST,
	X509_OID_ACCESS,     /* access method of authority information access */
	X509_OID_OTHER_NAME, /* type of a GeneralName's otherName */
	X509_OID_KIND_COUNT,
};

/* Instead of a size, in `bits` of key algorithms: where the size is to be found. */
enum { X509_BITS_MODULUS = 1 << 16, X509_BITS_PRIME, X509_BITS_POINT };

struct x509_oid {
	struct bytes der; /* contents octets */
	const char *dotted;
	const char *name; /* as OpenSSL and the RFCs write it */
	unsigned bits;    /* of a key of this kind or on this curve, X509_BITS_..., 0 unknown */
};

/* NULL when there is no row. */
const struct x509_oid *x509_oid_find(enum x509_oid_kind kind, struct bytes oid);
/* Row i of a kind, NULL behind the last: for tests and listings. */
const struct x509_oid *x509_oid_row(enum x509_oid_kind kind, size_t i);
/* "1.2.840.113549"; arcs of up to 256 bits; "#" and hex when it is no valid identifier. */
void x509_oid_dotted(struct x509_text *t, struct bytes oid);
/* The row's name, or the dotted text. */
void x509_oid_name(struct x509_text *t, enum x509_oid_kind kind, struct bytes oid);

#endif
