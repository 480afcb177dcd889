/*
 * ext_psk_key_exchange_modes.c - PskKeyExchangeModes, RFC 8446 section 4.2.9; see
 * ext_psk_key_exchange_modes.h.
 */
#include "dissectors/tls/ext_psk_key_exchange_modes.h"

bool
tls_ext_psk_key_exchange_modes_parse(struct cursor *in, enum tls_place place,
				     struct tls_ext_psk_key_exchange_modes *out)
{
	(void)place;
	*out = (struct tls_ext_psk_key_exchange_modes){0};
	out->modes = cursor_vec(in, 1, "ke_modes");
	if (out->modes.len == 0)
		cursor_fail(in, "ke_modes");
	return cursor_end(in, "psk_key_exchange_modes");
}

TLS_EXT_CHECK(psk_key_exchange_modes)
