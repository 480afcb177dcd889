/*
 * certificate_list.h - Certificate messages to chains: X.509, raw public keys, compressed ones.
 * Used by session.c. RFC 8446 section 4.4.2, RFC 5246 section 7.4.2, RFC 7250, RFC 8879.
 */
#ifndef ANALYZER_TLS_CERTIFICATE_LIST_H
#define ANALYZER_TLS_CERTIFICATE_LIST_H

#include "analyzer/tls/session.h"

/* struct chain_detail; NULL and *damaged when the body is malformed or memory is short. */
const void *certificate_list_read(struct tls_session *s, const struct step *step, struct bytes body,
				  bool *damaged);
const void *certificate_list_read_compressed(struct tls_session *s, const struct step *step,
					     struct bytes body, bool *damaged);

#endif
