/*
 * ext_max_fragment_length.c - MaxFragmentLength, RFC 6066 section 4; see ext_max_fragment_length.h.
 */
#include "dissectors/tls/ext_max_fragment_length.h"

bool
tls_ext_max_fragment_length_parse(struct cursor *in, enum tls_place place,
				  struct tls_ext_max_fragment_length *out)
{
	(void)place;
	*out = (struct tls_ext_max_fragment_length){0};
	out->code = cursor_u8(in, "MaxFragmentLength");
	if (out->code >= 1 && out->code <= 4)
		out->limit = (uint16_t)(256u << out->code);
	return cursor_end(in, "max_fragment_length");
}

TLS_EXT_CHECK(max_fragment_length)
