/*
 * dn.h - distinguished names: walk and RFC 4514 text.
 * Used for subjects, issuers, directory names and the CA names of a CertificateRequest.
 * RFC 5280 section 4.1.2.4, RFC 4514; deviations are those of OpenSSL's XN_FLAG_RFC2253.
 */
#ifndef DISSECTORS_X509_DN_H
#define DISSECTORS_X509_DN_H

#include "dissectors/x509/der.h"

/* One AttributeTypeAndValue. */
struct x509_attribute {
	struct bytes oid;
	struct der value;
	bool first; /* of its RelativeDistinguishedName; false: joined with '+' to the one before */
};

/* A walk over a Name in its order of encoding. */
struct x509_dn {
	struct cursor rdns, set;
};

/* `name` reads the whole Name element (SEQUENCE OF ...), as certificates and TLS carry it. */
struct x509_dn x509_dn_init(struct cursor *name, const char *field);
/* False at the end and after a failure, which is then in dn->rdns. */
bool x509_dn_next(struct x509_dn *dn, struct x509_attribute *out);

/* The next element, a Name, whole; filled also when `in` fails inside it, for x509_dn_text reads as
 * far as it goes. A string that breaks its encoding fails too: OpenSSL and others refuse it. */
struct bytes x509_dn_view(struct cursor *in, const char *field);

/*
 * RFC 4514 text of a whole Name element, most specific first ("CN=alice,OU=Clients,C=DE"), always
 * valid UTF-8 and free of NUL and other C0 controls (written \XX). Values whose type has no text,
 * or that break their type's rules, and values of unknown attributes are #hex of their encoding;
 * bytes that are no UTF-8 inside a UTF8String are \XX.
 *
 * Returns the length of the whole text without its NUL. If that is < size, buf holds the text and
 * a NUL; else buf is the empty string (size permitting) and the caller may come back with more.
 * *malformed (may be NULL) says that the name could not be read to its end: the text is then that
 * of the attributes before, or #hex of everything when there is none.
 */
size_t x509_dn_text(struct bytes name, char *buf, size_t size, bool *malformed);

#endif
