/*
 * hash.c - see hash.h.
 * A context that keeps its digest starts again in about 0.1 us; one-shot calls of OpenSSL 3 look
 * the digest up each time, which takes longer than hashing a name.
 */
#include "analyzer/crypto/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct hasher {
	EVP_MD_CTX *sha256, *sha1;
};

/* NULL on any fault. */
static EVP_MD_CTX *
context(const char *name)
{
	EVP_MD *digest = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (digest == NULL || ctx == NULL || EVP_DigestInit_ex2(ctx, digest, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(digest);
	return ctx;
}

struct hasher *
hasher_create(void)
{
	struct hasher *h = calloc(1, sizeof *h);

	if (h == NULL)
		return NULL;
	h->sha256 = context("SHA256");
	h->sha1 = context("SHA1");
	if (h->sha256 == NULL || h->sha1 == NULL) {
		hasher_destroy(h);
		return NULL;
	}
	return h;
}

void
hasher_destroy(struct hasher *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->sha256);
	EVP_MD_CTX_free(h->sha1);
	free(h);
}

static bool
digest(EVP_MD_CTX *ctx, const struct bytes *pieces, size_t count, uint8_t *out, size_t out_len)
{
	bool ok = EVP_DigestInit_ex2(ctx, NULL, NULL) == 1;

	for (size_t i = 0; i < count && ok; i++)
		ok = EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len) == 1;
	if (ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1)
		return true;
	memset(out, 0, out_len);
	return false;
}

bool
hasher_sha256_of(struct hasher *h, const struct bytes *pieces, size_t count,
		 uint8_t out[HASH_SHA256_LEN])
{
	return digest(h->sha256, pieces, count, out, HASH_SHA256_LEN);
}

bool
hasher_sha256(struct hasher *h, struct bytes in, uint8_t out[HASH_SHA256_LEN])
{
	return digest(h->sha256, &in, 1, out, HASH_SHA256_LEN);
}

bool
hasher_sha1(struct hasher *h, struct bytes in, uint8_t out[HASH_SHA1_LEN])
{
	return digest(h->sha1, &in, 1, out, HASH_SHA1_LEN);
}

uint64_t
hasher_digest64(struct hasher *h, struct bytes in)
{
	uint8_t out[HASH_SHA256_LEN];
	uint64_t v = 0;

	if (in.len == 0 || !hasher_sha256(h, in, out))
		return 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | out[i];
	return v != 0 ? v : 1;
}
