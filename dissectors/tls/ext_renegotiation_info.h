/*
 * ext_renegotiation_info.h - secure renegotiation; empty in an initial handshake.
 * RFC 5746 section 3.2.
 */
#ifndef DISSECTORS_TLS_EXT_RENEGOTIATION_INFO_H
#define DISSECTORS_TLS_EXT_RENEGOTIATION_INFO_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_renegotiation_info {
	struct bytes
	    renegotiated_connection; /* verify_data of the handshake before: client's, or both */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_renegotiation_info_parse(struct cursor *in, enum tls_place place,
				      struct tls_ext_renegotiation_info *out);

#endif
