/*
 * ext_post_handshake_auth.c - empty, RFC 8446 section 4.2.6; see ext_post_handshake_auth.h.
 */
#include "dissectors/tls/ext_post_handshake_auth.h"

bool
tls_ext_post_handshake_auth_parse(struct cursor *in, enum tls_place place,
				  struct tls_ext_post_handshake_auth *out)
{
	(void)place;
	*out = (struct tls_ext_post_handshake_auth){0};
	out->present = !cursor_more(in) && cursor_ok(in);
	return cursor_end(in, "post_handshake_auth");
}

TLS_EXT_CHECK(post_handshake_auth)
