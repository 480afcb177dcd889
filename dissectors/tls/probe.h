/*
 * probe.h - does a TLS handshake start here? Asked at byte positions of streams that may be
 * anything. classify and framing call it on the first bytes of a direction and behind STARTTLS; it
 * must not take random bytes or other protocols for TLS, so every length in reach has to agree with
 * every other. RFC 8446 sections 4.1 and 5.1; RFC 5246 appendix E.2.
 */
#ifndef DISSECTORS_TLS_PROBE_H
#define DISSECTORS_TLS_PROBE_H

#include "dissectors/wire/bytes.h"

enum tls_probe {
	TLS_PROBE_NO,
	TLS_PROBE_YES,
	TLS_PROBE_MORE, /* nothing speaks against it yet; ask again with a longer prefix */
};

/* A prefix of this length never gives TLS_PROBE_MORE: the part of a hello that is looked at, were
 * every byte of it in a record of its own. */
enum { TLS_PROBE_MAX = (4 + 2 + 32 + 1 + 32 + 2 + 1 + 2) * (5 + 1) };

/* `prefix` is what is known from this position on; any length, 0 included. */

/* A record with the start of a ClientHello (SSLv3, TLS 1.0-1.3, TLCP), also one cut into several
 * records. */
enum tls_probe tls_client_hello_probe(struct bytes prefix);
/* A record with the start of a ServerHello or HelloRetryRequest. */
enum tls_probe tls_server_hello_probe(struct bytes prefix);
/* An SSLv2-format ClientHello that offers SSLv2, SSLv3 or TLS. */
enum tls_probe sslv2_client_hello_probe(struct bytes prefix);

#endif
