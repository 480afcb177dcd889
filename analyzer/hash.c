/*
 * hash.c - see hash.h.
 * Sums of 64 x 64 bit products of key and input, folded to 64 bits; four independent ones for long
 * inputs, so that the multiplier never waits.
 */
#include "analyzer/hash.h"

#include <stdio.h>
#include <string.h>

/* The C library has no source of random bytes and this file no POSIX: the device is read as a
 * file, without a buffer so that no more is taken than needed. */
bool
hash_key_init(struct hash_key *key)
{
	FILE *f = fopen("/dev/urandom", "rb");
	bool ok;

	if (f == NULL)
		return false;
	setvbuf(f, NULL, _IONBF, 0);
	ok = fread(key, sizeof *key, 1, f) == 1;
	fclose(f);
	return ok;
}

static uint64_t
load8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static uint64_t
load4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* At most 16 bytes as two numbers; loads overlap, the length tells inputs apart. */
static void
load_short(const uint8_t *p, size_t len, uint64_t *a, uint64_t *b)
{
	if (len >= 8) {
		*a = load8(p);
		*b = load8(p + len - 8);
	} else if (len >= 4) {
		*a = load4(p);
		*b = load4(p + len - 4);
	} else {
		*a = len > 0 ? (uint64_t)p[0] << 16 | (uint64_t)p[len / 2] << 8 | p[len - 1] : 0;
		*b = 0;
	}
}

enum { BLOCK = 64, PIECE = 16 };

/* Whole blocks; moves *p and *len behind them. */
static uint64_t
blocks(const struct hash_key *key, uint64_t seed, const uint8_t **p, size_t *len)
{
	uint64_t lane[4] = {seed, seed, seed, seed};

	for (; *len > BLOCK; *p += BLOCK, *len -= BLOCK)
		for (unsigned i = 0; i < 4; i++)
			lane[i] = hash_fold(load8(*p + PIECE * i) ^ key->k[i],
					    load8(*p + PIECE * i + 8) ^ lane[i]);
	return lane[0] ^ lane[1] ^ lane[2] ^ lane[3];
}

uint64_t
hash_bytes(const struct hash_key *key, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t seed = key->k[0] ^ len, a, b;
	size_t left = len;

	if (left > BLOCK)
		seed = blocks(key, seed, &p, &left);
	for (; left > PIECE; p += PIECE, left -= PIECE)
		seed = hash_fold(load8(p) ^ key->k[1], load8(p + 8) ^ seed);
	load_short(p, left, &a, &b);
	return hash_fold(key->k[2] ^ len, hash_fold(a ^ key->k[3], b ^ seed));
}
