/*
 * certificate_verify.h - the proof of possession: a signature over the transcript.
 * Not verified here. RFC 8446 section 4.4.3, RFC 5246 section 7.4.8, RFC 4346 section 7.4.8.
 */
#ifndef DISSECTORS_TLS_CERTIFICATE_VERIFY_H
#define DISSECTORS_TLS_CERTIFICATE_VERIFY_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/cursor.h"

/* The view borrows from the message. */
struct tls_certificate_verify {
	bool has_algorithm; /* TLS 1.2 and later */
	uint16_t algorithm; /* SignatureScheme; before 1.2 0, the key decides */
	struct bytes signature;
};

bool tls_certificate_verify_parse(struct cursor *in, enum tls_version v,
				  struct tls_certificate_verify *out);

#endif
