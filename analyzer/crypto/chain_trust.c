/*
 * chain_trust.c - the set of CAs and CRLs that chains are held against: filling it, its digest. See
 * chain.h.
 */
#include "analyzer/crypto/chain_trust.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum { KIND_CA = 1, KIND_CRL = 2 };

struct chain_trust *
chain_trust_create(void)
{
	struct chain_trust *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->store = X509_STORE_new();
	t->crls = sk_X509_CRL_new_null();
	if (t->store == NULL || t->crls == NULL) {
		chain_trust_destroy(t);
		return NULL;
	}
	return t;
}

void
chain_trust_destroy(struct chain_trust *t)
{
	if (t == NULL)
		return;
	X509_STORE_free(t->store);
	sk_X509_CRL_pop_free(t->crls, X509_CRL_free);
	free(t->digests);
	free(t);
}

/* --- filling it ------------------------------------------------------------------------------- */

static bool
remember(struct chain_trust *t, uint8_t kind, const uint8_t sha256[CHAIN_SHA256_LEN])
{
	if (t->count == t->room) {
		size_t room = t->room == 0 ? 16 : 2 * t->room;
		void *bigger = realloc(t->digests, room * sizeof(*t->digests));
		if (bigger == NULL)
			return false;
		t->digests = bigger;
		t->room = room;
	}
	t->digests[t->count][0] = kind;
	memcpy(t->digests[t->count] + 1, sha256, CHAIN_SHA256_LEN);
	t->count++;
	return true;
}

static bool
add_ca(struct chain_trust *t, X509 *x)
{
	uint8_t sha256[EVP_MAX_MD_SIZE];

	if (X509_digest(x, EVP_sha256(), sha256, NULL) != 1 || !remember(t, KIND_CA, sha256) ||
	    X509_STORE_add_cert(t->store, x) != 1)
		return false;
	t->cas++;
	return true;
}

static bool
add_crl(struct chain_trust *t, X509_CRL *crl)
{
	uint8_t sha256[EVP_MAX_MD_SIZE];

	if (X509_CRL_digest(crl, EVP_sha256(), sha256, NULL) != 1 ||
	    !remember(t, KIND_CRL, sha256) || X509_CRL_up_ref(crl) != 1)
		return false;
	if (sk_X509_CRL_push(t->crls, crl) > 0)
		return true;
	X509_CRL_free(crl);
	return false;
}

/* Encrypted PEM blocks are keys: nobody is asked for a passphrase. */
static int
no_passphrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

static bool
is_pem(struct bytes file)
{
	static const char mark[] = "-----BEGIN ";

	return file.len >= sizeof(mark) &&
	       memmem(file.data, file.len, mark, sizeof(mark) - 1) != NULL;
}

static X509 *
next_ca(BIO *in, struct bytes *der)
{
	if (in != NULL)
		return PEM_read_bio_X509(in, NULL, no_passphrase, NULL);
	const unsigned char *at = der->data;
	X509 *x = d2i_X509(NULL, &at, (long)der->len);
	der->len -= (size_t)(at - der->data);
	der->data = at;
	return x;
}

static X509_CRL *
next_crl(BIO *in, struct bytes *der)
{
	if (in != NULL)
		return PEM_read_bio_X509_CRL(in, NULL, no_passphrase, NULL);
	const unsigned char *at = der->data;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)der->len);
	der->len -= (size_t)(at - der->data);
	der->data = at;
	return crl;
}

static BIO *
open_pem(struct bytes file)
{
	return is_pem(file) && file.len <= INT_MAX ? BIO_new_mem_buf(file.data, (int)file.len)
						   : NULL;
}

size_t
chain_trust_add_cas(struct chain_trust *t, struct bytes file)
{
	BIO *in = open_pem(file);
	size_t n = 0;
	X509 *x;

	while (file.len <= INT_MAX && (x = next_ca(in, &file)) != NULL) {
		n += add_ca(t, x) ? 1 : 0;
		X509_free(x);
	}
	BIO_free(in);
	ERR_clear_error();
	return n;
}

size_t
chain_trust_add_crls(struct chain_trust *t, struct bytes file)
{
	BIO *in = open_pem(file);
	size_t n = 0;
	X509_CRL *crl;

	while (file.len <= INT_MAX && (crl = next_crl(in, &file)) != NULL) {
		n += add_crl(t, crl) ? 1 : 0;
		X509_CRL_free(crl);
	}
	BIO_free(in);
	ERR_clear_error();
	return n;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(a, b, CHAIN_ENTRY);
}

bool
chain_trust_digest(struct chain_trust *t, char out[static CHAIN_DIGEST_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t sha256[EVP_MAX_MD_SIZE];
	size_t kept = 0;

	out[0] = '\0';
	if (t->count == 0)
		return true;
	qsort(t->digests, t->count, CHAIN_ENTRY, by_digest);
	for (size_t i = 0; i < t->count; i++)
		if (i == 0 || memcmp(t->digests[i], t->digests[kept - 1], CHAIN_ENTRY) != 0)
			memmove(t->digests[kept++], t->digests[i], CHAIN_ENTRY);
	t->count = kept;
	if (EVP_Digest(t->digests, kept * CHAIN_ENTRY, sha256, NULL, EVP_sha256(), NULL) != 1)
		return false;
	for (size_t i = 0; i < CHAIN_SHA256_LEN; i++) {
		out[2 * i] = hex[sha256[i] >> 4];
		out[2 * i + 1] = hex[sha256[i] & 15];
	}
	out[(size_t)2 * CHAIN_SHA256_LEN] = '\0';
	return true;
}
