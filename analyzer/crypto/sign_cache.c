/*
 * sign_cache.c - see sign_cache.h.
 * Two direct-mapped tables: a newcomer takes its slot. An answer is kept with its whole question,
 * so no two questions are taken for one; to compare them is faster than to digest one.
 */
#include "analyzer/crypto/sign_cache.h"

#include <stdlib.h>

enum {
	KEYS = 256,
	ANSWERS = 4096,                /* powers of two */
	KEPT_MAX = 4 * 1024 * 1024,    /* bytes of questions; then all are forgotten */
	QUESTION_MAX = KEPT_MAX / 128, /* a longer one is not kept */
};

struct key_slot {
	uint8_t sha256[HASH_SHA256_LEN];
	bool used, raw_key;
	struct sign_key *key; /* NULL: one that cannot be read */
};

/* All that an answer depends on, in pieces; lengths and scheme are in `head`. */
enum { HEAD_LEN = 6, PIECES = 4 };
struct question {
	uint8_t head[HEAD_LEN];
	struct bytes pieces[PIECES];
	size_t len;
};

struct answer {
	uint8_t *question; /* its pieces, one after another; NULL: the slot is free */
	size_t len;
	enum sign_result result;
};

struct sign_cache {
	struct key_slot keys[KEYS];
	struct answer answers[ANSWERS];
	size_t kept;
};

struct sign_cache *
sign_cache_create(void)
{
	return calloc(1, sizeof(struct sign_cache));
}

static void
forget(struct sign_cache *c, struct answer *a)
{
	c->kept -= a->len;
	free(a->question);
	*a = (struct answer){0};
}

static void
forget_all(struct sign_cache *c)
{
	for (size_t i = 0; i < ANSWERS; i++)
		forget(c, &c->answers[i]);
}

void
sign_cache_destroy(struct sign_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < KEYS; i++)
		sign_key_destroy(c->keys[i].key);
	forget_all(c);
	free(c);
}

static size_t
slot_of(const uint8_t *random, size_t slots)
{
	return (size_t)(random[0] << 8 | random[1]) & (slots - 1);
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

static void
ask(struct question *q, const struct sign_by *by, uint16_t scheme, struct bytes message,
    struct bytes signature)
{
	*q = (struct question){.head = {(uint8_t)(scheme >> 8), (uint8_t)scheme, by->raw_key,
					(uint8_t)(signature.len >> 16),
					(uint8_t)(signature.len >> 8), (uint8_t)signature.len},
			       .pieces = {bytes_of(by->sha256, HASH_SHA256_LEN),
					  bytes_of(q->head, HEAD_LEN), signature, message}};
	for (size_t i = 0; i < PIECES; i++)
		q->len += q->pieces[i].len;
}

static bool
is_answer_to(const struct answer *a, const struct question *q)
{
	const uint8_t *at = a->question;

	if (at == NULL || a->len != q->len)
		return false;
	for (size_t i = 0; i < PIECES; at += q->pieces[i].len, i++)
		if (!bytes_equal(bytes_of(at, q->pieces[i].len), q->pieces[i]))
			return false;
	return true;
}

/* Without memory for it the answer is given all the same. */
static void
keep(struct sign_cache *c, struct answer *a, const struct question *q, enum sign_result result)
{
	uint8_t *at;

	if (q->len > QUESTION_MAX)
		return;
	forget(c, a);
	if (c->kept + q->len > KEPT_MAX)
		forget_all(c);
	if ((at = malloc(q->len)) == NULL)
		return;
	*a = (struct answer){at, q->len, result};
	c->kept += q->len;
	for (size_t i = 0; i < PIECES; at += q->pieces[i].len, i++)
		if (q->pieces[i].len > 0)
			memcpy(at, q->pieces[i].data, q->pieces[i].len);
}

enum sign_result
sign_cache_verify(struct sign_cache *c, const struct sign_by *by, uint16_t scheme,
		  struct bytes message, struct bytes signature)
{
	struct question q;

	if (signature.len < 4)
		return sign_verify(find_key(c, by), scheme, message, signature);
	ask(&q, by, scheme, message, signature);
	/* These bytes are as good as random, whatever the algorithm. */
	struct answer *a = &c->answers[slot_of(&signature.data[signature.len - 4], ANSWERS)];
	if (is_answer_to(a, &q))
		return a->result;
	enum sign_result result = sign_verify(find_key(c, by), scheme, message, signature);
	keep(c, a, &q, result);
	return result;
}
