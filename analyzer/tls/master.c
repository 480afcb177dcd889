/*
 * master.c - see master.h.
 */
#include "analyzer/tls/master.h"

#include "analyzer/crypto/kdf.h"
#include "analyzer/crypto/rsa.h"
#include "analyzer/tls/transcript.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/key_exchange.h"

enum { RSA_ID_LEN = 8 }; /* of an RSA line: so much of the encrypted premaster secret */

static struct bytes
secret_of(const struct tls_session *s, enum keylog_label label, const void *id, size_t len)
{
	struct bytes secret = tls_run_secret(s->run, label, bytes_of(id, len));

	return secret.len == DECRYPT_MASTER_LEN ? secret : (struct bytes){0};
}

bool
master_possible(const struct tls_session *s)
{
	return tls_run_knows(s->run, s->client_hello->random) || s->run->n_rsa_keys > 0 ||
	       tls_run_has_rsa(s->run);
}

static const struct step *
last_message(const struct tls_session *s, enum tls_side side, uint8_t type)
{
	const struct step *last = NULL;

	for (const struct step *p = s->trace.side[side].first; p != NULL; p = p->next)
		if (p->kind == STEP_MESSAGE && p->type == type && !p->damaged)
			last = p;
	return last;
}

static struct bytes
body_of(const struct tls_session *s, const struct step *p)
{
	if (p == NULL || p->kept_at == 0 || s->transcript.over)
		return (struct bytes){0};
	return bytes_of(s->transcript.data + p->kept_at - 1 + TLS_HANDSHAKE_HEADER_LEN, p->length);
}

/* The premaster secret as the client sent it. */
static struct bytes
encrypted_premaster(const struct tls_session *s, const struct step *exchange,
		    const struct tls_cipher *cipher)
{
	struct cursor c = cursor_init(body_of(s, exchange), 0);
	struct tls_client_key_exchange m;

	if (cipher->kx != TLS_KX_RSA || c.len == 0)
		return (struct bytes){0};
	tls_client_key_exchange_parse(&c, s->version, cipher, &m);
	return m.exchange_keys;
}

static bool
open_with_key(const struct tls_session *s, struct bytes sealed, uint8_t out[RSA_PREMASTER_LEN])
{
	const struct step *p = last_message(s, TLS_SERVER, TLS_HS_certificate);
	const struct chain_detail *d = p != NULL ? p->detail : NULL;

	if (d == NULL || d->count == 0)
		return false;
	struct bytes der = bytes_of(d->certificates[0]->der, d->certificates[0]->der_len);
	for (size_t i = 0; i < s->run->n_rsa_keys; i++)
		if (rsa_key_fits(s->run->rsa_keys[i], der))
			return rsa_key_open(s->run->rsa_keys[i], sealed, out);
	return false;
}

static bool
find_premaster(const struct tls_session *s, const struct step *exchange,
	       const struct tls_cipher *cipher, uint8_t out[RSA_PREMASTER_LEN])
{
	struct bytes sealed = encrypted_premaster(s, exchange, cipher);

	if (sealed.len < RSA_ID_LEN)
		return false;
	struct bytes logged = secret_of(s, KEYLOG_RSA_PREMASTER, sealed.data, RSA_ID_LEN);
	if (logged.len == 0)
		return open_with_key(s, sealed, out);
	memcpy(out, logged.data, RSA_PREMASTER_LEN);
	return true;
}

/* Which handshake of the session the latest hello began. */
static unsigned
handshake_number(const struct tls_session *s)
{
	unsigned n = 0;

	for (const struct step *p = s->trace.side[TLS_CLIENT].first; p != NULL; p = p->next)
		n += p->kind == STEP_MESSAGE && p->type == TLS_HS_client_hello;
	return n - 1;
}

static bool
make_extended(struct tls_session *s, const struct step *exchange, enum tls_hash h,
	      struct bytes premaster, uint8_t *out)
{
	struct transcript_end end = {
	    .handshake = handshake_number(s), .until = exchange, .inclusive = true};
	struct bytes messages = transcript_build(s, &end);
	uint8_t hash[KDF_HASH_MAX];
	size_t n;

	return messages.len > 0 && kdf_hash(s->run->crypto, h, messages, hash, &n) &&
	       kdf_prf(s->run->crypto, h, premaster, "extended master secret", bytes_of(hash, n),
		       out, DECRYPT_MASTER_LEN);
}

/* The ClientKeyExchange of the latest handshake; NULL in an abbreviated one. */
static const struct step *
latest_exchange(const struct tls_session *s)
{
	const struct step *exchange = last_message(s, TLS_CLIENT, TLS_HS_client_key_exchange);
	const struct step *hello = last_message(s, TLS_CLIENT, TLS_HS_client_hello);

	return exchange != NULL && hello != NULL && exchange->at > hello->at ? exchange : NULL;
}

static bool
make_master(struct tls_session *s, const struct decrypt_12_keys *k, uint8_t *out)
{
	const struct step *exchange = latest_exchange(s);
	enum tls_hash h = k->version == TLS_1_2 ? k->cipher->prf : TLS_HASH_NONE;
	uint8_t premaster[RSA_PREMASTER_LEN], seed[2 * HELLO_RANDOM_LEN];
	bool ok;

	if (!find_premaster(s, exchange, k->cipher, premaster))
		return false;
	struct bytes secret = bytes_of(premaster, sizeof(premaster));
	memcpy(seed, k->client_random, HELLO_RANDOM_LEN);
	memcpy(seed + HELLO_RANDOM_LEN, k->server_random, HELLO_RANDOM_LEN);
	ok = s->last_server_hello->extended_master_secret
		 ? make_extended(s, exchange, h, secret, out)
		 : kdf_prf(s->run->crypto, h, secret, "master secret", bytes_of(seed, sizeof(seed)),
			   out, DECRYPT_MASTER_LEN);
	crypto_wipe(premaster, sizeof(premaster));
	return ok;
}

bool
master_find(struct tls_session *s, struct decrypt_12_keys *k)
{
	const struct client_hello_detail *ch = s->last_client_hello;
	const struct server_hello_detail *sh = s->last_server_hello;
	const struct decrypt_12_keys before = *k;
	struct bytes logged;

	if (ch == NULL || sh == NULL)
		return false;
	if (k->client_random == ch->random && k->server_random == sh->random)
		return k->cipher != NULL;
	*k = (struct decrypt_12_keys){.cipher = tls_cipher_find(sh->cipher_suite),
				      .version = sh->version,
				      .encrypt_then_mac = sh->encrypt_then_mac,
				      .client_random = ch->random,
				      .server_random = sh->random};
	if (k->cipher == NULL)
		return false;
	logged = secret_of(s, KEYLOG_MASTER, ch->random, HELLO_RANDOM_LEN);
	if (logged.len == 0)
		logged = secret_of(s, KEYLOG_RSA_MASTER, sh->session_id.data, sh->session_id.len);
	if (logged.len > 0)
		memcpy(k->master, logged.data, DECRYPT_MASTER_LEN);
	else if (before.cipher != NULL && latest_exchange(s) == NULL)
		/* resumed inside its own connection; a wrong guess opens nothing */
		memcpy(k->master, before.master, DECRYPT_MASTER_LEN);
	else if (!make_master(s, k, k->master))
		k->cipher = NULL; /* asked once */
	return k->cipher != NULL;
}
