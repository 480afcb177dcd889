/*
 * sign_cache.c - see sign_cache.h.
 * Two direct-mapped tables: a newcomer takes its slot, so nothing grows. Answers are found by the
 * SHA-256 of all that they depend on.
 */
#include "analyzer/crypto/sign_cache.h"

#include <stdlib.h>

enum { KEYS = 256, ANSWERS = 4096 }; /* powers of two */

struct key_slot {
	uint8_t sha256[HASH_SHA256_LEN];
	bool used, raw_key;
	struct sign_key *key; /* NULL: one that cannot be read */
};

struct answer {
	uint8_t digest[HASH_SHA256_LEN];
	bool used;
	uint8_t result;
};

struct sign_cache {
	struct hasher *hasher;
	struct key_slot keys[KEYS];
	struct answer answers[ANSWERS];
};

struct sign_cache *
sign_cache_create(void)
{
	struct sign_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->hasher = hasher_create();
	if (c->hasher == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
sign_cache_destroy(struct sign_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < KEYS; i++)
		sign_key_destroy(c->keys[i].key);
	hasher_destroy(c->hasher);
	free(c);
}

static size_t
slot_of(const uint8_t *digest, size_t slots)
{
	return (size_t)(digest[0] << 8 | digest[1]) & (slots - 1);
}

static const struct sign_key *
find_key(struct sign_cache *c, const struct sign_by *by)
{
	struct key_slot *k = &c->keys[slot_of(by->sha256, KEYS)];

	if (k->used && k->raw_key == by->raw_key &&
	    memcmp(k->sha256, by->sha256, sizeof(k->sha256)) == 0)
		return k->key;
	sign_key_destroy(k->key);
	*k = (struct key_slot){.used = true, .raw_key = by->raw_key};
	memcpy(k->sha256, by->sha256, sizeof(k->sha256));
	k->key = sign_key_create(by->certificate, by->raw_key);
	return k->key;
}

enum sign_result
sign_cache_verify(struct sign_cache *c, const struct sign_by *by, uint16_t scheme,
		  struct bytes message, struct bytes signature)
{
	const uint8_t head[] = {(uint8_t)(scheme >> 8),
				(uint8_t)scheme,
				by->raw_key,
				(uint8_t)(signature.len >> 16),
				(uint8_t)(signature.len >> 8),
				(uint8_t)signature.len};
	const struct bytes all[] = {bytes_of(by->sha256, HASH_SHA256_LEN),
				    bytes_of(head, sizeof(head)), signature, message};
	uint8_t digest[HASH_SHA256_LEN];

	if (!hasher_sha256_of(c->hasher, all, sizeof(all) / sizeof(all[0]), digest))
		return sign_verify(find_key(c, by), scheme, message, signature);
	struct answer *a = &c->answers[slot_of(digest, ANSWERS)];
	if (!a->used || memcmp(a->digest, digest, sizeof(digest)) != 0) {
		a->result = (uint8_t)sign_verify(find_key(c, by), scheme, message, signature);
		a->used = true;
		memcpy(a->digest, digest, sizeof(digest));
	}
	return (enum sign_result)a->result;
}
