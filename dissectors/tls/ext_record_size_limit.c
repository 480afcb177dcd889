/*
 * ext_record_size_limit.c - RecordSizeLimit, RFC 8449 section 4; see ext_record_size_limit.h.
 */
#include "dissectors/tls/ext_record_size_limit.h"

bool
tls_ext_record_size_limit_parse(struct cursor *in, enum tls_place place,
				struct tls_ext_record_size_limit *out)
{
	(void)place;
	*out = (struct tls_ext_record_size_limit){0};
	out->limit = cursor_u16(in, "RecordSizeLimit");
	return cursor_end(in, "record_size_limit");
}

TLS_EXT_CHECK(record_size_limit)
