/*
 * ext_signature_algorithms.c - SignatureSchemeList, RFC 8446 section 4.2.3; see
 * ext_signature_algorithms.h.
 */
#include "dissectors/tls/ext_signature_algorithms.h"

bool
tls_ext_signature_algorithms_parse(struct cursor *in, enum tls_place place,
				   struct tls_ext_signature_algorithms *out)
{
	(void)place;
	*out = (struct tls_ext_signature_algorithms){0};
	out->schemes = cursor_vec(in, 2, "supported_signature_algorithms");
	if (out->schemes.len == 0 || out->schemes.len % 2 != 0)
		cursor_fail(in, "supported_signature_algorithms");
	return cursor_end(in, "signature_algorithms");
}

TLS_EXT_CHECK(signature_algorithms)
