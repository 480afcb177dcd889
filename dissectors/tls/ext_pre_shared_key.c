/*
 * ext_pre_shared_key.c - PreSharedKeyExtension, RFC 8446 section 4.2.11; see ext_pre_shared_key.h.
 */
#include "dissectors/tls/ext_pre_shared_key.h"

bool
tls_ext_pre_shared_key_parse(struct cursor *in, enum tls_place place,
			     struct tls_ext_pre_shared_key *out)
{
	*out = (struct tls_ext_pre_shared_key){0};
	if (place != TLS_IN_CH) {
		out->selected_identity = cursor_u16(in, "selected_identity");
		return cursor_end(in, "pre_shared_key");
	}
	out->identities = cursor_vec(in, 2, "identities");
	out->binders = cursor_vec(in, 2, "binders");
	if (out->identities.len == 0)
		cursor_fail(in, "identities");
	return cursor_end(in, "pre_shared_key");
}

bool
tls_psk_identity_next(struct cursor *list, struct tls_psk_identity *out)
{
	*out = (struct tls_psk_identity){0};
	if (!cursor_more(list))
		return false;
	out->identity = cursor_vec(list, 2, "identity");
	out->obfuscated_ticket_age = cursor_u32(list, "obfuscated_ticket_age");
	return cursor_ok(list);
}

TLS_EXT_CHECK(pre_shared_key)
