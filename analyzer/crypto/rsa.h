/*
 * rsa.h - a server's private RSA key, to open what clients encrypted to it (--rsa-key).
 * Only for RSA key exchange, TLS 1.2 and older. RFC 5246 section 7.4.7.1.
 */
#ifndef ANALYZER_CRYPTO_RSA_H
#define ANALYZER_CRYPTO_RSA_H

#include "analyzer/crypto/crypto.h"
#include "dissectors/wire/bytes.h"

enum { RSA_PREMASTER_LEN = 48, RSA_DIGEST_LEN = 32 };

struct rsa_key;

/* A private key in PEM (unencrypted) or DER; NULL when it is none, or no RSA key. */
struct rsa_key *rsa_key_read(struct bytes file);
void rsa_key_destroy(struct rsa_key *k); /* takes NULL */

/* SHA-256 of the public half: says which key without saying what it is. */
bool rsa_key_digest(const struct rsa_key *k, uint8_t out[RSA_DIGEST_LEN]);
/* Is it the key of this certificate (DER)? */
bool rsa_key_fits(const struct rsa_key *k, struct bytes certificate);
/* False when it is no PKCS #1 block of 48 bytes under this key. */
bool rsa_key_open(const struct rsa_key *k, struct bytes in, uint8_t out[RSA_PREMASTER_LEN]);

#endif
