/*
 * ext_supported_versions.h - CH: versions the client offers, best first; SH and HRR: the one
 * chosen. RFC 8446 section 4.2.1.
 */
#ifndef DISSECTORS_TLS_EXT_SUPPORTED_VERSIONS_H
#define DISSECTORS_TLS_EXT_SUPPORTED_VERSIONS_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_supported_versions {
	struct bytes versions; /* CH: 2 bytes each, GREASE included; iterate with tls_u16_next */
	uint16_t selected;     /* SH, HRR */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_supported_versions_parse(struct cursor *in, enum tls_place place,
				      struct tls_ext_supported_versions *out);

#endif
