/*
 * ext_key_share.c - KeyShare, RFC 8446 section 4.2.8; see ext_key_share.h.
 */
#include "dissectors/tls/ext_key_share.h"

/* KeyShareEntry */
static void
read_entry(struct cursor *in, struct tls_key_share *out)
{
	out->group = cursor_u16(in, "group");
	out->key_exchange = cursor_vec(in, 2, "key_exchange");
	if (out->key_exchange.len == 0)
		cursor_fail(in, "key_exchange");
}

bool
tls_ext_key_share_parse(struct cursor *in, enum tls_place place, struct tls_ext_key_share *out)
{
	*out = (struct tls_ext_key_share){0};
	switch (place) {
	case TLS_IN_CH:
		out->client_shares = cursor_vec(in, 2, "client_shares");
		break;
	case TLS_IN_HRR:
		out->server.group = cursor_u16(in, "selected_group");
		break;
	default:
		read_entry(in, &out->server);
		break;
	}
	return cursor_end(in, "key_share");
}

bool
tls_key_share_next(struct cursor *list, struct tls_key_share *out)
{
	*out = (struct tls_key_share){0};
	if (!cursor_more(list))
		return false;
	read_entry(list, out);
	return cursor_ok(list);
}

TLS_EXT_CHECK(key_share)
