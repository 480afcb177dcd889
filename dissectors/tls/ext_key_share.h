/*
 * ext_key_share.h - CH: key shares offered; SH: the server's; HRR: the group asked for.
 * RFC 8446 section 4.2.8.
 */
#ifndef DISSECTORS_TLS_EXT_KEY_SHARE_H
#define DISSECTORS_TLS_EXT_KEY_SHARE_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_key_share {
	uint16_t group;
	struct bytes key_exchange; /* at least 1 byte; its length is not held against the group */
};

struct tls_ext_key_share {
	struct bytes client_shares;  /* CH: iterate with tls_key_share_next; may be empty */
	struct tls_key_share server; /* SH: both fields; HRR: group only */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_key_share_parse(struct cursor *in, enum tls_place place,
			     struct tls_ext_key_share *out);

bool tls_key_share_next(struct cursor *list, struct tls_key_share *out);

#endif
