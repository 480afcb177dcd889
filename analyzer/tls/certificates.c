/*
 * certificates.c - see certificates.h.
 * A chained hash table over the bytes of the certificates, and a list of those that nobody holds,
 * the one released longest ago first to go. A certificate, its DER and its texts are one block.
 */
#include "analyzer/tls/certificates.h"

#include <assert.h>
#include <stdlib.h>

#include "analyzer/crypto/hash.h"
#include "analyzer/hash.h"
#include "analyzer/tls/certificate_text.h"

enum { BUCKETS_FIRST = 1024, SCRATCH_KEPT = 256 * 1024 };

struct entry {
	struct outcome_certificate cert; /* first: what the callers hold is the entry */
	struct entry *chain;             /* in its bucket */
	struct entry *older, *newer;     /* among the released */
	uint64_t hash;
	size_t size; /* of the whole block */
	size_t holders;
	bool raw_public_key;
	char data[]; /* DER, then texts */
};

struct certificates {
	struct entry **buckets;
	size_t n_buckets; /* a power of two */
	struct entry *oldest, *newest;
	struct hash_key key;
	struct hasher *hasher;
	char *scratch; /* where texts are rendered before their length is known */
	size_t scratch_size;
	size_t cached_max, held_max;
	struct certificates_stats stats;
};

struct certificates *
certificates_create(void)
{
	return certificates_create_sized(CERTIFICATES_CACHED_MAX, CERTIFICATES_HELD_MAX);
}

struct certificates *
certificates_create_sized(size_t cached_max, size_t held_max)
{
	struct certificates *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->cached_max = cached_max;
	c->held_max = held_max;
	c->n_buckets = BUCKETS_FIRST;
	c->buckets = calloc(c->n_buckets, sizeof *c->buckets);
	c->hasher = hasher_create();
	if (c->buckets == NULL || c->hasher == NULL || !hash_key_init(&c->key)) {
		certificates_destroy(c);
		return NULL;
	}
	return c;
}

void
certificates_destroy(struct certificates *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; c->buckets != NULL && i < c->n_buckets; i++) {
		struct entry *next;
		for (struct entry *e = c->buckets[i]; e != NULL; e = next) {
			next = e->chain;
			free(e);
		}
	}
	free(c->buckets);
	free(c->scratch);
	hasher_destroy(c->hasher);
	free(c);
}

static struct entry **
bucket(struct certificates *c, uint64_t hash)
{
	return &c->buckets[hash & (c->n_buckets - 1)];
}

/* Short of memory the table stays as it is: slower, not wrong. */
static void
grow(struct certificates *c)
{
	struct entry **old = c->buckets, *next;
	size_t n_old = c->n_buckets;
	struct entry **buckets = calloc(n_old * 2, sizeof *buckets);

	if (buckets == NULL)
		return;
	c->buckets = buckets;
	c->n_buckets = n_old * 2;
	for (size_t i = 0; i < n_old; i++)
		for (struct entry *e = old[i]; e != NULL; e = next) {
			struct entry **home = bucket(c, e->hash);
			next = e->chain;
			e->chain = *home;
			*home = e;
		}
	free(old);
}

/* The hash finds the bucket; equality is that of the bytes. */
static struct entry *
find(struct certificates *c, uint64_t hash, struct bytes der, bool raw)
{
	for (struct entry *e = *bucket(c, hash); e != NULL; e = e->chain)
		if (e->hash == hash && e->raw_public_key == raw &&
		    bytes_equal(bytes_of(e->cert.der, e->cert.der_len), der))
			return e;
	return NULL;
}

static void
released_remove(struct certificates *c, struct entry *e)
{
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	e->older = e->newer = NULL;
}

static void
released_append(struct certificates *c, struct entry *e)
{
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

static void
evict(struct certificates *c, struct entry *e)
{
	struct entry **link = bucket(c, e->hash);

	while (*link != e)
		link = &(*link)->chain;
	*link = e->chain;
	released_remove(c, e);
	c->stats.bytes -= e->size;
	c->stats.count--;
	c->stats.evicted++;
	free(e);
}

static void
hold(struct certificates *c, struct entry *e)
{
	if (e->holders++ > 0)
		return;
	released_remove(c, e);
	c->stats.bytes_held += e->size;
}

static void
insert(struct certificates *c, struct entry *e)
{
	struct entry **home;

	if (c->stats.count >= c->n_buckets)
		grow(c);
	home = bucket(c, e->hash);
	e->chain = *home;
	*home = e;
	e->holders = 1;
	c->stats.count++;
	c->stats.bytes += e->size;
	c->stats.bytes_held += e->size;
	if (c->stats.bytes > c->stats.bytes_peak)
		c->stats.bytes_peak = c->stats.bytes;
}

static bool
scratch_reserve(struct certificates *c, size_t size)
{
	char *bigger = realloc(c->scratch, size);

	if (bigger == NULL)
		return false;
	c->scratch = bigger;
	c->scratch_size = size;
	return true;
}

/* One huge certificate must not keep its scratch space for the rest of the run. */
static void
scratch_trim(struct certificates *c)
{
	if (c->scratch_size > SCRATCH_KEPT)
		scratch_reserve(c, SCRATCH_KEPT);
}

/* Render, with more room if there was too little. */
static bool
render(struct certificates *c, const struct x509_certificate *x, struct certificate_text *t)
{
	certificate_text_render(x, c->scratch, c->scratch_size, t);
	if (t->len <= c->scratch_size)
		return true;
	if (!scratch_reserve(c, t->len))
		return false;
	certificate_text_render(x, c->scratch, c->scratch_size, t);
	return true;
}

/* A new entry, not yet in the table. NULL when memory is short or held_max would be passed. */
static struct entry *
create(struct certificates *c, struct bytes der, bool raw)
{
	struct x509_certificate x;
	struct certificate_text t;
	struct entry *e;
	size_t size;

	if (raw)
		x509_raw_key_parse(der, &x);
	else
		x509_certificate_parse(der, &x);
	if (!render(c, &x, &t)) {
		c->stats.faults++;
		return NULL;
	}
	size = sizeof *e + der.len + t.len;
	if (size > c->held_max || c->stats.bytes_held > c->held_max - size) {
		c->stats.refused++;
		return NULL;
	}
	e = calloc(1, size);
	if (e == NULL || !hasher_sha256(c->hasher, der, e->cert.sha256)) {
		c->stats.faults++;
		free(e);
		return NULL;
	}
	e->size = size;
	e->raw_public_key = raw;
	if (der.len > 0)
		memcpy(e->data, der.data, der.len);
	e->cert.der = (const uint8_t *)e->data;
	e->cert.der_len = der.len;
	memcpy(e->data + der.len, c->scratch, t.len);
	certificate_text_fill(&e->cert, &x, &t, e->data + der.len);
	e->cert.format = raw ? "raw_public_key" : "x509";
	return e;
}

struct outcome_certificate *
certificates_intern(struct certificates *c, struct bytes der, bool raw_public_key)
{
	uint64_t hash = hash_bytes(&c->key, der.data, der.len);
	struct entry *e = find(c, hash, der, raw_public_key);

	c->stats.interned++;
	if (e != NULL) {
		c->stats.hits++;
		hold(c, e);
		return &e->cert;
	}
	e = create(c, der, raw_public_key);
	scratch_trim(c);
	if (e == NULL)
		return NULL;
	e->hash = hash;
	insert(c, e);
	return &e->cert;
}

void
certificates_release(struct certificates *c, struct outcome_certificate *cert)
{
	struct entry *e = (struct entry *)cert;

	if (cert == NULL)
		return;
	assert(e->holders > 0);
	if (--e->holders > 0)
		return;
	c->stats.bytes_held -= e->size;
	released_append(c, e);
	while (c->oldest != NULL && c->stats.bytes - c->stats.bytes_held > c->cached_max)
		evict(c, c->oldest);
}

struct certificates_stats
certificates_stats(const struct certificates *c)
{
	return c->stats;
}
