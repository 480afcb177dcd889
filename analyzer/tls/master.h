/*
 * master.h - the master secret of a handshake before TLS 1.3: from a key log, or made of the
 * premaster secret that the client sent encrypted. Used by decrypt.c.
 * RFC 5246 sections 7.4.7.1 and 8.1, RFC 7627 section 4 (extended master secret).
 */
#ifndef ANALYZER_TLS_MASTER_H
#define ANALYZER_TLS_MASTER_H

#include "analyzer/tls/decrypt_12.h"

/* Could a secret of this session's first handshake be known? */
bool master_possible(const struct tls_session *s);
/* The keys that the latest hellos agreed on; already found ones are kept. False when unknown. */
bool master_find(struct tls_session *s, struct decrypt_12_keys *k);

#endif
