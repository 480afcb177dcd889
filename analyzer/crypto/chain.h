/*
 * chain.h - does a presented client chain lead to the CAs of --ca, and is it on a CRL of --crl?
 * OpenSSL's verification for the purpose "TLS client", at the packet's time, every error collected.
 * Used by verdict/ (through tls_run) and filled by cli/. RFC 5280 section 6.
 *
 * A trust set is written once and then only read: several threads may verify with one.
 */
#ifndef ANALYZER_CRYPTO_CHAIN_H
#define ANALYZER_CRYPTO_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissectors/wire/bytes.h"

enum {
	CHAIN_SENT_MAX = 32, /* certificates of one chain that are looked at */
	CHAIN_NAME_MAX = 256,
	CHAIN_DIGEST_SIZE = 2 * 32 + 1,
};

/* Bits of chain_result.found. */
enum chain_error {
	CHAIN_UNTRUSTED = 1 << 0,     /* leads to no CA of --ca, or a signature does not fit */
	CHAIN_EXPIRED = 1 << 1,       /* some certificate of it */
	CHAIN_NOT_YET_VALID = 1 << 2, /* likewise */
	CHAIN_WRONG_PURPOSE = 1 << 3, /* not for TLS clients */
	CHAIN_INVALID_CA = 1 << 4,    /* an issuer that may not issue, or a path too long */
	CHAIN_OTHER = 1 << 5,         /* another error; its text is in `text` */
	CHAIN_INTERMEDIATE = 1 << 6,  /* it leads there by an intermediate that was not sent */
	CHAIN_REVOKED = 1 << 7,
	CHAIN_CRL_MISSING = 1 << 8,  /* --crl has none of this issuer */
	CHAIN_CRL_EXPIRED = 1 << 9,  /* ... none that was current at that time */
	CHAIN_CRL_CURRENT = 1 << 10, /* it has, and the leaf is not on it */
};

struct chain_result {
	bool checked; /* false: no --ca and no --crl, or the leaf cannot be parsed */
	bool ca_given, crl_given;
	unsigned found; /* enum chain_error; of `found` only INTERMEDIATE and CRL_* without error */
	int64_t revoked_at;                /* seconds since 1970; INT64_MIN unless revoked */
	int64_t crl_until;                 /* nextUpdate of the CRL looked at; INT64_MIN without */
	char intermediate[CHAIN_NAME_MAX]; /* RFC 4514 name of the one not sent; "" */
	const char *text; /* OpenSSL's words for the first error; NULL when there is none */
};

struct chain_trust;

struct chain_trust *chain_trust_create(void);    /* NULL when memory is short */
void chain_trust_destroy(struct chain_trust *t); /* takes NULL */
/* Every certificate, or every CRL, in a file's bytes, PEM or DER. How many there were; told twice
 * counts twice. Private keys beside them are passed over. */
size_t chain_trust_add_cas(struct chain_trust *t, struct bytes file);
size_t chain_trust_add_crls(struct chain_trust *t, struct bytes file);
/* A digest of everything added, whatever its order; "" when nothing was. */
bool chain_trust_digest(struct chain_trust *t, char out[static CHAIN_DIGEST_SIZE]);

/* chain: DER, leaf first. now: seconds since 1970. */
void chain_verify(const struct chain_trust *t, const struct bytes *chain, size_t count, int64_t now,
		  struct chain_result *out);

#endif
