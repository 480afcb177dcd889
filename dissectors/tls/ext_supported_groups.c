/*
 * ext_supported_groups.c - NamedGroupList, RFC 8446 section 4.2.7; see ext_supported_groups.h.
 */
#include "dissectors/tls/ext_supported_groups.h"

bool
tls_ext_supported_groups_parse(struct cursor *in, enum tls_place place,
			       struct tls_ext_supported_groups *out)
{
	(void)place;
	*out = (struct tls_ext_supported_groups){0};
	out->groups = cursor_vec(in, 2, "named_group_list");
	if (out->groups.len == 0 || out->groups.len % 2 != 0)
		cursor_fail(in, "named_group_list");
	return cursor_end(in, "supported_groups");
}

TLS_EXT_CHECK(supported_groups)
