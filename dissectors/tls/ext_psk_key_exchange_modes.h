/*
 * ext_psk_key_exchange_modes.h - how a PSK may be used: psk_ke(0), psk_dhe_ke(1).
 * Without it a server sends no tickets and takes no PSK. RFC 8446 section 4.2.9.
 */
#ifndef DISSECTORS_TLS_EXT_PSK_KEY_EXCHANGE_MODES_H
#define DISSECTORS_TLS_EXT_PSK_KEY_EXCHANGE_MODES_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_psk_key_exchange_modes {
	struct bytes modes; /* 1 byte each; iterate with tls_u8_next */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_psk_key_exchange_modes_parse(struct cursor *in, enum tls_place place,
					  struct tls_ext_psk_key_exchange_modes *out);

#endif
