/*
 * aead.c - see aead.h. A context keeps its key; each record costs an initialisation with a nonce.
 * CCM wants the lengths up front and the key again for every record (RFC 3610 section 2).
 */
#include "analyzer/crypto/aead.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/crypto/library.h"

static const struct {
	enum tls_encryption encryption;
	const char *name;
	bool ccm;
} ciphers[] = {
    {TLS_ENC_AES_128_GCM, "AES-128-GCM", false},
    {TLS_ENC_AES_256_GCM, "AES-256-GCM", false},
    {TLS_ENC_AES_128_CCM, "AES-128-CCM", true},
    {TLS_ENC_AES_256_CCM, "AES-256-CCM", true},
    {TLS_ENC_AES_128_CCM_8, "AES-128-CCM", true},
    {TLS_ENC_AES_256_CCM_8, "AES-256-CCM", true},
    {TLS_ENC_ARIA_128_GCM, "ARIA-128-GCM", false},
    {TLS_ENC_ARIA_256_GCM, "ARIA-256-GCM", false},
    {TLS_ENC_CHACHA20_POLY1305, "ChaCha20-Poly1305", false},
};

struct aead {
	EVP_CIPHER_CTX *ctx;
	EVP_CIPHER *cipher;
	uint8_t key[AEAD_KEY_MAX];
	uint8_t tag;
	bool ccm;
};

static bool
start(struct aead *a)
{
	return EVP_DecryptInit_ex2(a->ctx, a->cipher, NULL, NULL, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_IVLEN, AEAD_NONCE_LEN, NULL) == 1 &&
	       (a->ccm || EVP_DecryptInit_ex2(a->ctx, NULL, a->key, NULL, NULL) == 1);
}

struct aead *
aead_create(struct crypto *c, enum tls_encryption e, struct bytes key)
{
	struct aead *a = NULL;

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (ciphers[i].encryption != e)
			continue;
		if (key.len != tls_encryption_info(e)->key || (a = calloc(1, sizeof(*a))) == NULL)
			return NULL;
		a->cipher = library_cipher(c, ciphers[i].name, false);
		a->ccm = ciphers[i].ccm;
	}
	if (a == NULL)
		return NULL;
	a->tag = tls_encryption_info(e)->tag;
	memcpy(a->key, key.data, key.len);
	a->ctx = EVP_CIPHER_CTX_new();
	if (a->ctx == NULL || a->cipher == NULL || !start(a)) {
		aead_destroy(a);
		return NULL;
	}
	return a;
}

void
aead_destroy(struct aead *a)
{
	if (a == NULL)
		return;
	EVP_CIPHER_CTX_free(a->ctx);
	EVP_CIPHER_free(a->cipher);
	crypto_wipe(a, sizeof(*a));
	free(a);
}

static bool
prepare(struct aead *a, const uint8_t *nonce, uint8_t *tag, size_t len)
{
	int n;

	if (!a->ccm)
		return EVP_DecryptInit_ex2(a->ctx, NULL, NULL, nonce, NULL) == 1;
	return EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, a->tag, tag) == 1 &&
	       EVP_DecryptInit_ex2(a->ctx, NULL, a->key, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(a->ctx, NULL, &n, NULL, (int)len) == 1;
}

static bool
finish(struct aead *a, uint8_t *tag, uint8_t *out)
{
	int n;

	/* CCM has compared the tag in the one update it takes. */
	return a->ccm || (EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, a->tag, tag) == 1 &&
			  EVP_DecryptFinal_ex(a->ctx, out, &n) == 1);
}

bool
aead_open(struct aead *a, const uint8_t nonce[AEAD_NONCE_LEN], struct bytes additional,
	  struct bytes in, uint8_t *out, size_t *len)
{
	uint8_t tag[16];
	int n;

	if (in.len < a->tag || in.len > INT_MAX)
		return false;
	*len = in.len - a->tag;
	memcpy(tag, in.data + *len, a->tag);
	if (prepare(a, nonce, tag, *len) &&
	    EVP_DecryptUpdate(a->ctx, NULL, &n, additional.data, (int)additional.len) == 1 &&
	    EVP_DecryptUpdate(a->ctx, out, &n, in.data, (int)*len) == 1 &&
	    finish(a, tag, out + *len))
		return true;
	if (*len > 0)
		memset(out, 0, *len);
	*len = 0;
	return false;
}
