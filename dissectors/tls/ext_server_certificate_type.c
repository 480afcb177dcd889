/*
 * ext_server_certificate_type.c - ServerCertTypeExtension, RFC 7250 section 3; see
 * ext_server_certificate_type.h.
 */
#include "dissectors/tls/ext_server_certificate_type.h"

bool
tls_ext_server_certificate_type_parse(struct cursor *in, enum tls_place place,
				      struct tls_ext_server_certificate_type *out)
{
	*out = (struct tls_ext_server_certificate_type){0};
	if (place != TLS_IN_CH) {
		out->selected = cursor_u8(in, "server_certificate_type");
		return cursor_end(in, "server_certificate_type");
	}
	out->types = cursor_vec(in, 1, "server_certificate_types");
	if (out->types.len == 0)
		cursor_fail(in, "server_certificate_types");
	return cursor_end(in, "server_certificate_type");
}

TLS_EXT_CHECK(server_certificate_type)
