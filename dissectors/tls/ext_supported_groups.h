/*
 * ext_supported_groups.h - named groups, best first. A server may send it, too, in EE.
 * RFC 8446 section 4.2.7, RFC 8422 section 5.1.1.
 */
#ifndef DISSECTORS_TLS_EXT_SUPPORTED_GROUPS_H
#define DISSECTORS_TLS_EXT_SUPPORTED_GROUPS_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_supported_groups {
	struct bytes groups; /* 2 bytes each; iterate with tls_u16_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_supported_groups_parse(struct cursor *in, enum tls_place place,
				    struct tls_ext_supported_groups *out);

#endif
