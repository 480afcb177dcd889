/*
 * ext_encrypted_client_hello.c - ECHClientHello and its answers, RFC 9849 section 5; see
 * ext_encrypted_client_hello.h.
 */
#include "dissectors/tls/ext_encrypted_client_hello.h"

enum { CONFIRMATION_LEN = 8 };

static void
read_client_hello(struct cursor *in, struct tls_ext_encrypted_client_hello *out)
{
	out->type = cursor_u8(in, "ECHClientHelloType");
	if (out->type == TLS_ECH_inner)
		return;
	if (out->type != TLS_ECH_outer)
		cursor_fail(in, "ECHClientHelloType");
	out->kdf_id = cursor_u16(in, "kdf_id");
	out->aead_id = cursor_u16(in, "aead_id");
	out->config_id = cursor_u8(in, "config_id");
	out->enc = cursor_vec(in, 2, "enc");
	out->payload = cursor_vec(in, 2, "payload");
	if (out->payload.len == 0)
		cursor_fail(in, "payload");
}

bool
tls_ext_encrypted_client_hello_parse(struct cursor *in, enum tls_place place,
				     struct tls_ext_encrypted_client_hello *out)
{
	*out = (struct tls_ext_encrypted_client_hello){0};
	switch (place) {
	case TLS_IN_EE:
		out->retry_configs = cursor_vec(in, 2, "retry_configs");
		break;
	case TLS_IN_HRR:
		out->confirmation = cursor_bytes(in, CONFIRMATION_LEN, "confirmation");
		break;
	default:
		read_client_hello(in, out);
		break;
	}
	return cursor_end(in, "encrypted_client_hello");
}

TLS_EXT_CHECK(encrypted_client_hello)
