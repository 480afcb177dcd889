/*
 * test_hash.c - the keyed hash: same key same value, every bit and the length count, keys differ.
 */
#include "analyzer/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 300 };

static void
test_every_bit_counts(void **state)
{
	(void)state;
	struct hash_key key;
	uint8_t data[LONGEST + 1] = {0};

	assert_true(hash_key_init(&key));
	for (size_t len = 0; len <= LONGEST; len++) {
		uint64_t h = hash_bytes(&key, data, len);
		assert_true(h == hash_bytes(&key, data, len));
		assert_true(h != hash_bytes(&key, data, len + 1));
		for (size_t bit = 0; bit < len * 8; bit++) {
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(h != hash_bytes(&key, data, len));
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

/* The same of words, of an odd and an even number of them. */
static void
test_every_word_counts(void **state)
{
	(void)state;
	struct hash_key key;
	uint64_t word[5] = {0};

	assert_true(hash_key_init(&key));
	for (size_t n = 4; n <= 5; n++) {
		uint64_t h = hash_words(&key, word, n);
		assert_true(h != hash_words(&key, word, n - 1));
		for (size_t bit = 0; bit < n * 64; bit++) {
			word[bit / 64] ^= (uint64_t)1 << bit % 64;
			assert_true(h != hash_words(&key, word, n));
			word[bit / 64] ^= (uint64_t)1 << bit % 64;
		}
	}
}

/* Nothing behind the end is read, whatever the alignment (the sanitizer watches). */
static void
test_bounds(void **state)
{
	(void)state;
	struct hash_key key;

	assert_true(hash_key_init(&key));
	assert_true(hash_bytes(&key, NULL, 0) == hash_bytes(&key, "", 0));
	for (size_t len = 1; len <= LONGEST; len++) {
		uint8_t *exact = malloc(len + 1), aligned[LONGEST];
		memset(exact, 7, len + 1);
		memset(aligned, 7, len);
		assert_true(hash_bytes(&key, exact + 1, len) == hash_bytes(&key, aligned, len));
		free(exact);
	}
}

/* Counters, the usual content of keys, spread over a table: no bucket far above its share. */
static void
test_spread(void **state)
{
	(void)state;
	enum { KEYS = 1 << 16, BUCKETS = 1 << 12 };
	static unsigned low[BUCKETS], high[BUCKETS];
	struct hash_key key;
	uint32_t words[10] = {0};

	assert_true(hash_key_init(&key));
	for (words[3] = 0; words[3] < KEYS; words[3]++) {
		uint64_t h = hash_bytes(&key, words, sizeof words);
		low[h % BUCKETS]++;
		high[h >> 52]++;
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		assert_in_range(low[i], 0, 60); /* 16 expected */
		assert_in_range(high[i], 0, 60);
	}
}

static void
test_keys_differ(void **state)
{
	(void)state;
	struct hash_key a, b;

	assert_true(hash_key_init(&a) && hash_key_init(&b));
	assert_true(hash_bytes(&a, "x", 1) != hash_bytes(&b, "x", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_bit_counts), cmocka_unit_test(test_every_word_counts),
	    cmocka_unit_test(test_bounds),           cmocka_unit_test(test_spread),
	    cmocka_unit_test(test_keys_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
