/*
 * certificate_build.h - certificates made while a test runs, each with one thing wrong.
 * Times are relative to CONVERSATION_START, the time of scripted conversations.
 */
#ifndef TESTS_UNIT_CERTIFICATE_BUILD_H
#define TESTS_UNIT_CERTIFICATE_BUILD_H

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { BUILD_START = 1700000000, BUILD_DAY = 86400 };

/* rsa_bits: 0 for P-256. eku, usage, status, ca: extensions, NULL without. */
struct build {
	const char *subject, *issuer;
	long from, until; /* seconds from BUILD_START */
	int rsa_bits;
	const char *eku, *usage, *status, *ca;
	const EVP_MD *(*digest)(void); /* NULL: SHA-256 */
	EVP_PKEY *key, *signer;        /* NULL: one of its own */
};

static inline EVP_PKEY *
build_key(int rsa_bits)
{
	EVP_PKEY *key = rsa_bits > 0 ? EVP_RSA_gen((unsigned)rsa_bits) : EVP_EC_gen("P-256");

	if (key == NULL)
		abort();
	return key;
}

static inline void
build_name(X509_NAME *name, const char *cn)
{
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
}

static inline void
build_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = value != NULL ? X509V3_EXT_conf_nid(NULL, NULL, nid, value) : NULL;

	if (e != NULL)
		X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* The certificate; its DER is *der, to be freed with OPENSSL_free, when der is not NULL. */
static inline X509 *
build_certificate(const struct build *b, unsigned char **der, int *len)
{
	X509 *x = X509_new();
	EVP_PKEY *key = b->key != NULL ? b->key : build_key(b->rsa_bits);

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 0x2a);
	build_name(X509_get_subject_name(x), b->subject);
	build_name(X509_get_issuer_name(x), b->issuer);
	ASN1_TIME_set(X509_getm_notBefore(x), BUILD_START + b->from);
	ASN1_TIME_set(X509_getm_notAfter(x), BUILD_START + b->until);
	X509_set_pubkey(x, key);
	build_extension(x, NID_ext_key_usage, b->eku);
	build_extension(x, NID_key_usage, b->usage);
	build_extension(x, NID_info_access, b->status);
	build_extension(x, NID_basic_constraints, b->ca);
	if (X509_sign(x, b->signer != NULL ? b->signer : key,
		      b->digest != NULL ? b->digest() : EVP_sha256()) <= 0)
		abort();
	if (b->key == NULL)
		EVP_PKEY_free(key);
	if (der != NULL) {
		*der = NULL;
		*len = i2d_X509(x, der);
	}
	return x;
}

#endif
