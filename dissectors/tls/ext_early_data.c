/*
 * ext_early_data.c - EarlyDataIndication, RFC 8446 section 4.2.10; see ext_early_data.h.
 */
#include "dissectors/tls/ext_early_data.h"

bool
tls_ext_early_data_parse(struct cursor *in, enum tls_place place, struct tls_ext_early_data *out)
{
	*out = (struct tls_ext_early_data){0};
	if (place == TLS_IN_NST)
		out->max_early_data_size = cursor_u32(in, "max_early_data_size");
	return cursor_end(in, "early_data");
}

TLS_EXT_CHECK(early_data)
