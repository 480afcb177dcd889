/*
 * compressed_certificate.c - CompressedCertificate, RFC 8879 section 4; see
 * compressed_certificate.h.
 */
#include "dissectors/tls/compressed_certificate.h"

bool
tls_compressed_certificate_parse(struct cursor *in, struct tls_compressed_certificate *out)
{
	out->algorithm = cursor_u16(in, "algorithm");
	out->uncompressed_length = cursor_u24(in, "uncompressed_length");
	out->compressed = cursor_vec(in, 3, "compressed_certificate_message");
	if (out->compressed.len == 0)
		cursor_fail(in, "compressed_certificate_message");
	return cursor_end(in, "CompressedCertificate");
}
