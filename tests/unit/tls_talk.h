/*
 * tls_talk.h - real TLS conversations for tests: OpenSSL at both ends, in memory, with a key log.
 * What they say is recorded as TCP segments, so that one conversation can be read many ways: with
 * its secrets, without, with wrong ones, with bytes missing.
 */
#ifndef TESTS_UNIT_TLS_TALK_H
#define TESTS_UNIT_TLS_TALK_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

enum { TALK_CLIENT, TALK_SERVER };
enum { TALK_SEGMENTS_MAX = 256, TALK_KEYLOG_MAX = 16384, TALK_SEGMENT_MAX = 1400 };

struct talk_setup {
	int version;         /* TLS1_2_VERSION ... */
	const char *ciphers; /* of TLS 1.2 and older, or of 1.3; NULL: default */
	const char
	    *groups;     /* of the server; NULL: default. Others than the client's first: a retry */
	const char *key; /* of the client: "RSA", "EC", "ED25519"; NULL: no certificate */
	const char *words; /* what happens after the handshake, see talk_say */
	unsigned ask : 1, refuse : 1, pha : 1, no_etm : 1, no_ems : 1, padding : 1;
};

struct talk_segment {
	int side;
	uint8_t *data;
	size_t len;
};

struct talk {
	SSL_CTX *ctx[2];
	SSL *ssl[2];
	EVP_PKEY *key[2];
	struct talk_segment segments[TALK_SEGMENTS_MAX];
	size_t count;
	char keylog[TALK_KEYLOG_MAX];
};

static inline EVP_PKEY *
talk_make_key(const char *type)
{
	static EVP_PKEY *rsa; /* takes a quarter of a second to make: one for all, to the end */

	if (strcmp(type, "RSA") == 0) {
		if (rsa == NULL)
			rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		EVP_PKEY_up_ref(rsa);
		return rsa;
	}
	if (strcmp(type, "EC") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

static inline void
talk_use_certificate(SSL_CTX *ctx, EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	const EVP_MD *md = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	if (X509_sign(x, key, md) == 0 || SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		abort();
	X509_free(x);
}

static inline int
talk_accept(int ok, X509_STORE_CTX *ctx)
{
	(void)ok;
	(void)ctx;
	return 1;
}

static inline void
talk_log(const SSL *ssl, const char *line)
{
	struct talk *t = SSL_get_app_data(ssl);

	if (strlen(t->keylog) + strlen(line) + 2 < TALK_KEYLOG_MAX) {
		strcat(t->keylog, line);
		strcat(t->keylog, "\n");
	}
}

static inline void
talk_side(struct talk *t, int side, const struct talk_setup *s)
{
	SSL_CTX *ctx = SSL_CTX_new(side == TALK_CLIENT ? TLS_client_method() : TLS_server_method());

	t->ctx[side] = ctx;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, s->version);
	SSL_CTX_set_max_proto_version(ctx, s->version);
	SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION |
				     SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
	if (s->no_etm)
		SSL_CTX_set_options(ctx, SSL_OP_NO_ENCRYPT_THEN_MAC);
	if (s->no_ems)
		SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	if (s->padding)
		SSL_CTX_set_block_padding(ctx, 256);
	if (s->ciphers != NULL &&
	    (s->version == TLS1_3_VERSION ? SSL_CTX_set_ciphersuites(ctx, s->ciphers)
					  : SSL_CTX_set_cipher_list(ctx, s->ciphers)) != 1)
		abort();
	if (side == TALK_SERVER && s->groups != NULL)
		SSL_CTX_set1_groups_list(ctx, s->groups);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"talk", 4);
}

static inline void
talk_keys(struct talk *t, const struct talk_setup *s)
{
	bool ecdsa = s->ciphers != NULL && strstr(s->ciphers, "ECDSA") != NULL;

	t->key[TALK_SERVER] = talk_make_key(ecdsa ? "EC" : "RSA");
	talk_use_certificate(t->ctx[TALK_SERVER], t->key[TALK_SERVER], "server");
	if (s->key == NULL)
		return;
	t->key[TALK_CLIENT] = talk_make_key(s->key);
	talk_use_certificate(t->ctx[TALK_CLIENT], t->key[TALK_CLIENT], "client");
}

/* Everything that `side` has written goes to the other, and into the record. */
static inline bool
talk_carry(struct talk *t, int side)
{
	uint8_t buffer[TALK_SEGMENT_MAX];
	bool any = false;

	for (int n; (n = BIO_read(SSL_get_wbio(t->ssl[side]), buffer, sizeof(buffer))) > 0;) {
		struct talk_segment *g = &t->segments[t->count];
		if (t->count == TALK_SEGMENTS_MAX)
			abort();
		*g = (struct talk_segment){
		    .side = side, .data = malloc((size_t)n), .len = (size_t)n};
		memcpy(g->data, buffer, (size_t)n);
		t->count++;
		BIO_write(SSL_get_rbio(t->ssl[!side]), buffer, n);
		any = true;
	}
	return any;
}

/* Let both ends read and answer until neither has more to say. */
static inline void
talk_settle(struct talk *t)
{
	uint8_t buffer[4096];

	for (bool any = true; any;) {
		any = false;
		for (int side = 0; side < 2; side++) {
			if (!SSL_is_init_finished(t->ssl[side]))
				SSL_do_handshake(t->ssl[side]);
			while (SSL_read(t->ssl[side], buffer, sizeof(buffer)) > 0)
				;
			any |= talk_carry(t, side);
		}
	}
	ERR_clear_error();
}

static inline void
talk_write(struct talk *t, int side, const char *text, size_t len)
{
	SSL_write(t->ssl[side], text, (int)len);
	talk_carry(t, side);
	talk_settle(t);
}

/* app, sapp, big (200 kB each way), update (both ends), pha, reneg, 403, bye, sbye. */
static inline void
talk_say(struct talk *t, const char *word)
{
	static const char refusal[] = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

	if (strcmp(word, "app") == 0)
		talk_write(t, TALK_CLIENT, "GET /secret?token=hunter2 HTTP/1.1\r\n\r\n", 38);
	else if (strcmp(word, "sapp") == 0)
		talk_write(t, TALK_SERVER, "HTTP/1.1 200 OK\r\n\r\n", 19);
	else if (strcmp(word, "403") == 0)
		talk_write(t, TALK_SERVER, refusal, sizeof(refusal) - 1);
	else if (strcmp(word, "big") == 0)
		for (int i = 0; i < 60; i++) {
			char block[1200] = "";
			talk_write(t, i % 2, block, sizeof(block));
		}
	else if (strcmp(word, "update") == 0) {
		SSL_key_update(t->ssl[TALK_CLIENT], SSL_KEY_UPDATE_REQUESTED);
		talk_write(t, TALK_CLIENT, "x", 1);
		talk_write(t, TALK_SERVER, "y", 1);
	} else if (strcmp(word, "pha") == 0) {
		SSL_set_verify(t->ssl[TALK_SERVER], SSL_VERIFY_PEER, talk_accept);
		SSL_verify_client_post_handshake(t->ssl[TALK_SERVER]);
		SSL_do_handshake(t->ssl[TALK_SERVER]);
		talk_carry(t, TALK_SERVER);
	} else if (strcmp(word, "reneg") == 0) {
		SSL_set_verify(t->ssl[TALK_SERVER], SSL_VERIFY_PEER, talk_accept);
		SSL_renegotiate(t->ssl[TALK_SERVER]);
		SSL_do_handshake(t->ssl[TALK_SERVER]);
		talk_carry(t, TALK_SERVER);
	} else if (strcmp(word, "bye") == 0)
		SSL_shutdown(t->ssl[TALK_CLIENT]);
	else if (strcmp(word, "sbye") == 0)
		SSL_shutdown(t->ssl[TALK_SERVER]);
	talk_carry(t, TALK_CLIENT);
	talk_carry(t, TALK_SERVER);
	talk_settle(t);
}

static inline void
talk_begin(struct talk *t, const struct talk_setup *s)
{
	for (int side = 0; side < 2; side++) {
		talk_side(t, side, s);
	}
	talk_keys(t, s);
	SSL_CTX_set_keylog_callback(t->ctx[TALK_CLIENT], talk_log);
	SSL_CTX_set_post_handshake_auth(t->ctx[TALK_CLIENT], s->pha);
	if (s->ask)
		SSL_CTX_set_verify(t->ctx[TALK_SERVER],
				   SSL_VERIFY_PEER |
				       (s->refuse ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
				   s->refuse ? NULL : talk_accept);
	for (int side = 0; side < 2; side++) {
		t->ssl[side] = SSL_new(t->ctx[side]);
		SSL_set_bio(t->ssl[side], BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		SSL_set_app_data(t->ssl[side], t);
	}
	SSL_set_connect_state(t->ssl[TALK_CLIENT]);
	SSL_set_accept_state(t->ssl[TALK_SERVER]);
}

/* The whole conversation, over. */
static inline struct talk *
talk_create(const struct talk_setup *s)
{
	struct talk *t = calloc(1, sizeof(*t));
	char words[128], *save = NULL;

	talk_begin(t, s);
	talk_settle(t);
	snprintf(words, sizeof(words), "%s", s->words != NULL ? s->words : "");
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		talk_say(t, w);
	return t;
}

static inline void
talk_destroy(struct talk *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->segments[i].data);
	for (int side = 0; side < 2; side++) {
		SSL_free(t->ssl[side]);
		SSL_CTX_free(t->ctx[side]);
		EVP_PKEY_free(t->key[side]);
	}
	free(t);
}

/* Another digit in every secret of a key log. */
static inline void
talk_spoil(char *keylog)
{
	for (char *end = strchr(keylog, '\n'); end != NULL; end = strchr(end + 1, '\n'))
		end[-1] = end[-1] == '0' ? '1' : '0';
}

#endif
