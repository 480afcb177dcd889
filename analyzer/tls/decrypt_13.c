/*
 * decrypt_13.c - see decrypt_13.h.
 * Each direction has a row of epochs (early data, handshake, application); a record is tried with
 * the current one, then with those that may follow. AEAD makes a wrong guess impossible to miss.
 */
#include "analyzer/tls/decrypt_13.h"

#include <stdlib.h>

#include "analyzer/crypto/aead.h"
#include "analyzer/crypto/kdf.h"

enum {
	TRIES_AFTER_LOSS = 32,     /* sequence numbers tried when records went by unseen */
	FAILURES_MAX = 16,         /* records in a row; then the keys are taken for wrong */
	FAILURES_EARLY_MAX = 1024, /* ... where refused early data may still come */
};

enum epoch_name { EARLY, HANDSHAKE, APPLICATION, EPOCHS };

struct epoch {
	struct aead *aead; /* NULL: its secret is not known */
	uint8_t iv[AEAD_NONCE_LEN];
	uint8_t secret[KEYLOG_VALUE_MAX];
	uint64_t seq; /* of the next record */
};

struct direction {
	struct epoch epoch[EPOCHS];
	enum epoch_name now;
	size_t missed; /* records that went by since the last that was opened; bounds the tries */
	unsigned failures;
	bool early; /* early data was offered and may come */
};

struct decrypt_13 {
	struct crypto *crypto;
	const struct tls_cipher *cipher;
	size_t hash_len;
	struct direction side[2];
};

static const enum keylog_label labels[2][EPOCHS] = {
    [TLS_CLIENT] = {KEYLOG_CLIENT_EARLY, KEYLOG_CLIENT_HANDSHAKE, KEYLOG_CLIENT_TRAFFIC},
    [TLS_SERVER] = {KEYLOG_LABELS, KEYLOG_SERVER_HANDSHAKE, KEYLOG_SERVER_TRAFFIC},
};

/* Keys of a traffic secret, RFC 8446 section 7.3. */
static bool
make_epoch(struct decrypt_13 *d, struct epoch *e, struct bytes secret)
{
	uint8_t key[AEAD_KEY_MAX];
	size_t key_len = tls_encryption_info(d->cipher->encryption)->key;
	struct bytes none = {0};

	*e = (struct epoch){0};
	if (secret.len != d->hash_len || key_len > sizeof(key))
		return false;
	memcpy(e->secret, secret.data, secret.len);
	if (kdf_expand_label(d->crypto, d->cipher->prf, secret, "key", none, key, key_len) &&
	    kdf_expand_label(d->crypto, d->cipher->prf, secret, "iv", none, e->iv, sizeof(e->iv)))
		e->aead = aead_create(d->crypto, d->cipher->encryption, bytes_of(key, key_len));
	crypto_wipe(key, sizeof(key));
	return e->aead != NULL;
}

static bool
make_direction(struct decrypt_13 *d, const struct tls_session *s, enum tls_side side)
{
	struct direction *to = &d->side[side];
	bool any = false;

	for (unsigned i = 0; i < EPOCHS; i++)
		if (labels[side][i] != KEYLOG_LABELS)
			any |= make_epoch(
			    d, &to->epoch[i],
			    tls_run_secret(s->run, labels[side][i],
					   bytes_of(s->client_hello->random, HELLO_RANDOM_LEN)));
	to->early = side == TLS_CLIENT && s->client_hello->early_data;
	to->now = to->early ? EARLY : HANDSHAKE;
	return any;
}

struct decrypt_13 *
decrypt_13_create(const struct tls_session *s)
{
	const struct tls_cipher *cipher = tls_cipher_find(s->server_hello->cipher_suite);
	struct decrypt_13 *d;

	if (cipher == NULL || cipher->kx != TLS_KX_13 || (d = calloc(1, sizeof(*d))) == NULL)
		return NULL;
	d->crypto = s->run->crypto;
	d->cipher = cipher;
	d->hash_len = tls_hash_length(cipher->prf);
	bool client = make_direction(d, s, TLS_CLIENT), server = make_direction(d, s, TLS_SERVER);
	if (client || server)
		return d;
	decrypt_13_destroy(d);
	return NULL;
}

void
decrypt_13_destroy(struct decrypt_13 *d)
{
	if (d == NULL)
		return;
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < EPOCHS; i++)
			aead_destroy(d->side[side].epoch[i].aead);
	crypto_wipe(d, sizeof(*d));
	free(d);
}

/* --- one record ---------------------------------------------------------------------------------
 */

static bool
open_at(const struct epoch *e, uint64_t seq, const struct tls_record_header *h, struct bytes body,
	uint8_t *out, size_t *len)
{
	const uint8_t header[TLS_RECORD_HEADER_LEN] = {
	    h->type, (uint8_t)(h->legacy_version >> 8), (uint8_t)h->legacy_version,
	    (uint8_t)(h->length >> 8), (uint8_t)h->length};
	uint8_t nonce[AEAD_NONCE_LEN];

	memcpy(nonce, e->iv, sizeof(nonce));
	for (unsigned i = 0; i < 8; i++)
		nonce[AEAD_NONCE_LEN - 1 - i] ^= (uint8_t)(seq >> (8 * i));
	return aead_open(e->aead, nonce, bytes_of(header, sizeof(header)), body, out, len);
}

static bool
open_with(struct direction *from, struct epoch *e, const struct tls_record_header *h,
	  struct bytes body, uint8_t *out, size_t *len)
{
	size_t tries = from->missed < TRIES_AFTER_LOSS ? from->missed : TRIES_AFTER_LOSS;

	if (e->aead == NULL)
		return false;
	for (size_t i = 0; i <= tries; i++)
		if (open_at(e, e->seq + i, h, body, out, len)) {
			e->seq += i + 1;
			return true;
		}
	return false;
}

/* The next generation of application keys, RFC 8446 section 7.2. */
static bool
next_generation(struct decrypt_13 *d, const struct epoch *from, struct epoch *to)
{
	uint8_t secret[KEYLOG_VALUE_MAX];
	bool ok;

	*to = (struct epoch){0};
	ok = from->aead != NULL &&
	     kdf_expand_label(d->crypto, d->cipher->prf, bytes_of(from->secret, d->hash_len),
			      "traffic upd", (struct bytes){0}, secret, d->hash_len) &&
	     make_epoch(d, to, bytes_of(secret, d->hash_len));
	crypto_wipe(secret, sizeof(secret));
	return ok;
}

static void
take_generation(struct epoch *old, struct epoch *new)
{
	aead_destroy(old->aead);
	*old = *new;
	crypto_wipe(new, sizeof(*new));
}

/* A KeyUpdate that was not seen: its keys fit all the same. */
static bool
open_next_generation(struct decrypt_13 *d, struct direction *from,
		     const struct tls_record_header *h, struct bytes body, uint8_t *out,
		     size_t *len)
{
	struct epoch next;

	if (from->now != APPLICATION || !next_generation(d, &from->epoch[APPLICATION], &next))
		return false;
	if (open_with(from, &next, h, body, out, len)) {
		take_generation(&from->epoch[APPLICATION], &next);
		return true;
	}
	aead_destroy(next.aead);
	crypto_wipe(&next, sizeof(next));
	return false;
}

static bool
open_any(struct decrypt_13 *d, struct direction *from, const struct tls_record_header *h,
	 struct bytes body, uint8_t *out, size_t *len)
{
	for (unsigned i = from->now; i < EPOCHS; i++)
		if (open_with(from, &from->epoch[i], h, body, out, len)) {
			from->now = (enum epoch_name)i;
			return true;
		}
	return open_next_generation(d, from, h, body, out, len);
}

/* TLSInnerPlaintext: the last byte that is not zero is the type (RFC 8446 section 5.4). */
static bool
strip_padding(struct bytes inner, struct opened *out)
{
	while (inner.len > 0 && inner.data[inner.len - 1] == 0)
		inner.len--;
	if (inner.len == 0)
		return false;
	out->type = inner.data[inner.len - 1];
	out->data = bytes_of(inner.data, inner.len - 1);
	return true;
}

bool
decrypt_13_open(struct decrypt_13 *d, enum tls_side side, const struct tls_record_header *h,
		struct bytes body, uint8_t *out, struct opened *opened)
{
	struct direction *from = &d->side[side];
	size_t len;

	if (h->type != TLS_CONTENT_application_data || !decrypt_13_hopeful(d, side))
		return false;
	if (!open_any(d, from, h, body, out, &len)) {
		from->failures++;
		return false;
	}
	from->failures = 0;
	from->missed = 0;
	return strip_padding(bytes_of(out, len), opened);
}

void
decrypt_13_missed(struct decrypt_13 *d, enum tls_side side, size_t count)
{
	struct direction *from = &d->side[side];

	/* Under application keys a record more is a number more; before, it may be under others. */
	if (from->now == APPLICATION && count != SIZE_MAX)
		from->epoch[APPLICATION].seq += count;
	else
		from->missed = count == SIZE_MAX ? SIZE_MAX : from->missed + count;
}

void
decrypt_13_update(struct decrypt_13 *d, enum tls_side side)
{
	struct epoch *e = &d->side[side].epoch[APPLICATION], next;

	if (d->side[side].now == APPLICATION && next_generation(d, e, &next))
		take_generation(e, &next);
}

bool
decrypt_13_application(const struct decrypt_13 *d, enum tls_side side)
{
	return d->side[side].now == APPLICATION;
}

bool
decrypt_13_hopeful(const struct decrypt_13 *d, enum tls_side side)
{
	const struct direction *from = &d->side[side];
	bool waiting = from->early && from->now == EARLY;

	if (from->failures >= (waiting ? FAILURES_EARLY_MAX : FAILURES_MAX))
		return false;
	for (unsigned i = from->now; i < EPOCHS; i++)
		if (from->epoch[i].aead != NULL)
			return true;
	return false;
}
