/*
 * sign.c - see sign.h. Schemes are rows; the pairs of TLS 1.2 have the same codes (RFC 8446 4.2.3).
 */
#include "analyzer/crypto/sign.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum pss { PKCS1, PSS };

static const struct {
	uint16_t scheme;
	const char *hash; /* NULL: the algorithm has its own */
	const char *key;  /* type of key that fits */
	enum pss padding;
} schemes[] = {
    {0x0101, "MD5", "RSA", PKCS1},      {0x0201, "SHA1", "RSA", PKCS1},
    {0x0301, "SHA224", "RSA", PKCS1},   {0x0401, "SHA256", "RSA", PKCS1},
    {0x0501, "SHA384", "RSA", PKCS1},   {0x0601, "SHA512", "RSA", PKCS1},
    {0x0420, "SHA256", "RSA", PKCS1},   {0x0520, "SHA384", "RSA", PKCS1},
    {0x0620, "SHA512", "RSA", PKCS1},   {0x0102, "MD5", "DSA", PKCS1},
    {0x0202, "SHA1", "DSA", PKCS1},     {0x0302, "SHA224", "DSA", PKCS1},
    {0x0402, "SHA256", "DSA", PKCS1},   {0x0502, "SHA384", "DSA", PKCS1},
    {0x0602, "SHA512", "DSA", PKCS1},   {0x0103, "MD5", "EC", PKCS1},
    {0x0203, "SHA1", "EC", PKCS1},      {0x0303, "SHA224", "EC", PKCS1},
    {0x0403, "SHA256", "EC", PKCS1},    {0x0503, "SHA384", "EC", PKCS1},
    {0x0603, "SHA512", "EC", PKCS1},    {0x0804, "SHA256", "RSA", PSS},
    {0x0805, "SHA384", "RSA", PSS},     {0x0806, "SHA512", "RSA", PSS},
    {0x0807, NULL, "ED25519", PKCS1},   {0x0808, NULL, "ED448", PKCS1},
    {0x0809, "SHA256", "RSA-PSS", PSS}, {0x080a, "SHA384", "RSA-PSS", PSS},
    {0x080b, "SHA512", "RSA-PSS", PSS}, {0x081a, "SHA256", "EC", PKCS1},
    {0x081b, "SHA384", "EC", PKCS1},    {0x081c, "SHA512", "EC", PKCS1},
};

struct choice {
	const char *hash;
	enum pss padding;
};

static bool
choose_legacy(EVP_PKEY *key, struct choice *out)
{
	if (EVP_PKEY_is_a(key, "RSA")) {
		out->hash = "MD5-SHA1";
		return true;
	}
	out->hash = "SHA1";
	return EVP_PKEY_is_a(key, "EC") || EVP_PKEY_is_a(key, "DSA");
}

static bool
choose(EVP_PKEY *key, uint16_t scheme, struct choice *out)
{
	*out = (struct choice){0};
	if (scheme == SIGN_SCHEME_LEGACY)
		return choose_legacy(key, out);
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (schemes[i].scheme == scheme) {
			out->hash = schemes[i].hash;
			out->padding = schemes[i].padding;
			return EVP_PKEY_is_a(key, schemes[i].key);
		}
	return false;
}

static EVP_PKEY *
public_key(struct bytes der, bool raw_key)
{
	const unsigned char *p = der.data;
	EVP_PKEY *key = NULL;

	if (raw_key)
		return d2i_PUBKEY(NULL, &p, (long)der.len);
	X509 *x = d2i_X509(NULL, &p, (long)der.len);
	if (x != NULL)
		key = X509_get_pubkey(x);
	X509_free(x);
	return key;
}

/* The salt is as long as the hash (RFC 8446 section 4.2.3). */
static bool
set_padding(EVP_PKEY_CTX *p, enum pss padding)
{
	return padding != PSS || (EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
				  EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static enum sign_result
verify(EVP_PKEY *key, const struct choice *by, struct bytes message, struct bytes signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;
	enum sign_result result = SIGN_UNSUPPORTED;

	/* 0 is a signature that does not fit; below 0 is an encoding that is none, or a fault. */
	if (ctx != NULL && EVP_DigestVerifyInit_ex(ctx, &p, by->hash, NULL, NULL, key, NULL) == 1 &&
	    set_padding(p, by->padding)) {
		int fits =
		    EVP_DigestVerify(ctx, signature.data, signature.len, message.data, message.len);
		if (fits >= 0)
			result = fits == 1 ? SIGN_VALID : SIGN_INVALID;
	}
	EVP_MD_CTX_free(ctx);
	return result;
}

struct sign_key *
sign_key_create(struct bytes certificate, bool raw_key)
{
	/* to the caller an EVP_PKEY without a name */
	struct sign_key *key = (struct sign_key *)public_key(certificate, raw_key);

	ERR_clear_error();
	return key;
}

void
sign_key_destroy(struct sign_key *key)
{
	EVP_PKEY_free((EVP_PKEY *)key);
}

enum sign_result
sign_verify(const struct sign_key *key, uint16_t scheme, struct bytes message,
	    struct bytes signature)
{
	EVP_PKEY *k = (EVP_PKEY *)key;
	enum sign_result result = SIGN_UNSUPPORTED;
	struct choice by;

	if (k != NULL && choose(k, scheme, &by))
		result = verify(k, &by, message, signature);
	ERR_clear_error();
	return result;
}
