/*
 * ext_server_name.h - the name of the server the client wants (SNI).
 * CH: a ServerNameList; SH and EE: empty, "I used it". RFC 6066 section 3.
 */
#ifndef DISSECTORS_TLS_EXT_SERVER_NAME_H
#define DISSECTORS_TLS_EXT_SERVER_NAME_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_server_name {
	struct bytes
	    host_name; /* the first of type host_name(0): bytes, not checked to be a DNS name */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_server_name_parse(struct cursor *in, enum tls_place place,
			       struct tls_ext_server_name *out);

#endif
