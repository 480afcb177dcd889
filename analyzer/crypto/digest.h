/*
 * digest.h - SHA-256 of bytes that come in pieces: the second identity of a capture.
 * hash.h has the digest of what is whole in memory. FIPS 180-4.
 */
#ifndef ANALYZER_CRYPTO_DIGEST_H
#define ANALYZER_CRYPTO_DIGEST_H

#include <stdbool.h>

#include "dissectors/wire/bytes.h"

enum { DIGEST_HEX_SIZE = 65 }; /* of SHA-256, with NUL */

struct digest;

/* NULL when memory is short or the library has no SHA-256. */
struct digest *digest_create(void);
void digest_destroy(struct digest *d); /* takes NULL */
/* A fault of the library is kept for digest_hex. */
void digest_feed(struct digest *d, struct bytes in);
/* Lower-case hex of everything fed, once. False on a fault. */
bool digest_hex(struct digest *d, char out[static DIGEST_HEX_SIZE]);

#endif
