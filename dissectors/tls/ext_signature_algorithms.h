/*
 * ext_signature_algorithms.h - signature schemes the sender can verify in the handshake.
 * RFC 8446 section 4.2.3; the same bytes as the hash and signature pairs of RFC 5246
 * section 7.4.1.4.1.
 */
#ifndef DISSECTORS_TLS_EXT_SIGNATURE_ALGORITHMS_H
#define DISSECTORS_TLS_EXT_SIGNATURE_ALGORITHMS_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_signature_algorithms {
	struct bytes schemes; /* 2 bytes each; iterate with tls_u16_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_signature_algorithms_parse(struct cursor *in, enum tls_place place,
					struct tls_ext_signature_algorithms *out);

#endif
