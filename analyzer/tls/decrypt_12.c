/*
 * decrypt_12.c - see decrypt_12.h. One function per kind of cipher; all check what they open.
 */
#include "analyzer/tls/decrypt_12.h"

#include <stdlib.h>

#include "analyzer/crypto/aead.h"
#include "analyzer/crypto/bulk.h"
#include "analyzer/crypto/kdf.h"

enum {
	KEY_BLOCK_MAX = 2 * (48 + 32 + 16),
	MAC_HEADER_LEN = 13, /* sequence number, type, version, length */
	TRIES_AFTER_LOSS = 32,
	FAILURES_MAX = 8,
};

struct direction {
	const struct tls_cipher *cipher; /* NULL: nothing can be opened */
	const struct tls_encryption_info *info;
	enum tls_version version;
	bool encrypt_then_mac;
	struct aead *aead;
	struct bulk *bulk;
	uint8_t mac_key[48];
	uint8_t iv[BULK_BLOCK_MAX]; /* fixed part of the nonce; TLS 1.0: the last block */
	bool iv_lost;
	uint64_t seq;
	size_t missed; /* unknown number of records that went by */
	unsigned failures;
};

struct decrypt_12 {
	struct crypto *crypto;
	uint8_t *scratch; /* header of a MAC and the record behind it */
	struct direction side[2];
};

struct decrypt_12 *
decrypt_12_create(struct crypto *c)
{
	struct decrypt_12 *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->crypto = c;
	d->scratch = malloc(MAC_HEADER_LEN + TLS_CIPHERTEXT_MAX);
	if (d->scratch == NULL) {
		free(d);
		d = NULL;
	}
	return d;
}

void
decrypt_12_give_up(struct decrypt_12 *d, enum tls_side side)
{
	aead_destroy(d->side[side].aead);
	bulk_destroy(d->side[side].bulk);
	crypto_wipe(&d->side[side], sizeof(d->side[side]));
}

void
decrypt_12_destroy(struct decrypt_12 *d)
{
	if (d == NULL)
		return;
	decrypt_12_give_up(d, TLS_CLIENT);
	decrypt_12_give_up(d, TLS_SERVER);
	crypto_wipe(d->scratch, MAC_HEADER_LEN + TLS_CIPHERTEXT_MAX);
	free(d->scratch);
	free(d);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* TLS 1.0 and 1.1 know one PRF, whatever the suite says. */
static enum tls_hash
prf_hash(const struct decrypt_12_keys *k)
{
	return k->version == TLS_1_2 ? k->cipher->prf : TLS_HASH_NONE;
}

/* The IV of a block cipher is in the key block of TLS 1.0 only. */
static size_t
iv_len(const struct decrypt_12_keys *k, const struct tls_encryption_info *info)
{
	if (info->kind == TLS_KIND_BLOCK)
		return k->version == TLS_1_0 ? info->fixed_iv : 0;
	return info->fixed_iv;
}

static bool
make_block(struct crypto *c, const struct decrypt_12_keys *k, uint8_t *block, size_t len)
{
	uint8_t seed[2 * HELLO_RANDOM_LEN];

	memcpy(seed, k->server_random, HELLO_RANDOM_LEN);
	memcpy(seed + HELLO_RANDOM_LEN, k->client_random, HELLO_RANDOM_LEN);
	return kdf_prf(c, prf_hash(k), bytes_of(k->master, sizeof(k->master)), "key expansion",
		       bytes_of(seed, sizeof(seed)), block, len);
}

static bool
make_cipher(struct crypto *c, struct direction *to, struct bytes key)
{
	switch (to->info->kind) {
	case TLS_KIND_AEAD:
		to->aead = aead_create(c, to->cipher->encryption, key);
		return to->aead != NULL;
	case TLS_KIND_STREAM:
	case TLS_KIND_BLOCK:
		to->bulk = bulk_create(c, to->cipher->encryption, key);
		return to->bulk != NULL;
	case TLS_KIND_NULL:
		return true;
	default:
		return false;
	}
}

/* client_write_MAC_key, server_write_MAC_key, then the keys, then the IVs (RFC 5246 6.3). */
static bool
cut_block(struct crypto *c, struct direction *to, enum tls_side side, const uint8_t *block,
	  size_t mac, size_t iv)
{
	size_t key = to->info->key, second = side == TLS_SERVER ? 1 : 0;

	memcpy(to->mac_key, block + second * mac, mac);
	memcpy(to->iv, block + 2 * mac + 2 * key + second * iv, iv);
	return make_cipher(c, to, bytes_of(block + 2 * mac + second * key, key));
}

bool
decrypt_12_change(struct decrypt_12 *d, enum tls_side side, const struct decrypt_12_keys *k)
{
	struct direction *to = &d->side[side];
	uint8_t block[KEY_BLOCK_MAX];
	bool ok;

	decrypt_12_give_up(d, side);
	*to = (struct direction){.info = tls_encryption_info(k->cipher->encryption),
				 .version = k->version,
				 .encrypt_then_mac = k->encrypt_then_mac};
	size_t mac = tls_hash_length(k->cipher->mac), iv = iv_len(k, to->info);
	size_t len = 2 * (mac + to->info->key + iv);
	to->cipher = k->cipher;
	ok = mac <= sizeof(to->mac_key) && iv <= sizeof(to->iv) && len <= sizeof(block) &&
	     (len == 0 || make_block(d->crypto, k, block, len)) &&
	     cut_block(d->crypto, to, side, block, mac, iv);
	crypto_wipe(block, sizeof(block));
	if (!ok)
		decrypt_12_give_up(d, side);
	return ok;
}

/* --- one record ---------------------------------------------------------------------------------
 */

static void
write_header(uint8_t out[MAC_HEADER_LEN], uint64_t seq, const struct tls_record_header *h,
	     size_t len)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(seq >> (8 * (7 - i)));
	out[8] = h->type;
	out[9] = (uint8_t)(h->legacy_version >> 8);
	out[10] = (uint8_t)h->legacy_version;
	out[11] = (uint8_t)(len >> 8);
	out[12] = (uint8_t)len;
}

static size_t
tries(const struct direction *from)
{
	return from->missed < TRIES_AFTER_LOSS ? from->missed : TRIES_AFTER_LOSS;
}

static void
make_nonce(const struct direction *from, const uint8_t *explicit, uint64_t seq,
	   uint8_t nonce[AEAD_NONCE_LEN])
{
	memcpy(nonce, from->iv, AEAD_NONCE_LEN);
	if (from->info->record_iv > 0) {
		memcpy(nonce + from->info->fixed_iv, explicit, from->info->record_iv);
		return;
	}
	for (unsigned i = 0; i < 8; i++)
		nonce[AEAD_NONCE_LEN - 1 - i] ^= (uint8_t)(seq >> (8 * i));
}

static bool
open_aead(struct direction *from, const struct tls_record_header *h, struct bytes body,
	  uint8_t *out, size_t *len)
{
	const size_t explicit = from->info->record_iv;

	if (body.len < explicit + from->info->tag)
		return false;
	struct bytes sealed = body, iv = bytes_take(&sealed, explicit);
	for (size_t i = 0; i <= tries(from); i++) {
		uint8_t nonce[AEAD_NONCE_LEN], header[MAC_HEADER_LEN];
		make_nonce(from, iv.data, from->seq + i, nonce);
		write_header(header, from->seq + i, h, sealed.len - from->info->tag);
		if (aead_open(from->aead, nonce, bytes_of(header, sizeof(header)), sealed, out,
			      len)) {
			from->seq += i;
			return true;
		}
	}
	return false;
}

/* The MAC over sequence number, header and `data`, with as many sequence numbers as are possible.
 */
static bool
check_mac(struct decrypt_12 *d, struct direction *from, const struct tls_record_header *h,
	  struct bytes data, const uint8_t *mac)
{
	size_t mac_len = tls_hash_length(from->cipher->mac), n;
	uint8_t made[KDF_HASH_MAX];

	if (data.len > TLS_CIPHERTEXT_MAX)
		return false;
	if (data.len > 0)
		memcpy(d->scratch + MAC_HEADER_LEN, data.data, data.len);
	for (size_t i = 0; i <= tries(from); i++) {
		write_header(d->scratch, from->seq + i, h, data.len);
		if (kdf_hmac(d->crypto, from->cipher->mac, bytes_of(from->mac_key, mac_len),
			     bytes_of(d->scratch, MAC_HEADER_LEN + data.len), made, &n) &&
		    n == mac_len && memcmp(made, mac, n) == 0) {
			from->seq += i;
			return true;
		}
	}
	return false;
}

/* GenericBlockCipher's padding: its length, in every byte of it. SIZE_MAX when it is none. */
static size_t
padding_of(struct bytes plain)
{
	if (plain.len == 0)
		return SIZE_MAX;
	size_t pad = (size_t)plain.data[plain.len - 1] + 1;
	if (pad > plain.len)
		return SIZE_MAX;
	for (size_t i = plain.len - pad; i < plain.len; i++)
		if (plain.data[i] != pad - 1)
			return SIZE_MAX;
	return pad;
}

/* TLS 1.0 takes the last block of a record for the next one's IV. */
static bool
take_iv(struct direction *from, struct bytes *sealed, uint8_t iv[BULK_BLOCK_MAX])
{
	size_t block = from->info->block;
	bool lost = from->iv_lost;

	if (sealed->len < block * (from->version == TLS_1_0 ? 1 : 2) || sealed->len % block != 0)
		return false;
	if (from->version != TLS_1_0) {
		memcpy(iv, bytes_take(sealed, block).data, block);
		return true;
	}
	memcpy(iv, from->iv, block);
	memcpy(from->iv, sealed->data + sealed->len - block, block);
	from->iv_lost = false;
	return !lost;
}

static bool
open_mac_then_encrypt(struct decrypt_12 *d, struct direction *from,
		      const struct tls_record_header *h, struct bytes sealed, uint8_t *out,
		      size_t *len)
{
	size_t mac = tls_hash_length(from->cipher->mac);
	uint8_t iv[BULK_BLOCK_MAX];

	if (!take_iv(from, &sealed, iv) || !bulk_decrypt(from->bulk, iv, sealed, out))
		return false;
	size_t pad = padding_of(bytes_of(out, sealed.len));
	if (pad == SIZE_MAX || sealed.len - pad < mac)
		return false;
	*len = sealed.len - pad - mac;
	return check_mac(d, from, h, bytes_of(out, *len), out + *len);
}

static bool
open_encrypt_then_mac(struct decrypt_12 *d, struct direction *from,
		      const struct tls_record_header *h, struct bytes body, uint8_t *out,
		      size_t *len)
{
	size_t mac = tls_hash_length(from->cipher->mac);
	uint8_t iv[BULK_BLOCK_MAX];

	if (body.len < mac)
		return false;
	struct bytes sealed = bytes_of(body.data, body.len - mac);
	if (!check_mac(d, from, h, sealed, body.data + sealed.len) || !take_iv(from, &sealed, iv) ||
	    !bulk_decrypt(from->bulk, iv, sealed, out))
		return false;
	size_t pad = padding_of(bytes_of(out, sealed.len));
	*len = pad == SIZE_MAX ? 0 : sealed.len - pad;
	return pad != SIZE_MAX;
}

static bool
open_stream(struct decrypt_12 *d, struct direction *from, const struct tls_record_header *h,
	    struct bytes body, uint8_t *out, size_t *len)
{
	size_t mac = tls_hash_length(from->cipher->mac);

	if (body.len < mac)
		return false;
	if (from->bulk != NULL ? !bulk_decrypt(from->bulk, NULL, body, out) : body.len == 0)
		return false;
	if (from->bulk == NULL)
		memcpy(out, body.data, body.len);
	*len = body.len - mac;
	return check_mac(d, from, h, bytes_of(out, *len), out + *len);
}

static bool
open_record(struct decrypt_12 *d, struct direction *from, const struct tls_record_header *h,
	    struct bytes body, uint8_t *out, size_t *len)
{
	switch (from->info->kind) {
	case TLS_KIND_AEAD:
		return open_aead(from, h, body, out, len);
	case TLS_KIND_BLOCK:
		return from->encrypt_then_mac ? open_encrypt_then_mac(d, from, h, body, out, len)
					      : open_mac_then_encrypt(d, from, h, body, out, len);
	default:
		return open_stream(d, from, h, body, out, len);
	}
}

bool
decrypt_12_open(struct decrypt_12 *d, enum tls_side side, const struct tls_record_header *h,
		struct bytes body, uint8_t *out, struct opened *opened)
{
	struct direction *from = &d->side[side];
	size_t len = 0;
	bool ok;

	if (!decrypt_12_hopeful(d, side))
		return false;
	ok = open_record(d, from, h, body, out, &len);
	from->seq++;
	from->failures = ok ? 0 : from->failures + 1;
	if (!ok)
		return false;
	from->missed = 0;
	*opened = (struct opened){.type = h->type, .data = bytes_of(out, len)};
	return true;
}

void
decrypt_12_missed(struct decrypt_12 *d, enum tls_side side, size_t count)
{
	struct direction *from = &d->side[side];

	from->iv_lost = from->version == TLS_1_0;
	if (count == SIZE_MAX)
		from->missed = SIZE_MAX;
	else
		from->seq += count;
	if (from->cipher != NULL && from->info->kind == TLS_KIND_STREAM)
		decrypt_12_give_up(d, side);
}

bool
decrypt_12_hopeful(const struct decrypt_12 *d, enum tls_side side)
{
	return d->side[side].cipher != NULL && d->side[side].failures < FAILURES_MAX;
}

bool
decrypt_12_chained(const struct decrypt_12 *d, enum tls_side side)
{
	const struct direction *from = &d->side[side];

	return from->cipher != NULL &&
	       (from->info->kind == TLS_KIND_STREAM ||
		(from->info->kind == TLS_KIND_BLOCK && from->version == TLS_1_0));
}
