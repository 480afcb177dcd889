/*
 * sslv2.c - SSLv2-format ClientHello, RFC 5246 appendix E.2; see sslv2.h.
 */
#include "dissectors/tls/sslv2.h"

bool
sslv2_header_parse(struct cursor *in, uint16_t *length)
{
	uint16_t word = cursor_u16(in, "msg_length");

	*length = word & 0x7fff;
	if ((word & 0x8000) == 0)
		cursor_fail(in, "msg_length");
	return cursor_ok(in);
}

bool
sslv2_client_hello_parse(struct cursor *in, struct sslv2_client_hello *out)
{
	if (cursor_u8(in, "msg_type") != SSLV2_CLIENT_HELLO)
		cursor_fail(in, "msg_type");
	out->version = cursor_u16(in, "version");
	size_t cipher_spec_length = cursor_u16(in, "cipher_spec_length");
	size_t session_id_length = cursor_u16(in, "session_id_length");
	size_t challenge_length = cursor_u16(in, "challenge_length");
	if (cipher_spec_length == 0 || cipher_spec_length % 3 != 0)
		cursor_fail(in, "cipher_spec_length");
	out->cipher_specs = cursor_bytes(in, cipher_spec_length, "cipher_specs");
	out->session_id = cursor_bytes(in, session_id_length, "session_id");
	out->challenge = cursor_bytes(in, challenge_length, "challenge");
	return cursor_end(in, "V2ClientHello");
}

bool
sslv2_cipher_spec_next(struct cursor *list, uint32_t *out)
{
	*out = 0;
	if (!cursor_more(list))
		return false;
	*out = cursor_u24(list, "V2CipherSpec");
	return cursor_ok(list);
}
