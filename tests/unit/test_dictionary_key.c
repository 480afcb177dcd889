/*
 * test_dictionary_key.c - hashes of keys: every byte counts, and so does where parts end.
 */
#include "db/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LENGTHS = 150, SLOTS = 1 << 15 };

static uint64_t
hash_of(const uint8_t *data, size_t len)
{
	struct dictionary_key k;

	dictionary_key_begin(&k, DICTIONARY_LADDER, 7);
	dictionary_key_bytes(&k, data, len);
	return dictionary_key_hash(&k);
}

/* Of zeros as well: what is longer is another key. */
static void
test_lengths(void **state)
{
	static const uint8_t zeros[LENGTHS];
	uint64_t seen[LENGTHS];

	(void)state;
	for (size_t len = 0; len < LENGTHS; len++) {
		seen[len] = hash_of(zeros, len);
		assert_int_not_equal(seen[len], 0);
		for (size_t i = 0; i < len; i++)
			assert_int_not_equal(seen[len], seen[i]);
	}
}

/* Any bit of any length leads to another slot, but for as many as chance allows. */
static void
test_bits(void **state)
{
	uint8_t data[LENGTHS];
	size_t same = 0, all = 0;

	(void)state;
	for (size_t i = 0; i < LENGTHS; i++)
		data[i] = (uint8_t)(i * 37);
	for (size_t len = 1; len < LENGTHS; len++) {
		uint64_t before = hash_of(data, len);
		for (size_t bit = 0; bit < 8 * len; bit++, all++) {
			data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			uint64_t after = hash_of(data, len);
			assert_int_not_equal(before, after);
			same += (before / 2 & (SLOTS - 1)) == (after / 2 & (SLOTS - 1));
			data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	assert_true(same < 10 * all / SLOTS);
}

static void
test_parts(void **state)
{
	struct dictionary_key k;
	uint64_t seen[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		dictionary_key_begin(&k, i < 4 ? DICTIONARY_NAME : DICTIONARY_SENTENCE, 0);
		dictionary_key_text(&k, i == 0 ? "ab" : i == 1 ? "a" : i == 2 ? NULL : "");
		dictionary_key_text(&k, i == 0 ? "c" : i == 1 ? "bc" : "abc");
		seen[i] = dictionary_key_hash(&k);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(seen[i], seen[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_bits),
	    cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
