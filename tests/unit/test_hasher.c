/*
 * test_hasher.c - SHA-256 and SHA-1 against FIPS 180-4's examples, one object for many inputs.
 */
#include "analyzer/crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char *
hex(const uint8_t *p, size_t n)
{
	static char text[65];

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", p[i]);
	return text;
}

static void
test_examples(void **state)
{
	(void)state;
	static const struct {
		const char *in, *sha256, *sha1;
	} rows[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	     "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	     "a9993e364706816aba3e25717850c26c9cd0d89d"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	};
	struct hasher *h = hasher_create();

	assert_non_null(h);
	for (unsigned round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct bytes in = bytes_of(rows[i].in, strlen(rows[i].in));
			uint8_t out[HASH_SHA256_LEN];
			assert_true(hasher_sha256(h, in, out));
			assert_string_equal(hex(out, HASH_SHA256_LEN), rows[i].sha256);
			assert_true(hasher_sha1(h, in, out));
			assert_string_equal(hex(out, HASH_SHA1_LEN), rows[i].sha1);
		}
	uint8_t out[HASH_SHA256_LEN];
	assert_true(hasher_sha256(h, (struct bytes){0}, out));
	assert_string_equal(hex(out, HASH_SHA256_LEN), rows[0].sha256);
	assert_true(hasher_digest64(h, bytes_of("abc", 3)) == UINT64_C(0xba7816bf8f01cfea));
	assert_true(hasher_digest64(h, (struct bytes){0}) == 0);
	hasher_destroy(h);
	hasher_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
