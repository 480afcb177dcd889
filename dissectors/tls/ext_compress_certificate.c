/*
 * ext_compress_certificate.c - CertificateCompressionAlgorithms, RFC 8879 section 3; see
 * ext_compress_certificate.h.
 */
#include "dissectors/tls/ext_compress_certificate.h"

bool
tls_ext_compress_certificate_parse(struct cursor *in, enum tls_place place,
				   struct tls_ext_compress_certificate *out)
{
	(void)place;
	*out = (struct tls_ext_compress_certificate){0};
	out->algorithms = cursor_vec(in, 1, "algorithms");
	if (out->algorithms.len == 0 || out->algorithms.len % 2 != 0)
		cursor_fail(in, "algorithms");
	return cursor_end(in, "compress_certificate");
}

TLS_EXT_CHECK(compress_certificate)
