/*
 * certificate_status.c - CertificateStatus, RFC 6066 section 8; see certificate_status.h.
 */
#include "dissectors/tls/certificate_status.h"

bool
tls_certificate_status_parse(struct cursor *in, struct tls_certificate_status *out)
{
	out->status_type = cursor_u8(in, "status_type");
	if (out->status_type == TLS_STATUS_ocsp || out->status_type == TLS_STATUS_ocsp_multi)
		out->response = cursor_vec(in, 3, "response");
	else
		out->response = cursor_rest(in);
	return cursor_end(in, "CertificateStatus");
}
