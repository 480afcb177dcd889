/*
 * kdf.c - see kdf.h. The derivations are OpenSSL's; only TLS's labels are put together here.
 */
#include "analyzer/crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "analyzer/crypto/library.h"

enum { LABEL_MAX = 64, INFO_MAX = 2 + 1 + LABEL_MAX + 1 + KDF_HASH_MAX };

static EVP_KDF_CTX *
context(EVP_KDF **kdf, EVP_KDF_CTX **ctx, const char *name)
{
	if (*kdf == NULL)
		*kdf = EVP_KDF_fetch(NULL, name, NULL);
	if (*ctx == NULL && *kdf != NULL)
		*ctx = EVP_KDF_CTX_new(*kdf);
	if (*ctx != NULL)
		EVP_KDF_CTX_reset(*ctx);
	return *ctx;
}

/* OSSL_PARAM has no const; the library only reads. */
static OSSL_PARAM
octets(const char *key, struct bytes b)
{
	return OSSL_PARAM_construct_octet_string(key, (void *)b.data, b.len);
}

static OSSL_PARAM
text(const char *key, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(key, (char *)value, 0);
}

/* struct HkdfLabel, RFC 8446 section 7.1. 0 when it does not fit. */
static size_t
write_info(uint8_t info[INFO_MAX], size_t len, const char *label, struct bytes context)
{
	size_t name = strlen("tls13 ") + strlen(label), n = 0;

	if (name > LABEL_MAX || context.len > KDF_HASH_MAX || len > 0xffff)
		return 0;
	info[n++] = (uint8_t)(len >> 8);
	info[n++] = (uint8_t)len;
	info[n++] = (uint8_t)name;
	memcpy(info + n, "tls13 ", strlen("tls13 "));
	memcpy(info + n + strlen("tls13 "), label, strlen(label));
	n += name;
	info[n++] = (uint8_t)context.len;
	if (context.len > 0)
		memcpy(info + n, context.data, context.len);
	return n + context.len;
}

bool
kdf_expand_label(struct crypto *c, enum tls_hash h, struct bytes secret, const char *label,
		 struct bytes hash, uint8_t *out, size_t len)
{
	uint8_t info[INFO_MAX];
	size_t info_len = write_info(info, len, label, hash);
	EVP_KDF_CTX *ctx = context(&c->hkdf, &c->hkdf_ctx, "HKDF");
	const char *digest = library_hash_name(h);
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;

	if (ctx == NULL || digest == NULL || info_len == 0 || secret.len == 0)
		return false;
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
	    text(OSSL_KDF_PARAM_DIGEST, digest),
	    octets(OSSL_KDF_PARAM_KEY, secret),
	    octets(OSSL_KDF_PARAM_INFO, bytes_of(info, info_len)),
	    OSSL_PARAM_construct_end(),
	};
	return EVP_KDF_derive(ctx, out, len, params) == 1;
}

bool
kdf_prf(struct crypto *c, enum tls_hash h, struct bytes secret, const char *label,
	struct bytes seed, uint8_t *out, size_t len)
{
	uint8_t all[LABEL_MAX + KDF_SEED_MAX];
	EVP_KDF_CTX *ctx = context(&c->prf, &c->prf_ctx, "TLS1-PRF");
	const char *digest = library_hash_name(h);
	size_t n = strlen(label);

	if (ctx == NULL || digest == NULL || n > LABEL_MAX || seed.len > KDF_SEED_MAX ||
	    seed.len == 0)
		return false;
	memcpy(all, label, n);
	memcpy(all + n, seed.data, seed.len);
	const OSSL_PARAM params[] = {
	    text(OSSL_KDF_PARAM_DIGEST, digest),
	    octets(OSSL_KDF_PARAM_SECRET, secret),
	    octets(OSSL_KDF_PARAM_SEED, bytes_of(all, n + seed.len)),
	    OSSL_PARAM_construct_end(),
	};
	return EVP_KDF_derive(ctx, out, len, params) == 1;
}

bool
kdf_hash(struct crypto *c, enum tls_hash h, struct bytes in, uint8_t out[KDF_HASH_MAX], size_t *len)
{
	const EVP_MD *md = library_hash(c, h);
	unsigned n = 0;

	if (c->hashing == NULL)
		c->hashing = EVP_MD_CTX_new();
	if (md == NULL || c->hashing == NULL || EVP_DigestInit_ex2(c->hashing, md, NULL) != 1 ||
	    EVP_DigestUpdate(c->hashing, in.data, in.len) != 1 ||
	    EVP_DigestFinal_ex(c->hashing, out, &n) != 1)
		return false;
	*len = n;
	return true;
}

bool
kdf_hmac(struct crypto *c, enum tls_hash h, struct bytes key, struct bytes in,
	 uint8_t out[KDF_HASH_MAX], size_t *len)
{
	const char *digest = library_hash_name(h);
	EVP_MAC_CTX *ctx = NULL;
	bool ok;

	if (c->hmac == NULL)
		c->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (c->hmac == NULL || digest == NULL || (ctx = EVP_MAC_CTX_new(c->hmac)) == NULL)
		return false;
	const OSSL_PARAM params[] = {text(OSSL_MAC_PARAM_DIGEST, digest),
				     OSSL_PARAM_construct_end()};
	ok = EVP_MAC_init(ctx, key.data, key.len, params) == 1 &&
	     EVP_MAC_update(ctx, in.data, in.len) == 1 &&
	     EVP_MAC_final(ctx, out, len, KDF_HASH_MAX) == 1;
	EVP_MAC_CTX_free(ctx);
	return ok;
}
