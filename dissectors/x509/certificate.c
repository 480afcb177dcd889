/*
 * certificate.c - Certificate and TBSCertificate; extensions are in extensions.c.
 * See certificate.h. RFC 5280 section 4.1; the grammar is the table tbs_fields below.
 */
#include "dissectors/x509/certificate.h"

#include "dissectors/x509/dn.h"
#include "dissectors/x509/extensions.h"

void
x509_note(struct x509_certificate *c, const struct cursor *failed, const char *part)
{
	if (cursor_ok(failed) || c->error.why != CURSOR_OK)
		return;
	c->error = (struct x509_error){.why = failed->failure,
				       .part = part,
				       .field = failed->field,
				       .at = failed->fail_at,
				       .needed = failed->needed,
				       .left = failed->left};
}

/* Version ::= INTEGER { v1(0), v2(1), v3(2) }; numbers beyond are kept, not refused. */
static void
version(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_CONTEXT | DER_CONSTRUCTED | 0, "version");
	int64_t v = der_unsigned(&body, "version");

	c->version = cursor_end(&body, "version") && v < INT32_MAX ? (unsigned)v + 1 : 0;
	cursor_adopt(in, &body);
}

static void
serial(struct cursor *in, struct x509_certificate *c)
{
	c->serial = der_integer(in, "serialNumber");
}

static void
signature(struct cursor *in, struct x509_certificate *c)
{
	x509_algorithm_parse(in, &c->tbs_signature, "signature");
}

static void
issuer(struct cursor *in, struct x509_certificate *c)
{
	c->issuer = x509_dn_view(in, "issuer");
}

static void
subject(struct cursor *in, struct x509_certificate *c)
{
	c->subject = x509_dn_view(in, "subject");
}

static void
validity(struct cursor *in, struct x509_certificate *c)
{
	struct cursor body = der_enter(in, DER_SEQUENCE, "validity");

	c->not_before = x509_time(&body, "notBefore");
	c->not_after = x509_time(&body, "notAfter");
	cursor_end(&body, "validity");
	cursor_adopt(in, &body);
}

static void
public_key(struct cursor *in, struct x509_certificate *c)
{
	x509_public_key_parse(in, &c->key);
}

/* issuerUniqueID and subjectUniqueID: nobody uses them; only their boundaries are read. */
static void
unique_id(struct cursor *in, struct x509_certificate *c)
{
	struct der d;

	(void)c;
	der_next(in, &d, "uniqueID");
}

/* TBSCertificate ::= SEQUENCE { ... }, RFC 5280 section 4.1. */
enum presence { MUST, MAY };
static const struct tbs_field {
	const char *part;
	unsigned tag;
	enum presence presence;
	void (*read)(struct cursor *in, struct x509_certificate *c);
} tbs_fields[] = {
    {"version", DER_CONTEXT | DER_CONSTRUCTED | 0, MAY, version},
    {"serialNumber", DER_INTEGER, MUST, serial},
    {"signature", DER_SEQUENCE, MUST, signature},
    {"issuer", DER_SEQUENCE, MUST, issuer},
    {"validity", DER_SEQUENCE, MUST, validity},
    {"subject", DER_SEQUENCE, MUST, subject},
    {"subjectPublicKeyInfo", DER_SEQUENCE, MUST, public_key},
    {"issuerUniqueID", DER_CONTEXT | 1, MAY, unique_id},
    {"subjectUniqueID", DER_CONTEXT | 2, MAY, unique_id},
    {"extensions", DER_CONTEXT | DER_CONSTRUCTED | 3, MAY, x509_extensions_parse},
};

/* The field's reader works on a copy: when it fails inside, `in` still steps over the element. A
 * missing field is noted, and its place left to the next one. False when nothing more can be read.
 */
static bool
tbs_field(struct cursor *in, const struct tbs_field *f, struct x509_certificate *c)
{
	struct cursor part = *in;
	bool there = der_peek(in) == (int)f->tag;

	if (!there && f->presence == MAY && cursor_ok(in))
		return true;
	if (there)
		f->read(&part, c);
	else
		cursor_fail(&part, f->part);
	x509_note(c, &part, f->part);
	return !there || der_skip(in, f->part);
}

static void
tbs_certificate(struct cursor *in, struct x509_certificate *c)
{
	enum { FIELDS = sizeof tbs_fields / sizeof tbs_fields[0] };
	unsigned i = 0;

	c->version = 1;
	while (i < FIELDS && tbs_field(in, &tbs_fields[i], c))
		i++;
	if (i == FIELDS)
		cursor_end(in, "tbsCertificate");
	x509_note(c, in, "tbsCertificate");
}

static const struct x509_certificate unread = {
    .not_before = X509_TIME_NONE,
    .not_after = X509_TIME_NONE,
    .path_len = X509_PATHLEN_NONE,
};

bool
x509_certificate_parse(struct bytes der, struct x509_certificate *out)
{
	struct cursor in = cursor_init(der, 0), body, tbs;

	*out = unread;
	body = der_enter_cut(&in, DER_SEQUENCE, "Certificate");
	x509_note(out, &in, "Certificate");
	tbs = der_enter_cut(&body, DER_SEQUENCE, "tbsCertificate");
	x509_note(out, &body, "tbsCertificate");
	if (cursor_ok(&tbs))
		tbs_certificate(&tbs, out);
	x509_algorithm_parse(&body, &out->signature, "signatureAlgorithm");
	x509_note(out, &body, "signatureAlgorithm");
	out->signature_value = der_bit_string(&body, NULL, "signatureValue");
	x509_note(out, &body, "signatureValue");
	cursor_end(&body, "Certificate");
	x509_note(out, &body, "Certificate");
	cursor_end(&in, "Certificate");
	x509_note(out, &in, "Certificate");
	return out->error.why == CURSOR_OK;
}

bool
x509_raw_key_parse(struct bytes der, struct x509_certificate *out)
{
	struct cursor in = cursor_init(der, 0);

	*out = unread;
	x509_public_key_parse(&in, &out->key);
	cursor_end(&in, "subjectPublicKeyInfo");
	x509_note(out, &in, "subjectPublicKeyInfo");
	return out->error.why == CURSOR_OK;
}
