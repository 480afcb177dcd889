/*
 * certificate_request.c - CertificateRequest, RFC 8446 section 4.3.2, RFC 5246 section 7.4.4, RFC
 * 4346 section 7.4.4; see certificate_request.h.
 */
#include "dissectors/tls/certificate_request.h"

#include "dissectors/tls/ext_certificate_authorities.h"
#include "dissectors/tls/ext_oid_filters.h"
#include "dissectors/tls/ext_signature_algorithms.h"
#include "dissectors/tls/ext_signature_algorithms_cert.h"

static void
read_extension(struct cursor *data, uint16_t type, struct tls_certificate_request *out)
{
	struct tls_ext_signature_algorithms sigalgs;
	struct tls_ext_signature_algorithms_cert sigalgs_cert;
	struct tls_ext_certificate_authorities cas;
	struct tls_ext_oid_filters filters;

	switch (type) {
	case TLS_EXT_signature_algorithms:
		tls_ext_signature_algorithms_parse(data, TLS_IN_CR, &sigalgs);
		out->signature_algorithms = sigalgs.schemes;
		break;
	case TLS_EXT_signature_algorithms_cert:
		tls_ext_signature_algorithms_cert_parse(data, TLS_IN_CR, &sigalgs_cert);
		out->signature_algorithms_cert = sigalgs_cert.schemes;
		break;
	case TLS_EXT_certificate_authorities:
		out->has_authorities = tls_ext_certificate_authorities_parse(data, TLS_IN_CR, &cas);
		out->authorities = cas.authorities;
		break;
	case TLS_EXT_oid_filters:
		tls_ext_oid_filters_parse(data, TLS_IN_CR, &filters);
		out->oid_filters = filters.filters;
		break;
	default:
		break;
	}
}

static bool
parse_13(struct cursor *in, struct tls_certificate_request *out)
{
	out->request_context = cursor_vec(in, 1, "certificate_request_context");
	out->extensions = cursor_vec(in, 2, "extensions");
	cursor_end(in, "CertificateRequest");

	struct cursor list = cursor_child(in, out->extensions);
	struct tls_extension ext;
	while (tls_extension_next(&list, &ext)) {
		struct cursor data = cursor_child(&list, ext.data);
		read_extension(&data, ext.type, out);
		cursor_adopt(&list, &data);
	}
	cursor_adopt(in, &list);
	return cursor_ok(in);
}

bool
tls_certificate_request_parse(struct cursor *in, enum tls_version v,
			      struct tls_certificate_request *out)
{
	*out = (struct tls_certificate_request){0};
	if (tls_version_is_13(v))
		return parse_13(in, out);
	out->certificate_types = cursor_vec(in, 1, "certificate_types");
	if (tls_version_has_schemes(v)) {
		out->signature_algorithms = cursor_vec(in, 2, "supported_signature_algorithms");
		if (out->signature_algorithms.len % 2 != 0)
			cursor_fail(in, "supported_signature_algorithms");
	}
	out->authorities = cursor_vec(in, 2, "certificate_authorities");
	out->has_authorities = cursor_ok(in);
	return cursor_end(in, "CertificateRequest");
}
