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

#endif
