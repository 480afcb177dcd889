/*
 * ext_encrypt_then_mac.h - CBC suites authenticate the ciphertext.
 * Changes record sizes and how they are opened. RFC 7366 section 2.
 */
#ifndef DISSECTORS_TLS_EXT_ENCRYPT_THEN_MAC_H
#define DISSECTORS_TLS_EXT_ENCRYPT_THEN_MAC_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_encrypt_then_mac {
	bool present; /* the extension has no content: true when it parsed */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_encrypt_then_mac_parse(struct cursor *in, enum tls_place place,
				    struct tls_ext_encrypt_then_mac *out);

#endif
