/*
 * extensions.c - the certificate extensions we store, one row and one reader each.
 * Called by certificate.c. RFC 5280 sections 4.2.1 and 4.2.2.
 */
#include "dissectors/x509/extensions.h"

static void
subject_key_identifier(struct cursor *in, struct x509_certificate *c)
{
	c->ski = der_value(in, DER_OCTET_STRING, "KeyIdentifier");
}

/* KeyUsage ::= BIT STRING: bit 0 is the highest of the first octet. */
static void
key_usage(struct cursor *in, struct x509_certificate *c)
{
	unsigned unused;
	struct bytes bits = der_bit_string(in, &unused, "KeyUsage");

	for (unsigned i = 0; i < 16 && i + unused < bits.len * 8; i++)
		if (bits.data[i / 8] & 0x80 >> i % 8)
			c->key_usage |= 1u << i;
}

static void
basic_constraints(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "BasicConstraints");

	if (der_peek(&body) == DER_BOOLEAN)
		c->ca = der_boolean(&body, "cA");
	if (cursor_more(&body)) {
		int64_t n = der_unsigned(&body, "pathLenConstraint");
		if (cursor_ok(&body))
			c->path_len = n < X509_PATHLEN_MAX ? (int)n : X509_PATHLEN_MAX;
	}
	cursor_end(&body, "BasicConstraints");
	cursor_adopt(in, &body);
}

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1],
 * authorityCertSerialNumber [2] }, all optional. */
static void
authority_key_identifier(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "AuthorityKeyIdentifier"), names;
	struct x509_general_name name;

	if (der_peek(&body) == (DER_CONTEXT | 0))
		c->aki = der_value(&body, DER_CONTEXT | 0, "keyIdentifier");
	if (der_peek(&body) == (DER_CONTEXT | DER_CONSTRUCTED | 1)) {
		names = der_enter(&body, DER_CONTEXT | DER_CONSTRUCTED | 1, "authorityCertIssuer");
		while (x509_general_name_next(&names, &name))
			;
		cursor_adopt(&body, &names);
	}
	if (der_peek(&body) == (DER_CONTEXT | 2))
		der_value(&body, DER_CONTEXT | 2, "authorityCertSerialNumber");
	cursor_end(&body, "AuthorityKeyIdentifier");
	cursor_adopt(in, &body);
}

/* Lists: run through once for their failures; kept also when there is one, for what stands before
 * it. */
static void
subject_alt_name(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "GeneralNames"), list = body;
	struct x509_general_name name;

	while (x509_general_name_next(&list, &name))
		;
	c->san = cursor_rest(&body);
	cursor_adopt(in, &list);
}

static void
ext_key_usage(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "ExtKeyUsageSyntax"), list = body;
	struct bytes oid;

	while (x509_purpose_next(&list, &oid))
		;
	c->eku = cursor_rest(&body);
	cursor_adopt(in, &list);
}

static void
authority_info_access(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "AuthorityInfoAccess"), list = body;
	struct bytes method, uri;

	while (x509_access_next(&list, &method, &uri))
		;
	c->aia = cursor_rest(&body);
	cursor_adopt(in, &list);
}

static void
crl_distribution_points(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "CRLDistributionPoints"), list = body;
	struct cursor names = {0};
	struct bytes uri;

	while (x509_crl_url_next(&list, &names, &uri))
		;
	c->crl_points = cursor_rest(&body);
	cursor_adopt(in, &list);
}

/* clang-format off */
static const struct extension {
	const char *oid; /* contents octets */
	uint8_t oid_len;
	enum x509_extension bit;
	const char *name;
	void (*read)(struct cursor *in, struct x509_certificate *c);
} extensions[] = {
	{"\x55\x1d\x0e",                     3, X509_EXT_SKI,               "subjectKeyIdentifier",   subject_key_identifier},
	{"\x55\x1d\x0f",                     3, X509_EXT_KEY_USAGE,         "keyUsage",               key_usage},
	{"\x55\x1d\x11",                     3, X509_EXT_SAN,               "subjectAltName",         subject_alt_name},
	{"\x55\x1d\x13",                     3, X509_EXT_BASIC_CONSTRAINTS, "basicConstraints",       basic_constraints},
	{"\x55\x1d\x1f",                     3, X509_EXT_CRL_POINTS,        "cRLDistributionPoints",  crl_distribution_points},
	{"\x55\x1d\x23",                     3, X509_EXT_AKI,               "authorityKeyIdentifier", authority_key_identifier},
	{"\x55\x1d\x25",                     3, X509_EXT_EKU,               "extKeyUsage",            ext_key_usage},
	{"\x2b\x06\x01\x05\x05\x07\x01\x01", 8, X509_EXT_AIA,               "authorityInfoAccess",    authority_info_access},
};
/* clang-format on */

static const struct extension *
find(struct bytes oid)
{
	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
		if (bytes_equal(oid, bytes_of(extensions[i].oid, extensions[i].oid_len)))
			return &extensions[i];
	return NULL;
}

/* RFC 5280 section 4.2: not more than one instance of an extension; the first stands. */
static void
known(struct cursor *value, const struct extension *e, struct x509_certificate *c)
{
	if (c->extensions & e->bit)
		cursor_fail(value, "second instance");
	else
		e->read(value, c);
	c->extensions |= e->bit;
	cursor_end(value, e->name);
	x509_note(c, value, e->name);
}

/* Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static void
extension(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "Extension"), value;
	struct bytes oid = der_oid(&body, "extnID");
	bool critical = der_peek(&body) == DER_BOOLEAN && der_boolean(&body, "critical");
	const struct extension *e = find(oid);

	value = der_enter(&body, DER_OCTET_STRING, "extnValue");
	if (cursor_end(&body, "Extension") && e != NULL) {
		known(&value, e, c);
		c->critical |= critical ? e->bit : 0;
	} else if (cursor_ok(&body)) {
		c->unknown++;
		c->unknown_critical += critical;
	}
	x509_note(c, &body, "extensions");
}

void
x509_extensions_parse(struct cursor *in, struct x509_certificate *c)
{
	struct cursor wrapper, list;

	wrapper = der_enter_cut(in, DER_CONTEXT | DER_CONSTRUCTED | 3, "extensions");
	list = der_enter_cut(&wrapper, DER_SEQUENCE, "Extensions");
	while (cursor_more(&list))
		extension(&list, c);
	cursor_adopt(&wrapper, &list);
	cursor_end(&wrapper, "extensions");
	cursor_adopt(in, &wrapper);
}
