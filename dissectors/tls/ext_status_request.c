/*
 * ext_status_request.c - CertificateStatusRequest, RFC 6066 section 8; see ext_status_request.h.
 */
#include "dissectors/tls/ext_status_request.h"

#include "dissectors/tls/certificate_status.h"

static bool
read_response(struct cursor *in, struct tls_ext_status_request *out)
{
	struct tls_certificate_status status;
	bool ok = tls_certificate_status_parse(in, &status);

	out->status_type = status.status_type;
	out->response = status.response;
	return ok;
}

bool
tls_ext_status_request_parse(struct cursor *in, enum tls_place place,
			     struct tls_ext_status_request *out)
{
	*out = (struct tls_ext_status_request){0};
	if (place == TLS_IN_CT)
		return read_response(in, out);
	/* A server answers with nothing, and asks a client with nothing or with the client's form.
	 */
	if (place != TLS_IN_CH && !cursor_more(in))
		return cursor_end(in, "status_request");
	out->status_type = cursor_u8(in, "status_type");
	if (out->status_type == TLS_STATUS_ocsp) {
		out->responder_ids = cursor_vec(in, 2, "responder_id_list");
		out->request_extensions = cursor_vec(in, 2, "request_extensions");
	} else {
		cursor_rest(in);
	}
	return cursor_end(in, "status_request");
}

TLS_EXT_CHECK(status_request)
