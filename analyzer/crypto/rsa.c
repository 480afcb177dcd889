/*
 * rsa.c - see rsa.h.
 */
#include "analyzer/crypto/rsa.h"

#include <limits.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { MODULUS_MAX = 2048 }; /* bytes */

struct rsa_key {
	EVP_PKEY *key;
};

/* An encrypted key is not asked a passphrase for. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

struct rsa_key *
rsa_key_read(struct bytes file)
{
	struct rsa_key *k = calloc(1, sizeof(*k));
	OSSL_DECODER_CTX *ctx;
	const unsigned char *p = file.data;
	size_t len = file.len;

	if (k == NULL)
		return NULL;
	ctx =
	    OSSL_DECODER_CTX_new_for_pkey(&k->key, NULL, NULL, NULL, EVP_PKEY_KEYPAIR, NULL, NULL);
	if (ctx == NULL || OSSL_DECODER_CTX_set_pem_password_cb(ctx, no_passphrase, NULL) != 1 ||
	    OSSL_DECODER_from_data(ctx, &p, &len) != 1 || !EVP_PKEY_is_a(k->key, "RSA")) {
		rsa_key_destroy(k);
		k = NULL;
	}
	OSSL_DECODER_CTX_free(ctx);
	ERR_clear_error();
	return k;
}

void
rsa_key_destroy(struct rsa_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}

bool
rsa_key_digest(const struct rsa_key *k, uint8_t out[RSA_DIGEST_LEN])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(k->key, &der);
	bool ok = len > 0 && EVP_Digest(der, (size_t)len, out, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	return ok;
}

bool
rsa_key_fits(const struct rsa_key *k, struct bytes certificate)
{
	const unsigned char *p = certificate.data;
	X509 *x = d2i_X509(NULL, &p, (long)certificate.len);
	bool fits = x != NULL && EVP_PKEY_eq(X509_get0_pubkey(x), k->key) == 1;

	X509_free(x);
	ERR_clear_error();
	return fits;
}

bool
rsa_key_open(const struct rsa_key *k, struct bytes in, uint8_t out[RSA_PREMASTER_LEN])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->key, NULL);
	uint8_t plain[MODULUS_MAX];
	size_t len = sizeof(plain);
	bool ok = ctx != NULL && EVP_PKEY_get_size(k->key) <= MODULUS_MAX &&
		  EVP_PKEY_decrypt_init(ctx) == 1 &&
		  EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		  EVP_PKEY_decrypt(ctx, plain, &len, in.data, in.len) == 1 &&
		  len == RSA_PREMASTER_LEN;

	if (ok)
		memcpy(out, plain, RSA_PREMASTER_LEN);
	crypto_wipe(plain, sizeof(plain));
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}
