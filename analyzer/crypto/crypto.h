/*
 * crypto.h - the door to OpenSSL for everything that needs keys, and memory for secrets.
 * Used by tls/ (decryption, proof). The contents of struct crypto are library.h's.
 */
#ifndef ANALYZER_CRYPTO_CRYPTO_H
#define ANALYZER_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

struct crypto;

/* Cheap: algorithms are fetched at first use. One per thread. NULL when memory is short. */
struct crypto *crypto_create(void);
void crypto_destroy(struct crypto *c); /* takes NULL */

/* Memory that is zeroed before it is given back, and kept out of the swap where the system lets an
 * ordinary user do so. crypto_grow moves the first `used` bytes of `old` (NULL at first) to a block
 * of `size`; NULL when memory is short, `old` is then untouched. */
void *crypto_grow(void *old, size_t old_size, size_t used, size_t size);
void crypto_free(void *p, size_t size); /* takes NULL */
/* Zero, also where the compiler thinks it useless. */
void crypto_wipe(void *p, size_t size);

#endif
