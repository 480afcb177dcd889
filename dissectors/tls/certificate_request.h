/*
 * certificate_request.h - what the server wants from the client's certificate, in one struct for
 * the three grammars: SSLv3..TLS 1.1 and TLCP, TLS 1.2, TLS 1.3. RFC 8446 section 4.3.2, RFC 5246
 * section 7.4.4, RFC 4346 section 7.4.4.
 */
#ifndef DISSECTORS_TLS_CERTIFICATE_REQUEST_H
#define DISSECTORS_TLS_CERTIFICATE_REQUEST_H

#include "dissectors/tls/list.h"
#include "dissectors/tls/version.h"

/* Views borrow from the message. A list that its version has not, or that was not sent, is empty.
 */
struct tls_certificate_request {
	struct bytes request_context;      /* 1.3: empty in the handshake, set for post-handshake */
	struct bytes certificate_types;    /* before 1.3: 1 byte each */
	struct bytes signature_algorithms; /* 1.2 and 1.3: 2 bytes each */
	struct bytes signature_algorithms_cert; /* 1.3: 2 bytes each */
	bool has_authorities;                   /* before 1.3 always; 1.3: the extension was sent */
	struct bytes authorities;               /* distinguished names; len 0: any */
	struct bytes oid_filters;               /* 1.3: iterate with tls_oid_filter_next */
	struct bytes extensions;                /* 1.3 */
};

/* `in` covers the body; v is the negotiated version (with another one this fails or misreads).
 * 1.3: the four extensions above are read in one pass, others only stepped over. */
bool tls_certificate_request_parse(struct cursor *in, enum tls_version v,
				   struct tls_certificate_request *out);

/* Names: tls_client_certificate_type_name(). */
static inline bool
tls_client_certificate_type_next(struct cursor *list, uint8_t *out)
{
	return tls_u8_next(list, "certificate_type", out);
}

/* Names: tls_signature_scheme_name(). */
static inline bool
tls_signature_scheme_next(struct cursor *list, uint16_t *out)
{
	return tls_u16_next(list, "signature_algorithm", out);
}

/* One DER-encoded Name. */
static inline bool
tls_distinguished_name_next(struct cursor *list, struct bytes *out)
{
	return tls_vec_next(list, 2, "DistinguishedName", out);
}

#endif
