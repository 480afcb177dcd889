/*
 * secrets.h - TLS secrets by what finds them in a capture: client random, session id, premaster.
 * Filled from key log files (cli) and Decryption Secrets Blocks (pipeline), asked by decrypt.c.
 * Filled first, then only read, a store may be shared between threads. Never stored or printed.
 */
#ifndef ANALYZER_TLS_SECRETS_H
#define ANALYZER_TLS_SECRETS_H

#include "analyzer/crypto/hash.h"
#include "analyzer/tls/keylog.h"

struct secrets;

struct secrets_count {
	uint64_t secrets; /* kept; equal ones once */
	uint64_t junk;    /* lines that are none of a key log */
};

struct secrets *secrets_create(void);    /* NULL when memory is short */
void secrets_destroy(struct secrets *s); /* takes NULL; wipes */

/* Add the lines of a key log; a later secret for the same thing replaces an earlier one. False when
 * memory is short. */
bool secrets_add(struct secrets *s, struct bytes text);
struct secrets_count secrets_count(const struct secrets *s);

/* The secret, empty when there is none; borrows until the next secrets_add. s may be NULL. */
struct bytes secrets_find(const struct secrets *s, enum keylog_label label, struct bytes id);
/* Is there any secret of a handshake with this client random? */
bool secrets_know(const struct secrets *s, const uint8_t random[KEYLOG_ID_MAX]);
/* Are there secrets of RSA key exchanges, which no client random finds? */
bool secrets_have_rsa(const struct secrets *s);
/* A digest of the secrets for this client random, which says nothing of them: equal secrets, equal
 * digest. False when there is none. */
bool secrets_digest(const struct secrets *s, struct hasher *h, const uint8_t random[KEYLOG_ID_MAX],
		    uint8_t out[HASH_SHA256_LEN]);

#endif
