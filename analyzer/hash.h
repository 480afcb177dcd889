/*
 * hash.h - a keyed 64-bit hash for tables whose keys come from captures.
 * Used by whatever keeps a table of hostile keys (certificates, JA4, flows). The key is random per
 * process, so that a capture cannot be made to collide; still compare keys after a hit: 64 bits are
 * no proof of equality. Not for anything that is stored.
 */
#ifndef ANALYZER_HASH_H
#define ANALYZER_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k[4];
};

/* A new random key. False when the system gives no random bytes. */
bool hash_key_init(struct hash_key *key);
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same of n words, for tables that are asked for every packet: n is a constant, so no length is
 * looked at. Not the value that hash_bytes gives. */
static inline uint64_t
hash_words(const struct hash_key *key, const uint64_t *word, size_t n)
{
	uint64_t sum = key->k[0] ^ n;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum = hash_fold(word[i] ^ key->k[1], word[i + 1] ^ sum);
	return hash_fold(key->k[2] ^ n, hash_fold((n % 2 != 0 ? word[n - 1] : 0) ^ key->k[3], sum));
}

#endif
