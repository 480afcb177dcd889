/*
 * ext_status_request.h - OCSP stapling. CH: asks; SH: empty, "a CertificateStatus follows"; CR:
 * empty, or as in CH; CT: the response. RFC 6066 section 8, RFC 8446 section 4.4.2.1.
 */
#ifndef DISSECTORS_TLS_EXT_STATUS_REQUEST_H
#define DISSECTORS_TLS_EXT_STATUS_REQUEST_H

#include "dissectors/tls/extensions.h"
#include "dissectors/tls/list.h"

struct tls_ext_status_request {
	uint8_t status_type;             /* CH, CT: 1 is OCSP; 0 when the extension is empty */
	struct bytes responder_ids;      /* CH: list of ResponderID<1..2^16-1> */
	struct bytes request_extensions; /* CH: DER */
	struct bytes response;           /* CT: DER OCSPResponse */
};

/* `in` covers the extension's data; a member the place has not is zero or empty. Views borrow. */
bool tls_ext_status_request_parse(struct cursor *in, enum tls_place place,
				  struct tls_ext_status_request *out);

#endif
