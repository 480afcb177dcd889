/*
 * ext_encrypt_then_mac.c - empty, RFC 7366 section 2; see ext_encrypt_then_mac.h.
 */
#include "dissectors/tls/ext_encrypt_then_mac.h"

bool
tls_ext_encrypt_then_mac_parse(struct cursor *in, enum tls_place place,
			       struct tls_ext_encrypt_then_mac *out)
{
	(void)place;
	*out = (struct tls_ext_encrypt_then_mac){0};
	out->present = !cursor_more(in) && cursor_ok(in);
	return cursor_end(in, "encrypt_then_mac");
}

TLS_EXT_CHECK(encrypt_then_mac)
