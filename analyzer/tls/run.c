/*
 * run.c - the caches that sessions share. See run.h.
 */
#include "analyzer/tls/run.h"

#include "analyzer/tls/certificates.h"
#include "analyzer/tls/ja4.h"
#include "analyzer/tls/requests.h"

bool
tls_run_init(struct tls_run *r)
{
	*r = (struct tls_run){0};
	r->hasher = hasher_create();
	r->certificates = certificates_create();
	r->ja4 = ja4_create();
	r->requests = requests_create(r);
	return hash_key_init(&r->key) && r->hasher != NULL && r->certificates != NULL &&
	       r->ja4 != NULL && r->requests != NULL;
}

void
tls_run_finish(struct tls_run *r)
{
	requests_destroy(r->requests);
	ja4_destroy(r->ja4);
	certificates_destroy(r->certificates);
	hasher_destroy(r->hasher);
	*r = (struct tls_run){0};
}
