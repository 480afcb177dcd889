/*
 * ext_server_name.c - ServerNameList, RFC 6066 section 3; see ext_server_name.h.
 */
#include "dissectors/tls/ext_server_name.h"

/* Every name type is read with a 16-bit length: RFC 6066 has no other and older parsers rely on it.
 */
enum { NAME_TYPE_HOST = 0 };

bool
tls_ext_server_name_parse(struct cursor *in, enum tls_place place, struct tls_ext_server_name *out)
{
	*out = (struct tls_ext_server_name){0};
	if (place != TLS_IN_CH)
		return cursor_end(in, "server_name");
	struct cursor list = cursor_child(in, cursor_vec(in, 2, "server_name_list"));
	if (!cursor_more(&list))
		cursor_fail(&list, "server_name_list");
	while (cursor_more(&list)) {
		uint8_t type = cursor_u8(&list, "name_type");
		struct bytes name = cursor_vec(&list, 2, "HostName");
		if (type == NAME_TYPE_HOST && out->host_name.len == 0)
			out->host_name = name;
	}
	cursor_adopt(in, &list);
	return cursor_end(in, "server_name");
}

TLS_EXT_CHECK(server_name)
