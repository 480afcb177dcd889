/*
 * chain_trust.h - what is inside struct chain_trust. Internal to analyzer/crypto; others hold it by
 * chain.h.
 */
#ifndef ANALYZER_CRYPTO_CHAIN_TRUST_H
#define ANALYZER_CRYPTO_CHAIN_TRUST_H

#include <openssl/x509.h>

#include "analyzer/crypto/chain.h"

enum { CHAIN_SHA256_LEN = 32, CHAIN_ENTRY = 1 + CHAIN_SHA256_LEN };

struct chain_trust {
	X509_STORE *store;
	STACK_OF(X509_CRL) * crls;
	size_t cas;
	uint8_t (*digests)[CHAIN_ENTRY]; /* kind, SHA-256: of each thing added */
	size_t count, room;
};

#endif
