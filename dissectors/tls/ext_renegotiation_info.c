/*
 * ext_renegotiation_info.c - RenegotiationInfo, RFC 5746 section 3.2; see ext_renegotiation_info.h.
 */
#include "dissectors/tls/ext_renegotiation_info.h"

bool
tls_ext_renegotiation_info_parse(struct cursor *in, enum tls_place place,
				 struct tls_ext_renegotiation_info *out)
{
	(void)place;
	*out = (struct tls_ext_renegotiation_info){0};
	out->renegotiated_connection = cursor_vec(in, 1, "renegotiated_connection");
	return cursor_end(in, "renegotiation_info");
}

TLS_EXT_CHECK(renegotiation_info)
