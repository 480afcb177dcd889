/*
 * dictionary_key.c - what a dictionary is asked for: content in parts, hashed as they come.
 * See dictionary.h. The hash only spreads keys over slots and rows over an index; contents are
 * compared afterwards.
 */
#include "db/dictionary.h"

#include <assert.h>
#include <string.h>

/* Odd, without a pattern. */
static const uint64_t salt[] = {UINT64_C(0xff51afd7ed558ccd), UINT64_C(0xc4ceb9fe1a85ec53),
				UINT64_C(0x9e3779b97f4a7c15)};

void
dictionary_key_begin(struct dictionary_key *k, enum dictionary_table table, uint64_t number)
{
	k->head = table;
	k->number = number;
	k->hash = (number ^ table) * salt[0];
	k->len = 0;
	k->count = 0;
	k->texts = 0;
}

/* Both halves of the product. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
word_at(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

static uint64_t
pair_at(const uint8_t *p, uint64_t h)
{
	return fold(word_at(p, 8) ^ salt[0], word_at(p + 8, 8) ^ h);
}

/* At most 16 bytes; they are read from both ends, and the length tells them apart. */
static uint64_t
rest_at(const uint8_t *p, size_t len, uint64_t h)
{
	uint64_t a, b;

	if (len >= 8) {
		a = word_at(p, 8);
		b = word_at(p + len - 8, 8);
	} else if (len >= 4) {
		a = word_at(p, 4);
		b = word_at(p + len - 4, 4);
	} else {
		a = word_at(p, len);
		b = 0;
	}
	return fold(a ^ salt[1], b ^ h ^ len * salt[2]);
}

void
dictionary_key_bytes(struct dictionary_key *k, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = k->hash, other = salt[2]; /* two at a time: neither waits for the other */
	size_t left = len;

	assert(k->count < DICTIONARY_PARTS_MAX);
	for (; left > 32; p += 32, left -= 32) {
		h = pair_at(p, h);
		other = pair_at(p + 16, other);
	}
	if (left > 16) {
		h = pair_at(p, h);
		p += 16;
		left -= 16;
	}
	k->hash = rest_at(p, left, h ^ other);
	k->parts[k->count].data = data;
	k->parts[k->count].len = len;
	k->count++;
	k->len += len;
}

void
dictionary_key_text(struct dictionary_key *k, const char *s)
{
	if (s != NULL)
		dictionary_key_bytes(k, s, strlen(s) + 1); /* the NUL keeps parts apart */
	else
		k->head |= UINT64_C(0x100) << k->texts;
	k->texts++;
}

uint64_t
dictionary_key_hash(const struct dictionary_key *k)
{
	uint64_t h = fold(k->hash ^ k->head, salt[1]);

	return h | 1;
}
