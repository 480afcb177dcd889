/*
 * ext_alpn.c - ProtocolNameList, RFC 7301 section 3.1; see ext_alpn.h.
 */
#include "dissectors/tls/ext_alpn.h"

bool
tls_ext_alpn_parse(struct cursor *in, enum tls_place place, struct tls_ext_alpn *out)
{
	*out = (struct tls_ext_alpn){0};
	out->protocols = cursor_vec(in, 2, "protocol_name_list");
	if (out->protocols.len == 0)
		cursor_fail(in, "protocol_name_list");
	if (place != TLS_IN_CH) {
		struct cursor list = cursor_child(in, out->protocols);
		tls_alpn_next(&list, &out->selected);
		cursor_end(&list, "protocol_name_list");
		cursor_adopt(in, &list);
	}
	return cursor_end(in, "alpn");
}

TLS_EXT_CHECK(alpn)
