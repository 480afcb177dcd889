/*
 * small_messages.c - EncryptedExtensions, Finished, KeyUpdate; see small_messages.h.
 */
#include "dissectors/tls/small_messages.h"

bool
tls_encrypted_extensions_parse(struct cursor *in, struct tls_encrypted_extensions *out)
{
	out->extensions = cursor_vec(in, 2, "extensions");
	return cursor_end(in, "EncryptedExtensions");
}

/* 1.2 has 12 unless the suite says otherwise; of the suites there are only GOST's 32 (RFC 9189
 * section 4.3.3) do. 1.3: the length of the suite's hash. */
static bool
finished_length_ok(enum tls_version v, size_t len)
{
	if (v == TLS_SSL3)
		return len == 36;
	if (tls_version_is_13(v))
		return len == 32 || len == 48;
	if (v == TLS_VERSION_UNKNOWN)
		return len == 12 || len == 32 || len == 36 || len == 48;
	return len == 12 || len == 32;
}

bool
tls_finished_parse(struct cursor *in, enum tls_version v, struct tls_finished *out)
{
	out->verify_data = cursor_rest(in);
	if (!finished_length_ok(v, out->verify_data.len))
		cursor_fail(in, "verify_data");
	return cursor_end(in, "Finished");
}

bool
tls_key_update_parse(struct cursor *in, struct tls_key_update *out)
{
	out->request_update = cursor_u8(in, "request_update");
	if (out->request_update > 1)
		cursor_fail(in, "request_update");
	return cursor_end(in, "KeyUpdate");
}
