/*
 * requests.h - CertificateRequests of a run: each distinct one parsed and rendered once.
 * A server sends the same request to every client; session.c interns it by its bytes.
 */
#ifndef ANALYZER_TLS_REQUESTS_H
#define ANALYZER_TLS_REQUESTS_H

#include "analyzer/outcome.h"
#include "dissectors/tls/version.h"
#include "dissectors/wire/bytes.h"

enum {
	REQUESTS_CACHED_MAX = 16 * 1024 * 1024, /* bytes; then the whole cache starts anew */
};

struct requests;
struct tls_run;

/* Places for verdict/ to remember what it found out of a request; 0: it has not looked yet. */
struct request_memo {
	unsigned allowed; /* checks.c */
	unsigned stack;   /* stack.c */
};

/* A parsed CertificateRequest. Shared; lives until the session that interned it releases it. */
struct request {
	uint8_t digest[16]; /* of version grammar and body; equal requests have equal digests in
			       every run */
	const struct outcome_request_item *items;
	size_t count, first_name;  /* CA names stand from first_name on, to the end */
	struct bytes schemes_sent; /* signature_algorithms, as sent */
	unsigned ca_names, schemes, schemes_cert, cert_types;
	size_t ca_bytes; /* size of the CA name list */
	/* "2 names, 210 bytes", "3 types", "12 schemes"; NULL when there are none, but of names */
	const char *names_text, *types_text, *schemes_text;
	const char *error; /* NULL when well-formed; else what was wrong */
	unsigned holders;  /* sessions that interned it and have not released it */
	struct request_memo *memo;
};

struct requests *requests_create(struct tls_run *run); /* NULL when memory is short */
void requests_destroy(struct requests *r);             /* takes NULL */

/* NULL when memory is short. With an unknown version the grammar of TLS 1.2, then of 1.1 is tried.
 */
struct request *requests_intern(struct requests *r, struct bytes body, enum tls_version v);
void requests_release(struct request *request); /* takes NULL */

#endif
