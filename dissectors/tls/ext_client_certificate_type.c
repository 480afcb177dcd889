/*
 * ext_client_certificate_type.c - ClientCertTypeExtension, RFC 7250 section 3; see
 * ext_client_certificate_type.h.
 */
#include "dissectors/tls/ext_client_certificate_type.h"

bool
tls_ext_client_certificate_type_parse(struct cursor *in, enum tls_place place,
				      struct tls_ext_client_certificate_type *out)
{
	*out = (struct tls_ext_client_certificate_type){0};
	if (place != TLS_IN_CH) {
		out->selected = cursor_u8(in, "client_certificate_type");
		return cursor_end(in, "client_certificate_type");
	}
	out->types = cursor_vec(in, 1, "client_certificate_types");
	if (out->types.len == 0)
		cursor_fail(in, "client_certificate_types");
	return cursor_end(in, "client_certificate_type");
}

TLS_EXT_CHECK(client_certificate_type)
