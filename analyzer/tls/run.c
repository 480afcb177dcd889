/*
 * run.c - the caches that sessions share, and where secrets are looked for. See run.h.
 */
#include "analyzer/tls/run.h"

#include "analyzer/crypto/sign_cache.h"
#include "analyzer/tls/certificates.h"
#include "analyzer/tls/ja4.h"
#include "analyzer/tls/requests.h"
#include "analyzer/tls/tls_stream_impl.h"
#include "dissectors/tls/record.h"

bool
tls_run_init(struct tls_run *r)
{
	*r = (struct tls_run){0};
	pool_init(&r->streams, sizeof(struct tls_stream), SIZE_MAX);
	pool_init(&r->searches, sizeof(struct search_kept), SIZE_MAX);
	r->ports.key = r->fetches.key = &r->key;
	r->hasher = hasher_create();
	r->certificates = certificates_create();
	r->ja4 = ja4_create();
	r->requests = requests_create(r);
	r->crypto = crypto_create();
	r->signatures = sign_cache_create();
	return hash_key_init(&r->key) && r->hasher != NULL && r->certificates != NULL &&
	       r->ja4 != NULL && r->requests != NULL && r->crypto != NULL && r->signatures != NULL;
}

void
tls_run_finish(struct tls_run *r)
{
	requests_destroy(r->requests);
	ja4_destroy(r->ja4);
	certificates_destroy(r->certificates);
	hasher_destroy(r->hasher);
	secrets_destroy(r->embedded);
	crypto_free(r->buffer, TLS_CIPHERTEXT_MAX);
	crypto_destroy(r->crypto);
	sign_cache_destroy(r->signatures);
	pool_finish(&r->streams);
	pool_finish(&r->searches);
	blocks_finish(&r->blocks);
	tls_ports_clear(&r->ports);
	fetches_clear(&r->fetches);
	*r = (struct tls_run){0};
}

void
tls_run_next_capture(struct tls_run *r, bool secrets_may_come)
{
	secrets_destroy(r->embedded);
	r->embedded = NULL;
	r->secrets_may_come = secrets_may_come;
	tls_ports_clear(&r->ports);
	fetches_clear(&r->fetches);
}

bool
tls_run_add_secrets(struct tls_run *r, struct bytes text)
{
	if (r->embedded == NULL)
		r->embedded = secrets_create();
	r->secrets_news++;
	return r->embedded != NULL && secrets_add(r->embedded, text);
}

struct bytes
tls_run_secret(const struct tls_run *r, enum keylog_label label, struct bytes id)
{
	struct bytes own = secrets_find(r->embedded, label, id);

	return own.len > 0 ? own : secrets_find(r->given, label, id);
}

bool
tls_run_knows(const struct tls_run *r, const uint8_t random[KEYLOG_ID_MAX])
{
	return secrets_know(r->embedded, random) || secrets_know(r->given, random);
}

bool
tls_run_has_rsa(const struct tls_run *r)
{
	return secrets_have_rsa(r->embedded) || secrets_have_rsa(r->given);
}

bool
tls_run_decrypts(const struct tls_run *r)
{
	return r->given != NULL || r->embedded != NULL || r->n_rsa_keys > 0 || r->secrets_may_come;
}

uint8_t *
tls_run_buffer(struct tls_run *r)
{
	if (r->buffer == NULL)
		r->buffer = crypto_grow(NULL, 0, 0, TLS_CIPHERTEXT_MAX);
	return r->buffer;
}
