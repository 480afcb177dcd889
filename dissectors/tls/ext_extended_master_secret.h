/*
 * ext_extended_master_secret.h - the master secret binds the whole handshake.
 * Decides how a TLS 1.2 key block is derived. RFC 7627 section 5.1.
 */
#ifndef DISSECTORS_TLS_EXT_EXTENDED_MASTER_SECRET_H
#define DISSECTORS_TLS_EXT_EXTENDED_MASTER_SECRET_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_extended_master_secret {
	bool present; /* the extension has no content: true when it parsed */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_extended_master_secret_parse(struct cursor *in, enum tls_place place,
					  struct tls_ext_extended_master_secret *out);

#endif
