/*
 * sign_cache.h - signatures verified with a memory of keys and of answers.
 * Between verdict/proof.c and sign.h. Reading a certificate's key takes OpenSSL longer than using
 * it, and a handshake that was captured twice (two taps, overlapping files) is verified once.
 */
#ifndef ANALYZER_CRYPTO_SIGN_CACHE_H
#define ANALYZER_CRYPTO_SIGN_CACHE_H

#include "analyzer/crypto/hash.h"
#include "analyzer/crypto/sign.h"

/* A certificate (DER) with its SHA-256, or a SubjectPublicKeyInfo when raw_key. */
struct sign_by {
	struct bytes certificate;
	const uint8_t *sha256;
	bool raw_key;
};

struct sign_cache; /* bounded in size; one per thread */

/* NULL when memory is short. */
struct sign_cache *sign_cache_create(void);
void sign_cache_destroy(struct sign_cache *c); /* takes NULL */

/* sign_verify() of the certificate's key. */
enum sign_result sign_cache_verify(struct sign_cache *c, const struct sign_by *by, uint16_t scheme,
				   struct bytes message, struct bytes signature);

#endif
