/*
 * decrypt_12.h - record protection of TLS 1.0 to 1.2: keys of a master secret, switched by
 * ChangeCipherSpec, also in a renegotiation. Used by decrypt.c.
 * RFC 5246 sections 6.2.3 and 6.3, RFC 5288, RFC 6655, RFC 7905, RFC 7366 (encrypt-then-MAC).
 */
#ifndef ANALYZER_TLS_DECRYPT_12_H
#define ANALYZER_TLS_DECRYPT_12_H

#include "analyzer/tls/opened.h"
#include "analyzer/tls/session.h"
#include "dissectors/tls/record.h"

struct decrypt_12;

enum { DECRYPT_MASTER_LEN = 48 };

/* What a handshake agreed on. */
struct decrypt_12_keys {
	const struct tls_cipher *cipher;
	enum tls_version version;
	bool encrypt_then_mac;
	const uint8_t *client_random, *server_random; /* HELLO_RANDOM_LEN */
	uint8_t master[DECRYPT_MASTER_LEN];
};

struct decrypt_12 *decrypt_12_create(struct crypto *c); /* NULL when memory is short */
void decrypt_12_destroy(struct decrypt_12 *d);          /* takes NULL */

/* `side` has sent ChangeCipherSpec: what follows is protected with these. False when they can't
 * be used: nothing more of this side can be opened then. */
bool decrypt_12_change(struct decrypt_12 *d, enum tls_side side, const struct decrypt_12_keys *k);
/* ... or nobody knows with what. */
void decrypt_12_give_up(struct decrypt_12 *d, enum tls_side side);

bool decrypt_12_open(struct decrypt_12 *d, enum tls_side side, const struct tls_record_header *h,
		     struct bytes body, uint8_t *out, struct opened *opened);
void decrypt_12_missed(struct decrypt_12 *d, enum tls_side side, size_t count);
bool decrypt_12_hopeful(const struct decrypt_12 *d, enum tls_side side);
/* Does each record need the one before it (chained CBC of TLS 1.0, stream ciphers)? */
bool decrypt_12_chained(const struct decrypt_12 *d, enum tls_side side);

#endif
