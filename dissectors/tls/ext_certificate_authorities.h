/*
 * ext_certificate_authorities.h - distinguished names of the CAs the sender accepts.
 * RFC 8446 section 4.2.4.
 */
#ifndef DISSECTORS_TLS_EXT_CERTIFICATE_AUTHORITIES_H
#define DISSECTORS_TLS_EXT_CERTIFICATE_AUTHORITIES_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_certificate_authorities {
	struct bytes
	    authorities; /* iterate with tls_distinguished_name_next (certificate_request.h) */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_certificate_authorities_parse(struct cursor *in, enum tls_place place,
					   struct tls_ext_certificate_authorities *out);

#endif
