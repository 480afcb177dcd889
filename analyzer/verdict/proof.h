/*
 * proof.h - does the client's CertificateVerify prove that it holds the key of its certificate?
 * Used by facts.c. RFC 8446 section 4.4.3, RFC 5246 section 7.4.8, RFC 4346 section 7.4.8.
 */
#ifndef ANALYZER_VERDICT_PROOF_H
#define ANALYZER_VERDICT_PROOF_H

#include "analyzer/verdict/mutual_auth.h"

/* PROOF_VALID or PROOF_INVALID; PROOF_SEEN when it can't be checked: a message before it is
 * missing or was not kept, or the algorithm is not known. */
enum proof proof_check(const struct mutual_auth *m, const struct attempt *a);

/* The end of the transcript, where the client's proof stands, is fetched into the cache. */
static inline void
proof_expect(const struct tls_session *s)
{
	enum { PROOF_AND_FINISHED = 512 };
	const struct transcript *t = &s->transcript;
	size_t len = t->len < PROOF_AND_FINISHED ? t->len : PROOF_AND_FINISHED;

	if (len > 0)
		blocks_fetch(t->data + t->len - len, len);
}

#endif
