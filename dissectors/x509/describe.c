/*
 * describe.c - see describe.h.
 * Names of key usage bits: RFC 5280 section 4.2.1.3; addresses: RFC 5952.
 */
#include "dissectors/x509/describe.h"

#include "dissectors/x509/oid.h"

void
x509_serial_text(struct x509_text *t, struct bytes serial)
{
	static const char digit[] = "0123456789abcdef";
	bool negative = serial.len > 0 && serial.data[0] & 0x80;
	size_t skip = serial.len > 1 && serial.data[0] == 0;
	size_t lowest = serial.len;

	if (negative)
		x509_text_char(t, '-');
	/* The magnitude of a negative number: complement, plus one at the lowest octet not zero. */
	while (negative && lowest > 0 && serial.data[lowest - 1] == 0)
		lowest--;
	for (size_t i = skip; i < serial.len; i++) {
		uint8_t octet = serial.data[i];
		if (negative && i < lowest)
			octet = (uint8_t)(~octet + (i + 1 == lowest));
		/* 0xff01 is -0xff in one octet: the first one only carries the sign. */
		if (i == 0 && octet == 0 && serial.len > 1)
			continue;
		x509_text_char(t, digit[octet >> 4]);
		x509_text_char(t, digit[octet & 15]);
	}
}

void
x509_key_usage_text(struct x509_text *t, unsigned key_usage)
{
	static const char *const names[] = {
	    "digitalSignature", "nonRepudiation", "keyEncipherment",
	    "dataEncipherment", "keyAgreement",   "keyCertSign",
	    "cRLSign",          "encipherOnly",   "decipherOnly",
	};
	bool first = true;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!(key_usage & 1u << i))
			continue;
		if (!first)
			x509_text_str(t, ", ");
		x509_text_str(t, names[i]);
		first = false;
	}
}

void
x509_eku_text(struct x509_text *t, struct bytes eku)
{
	struct cursor in = cursor_init(eku, 0);
	struct bytes oid;

	for (bool first = true; x509_purpose_next(&in, &oid); first = false) {
		if (!first)
			x509_text_str(t, ", ");
		x509_oid_name(t, X509_OID_PURPOSE, oid);
	}
}

/* RFC 3986 section 2.1: what may not stand in a URL is %XX; keeps the list's spaces separators. */
static void
put_url(struct x509_text *t, struct bytes url, bool first)
{
	static const char digit[] = "0123456789ABCDEF";

	if (!first)
		x509_text_char(t, ' ');
	for (size_t i = 0; i < url.len; i++) {
		uint8_t c = url.data[i];
		if (c > ' ' && c < 0x7f) {
			x509_text_char(t, (char)c);
			continue;
		}
		x509_text_char(t, '%');
		x509_text_char(t, digit[c >> 4]);
		x509_text_char(t, digit[c & 15]);
	}
}

static void
put_access(struct x509_text *t, struct bytes aia, const char *method_name)
{
	struct cursor in = cursor_init(aia, 0);
	struct bytes method, uri;
	bool first = true;

	while (x509_access_next(&in, &method, &uri)) {
		const struct x509_oid *row = x509_oid_find(X509_OID_ACCESS, method);
		if (row == NULL || strcmp(row->name, method_name) != 0)
			continue;
		put_url(t, uri, first);
		first = false;
	}
}

void
x509_ocsp_text(struct x509_text *t, struct bytes aia)
{
	put_access(t, aia, "OCSP");
}

void
x509_issuers_text(struct x509_text *t, struct bytes aia)
{
	put_access(t, aia, "caIssuers");
}

void
x509_crl_text(struct x509_text *t, struct bytes crl_points)
{
	struct cursor points = cursor_init(crl_points, 0), names = {0};
	struct bytes uri;

	for (bool first = true; x509_crl_url_next(&points, &names, &uri); first = false)
		put_url(t, uri, first);
}

void
x509_key_type_text(struct x509_text *t, const struct x509_public_key *key)
{
	const struct x509_oid *row = x509_oid_find(X509_OID_KEY, key->algorithm.oid);

	if (row == NULL) {
		x509_oid_dotted(t, key->algorithm.oid);
		return;
	}
	x509_text_str(t, row->name);
	if (row->bits != X509_BITS_POINT)
		return;
	x509_text_char(t, ' ');
	if (key->curve.len > 0)
		x509_oid_name(t, X509_OID_CURVE, key->curve);
	else
		x509_text_str(t, "explicit");
}

/* RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, ... }, RFC 4055 section 3.1 */
static void
put_pss_digest(struct x509_text *t, const struct der *parameters)
{
	struct cursor in = cursor_init(parameters->value, 0), hash;
	struct x509_algorithm digest;

	if (parameters->tag != DER_SEQUENCE)
		return;
	x509_text_char(t, '-');
	if (der_peek(&in) != (DER_CONTEXT | DER_CONSTRUCTED | 0)) {
		x509_text_str(t, "sha1");
		return;
	}
	hash = der_enter(&in, DER_CONTEXT | DER_CONSTRUCTED | 0, "hashAlgorithm");
	x509_algorithm_parse(&hash, &digest, "hashAlgorithm");
	x509_oid_name(t, X509_OID_DIGEST, digest.oid);
}

void
x509_signature_text(struct x509_text *t, const struct x509_algorithm *a)
{
	const struct x509_oid *row = x509_oid_find(X509_OID_SIGNATURE, a->oid);

	x509_oid_name(t, X509_OID_SIGNATURE, a->oid);
	if (row != NULL && strcmp(row->name, "rsassaPss") == 0)
		put_pss_digest(t, &a->parameters);
}

void
x509_error_text(struct x509_text *t, const struct x509_error *e)
{
	if (e->why == CURSOR_OK)
		return;
	x509_text_str(t, e->part);
	if (strcmp(e->part, e->field) != 0) {
		x509_text_str(t, ": ");
		x509_text_str(t, e->field);
	}
	if (e->why == CURSOR_SHORT) {
		x509_text_str(t, ": needs ");
		x509_text_number(t, e->needed);
		x509_text_str(t, e->needed == 1 ? " byte, " : " bytes, ");
		x509_text_number(t, e->left);
		x509_text_str(t, " left");
	} else {
		x509_text_str(t, e->why == CURSOR_LEFTOVER ? ": bytes left over" : ": bad value");
	}
}
