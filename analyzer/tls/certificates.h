/*
 * certificates.h - the certificates of a run: each distinct one parsed, hashed and rendered once.
 * Between session.c (hands in DER from Certificate messages, keeps the pointer in a chain link) and
 * the sink (stores each once). One per worker; not to be shared between threads.
 */
#ifndef ANALYZER_TLS_CERTIFICATES_H
#define ANALYZER_TLS_CERTIFICATES_H

#include "analyzer/outcome.h"
#include "dissectors/wire/bytes.h"

enum {
	/* Kept in memory after the last release, so that the next session finds them. */
	CERTIFICATES_CACHED_MAX = 48 * 1024 * 1024,
	/* In memory while sessions hold them; from here on nothing new is taken. */
	CERTIFICATES_HELD_MAX = 512 * 1024 * 1024,
};

struct certificates;

/* NULL when memory is short. */
struct certificates *certificates_create(void);
/* For tests: other limits, in bytes. */
struct certificates *certificates_create_sized(size_t cached_max, size_t held_max);
void certificates_destroy(struct certificates *c); /* takes NULL; frees held ones too */

/*
 * The certificate with these bytes, copied and parsed if new; the caller holds it until it calls
 * certificates_release as often as intern. A malformed one is interned too, with `error`. NULL when
 * memory is short or CERTIFICATES_HELD_MAX is reached (stats tell which); the session then records
 * a limit. `raw_public_key`: der is a SubjectPublicKeyInfo (RFC 7250).
 */
struct outcome_certificate *certificates_intern(struct certificates *c, struct bytes der,
						bool raw_public_key);
void certificates_release(struct certificates *c,
			  struct outcome_certificate *cert); /* takes NULL */

struct certificates_stats {
	uint64_t interned, hits, evicted;
	uint64_t refused, faults; /* held_max reached; memory short */
	size_t count, bytes, bytes_held, bytes_peak;
};
struct certificates_stats certificates_stats(const struct certificates *c);

#endif
