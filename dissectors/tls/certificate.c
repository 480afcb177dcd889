/*
 * certificate.c - Certificate, RFC 8446 section 4.4.2 and RFC 5246 section 7.4.2; see
 * certificate.h.
 */
#include "dissectors/tls/certificate.h"

bool
tls_certificate_parse(struct cursor *in, enum tls_version v, struct tls_certificate *out)
{
	out->request_context = (struct bytes){0};
	if (tls_version_is_13(v))
		out->request_context = cursor_vec(in, 1, "certificate_request_context");
	out->list = cursor_vec(in, 3, "certificate_list");
	return cursor_end(in, "Certificate");
}

bool
tls_certificate_next(struct cursor *list, enum tls_version v, enum tls_certificate_type type,
		     struct tls_certificate_entry *out)
{
	*out = (struct tls_certificate_entry){0};
	if (!cursor_more(list))
		return false;
	if (type == TLS_CERTIFICATE_RAW_PUBLIC_KEY && !tls_version_is_13(v)) {
		out->data = cursor_rest(list);
		return true;
	}
	out->data = cursor_vec(list, 3, "cert_data");
	if (out->data.len == 0)
		cursor_fail(list, "cert_data");
	if (tls_version_is_13(v))
		out->extensions = cursor_vec(list, 2, "extensions");
	return cursor_ok(list);
}
