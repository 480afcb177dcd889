/*
 * ext_extended_master_secret.c - empty, RFC 7627 section 5.1; see ext_extended_master_secret.h.
 */
#include "dissectors/tls/ext_extended_master_secret.h"

bool
tls_ext_extended_master_secret_parse(struct cursor *in, enum tls_place place,
				     struct tls_ext_extended_master_secret *out)
{
	(void)place;
	*out = (struct tls_ext_extended_master_secret){0};
	out->present = !cursor_more(in) && cursor_ok(in);
	return cursor_end(in, "extended_master_secret");
}

TLS_EXT_CHECK(extended_master_secret)
