/*
 * library.h - what the adapter files of this folder share: algorithms of OpenSSL, fetched once.
 * Internal to analyzer/crypto; others include kdf.h, aead.h, bulk.h, sign.h, rsa.h and hold a
 * struct crypto. A fetch costs as much as a hundred records, so it is done at first use and kept.
 */
#ifndef ANALYZER_CRYPTO_LIBRARY_H
#define ANALYZER_CRYPTO_LIBRARY_H

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "analyzer/crypto/crypto.h"
#include "dissectors/tls/names.h"

enum { LIBRARY_HASHES = TLS_HASH_SHA384 + 2 }; /* and MD5-SHA1 in the place of TLS_HASH_NONE */

struct crypto {
	EVP_MD *hash[LIBRARY_HASHES];
	EVP_MD_CTX *hashing;
	EVP_MAC *hmac;
	EVP_KDF *hkdf, *prf;
	EVP_KDF_CTX *hkdf_ctx, *prf_ctx;
	OSSL_PROVIDER *legacy, *base;
	bool legacy_tried;
};

/* NULL when the library has none. TLS_HASH_NONE: MD5 and SHA-1, one after the other. */
const EVP_MD *library_hash(struct crypto *c, enum tls_hash h);
/* OpenSSL's name; NULL for a hash it has not. */
const char *library_hash_name(enum tls_hash h);
/* A new reference, NULL when there is none; legacy ciphers come from the legacy provider. */
EVP_CIPHER *library_cipher(struct crypto *c, const char *name, bool legacy);

#endif
