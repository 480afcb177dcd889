/*
 * decrypt_13.h - record protection of TLS 1.3: traffic secrets, key switches, padding.
 * Used by decrypt.c. Keys switch where the next ones fit: after Finished, and after a KeyUpdate.
 * RFC 8446 sections 5.2, 5.3, 7.2 and 7.3.
 */
#ifndef ANALYZER_TLS_DECRYPT_13_H
#define ANALYZER_TLS_DECRYPT_13_H

#include "analyzer/tls/opened.h"
#include "analyzer/tls/session.h"
#include "dissectors/tls/record.h"

struct decrypt_13;

/* NULL when no secret of this session is known, its suite is not, or memory is short. */
struct decrypt_13 *decrypt_13_create(const struct tls_session *s);
void decrypt_13_destroy(struct decrypt_13 *d); /* takes NULL */

/* Open the next record of `side` into out (TLS_CIPHERTEXT_MAX bytes). False when no key fits. */
bool decrypt_13_open(struct decrypt_13 *d, enum tls_side side, const struct tls_record_header *h,
		     struct bytes body, uint8_t *out, struct opened *opened);
/* Records went by without their bodies: one, or (SIZE_MAX) who knows how many. */
void decrypt_13_missed(struct decrypt_13 *d, enum tls_side side, size_t count);
/* `side` has sent KeyUpdate. */
void decrypt_13_update(struct decrypt_13 *d, enum tls_side side);
/* Has it come to application traffic keys? Is there any key that may fit? */
bool decrypt_13_application(const struct decrypt_13 *d, enum tls_side side);
bool decrypt_13_hopeful(const struct decrypt_13 *d, enum tls_side side);

#endif
