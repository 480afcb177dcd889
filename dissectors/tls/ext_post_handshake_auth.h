/*
 * ext_post_handshake_auth.h - the client takes a CertificateRequest after the handshake.
 * RFC 8446 section 4.2.6.
 */
#ifndef DISSECTORS_TLS_EXT_POST_HANDSHAKE_AUTH_H
#define DISSECTORS_TLS_EXT_POST_HANDSHAKE_AUTH_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_post_handshake_auth {
	bool present; /* the extension has no content: true when it parsed */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_post_handshake_auth_parse(struct cursor *in, enum tls_place place,
				       struct tls_ext_post_handshake_auth *out);

#endif
