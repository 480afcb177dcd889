/*
 * ext_pre_shared_key.h - CH: PSK identities and binders (always the last extension); SH: the one
 * chosen. RFC 8446 section 4.2.11.
 */
#ifndef DISSECTORS_TLS_EXT_PRE_SHARED_KEY_H
#define DISSECTORS_TLS_EXT_PRE_SHARED_KEY_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_psk_identity {
	struct bytes identity; /* a ticket, or an external identity */
	uint32_t obfuscated_ticket_age;
};

struct tls_ext_pre_shared_key {
	struct bytes identities;    /* CH: iterate with tls_psk_identity_next */
	struct bytes binders;       /* CH: iterate with tls_psk_binder_next */
	uint16_t selected_identity; /* SH: 0-based index */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_pre_shared_key_parse(struct cursor *in, enum tls_place place,
				  struct tls_ext_pre_shared_key *out);

bool tls_psk_identity_next(struct cursor *list, struct tls_psk_identity *out);

static inline bool
tls_psk_binder_next(struct cursor *list, struct bytes *out)
{
	return tls_vec_next(list, 1, "PskBinderEntry", out);
}

#endif
