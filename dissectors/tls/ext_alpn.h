/*
 * ext_alpn.h - application protocols.
 * CH: what the client offers; SH and EE: the one the server chose. RFC 7301 section 3.1.
 */
#ifndef DISSECTORS_TLS_EXT_ALPN_H
#define DISSECTORS_TLS_EXT_ALPN_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_alpn {
	struct bytes protocols; /* iterate with tls_alpn_next */
	struct bytes selected;  /* SH and EE */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_alpn_parse(struct cursor *in, enum tls_place place, struct tls_ext_alpn *out);

static inline bool
tls_alpn_next(struct cursor *list, struct bytes *out)
{
	return tls_vec_next(list, 1, "ProtocolName", out);
}

#endif
