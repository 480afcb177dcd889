/*
 * ext_signature_algorithms_cert.h - signature schemes the sender can verify in certificates.
 * RFC 8446 section 4.2.3.
 */
#ifndef DISSECTORS_TLS_EXT_SIGNATURE_ALGORITHMS_CERT_H
#define DISSECTORS_TLS_EXT_SIGNATURE_ALGORITHMS_CERT_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_signature_algorithms_cert {
	struct bytes schemes; /* 2 bytes each; iterate with tls_u16_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_signature_algorithms_cert_parse(struct cursor *in, enum tls_place place,
					     struct tls_ext_signature_algorithms_cert *out);

#endif
