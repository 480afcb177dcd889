/*
 * client_hello.h - ClientHello of SSLv3 and TLS 1.0 to 1.3 (one grammar; SSLv2's is in sslv2.h).
 * Starts a session or an attempt. RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, RFC 6101
 * section 5.6.1.2.
 */
#ifndef DISSECTORS_TLS_CLIENT_HELLO_H
#define DISSECTORS_TLS_CLIENT_HELLO_H

#include "dissectors/tls/list.h"

/* Views borrow from the message. */
struct tls_client_hello {
	uint16_t legacy_version;
	struct bytes random;              /* 32 bytes */
	struct bytes session_id;          /* 0..32 bytes */
	struct bytes cipher_suites;       /* 2 bytes each, at least one */
	struct bytes compression_methods; /* 1 byte each */
	bool has_extensions;              /* false: the message ends before them, as SSLv3's does */
	struct bytes extensions;          /* iterate with tls_extension_next */
};

/* `in` covers the body. On failure what was read before it is set, the rest is zero. Checks the
 * outer grammar only: a malformed extension is found by the iterator, its content by
 * tls_ext_*_parse. */
bool tls_client_hello_parse(struct cursor *in, struct tls_client_hello *out);

static inline bool
tls_cipher_suite_next(struct cursor *list, uint16_t *out)
{
	return tls_u16_next(list, "cipher_suite", out);
}

#endif
