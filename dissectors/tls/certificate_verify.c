/*
 * certificate_verify.c - CertificateVerify, RFC 8446 section 4.4.3; see certificate_verify.h.
 */
#include "dissectors/tls/certificate_verify.h"

bool
tls_certificate_verify_parse(struct cursor *in, enum tls_version v,
			     struct tls_certificate_verify *out)
{
	out->has_algorithm = tls_version_has_schemes(v);
	out->algorithm = out->has_algorithm ? cursor_u16(in, "algorithm") : 0;
	out->signature = cursor_vec(in, 2, "signature");
	return cursor_end(in, "CertificateVerify");
}
