/*
 * sign.h - does a signature fit a public key? For CertificateVerify of TLS 1.0 to 1.3.
 * RFC 8446 section 4.2.3 (schemes), RFC 5246 section 7.4.8, RFC 4346 section 7.4.8.
 */
#ifndef ANALYZER_CRYPTO_SIGN_H
#define ANALYZER_CRYPTO_SIGN_H

#include "analyzer/crypto/crypto.h"
#include "dissectors/wire/bytes.h"

enum sign_result {
	SIGN_UNSUPPORTED, /* key, scheme or encoding that is not understood: nothing is said */
	SIGN_INVALID,
	SIGN_VALID,
};

enum {
	SIGN_SCHEME_LEGACY = 0, /* TLS 1.0, 1.1: RSA over MD5 and SHA-1, DSA and ECDSA over SHA-1 */
};

/* A public key, ready for use. */
struct sign_key;

/* The key of a certificate (DER), or a SubjectPublicKeyInfo when raw_key. NULL when it cannot be
 * read. */
struct sign_key *sign_key_create(struct bytes certificate, bool raw_key);
void sign_key_destroy(struct sign_key *key); /* takes NULL */

/* message: what was signed, not yet hashed. scheme: SignatureScheme, or a hash and signature pair
 * of TLS 1.2. key NULL: nothing is said. */
enum sign_result sign_verify(const struct sign_key *key, uint16_t scheme, struct bytes message,
			     struct bytes signature);

#endif
