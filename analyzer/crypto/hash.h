/*
 * hash.h - SHA-256 and SHA-1 through OpenSSL, with everything fetched once.
 * The only hashing that needs OpenSSL; used for certificate identity, JA4 and Community ID.
 * FIPS 180-4.
 */
#ifndef ANALYZER_CRYPTO_HASH_H
#define ANALYZER_CRYPTO_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "dissectors/wire/bytes.h"

enum { HASH_SHA256_LEN = 32, HASH_SHA1_LEN = 20 };

/* Not to be shared between threads. */
struct hasher;

/* NULL when memory is short or the library has no such digest. */
struct hasher *hasher_create(void);
void hasher_destroy(struct hasher *h); /* takes NULL */

/* False only on a fault of the library; out is zero then. */
bool hasher_sha256(struct hasher *h, struct bytes in, uint8_t out[HASH_SHA256_LEN]);
/* Of several pieces, one after another. */
bool hasher_sha256_of(struct hasher *h, const struct bytes *pieces, size_t count,
		      uint8_t out[HASH_SHA256_LEN]);
bool hasher_sha1(struct hasher *h, struct bytes in, uint8_t out[HASH_SHA1_LEN]);
/* The first 8 bytes of the SHA-256: what a ticket is called in the database, where every run must
 * call it the same. 0 for no bytes, and on a fault. */
uint64_t hasher_digest64(struct hasher *h, struct bytes in);

#endif
