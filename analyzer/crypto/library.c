/*
 * library.c - see crypto.h and library.h.
 * RC4 and single DES are in OpenSSL's legacy provider only; loading it hides the default one unless
 * that is loaded by name, too.
 */
#include "analyzer/crypto/library.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char *const hash_names[LIBRARY_HASHES] = {
    [TLS_HASH_NONE] = "MD5-SHA1", [TLS_HASH_MD5] = "MD5",       [TLS_HASH_SHA1] = "SHA1",
    [TLS_HASH_SHA256] = "SHA256", [TLS_HASH_SHA384] = "SHA384", [TLS_HASH_SM3] = "SM3",
};

struct crypto *
crypto_create(void)
{
	return calloc(1, sizeof(struct crypto));
}

void
crypto_destroy(struct crypto *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < LIBRARY_HASHES; i++)
		EVP_MD_free(c->hash[i]);
	EVP_MD_CTX_free(c->hashing);
	EVP_MAC_free(c->hmac);
	EVP_KDF_CTX_free(c->hkdf_ctx);
	EVP_KDF_CTX_free(c->prf_ctx);
	EVP_KDF_free(c->hkdf);
	EVP_KDF_free(c->prf);
	if (c->legacy != NULL)
		OSSL_PROVIDER_unload(c->legacy);
	if (c->base != NULL)
		OSSL_PROVIDER_unload(c->base);
	free(c);
}

const char *
library_hash_name(enum tls_hash h)
{
	return (size_t)h < LIBRARY_HASHES ? hash_names[h] : NULL;
}

const EVP_MD *
library_hash(struct crypto *c, enum tls_hash h)
{
	if (library_hash_name(h) == NULL)
		return NULL;
	if (c->hash[h] == NULL)
		c->hash[h] = EVP_MD_fetch(NULL, hash_names[h], NULL);
	return c->hash[h];
}

EVP_CIPHER *
library_cipher(struct crypto *c, const char *name, bool legacy)
{
	if (legacy && !c->legacy_tried) {
		c->legacy_tried = true;
		c->base = OSSL_PROVIDER_load(NULL, "default");
		c->legacy = OSSL_PROVIDER_load(NULL, "legacy");
	}
	return EVP_CIPHER_fetch(NULL, name, NULL);
}

/* --- memory ----------------------------------------------------------------------------------- */

void
crypto_wipe(void *p, size_t size)
{
	if (p != NULL)
		OPENSSL_cleanse(p, size);
}

void
crypto_free(void *p, size_t size)
{
	if (p == NULL)
		return;
	OPENSSL_cleanse(p, size);
	munlock(p, size);
	free(p);
}

void *
crypto_grow(void *old, size_t old_size, size_t used, size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL)
		return NULL;
	/* RLIMIT_MEMLOCK is small for ordinary users: a store of many secrets may be refused. */
	(void)mlock(p, size);
	if (used > 0)
		memcpy(p, old, used);
	crypto_free(old, old_size);
	return p;
}
