/*
 * finished.c - see finished.h.
 */
#include "analyzer/tls/finished.h"

#include "analyzer/crypto/kdf.h"
#include "analyzer/tls/transcript.h"

enum { VERIFY_DATA_12 = 12 };

static size_t
make_13(struct crypto *c, enum tls_hash h, struct bytes secret, struct bytes messages,
	uint8_t out[KDF_HASH_MAX])
{
	uint8_t key[KDF_HASH_MAX], hash[KDF_HASH_MAX];
	size_t n = tls_hash_length(h), len = 0;

	if (!kdf_expand_label(c, h, secret, "finished", (struct bytes){0}, key, n) ||
	    !kdf_hash(c, h, messages, hash, &len) ||
	    !kdf_hmac(c, h, bytes_of(key, n), bytes_of(hash, len), out, &len))
		len = 0;
	crypto_wipe(key, sizeof(key));
	return len;
}

static size_t
make_12(struct crypto *c, enum tls_hash h, struct bytes secret, struct bytes messages,
	enum tls_side side, uint8_t out[KDF_HASH_MAX])
{
	uint8_t hash[KDF_HASH_MAX];
	size_t len;

	if (!kdf_hash(c, h, messages, hash, &len) ||
	    !kdf_prf(c, h, secret, side == TLS_CLIENT ? "client finished" : "server finished",
		     bytes_of(hash, len), out, VERIFY_DATA_12))
		return 0;
	return VERIFY_DATA_12;
}

enum finished_check
finished_check(struct tls_session *s, const struct step *step, unsigned handshake,
	       const struct tls_cipher *c, struct bytes secret)
{
	bool is_13 = tls_version_is_13(s->version);
	enum tls_hash h = is_13 || s->version == TLS_1_2 ? c->prf : TLS_HASH_NONE;
	struct transcript_end end = {.handshake = handshake, .until = step, .hash = h};
	uint8_t made[KDF_HASH_MAX];

	if (secret.len == 0 || step == NULL || step->kept_at == 0 || s->transcript.over)
		return FINISHED_UNCHECKED;
	struct bytes messages = transcript_build(s, &end);
	if (messages.len == 0)
		return FINISHED_UNCHECKED;
	size_t n = is_13 ? make_13(s->run->crypto, h, secret, messages, made)
			 : make_12(s->run->crypto, h, secret, messages, step->sender, made);
	const uint8_t *sent = s->transcript.data + step->kept_at - 1 + 4;
	if (n == 0)
		return FINISHED_UNCHECKED;
	return n == step->length && memcmp(made, sent, n) == 0 ? FINISHED_RIGHT : FINISHED_WRONG;
}
