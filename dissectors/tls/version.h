/*
 * version.h - protocol versions and what depends on them.
 * Parsers whose grammar changed between versions take an enum tls_version.
 * Rows in iana_versions.def; RFC 8446 section 4.2.1.
 */
#ifndef DISSECTORS_TLS_VERSION_H
#define DISSECTORS_TLS_VERSION_H

#include <stdbool.h>
#include <stdint.h>

/* The code as on the wire. Never compare with < or >: DTLS counts downwards; ask the functions
 * below. */
enum tls_version {
	TLS_VERSION_UNKNOWN = 0,
#define TLS_VERSION(code, constant, text) constant = (code),
#include "dissectors/tls/iana_versions.def"
};

/* High byte of the draft versions of TLS 1.3. */
enum { TLS_DRAFT_MAJOR = 0x7f };

/* The version a code stands for; drafts of TLS 1.3 (0x7f0e..0x7f1c, 0xfb17, 0xfb1a) are TLS_1_3.
 * TLS_VERSION_UNKNOWN for anything else, GREASE included. */
enum tls_version tls_version_of(uint16_t code);
/* "TLS1.2" etc; NULL for a code without a row. */
const char *tls_version_name(uint16_t code);

/* Certificate, CertificateRequest, NewSessionTicket have the grammar of RFC 8446. */
static inline bool
tls_version_is_13(enum tls_version v)
{
	return v == TLS_1_3 || v == TLS_DTLS_1_3;
}

/* Signatures carry a SignatureAndHashAlgorithm or SignatureScheme: TLS 1.2 and later. */
static inline bool
tls_version_has_schemes(enum tls_version v)
{
	return v == TLS_1_2 || v == TLS_DTLS_1_2 || tls_version_is_13(v);
}

#endif
