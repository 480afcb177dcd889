/*
 * ext_server_certificate_type.h - the format of the server's certificate.
 * CH: formats offered; SH and EE: the one chosen. RFC 7250 section 3.
 */
#ifndef DISSECTORS_TLS_EXT_SERVER_CERTIFICATE_TYPE_H
#define DISSECTORS_TLS_EXT_SERVER_CERTIFICATE_TYPE_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_server_certificate_type {
	struct bytes types; /* CH: 1 byte each, enum tls_certificate_type */
	uint8_t selected;   /* SH, EE */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_server_certificate_type_parse(struct cursor *in, enum tls_place place,
					   struct tls_ext_server_certificate_type *out);

#endif
