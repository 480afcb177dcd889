/*
 * certificate.h - Certificate message of all versions: a list of certificates or one raw public
 * key. Both sides send it; an empty list from the client is the answer "none". RFC 8446
 * section 4.4.2, RFC 5246 section 7.4.2 and 7.4.6, RFC 7250 section 3.
 */
#ifndef DISSECTORS_TLS_CERTIFICATE_H
#define DISSECTORS_TLS_CERTIFICATE_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

/* IANA TLS Certificate Types; what the *_certificate_type extensions negotiate. X509 when absent.
 */
enum tls_certificate_type {
	TLS_CERTIFICATE_X509 = 0,
	TLS_CERTIFICATE_OPENPGP = 1,
	TLS_CERTIFICATE_RAW_PUBLIC_KEY = 2,
	TLS_CERTIFICATE_1609DOT2 = 3,
};

/* Views borrow from the message. */
struct tls_certificate {
	struct bytes
	    request_context; /* 1.3 only: what CertificateRequest said; empty in the handshake */
	struct bytes list;   /* iterate with tls_certificate_next; len 0: no certificate */
};

struct tls_certificate_entry {
	struct bytes data;       /* DER certificate, or SubjectPublicKeyInfo for a raw public key */
	struct bytes extensions; /* 1.3 only (status_request, SCT ...) */
};

/* `in` covers the body. */
bool tls_certificate_parse(struct cursor *in, enum tls_version v, struct tls_certificate *out);

/* The next entry of `list` (a cursor_child over .list). Before 1.3 a raw public key has no list
 * around it: the whole view is the one entry. An entry of length 0 is a failure ("cert_data"). */
bool tls_certificate_next(struct cursor *list, enum tls_version v, enum tls_certificate_type type,
			  struct tls_certificate_entry *out);

#endif
