/*
 * secrets.c - see secrets.h. One array of entries, and an open-addressing index over it.
 */
#include "analyzer/tls/secrets.h"

#include <stdlib.h>

#include "analyzer/crypto/crypto.h"
#include "analyzer/hash.h"

enum { ENTRIES_FIRST = 64 };

struct secrets {
	struct hash_key key;
	struct keylog_entry *entries;
	size_t count, cap;
	uint32_t *slots; /* index into entries + 1; 0 free */
	size_t n_slots;  /* a power of two, at least twice cap */
	uint64_t junk;
	bool rsa;
};

struct secrets *
secrets_create(void)
{
	struct secrets *s = calloc(1, sizeof(*s));

	if (s != NULL && !hash_key_init(&s->key)) {
		free(s);
		s = NULL;
	}
	return s;
}

void
secrets_destroy(struct secrets *s)
{
	if (s == NULL)
		return;
	crypto_free(s->entries, s->cap * sizeof(*s->entries));
	free(s->slots);
	free(s);
}

static uint32_t *
slot_of(const struct secrets *s, enum keylog_label label, struct bytes id)
{
	size_t mask = s->n_slots - 1;
	size_t at = (hash_bytes(&s->key, id.data, id.len) + label) & mask;

	for (; s->slots[at] != 0; at = (at + 1) & mask) {
		const struct keylog_entry *e = &s->entries[s->slots[at] - 1];
		if (e->label == label && bytes_equal(bytes_of(e->id, e->id_len), id))
			break;
	}
	return &s->slots[at];
}

static bool
index_all(struct secrets *s, size_t n_slots)
{
	uint32_t *slots = calloc(n_slots, sizeof(*slots));

	if (slots == NULL)
		return false;
	free(s->slots);
	s->slots = slots;
	s->n_slots = n_slots;
	for (size_t i = 0; i < s->count; i++) {
		const struct keylog_entry *e = &s->entries[i];
		*slot_of(s, e->label, bytes_of(e->id, e->id_len)) = (uint32_t)i + 1;
	}
	return true;
}

static bool
grow(struct secrets *s)
{
	size_t cap = s->cap == 0 ? ENTRIES_FIRST : s->cap * 2;

	if (cap > UINT32_MAX / 4)
		return false;
	struct keylog_entry *p =
	    crypto_grow(s->entries, s->cap * sizeof(*p), s->count * sizeof(*p), cap * sizeof(*p));
	if (p == NULL)
		return false;
	s->entries = p;
	s->cap = cap;
	return index_all(s, cap * 2);
}

static bool
add(struct secrets *s, const struct keylog_entry *e)
{
	if (s->count == s->cap && !grow(s))
		return false;
	uint32_t *slot = slot_of(s, e->label, bytes_of(e->id, e->id_len));
	if (*slot == 0)
		*slot = (uint32_t)++s->count;
	s->entries[*slot - 1] = *e;
	s->rsa |= e->label == KEYLOG_RSA_PREMASTER || e->label == KEYLOG_RSA_MASTER;
	return true;
}

bool
secrets_add(struct secrets *s, struct bytes text)
{
	struct keylog_entry e;
	enum keylog_line line;
	bool ok = true;

	while (ok && (line = keylog_next(&text, &e)) != KEYLOG_END) {
		if (line == KEYLOG_ENTRY)
			ok = add(s, &e);
		else if (line == KEYLOG_JUNK)
			s->junk++;
	}
	crypto_wipe(&e, sizeof(e));
	return ok;
}

struct secrets_count
secrets_count(const struct secrets *s)
{
	return (struct secrets_count){.secrets = s->count, .junk = s->junk};
}

struct bytes
secrets_find(const struct secrets *s, enum keylog_label label, struct bytes id)
{
	if (s == NULL || s->count == 0 || id.len == 0)
		return (struct bytes){0};
	uint32_t at = *slot_of(s, label, id);
	if (at == 0)
		return (struct bytes){0};
	return bytes_of(s->entries[at - 1].value, s->entries[at - 1].value_len);
}

bool
secrets_know(const struct secrets *s, const uint8_t random[KEYLOG_ID_MAX])
{
	for (unsigned label = 0; label < KEYLOG_LABELS; label++)
		if (secrets_find(s, (enum keylog_label)label, bytes_of(random, KEYLOG_ID_MAX)).len >
		    0)
			return true;
	return false;
}

bool
secrets_have_rsa(const struct secrets *s)
{
	return s != NULL && s->rsa;
}

bool
secrets_digest(const struct secrets *s, struct hasher *h, const uint8_t random[KEYLOG_ID_MAX],
	       uint8_t out[HASH_SHA256_LEN])
{
	uint8_t all[KEYLOG_LABELS * (KEYLOG_VALUE_MAX + 1)];
	size_t n = 0;

	for (unsigned label = 0; label < KEYLOG_LABELS; label++) {
		struct bytes b =
		    secrets_find(s, (enum keylog_label)label, bytes_of(random, KEYLOG_ID_MAX));
		if (b.len == 0)
			continue;
		all[n++] = (uint8_t)label;
		memcpy(all + n, b.data, b.len);
		n += b.len;
	}
	bool ok = n > 0 && hasher_sha256(h, bytes_of(all, n), out);
	crypto_wipe(all, sizeof(all));
	return ok;
}
