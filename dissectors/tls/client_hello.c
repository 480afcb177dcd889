/*
 * client_hello.c - ClientHello, RFC 8446 section 4.1.2; see client_hello.h.
 */
#include "dissectors/tls/client_hello.h"

enum { RANDOM_LEN = 32, SESSION_ID_MAX = 32 };

bool
tls_client_hello_parse(struct cursor *in, struct tls_client_hello *out)
{
	out->legacy_version = cursor_u16(in, "legacy_version");
	out->random = cursor_bytes(in, RANDOM_LEN, "random");
	out->session_id = cursor_vec(in, 1, "legacy_session_id");
	if (out->session_id.len > SESSION_ID_MAX)
		cursor_fail(in, "legacy_session_id");
	out->cipher_suites = cursor_vec(in, 2, "cipher_suites");
	if (out->cipher_suites.len == 0 || out->cipher_suites.len % 2 != 0)
		cursor_fail(in, "cipher_suites");
	out->compression_methods = cursor_vec(in, 1, "legacy_compression_methods");
	out->has_extensions = cursor_more(in);
	out->extensions = out->has_extensions ? cursor_vec(in, 2, "extensions") : (struct bytes){0};
	return cursor_end(in, "ClientHello");
}
