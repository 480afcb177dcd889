/*
 * aead.h - record protection that proves itself: AES-GCM, AES-CCM, ChaCha20-Poly1305, ARIA-GCM.
 * Knows keys, nonces and bytes, nothing of records; those are tls/decrypt's. RFC 5116.
 */
#ifndef ANALYZER_CRYPTO_AEAD_H
#define ANALYZER_CRYPTO_AEAD_H

#include "analyzer/crypto/crypto.h"
#include "dissectors/tls/names.h"
#include "dissectors/wire/bytes.h"

enum { AEAD_NONCE_LEN = 12, AEAD_KEY_MAX = 32 };

struct aead;

/* NULL when the library has no such cipher, the key has another length, or memory is short. */
struct aead *aead_create(struct crypto *c, enum tls_encryption e, struct bytes key);
void aead_destroy(struct aead *a); /* takes NULL; wipes the key */

/* Open `in`, which ends with the tag, into out (in.len bytes are enough); *len is what came out.
 * False when it does not fit the key, the nonce or the additional data; out is zero then. */
bool aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE_LEN], struct bytes additional,
	       struct bytes in, uint8_t *out, size_t *len);

#endif
