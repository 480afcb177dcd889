/*
 * dictionary_key.c - what a dictionary is asked for: content in parts, hashed as they come.
 * See dictionary.h. The hash only spreads keys over slots and rows over an index; contents are
 * compared afterwards.
 */
#include "db/dictionary.h"

#include <assert.h>
#include <string.h>

void
dictionary_key_begin(struct dictionary_key *k, enum dictionary_table table, uint64_t number)
{
	k->head = table;
	k->number = number;
	k->a = (number ^ table) * UINT64_C(0xff51afd7ed558ccd);
	k->b = UINT64_C(0x9e3779b97f4a7c15);
	k->len = 0;
	k->count = 0;
	k->texts = 0;
}

static uint64_t
word_at(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

static void
mix(struct dictionary_key *k, uint64_t a, uint64_t b)
{
	k->a = (k->a ^ a) * UINT64_C(0xff51afd7ed558ccd);
	k->b = (k->b ^ b) * UINT64_C(0xc4ceb9fe1a85ec53);
	k->a ^= k->a >> 32;
	k->b ^= k->b >> 32;
}

void
dictionary_key_bytes(struct dictionary_key *k, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i = 0;

	assert(k->count < DICTIONARY_PARTS_MAX);
	for (; i + 16 <= len; i += 16)
		mix(k, word_at(p + i, 8), word_at(p + i + 8, 8));
	if (len >= 16) /* the rest, with some bytes again */
		mix(k, word_at(p + len - 16, 8), word_at(p + len - 8, 8));
	else if (len >= 8)
		mix(k, word_at(p, 8), word_at(p + len - 8, 8));
	else if (len >= 4)
		mix(k, word_at(p, 4), word_at(p + len - 4, 4));
	else
		mix(k, word_at(p, len), len);
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
	uint64_t h = (k->a ^ k->b << 1 ^ k->head) * UINT64_C(0xff51afd7ed558ccd);

	return (h ^ h >> 32) | 1;
}
