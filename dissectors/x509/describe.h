/*
 * describe.h - a certificate's fields as the text that users see.
 * Used by analyzer/tls/certificates.c once per distinct certificate. Everything is valid UTF-8
 * without NUL, whatever the certificate holds; other controls are left for the printer to escape.
 */
#ifndef DISSECTORS_X509_DESCRIBE_H
#define DISSECTORS_X509_DESCRIBE_H

#include "dissectors/x509/certificate.h"
#include "dissectors/x509/text.h"

/* Lower-case hex of the magnitude, "-" in front when negative, "00" for zero; as OpenSSL prints. */
void x509_serial_text(struct x509_text *t, struct bytes serial);
/* "DNS:a, IP:1.2.3.4, URI:b, otherName:UPN=c": in a value, a backslash and a comma before a space
 * are escaped with a backslash, a NUL is \00 and bytes that are no UTF-8 are \xx, so that no value
 * can pose as two. */
void x509_san_text(struct x509_text *t, struct bytes san);
/* "digitalSignature, keyEncipherment" */
void x509_key_usage_text(struct x509_text *t, unsigned key_usage);
/* "serverAuth, clientAuth, 1.2.3.4" */
void x509_eku_text(struct x509_text *t, struct bytes eku);
/* URLs, separated by one space; spaces, controls and non-ASCII in them are %XX. */
void x509_ocsp_text(struct x509_text *t, struct bytes aia);
void x509_issuers_text(struct x509_text *t, struct bytes aia);
void x509_crl_text(struct x509_text *t, struct bytes crl_points);
/* "RSA", "RSA-PSS", "EC P-256", "EC explicit", "Ed25519", "ML-DSA-65", or the dotted OID */
void x509_key_type_text(struct x509_text *t, const struct x509_public_key *key);
/* "sha256WithRSAEncryption", "rsassaPss-sha256", or the dotted OID */
void x509_signature_text(struct x509_text *t, const struct x509_algorithm *a);
/* "subject: AttributeValue: needs 14 bytes, 3 left" */
void x509_error_text(struct x509_text *t, const struct x509_error *e);

#endif
