/*
 * ext_ec_point_formats.c - ECPointFormatList, RFC 8422 section 5.1.2; see ext_ec_point_formats.h.
 */
#include "dissectors/tls/ext_ec_point_formats.h"

bool
tls_ext_ec_point_formats_parse(struct cursor *in, enum tls_place place,
			       struct tls_ext_ec_point_formats *out)
{
	(void)place;
	*out = (struct tls_ext_ec_point_formats){0};
	out->formats = cursor_vec(in, 1, "ec_point_format_list");
	if (out->formats.len == 0)
		cursor_fail(in, "ec_point_format_list");
	return cursor_end(in, "ec_point_formats");
}

TLS_EXT_CHECK(ec_point_formats)
