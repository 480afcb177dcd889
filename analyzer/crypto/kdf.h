/*
 * kdf.h - keys from secrets: HKDF-Expand-Label of TLS 1.3, the PRF of TLS 1.0 to 1.2; and hashes
 * and HMAC by TLS's names. RFC 8446 section 7.1, RFC 5246 section 5, RFC 2246 section 5.
 */
#ifndef ANALYZER_CRYPTO_KDF_H
#define ANALYZER_CRYPTO_KDF_H

#include "analyzer/crypto/crypto.h"
#include "dissectors/tls/names.h"
#include "dissectors/wire/bytes.h"

enum { KDF_HASH_MAX = 64, KDF_SEED_MAX = 192 };

/* All give false when the library has no such hash, or a length is out of range; out is undefined
 * then. `label` without the prefix "tls13 ". */
bool kdf_expand_label(struct crypto *c, enum tls_hash h, struct bytes secret, const char *label,
		      struct bytes context, uint8_t *out, size_t len);
/* TLS_HASH_NONE: the PRF of TLS 1.0 and 1.1, MD5 and SHA-1. seed: at most KDF_SEED_MAX bytes. */
bool kdf_prf(struct crypto *c, enum tls_hash h, struct bytes secret, const char *label,
	     struct bytes seed, uint8_t *out, size_t len);

/* Digest and HMAC; *len is set. TLS_HASH_NONE: MD5 followed by SHA-1 (kdf_hash only). */
bool kdf_hash(struct crypto *c, enum tls_hash h, struct bytes in, uint8_t out[KDF_HASH_MAX],
	      size_t *len);
bool kdf_hmac(struct crypto *c, enum tls_hash h, struct bytes key, struct bytes in,
	      uint8_t out[KDF_HASH_MAX], size_t *len);

#endif
