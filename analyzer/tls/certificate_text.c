/*
 * certificate_text.c - see certificate_text.h.
 * One row per text column: where it goes and how it is written.
 */
#include "analyzer/tls/certificate_text.h"

#include "dissectors/x509/describe.h"
#include "dissectors/x509/dn.h"

/* Each writes the text of one field; false when the certificate does not have it. */
static bool
put_dn(struct x509_text *t, struct bytes name)
{
	size_t room = t->len < t->size ? t->size - t->len : 0;

	if (name.len == 0)
		return false;
	t->len += x509_dn_text(name, room > 0 ? t->buf + t->len : NULL, room, NULL);
	return true;
}

static bool
put_subject(struct x509_text *t, const struct x509_certificate *x)
{
	return put_dn(t, x->subject);
}

static bool
put_issuer(struct x509_text *t, const struct x509_certificate *x)
{
	return put_dn(t, x->issuer);
}

static bool
put_serial(struct x509_text *t, const struct x509_certificate *x)
{
	x509_serial_text(t, x->serial);
	return x->serial.len > 0;
}

static bool
put_san(struct x509_text *t, const struct x509_certificate *x)
{
	x509_san_text(t, x->san);
	return x->extensions & X509_EXT_SAN;
}

static bool
put_key_usage(struct x509_text *t, const struct x509_certificate *x)
{
	x509_key_usage_text(t, x->key_usage);
	return x->extensions & X509_EXT_KEY_USAGE;
}

static bool
put_eku(struct x509_text *t, const struct x509_certificate *x)
{
	x509_eku_text(t, x->eku);
	return x->extensions & X509_EXT_EKU;
}

static bool
put_aki(struct x509_text *t, const struct x509_certificate *x)
{
	x509_text_hex(t, x->aki);
	return x->aki.len > 0;
}

static bool
put_ski(struct x509_text *t, const struct x509_certificate *x)
{
	x509_text_hex(t, x->ski);
	return x->ski.len > 0;
}

static bool
put_ocsp(struct x509_text *t, const struct x509_certificate *x)
{
	size_t before = t->len;

	x509_ocsp_text(t, x->aia);
	return t->len > before;
}

static bool
put_crl(struct x509_text *t, const struct x509_certificate *x)
{
	size_t before = t->len;

	x509_crl_text(t, x->crl_points);
	return t->len > before;
}

static bool
put_key_type(struct x509_text *t, const struct x509_certificate *x)
{
	if (x->key.algorithm.oid.len == 0)
		return false;
	x509_key_type_text(t, &x->key);
	return true;
}

/* The one inside the signed part, unless only the other could be read. */
static bool
put_signature(struct x509_text *t, const struct x509_certificate *x)
{
	const struct x509_algorithm *a =
	    x->tbs_signature.oid.len > 0 ? &x->tbs_signature : &x->signature;

	if (a->oid.len == 0)
		return false;
	x509_signature_text(t, a);
	return true;
}

static bool
put_error(struct x509_text *t, const struct x509_certificate *x)
{
	x509_error_text(t, &x->error);
	return x->error.why != CURSOR_OK;
}

static const struct {
	size_t member;
	bool (*put)(struct x509_text *t, const struct x509_certificate *x);
} rows[CERTIFICATE_TEXTS] = {
    {offsetof(struct outcome_certificate, subject), put_subject},
    {offsetof(struct outcome_certificate, issuer), put_issuer},
    {offsetof(struct outcome_certificate, serial), put_serial},
    {offsetof(struct outcome_certificate, san), put_san},
    {offsetof(struct outcome_certificate, key_usage), put_key_usage},
    {offsetof(struct outcome_certificate, eku), put_eku},
    {offsetof(struct outcome_certificate, aki), put_aki},
    {offsetof(struct outcome_certificate, ski), put_ski},
    {offsetof(struct outcome_certificate, ocsp_urls), put_ocsp},
    {offsetof(struct outcome_certificate, crl_urls), put_crl},
    {offsetof(struct outcome_certificate, key_type), put_key_type},
    {offsetof(struct outcome_certificate, signature_algorithm), put_signature},
    {offsetof(struct outcome_certificate, error), put_error},
};

void
certificate_text_render(const struct x509_certificate *x, char *buf, size_t size,
			struct certificate_text *out)
{
	struct x509_text t = {.buf = buf, .size = size};

	for (unsigned i = 0; i < CERTIFICATE_TEXTS; i++) {
		size_t before = t.len;

		out->at[i] = before;
		if (rows[i].put(&t, x)) {
			x509_text_char(&t, '\0');
		} else {
			out->at[i] = CERTIFICATE_TEXT_NONE;
			t.len = before;
		}
	}
	out->len = t.len;
}

void
certificate_text_fill(struct outcome_certificate *cert, const struct x509_certificate *x,
		      const struct certificate_text *t, const char *texts)
{
	for (unsigned i = 0; i < CERTIFICATE_TEXTS; i++) {
		const char *text = t->at[i] == CERTIFICATE_TEXT_NONE ? NULL : texts + t->at[i];
		memcpy((char *)cert + rows[i].member, &text, sizeof text);
	}
	cert->not_before = x->not_before;
	cert->not_after = x->not_after;
	cert->is_ca = x->extensions & X509_EXT_BASIC_CONSTRAINTS ? x->ca : -1;
	cert->path_len = x->path_len;
	cert->key_bits = (int)x->key.bits;
	cert->version = (int)x->version;
	cert->error_at = x->error.why == CURSOR_OK ? -1 : (int64_t)x->error.at;
}
