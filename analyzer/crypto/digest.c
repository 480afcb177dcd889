/*
 * digest.c - SHA-256 of bytes that come in pieces, through OpenSSL.
 * Beside hash.c; used when captures are compared or registered for a chain of custody.
 */
#include "analyzer/crypto/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
	EVP_MD_CTX *context;
	bool failed;
};

struct digest *
digest_create(void)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->context = EVP_MD_CTX_new();
	if (d->context == NULL || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1) {
		digest_destroy(d);
		return NULL;
	}
	return d;
}

void
digest_destroy(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->context);
	free(d);
}

void
digest_feed(struct digest *d, struct bytes in)
{
	if (!d->failed)
		d->failed = EVP_DigestUpdate(d->context, in.data, in.len) != 1;
}

bool
digest_hex(struct digest *d, char out[static DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char value[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (d->failed || EVP_DigestFinal_ex(d->context, value, &len) != 1 ||
	    len * 2 + 1 != DIGEST_HEX_SIZE) {
		d->failed = true;
		return false;
	}
	for (unsigned i = 0; i < len; i++) {
		out[2 * i] = digits[value[i] >> 4];
		out[2 * i + 1] = digits[value[i] & 15];
	}
	out[2 * len] = '\0';
	return true;
}
