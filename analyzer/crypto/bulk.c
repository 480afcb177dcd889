/*
 * bulk.c - see bulk.h.
 */
#include "analyzer/crypto/bulk.h"

#include <limits.h>
#include <stdlib.h>

#include "analyzer/crypto/library.h"

static const struct {
	enum tls_encryption encryption;
	const char *name;
	bool legacy;
} ciphers[] = {
    {TLS_ENC_RC4_128, "RC4", true},
    {TLS_ENC_DES_CBC, "DES-CBC", true},
    {TLS_ENC_3DES_EDE_CBC, "DES-EDE3-CBC", false},
    {TLS_ENC_SEED_CBC, "SEED-CBC", true},
    {TLS_ENC_AES_128_CBC, "AES-128-CBC", false},
    {TLS_ENC_AES_256_CBC, "AES-256-CBC", false},
    {TLS_ENC_CAMELLIA_128_CBC, "CAMELLIA-128-CBC", false},
    {TLS_ENC_CAMELLIA_256_CBC, "CAMELLIA-256-CBC", false},
    {TLS_ENC_ARIA_128_CBC, "ARIA-128-CBC", false},
    {TLS_ENC_ARIA_256_CBC, "ARIA-256-CBC", false},
    {TLS_ENC_SM4_CBC, "SM4-CBC", false},
};

struct bulk {
	EVP_CIPHER_CTX *ctx;
};

static EVP_CIPHER *
fetch(struct crypto *c, enum tls_encryption e)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (ciphers[i].encryption == e)
			return library_cipher(c, ciphers[i].name, ciphers[i].legacy);
	return NULL;
}

struct bulk *
bulk_create(struct crypto *c, enum tls_encryption e, struct bytes key)
{
	struct bulk *b;
	EVP_CIPHER *cipher;

	if (key.len != tls_encryption_info(e)->key || (b = calloc(1, sizeof(*b))) == NULL)
		return NULL;
	cipher = fetch(c, e);
	b->ctx = EVP_CIPHER_CTX_new();
	if (cipher == NULL || b->ctx == NULL ||
	    EVP_DecryptInit_ex2(b->ctx, cipher, key.data, NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(b->ctx, 0) != 1) {
		bulk_destroy(b);
		b = NULL;
	}
	EVP_CIPHER_free(cipher);
	return b;
}

void
bulk_destroy(struct bulk *b)
{
	if (b == NULL)
		return;
	EVP_CIPHER_CTX_free(b->ctx);
	free(b);
}

bool
bulk_decrypt(struct bulk *b, const uint8_t *iv, struct bytes in, uint8_t *out)
{
	int n = 0;

	if (in.len == 0 || in.len > INT_MAX)
		return in.len == 0;
	if (iv != NULL && EVP_DecryptInit_ex2(b->ctx, NULL, NULL, iv, NULL) != 1)
		return false;
	return EVP_DecryptUpdate(b->ctx, out, &n, in.data, (int)in.len) == 1 && (size_t)n == in.len;
}
