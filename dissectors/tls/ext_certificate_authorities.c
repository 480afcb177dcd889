/*
 * ext_certificate_authorities.c - CertificateAuthoritiesExtension, RFC 8446 section 4.2.4; see
 * ext_certificate_authorities.h.
 */
#include "dissectors/tls/ext_certificate_authorities.h"

bool
tls_ext_certificate_authorities_parse(struct cursor *in, enum tls_place place,
				      struct tls_ext_certificate_authorities *out)
{
	(void)place;
	*out = (struct tls_ext_certificate_authorities){0};
	out->authorities = cursor_vec(in, 2, "authorities");
	if (out->authorities.len == 0)
		cursor_fail(in, "authorities");
	return cursor_end(in, "certificate_authorities");
}

TLS_EXT_CHECK(certificate_authorities)
