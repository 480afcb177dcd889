/*
 * bulk.h - ciphers that prove nothing by themselves: CBC block ciphers and RC4. Their MAC is
 * kdf.h's. RFC 5246 section 6.2.3. RC4 and single DES come from OpenSSL's legacy provider, where it
 * is.
 */
#ifndef ANALYZER_CRYPTO_BULK_H
#define ANALYZER_CRYPTO_BULK_H

#include "analyzer/crypto/crypto.h"
#include "dissectors/tls/names.h"
#include "dissectors/wire/bytes.h"

enum { BULK_KEY_MAX = 32, BULK_BLOCK_MAX = 16 };

struct bulk;

/* NULL when the library has no such cipher, the key has another length, or memory is short. */
struct bulk *bulk_create(struct crypto *c, enum tls_encryption e, struct bytes key);
void bulk_destroy(struct bulk *b); /* takes NULL; wipes the key */

/* CBC: whole blocks only; padding stays. iv has the block's length; NULL for RC4, whose state goes
 * on where the last call ended. */
bool bulk_decrypt(struct bulk *b, const uint8_t *iv, struct bytes in, uint8_t *out);

#endif
