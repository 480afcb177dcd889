/*
 * ext_compress_certificate.h - certificate compression algorithms the sender can undo.
 * RFC 8879 section 3.
 */
#ifndef DISSECTORS_TLS_EXT_COMPRESS_CERTIFICATE_H
#define DISSECTORS_TLS_EXT_COMPRESS_CERTIFICATE_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_compress_certificate {
	struct bytes algorithms; /* 2 bytes each; iterate with tls_u16_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_compress_certificate_parse(struct cursor *in, enum tls_place place,
					struct tls_ext_compress_certificate *out);

#endif
