/*
 * test_sign_cache.c - the cache says what a verification without memory says, the first time and
 * again, whatever part of the question changes and whoever took its slots in between.
 */
#include "analyzer/crypto/sign_cache.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { SCHEME = 0x0403, OTHER_SCHEME = 0x0503, KEYS = 600 };

/* A P-256 key as a SubjectPublicKeyInfo, its digest, and its signature of "message". */
struct signer {
	uint8_t spki[128], sha256[HASH_SHA256_LEN], signature[80];
	size_t spki_len, signature_len;
};

static struct bytes
text(const char *s)
{
	return bytes_of(s, strlen(s));
}

static void
make_signer(struct signer *s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct hasher *h = hasher_create();
	unsigned char *p = s->spki;

	assert_true(key != NULL && ctx != NULL && h != NULL);
	s->spki_len = (size_t)i2d_PUBKEY(key, &p);
	assert_in_range(s->spki_len, 1, sizeof(s->spki));
	s->signature_len = sizeof(s->signature);
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, s->signature, &s->signature_len,
					(const unsigned char *)"message", 7),
			 1);
	assert_true(hasher_sha256(h, bytes_of(s->spki, s->spki_len), s->sha256));
	hasher_destroy(h);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static enum sign_result
ask(struct sign_cache *c, const struct signer *s, const char *message)
{
	const struct sign_by by = {bytes_of(s->spki, s->spki_len), s->sha256, true};

	return sign_cache_verify(c, &by, SCHEME, text(message),
				 bytes_of(s->signature, s->signature_len));
}

static void
test_same_answer_again(void **state)
{
	(void)state;
	struct sign_cache *c = sign_cache_create();
	struct signer one, two;

	make_signer(&one);
	make_signer(&two);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(ask(c, &one, "message"), SIGN_VALID);
		assert_int_equal(ask(c, &two, "message"), SIGN_VALID);
		assert_int_equal(ask(c, &one, "massage"), SIGN_INVALID);
	}
	sign_cache_destroy(c);
	sign_cache_destroy(NULL);
}

static void
test_every_part_counts(void **state)
{
	(void)state;
	struct sign_cache *c = sign_cache_create();
	struct signer one, two;

	make_signer(&one);
	make_signer(&two);
	struct bytes spki = bytes_of(one.spki, one.spki_len), message = text("message");
	struct bytes signature = bytes_of(one.signature, one.signature_len);
	const struct sign_by by = {spki, one.sha256, true},
			     as_certificate = {spki, one.sha256, false};
	assert_int_equal(sign_cache_verify(c, &by, SCHEME, message, signature), SIGN_VALID);
	assert_int_equal(sign_cache_verify(c, &by, OTHER_SCHEME, message, signature), SIGN_INVALID);
	assert_int_equal(sign_cache_verify(c, &as_certificate, SCHEME, message, signature),
			 SIGN_UNSUPPORTED);
	signature = bytes_of(two.signature, two.signature_len);
	assert_int_equal(sign_cache_verify(c, &by, SCHEME, message, signature), SIGN_INVALID);
	assert_int_equal(ask(c, &one, "message"), SIGN_VALID);
	sign_cache_destroy(c);
}

static void
test_more_keys_than_slots(void **state)
{
	(void)state;
	struct sign_cache *c = sign_cache_create();
	static struct signer signers[KEYS];

	for (size_t i = 0; i < KEYS; i++)
		make_signer(&signers[i]);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < KEYS; i++)
			assert_int_equal(ask(c, &signers[i], "message"), SIGN_VALID);
	sign_cache_destroy(c);
}

/* More than is kept, in questions of a common beginning, and some too long to be kept. */
static void
test_more_than_is_kept(void **state)
{
	enum { LENGTH = 30000, MANY = 200, TOO_LONG = 100000 };
	static char messages[MANY][LENGTH + 1], too_long[TOO_LONG + 1];
	struct sign_cache *c = sign_cache_create();
	struct signer one;

	(void)state;
	make_signer(&one);
	memset(too_long, 'x', TOO_LONG);
	for (size_t i = 0; i < MANY; i++)
		memset(messages[i], 'x', LENGTH - i);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < MANY; i++)
			assert_int_equal(ask(c, &one, messages[i]), SIGN_INVALID);
		assert_int_equal(ask(c, &one, too_long), SIGN_INVALID);
		assert_int_equal(ask(c, &one, "message"), SIGN_VALID);
		assert_int_equal(ask(c, &one, "messages"), SIGN_INVALID);
		assert_int_equal(ask(c, &one, ""), SIGN_INVALID);
	}
	sign_cache_destroy(c);
}

/* Many signatures: questions are forgotten all at once when they are too much. */
static void
test_forgets_all(void **state)
{
	enum { LENGTH = 30000, MANY = 300 };
	static struct signer signers[MANY];
	static char message[LENGTH + 1];
	struct sign_cache *c = sign_cache_create();

	(void)state;
	memset(message, 'x', LENGTH);
	for (size_t i = 0; i < MANY; i++)
		make_signer(&signers[i]);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < MANY; i++) {
			assert_int_equal(ask(c, &signers[i], message), SIGN_INVALID);
			assert_int_equal(ask(c, &signers[i], "message"), SIGN_VALID);
		}
	sign_cache_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_answer_again),    cmocka_unit_test(test_every_part_counts),
	    cmocka_unit_test(test_more_keys_than_slots), cmocka_unit_test(test_more_than_is_kept),
	    cmocka_unit_test(test_forgets_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
