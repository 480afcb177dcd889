/*
 * certificate.h - the fields of an X.509 certificate as views, read without OpenSSL or allocation.
 * Called once per distinct certificate by analyzer/tls/certificates.c. RFC 5280 section 4.
 *
 * Nothing is verified: no signature, no chain, no name constraint, no validity. A field that cannot
 * be read leaves its members empty and is the error when it is the first one; the fields after it
 * are read all the same as long as their own boundaries are sound.
 */
#ifndef DISSECTORS_X509_CERTIFICATE_H
#define DISSECTORS_X509_CERTIFICATE_H

#include "dissectors/x509/public_key.h"
#include "dissectors/x509/time.h"

/* KeyUsage bit n (RFC 5280 section 4.2.1.3) is 1 << n; names with x509_key_usage_text. */
enum x509_key_usage {
	X509_USAGE_DIGITAL_SIGNATURE = 1 << 0,
	X509_USAGE_KEY_ENCIPHERMENT = 1 << 2,
	X509_USAGE_KEY_AGREEMENT = 1 << 4,
	X509_USAGE_KEY_CERT_SIGN = 1 << 5,
	X509_USAGE_CRL_SIGN = 1 << 6,
};

/* Which extensions were present, well-formed or not. */
enum x509_extension {
	X509_EXT_SKI = 1 << 0,
	X509_EXT_KEY_USAGE = 1 << 1,
	X509_EXT_SAN = 1 << 2,
	X509_EXT_BASIC_CONSTRAINTS = 1 << 3,
	X509_EXT_CRL_POINTS = 1 << 4,
	X509_EXT_AKI = 1 << 5,
	X509_EXT_EKU = 1 << 6,
	X509_EXT_AIA = 1 << 7,
};

/* why is CURSOR_OK when nothing failed. */
struct x509_error {
	enum cursor_failure why;
	const char *part;  /* field of the certificate, or extension */
	const char *field; /* within the part */
	uint64_t at;       /* offset from the start of the certificate */
	size_t needed, left;
};

enum { X509_PATHLEN_NONE = -1, X509_PATHLEN_MAX = INT32_MAX };

struct x509_certificate {
	unsigned version;    /* 1, 2, 3, or what the number says plus 1; 0 unread */
	struct bytes serial; /* INTEGER contents, two's complement */
	struct x509_algorithm signature, tbs_signature;
	struct bytes issuer, subject;  /* whole Name elements, for x509_dn_text */
	int64_t not_before, not_after; /* seconds since 1970, X509_TIME_NONE unread */
	struct x509_public_key key;
	struct bytes signature_value; /* without the count of unused bits */

	unsigned extensions;                /* enum x509_extension */
	unsigned critical;                  /* those of them marked critical */
	unsigned unknown, unknown_critical; /* how many others */
	bool ca;
	int path_len;       /* X509_PATHLEN_NONE without; larger numbers give X509_PATHLEN_MAX */
	unsigned key_usage; /* bit n of KeyUsage is 1 << n */
	struct bytes ski, aki;
	/* Contents for the iterators below; empty when absent. */
	struct bytes san, eku, aia, crl_points;

	struct x509_error error; /* the first one */
};

/* True when the whole of `der` is one well-formed certificate. *out is filled either way. */
bool x509_certificate_parse(struct bytes der, struct x509_certificate *out);
/* The same for a raw public key, a SubjectPublicKeyInfo on its own (RFC 7250): fills key and error
 * only. */
bool x509_raw_key_parse(struct bytes der, struct x509_certificate *out);

/* GeneralName (RFC 5280 section 4.2.1.6), by its context tag number. */
enum x509_name_kind {
	X509_NAME_OTHER,
	X509_NAME_EMAIL,
	X509_NAME_DNS,
	X509_NAME_X400,
	X509_NAME_DIRECTORY,
	X509_NAME_EDI,
	X509_NAME_URI,
	X509_NAME_IP,
	X509_NAME_RID,
	X509_NAME_KIND_COUNT,
};
struct x509_general_name {
	enum x509_name_kind kind;
	struct bytes
	    value;         /* text, address octets, OID contents, a whole Name, else the contents */
	struct bytes type; /* OTHER: its OID */
};

/* Iterators over san, eku, aia, crl_points: start with cursor_init(view, 0); false at the end and
 * at a failure, which the certificate's error has told already. */
bool x509_general_name_next(struct cursor *in, struct x509_general_name *out);
bool x509_purpose_next(struct cursor *in, struct bytes *oid);
/* Only entries whose location is a URI; *method is the OID of the access method. */
bool x509_access_next(struct cursor *in, struct bytes *method, struct bytes *uri);
/* Every URI of every distribution point's full name, given `points` = cursor over crl_points and
 * a zeroed `names`. */
bool x509_crl_url_next(struct cursor *points, struct cursor *names, struct bytes *uri);

#endif
