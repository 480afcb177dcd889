/*
 * certificate_status.h - a stapled OCSP response, as a message (before 1.3) or inside the
 * status_request extension of a 1.3 CertificateEntry: same grammar. RFC 6066 section 8, RFC 6961
 * section 2.2.
 */
#ifndef DISSECTORS_TLS_CERTIFICATE_STATUS_H
#define DISSECTORS_TLS_CERTIFICATE_STATUS_H

#include "dissectors/tls/list.h"

enum tls_certificate_status_type { TLS_STATUS_ocsp = 1, TLS_STATUS_ocsp_multi = 2 };

/* The view borrows from the message. */
struct tls_certificate_status {
	uint8_t status_type;
	struct bytes
	    response; /* ocsp: DER OCSPResponse; ocsp_multi: a list, see below; else the rest */
};

bool tls_certificate_status_parse(struct cursor *in, struct tls_certificate_status *out);

/* ocsp_multi: the next response, possibly empty. */
static inline bool
tls_ocsp_response_next(struct cursor *list, struct bytes *out)
{
	return tls_vec_next(list, 3, "OCSPResponse", out);
}

#endif
