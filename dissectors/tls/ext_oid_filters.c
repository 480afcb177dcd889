/*
 * ext_oid_filters.c - OIDFilterExtension, RFC 8446 section 4.2.5; see ext_oid_filters.h.
 */
#include "dissectors/tls/ext_oid_filters.h"

bool
tls_ext_oid_filters_parse(struct cursor *in, enum tls_place place, struct tls_ext_oid_filters *out)
{
	(void)place;
	*out = (struct tls_ext_oid_filters){0};
	out->filters = cursor_vec(in, 2, "filters");
	return cursor_end(in, "oid_filters");
}

bool
tls_oid_filter_next(struct cursor *list, struct tls_oid_filter *out)
{
	*out = (struct tls_oid_filter){0};
	if (!cursor_more(list))
		return false;
	out->oid = cursor_vec(list, 1, "certificate_extension_oid");
	out->values = cursor_vec(list, 2, "certificate_extension_values");
	return cursor_ok(list);
}

TLS_EXT_CHECK(oid_filters)
