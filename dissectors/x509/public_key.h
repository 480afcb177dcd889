/*
 * public_key.h - AlgorithmIdentifier and SubjectPublicKeyInfo.
 * Used by the certificate walk and for raw public keys (RFC 7250). RFC 5280 section 4.1.2.7,
 * RFC 3279, RFC 5480, RFC 8410, RFC 4055; names are rows of oids.def.
 */
#ifndef DISSECTORS_X509_PUBLIC_KEY_H
#define DISSECTORS_X509_PUBLIC_KEY_H

#include "dissectors/x509/der.h"

struct x509_algorithm {
	struct bytes oid;
	struct der parameters; /* of any type; parameters.whole.len is 0 when absent */
};

struct x509_public_key {
	struct bytes whole; /* the SubjectPublicKeyInfo element */
	struct x509_algorithm algorithm;
	struct bytes key;   /* subjectPublicKey without the count of unused bits */
	struct bytes curve; /* OID of a named curve, empty otherwise */
	unsigned bits;      /* of the modulus, the curve's field, the scheme; 0 unknown */
};

/* Reads one AlgorithmIdentifier element. */
void x509_algorithm_parse(struct cursor *in, struct x509_algorithm *out, const char *field);
/* Reads one SubjectPublicKeyInfo element: the entry point for raw public keys. False after a
 * failure; what was read before it stays filled. A key of an unknown algorithm is no failure. */
bool x509_public_key_parse(struct cursor *in, struct x509_public_key *out);

#endif
