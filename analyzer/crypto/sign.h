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

/* The key of a certificate (DER), or a SubjectPublicKeyInfo when raw_key. message: what was signed,
 * not yet hashed. scheme: SignatureScheme, or a hash and signature pair of TLS 1.2. */
enum sign_result sign_verify(struct bytes certificate, bool raw_key, uint16_t scheme,
			     struct bytes message, struct bytes signature);

#endif
