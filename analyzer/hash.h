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

#endif
