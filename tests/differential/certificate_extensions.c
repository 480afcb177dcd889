/*
 * certificate_extensions.c - the extensions of a certificate, held against OpenSSL's.
 */
#include <arpa/inet.h>

#include "dissectors/x509/oid.h"
#include "tests/differential/compare.h"

static void
put_hex(BIO *bio, const char *format, const ASN1_STRING *s)
{
	for (int i = 0; i < ASN1_STRING_length(s); i++)
		BIO_printf(bio, format, ASN1_STRING_get0_data(s)[i]);
}

static void
compare_octets(struct run *r, const char *field, struct bytes v, const ASN1_OCTET_STRING *theirs)
{
	struct x509_text t = ours(r);
	BIO *bio = BIO_new(BIO_s_mem());

	if (theirs != NULL)
		put_hex(bio, "%02x", theirs);
	x509_text_hex(&t, v);
	compare(r, field, finish(r, &t), take_bio(r, bio));
}

static void
put_address(BIO *bio, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(ip);

	if (n != 4 && n != 16) {
		BIO_printf(bio, "#");
		put_hex(bio, "%02x", ip);
		return;
	}
	inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof text);
	BIO_printf(bio, "%s", text);
}

/* Text as san.c escapes it, for ASCII and broken UTF-8. */
static void
put_text(BIO *bio, const ASN1_STRING *s)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);

	for (int i = 0, n = ASN1_STRING_length(s); i < n; i++) {
		if (p[i] == '\\' || (p[i] == ',' && i + 1 < n && p[i + 1] == ' '))
			BIO_printf(bio, "\\");
		if (p[i] == 0 || p[i] >= 0x80)
			BIO_printf(bio, "\\%02x", p[i]);
		else
			BIO_write(bio, p + i, 1);
	}
}

static void
put_oid(BIO *bio, const ASN1_OBJECT *oid)
{
	char text[256];

	OBJ_obj2txt(text, sizeof text, oid, 1);
	BIO_printf(bio, "%s", text);
}

static void
put_general_name(BIO *bio, const GENERAL_NAME *g)
{
	static const char *const labels[] = {
	    [GEN_OTHERNAME] = "otherName:",
	    [GEN_EMAIL] = "email:",
	    [GEN_DNS] = "DNS:",
	    [GEN_X400] = "X400:",
	    [GEN_DIRNAME] = "DirName:",
	    [GEN_EDIPARTY] = "EDI:",
	    [GEN_URI] = "URI:",
	    [GEN_IPADD] = "IP:",
	    [GEN_RID] = "RID:",
	};

	BIO_printf(bio, "%s", labels[g->type]);
	if (g->type == GEN_EMAIL || g->type == GEN_DNS || g->type == GEN_URI)
		put_text(bio, g->d.ia5);
	else if (g->type == GEN_IPADD)
		put_address(bio, g->d.iPAddress);
	else if (g->type == GEN_RID)
		put_oid(bio, g->d.registeredID);
	else if (g->type == GEN_DIRNAME)
		X509_NAME_print_ex(bio, g->d.directoryName, 0,
				   XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	else if (g->type == GEN_OTHERNAME) {
		if (OBJ_obj2nid(g->d.otherName->type_id) == NID_ms_upn)
			BIO_printf(bio, "UPN");
		else
			put_oid(bio, g->d.otherName->type_id);
		BIO_printf(bio, "=");
		if (g->d.otherName->value->type == V_ASN1_UTF8STRING)
			put_text(bio, g->d.otherName->value->value.utf8string);
	}
}

static void
compare_san(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_text t = ours(r);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		BIO_printf(bio, "%s", i > 0 ? ", " : "");
		put_general_name(bio, sk_GENERAL_NAME_value(names, i));
	}
	x509_san_text(&t, c->san);
	compare(r, "san", finish(r, &t), take_bio(r, bio));
	GENERAL_NAMES_free(names);
}

static void
compare_eku(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	EXTENDED_KEY_USAGE *eku = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_text t = ours(r);
	struct cursor in = cursor_init(c->eku, 0);
	struct bytes oid;

	for (int i = 0; i < sk_ASN1_OBJECT_num(eku); i++) {
		put_oid(bio, sk_ASN1_OBJECT_value(eku, i));
		BIO_printf(bio, " ");
	}
	while (x509_purpose_next(&in, &oid)) {
		x509_oid_dotted(&t, oid);
		x509_text_char(&t, ' ');
	}
	compare(r, "eku", finish(r, &t), take_bio(r, bio));
	EXTENDED_KEY_USAGE_free(eku);
}

static void
compare_key_usage(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	ASN1_BIT_STRING *bits = X509_get_ext_d2i(x, NID_key_usage, NULL, NULL);
	unsigned theirs = 0;

	for (int i = 0; bits != NULL && i < 16; i++)
		theirs |= ASN1_BIT_STRING_get_bit(bits, i) ? 1u << i : 0;
	compare_numbers(r, "key usage", c->key_usage, theirs);
	compare_numbers(r, "has key usage", (c->extensions & X509_EXT_KEY_USAGE) != 0,
			bits != NULL);
	ASN1_BIT_STRING_free(bits);
}

static void
compare_constraints(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	BASIC_CONSTRAINTS *bc = X509_get_ext_d2i(x, NID_basic_constraints, NULL, NULL);
	int64_t path = X509_PATHLEN_NONE;

	if (bc != NULL && bc->pathlen != NULL && ASN1_INTEGER_get_int64(&path, bc->pathlen) != 1)
		path = INT64_MAX;
	compare_numbers(r, "ca", c->ca, bc != NULL && bc->ca != 0);
	compare_numbers(r, "path length", c->path_len,
			path < X509_PATHLEN_MAX ? path : X509_PATHLEN_MAX);
	BASIC_CONSTRAINTS_free(bc);
}

static void
put_url(BIO *bio, const ASN1_STRING *s)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);

	for (int i = 0; i < ASN1_STRING_length(s); i++)
		BIO_printf(bio, p[i] > ' ' && p[i] < 0x7f ? "%c" : "%%%02X", p[i]);
}

static void
compare_access(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	AUTHORITY_INFO_ACCESS *aia = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_text t = ours(r);

	for (int method = 0; method < 2; method++) {
		BIO_printf(bio, "|");
		for (int i = 0, n = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
			ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(aia, i);
			if (OBJ_obj2nid(d->method) != (method ? NID_ad_ca_issuers : NID_ad_OCSP) ||
			    d->location->type != GEN_URI)
				continue;
			BIO_printf(bio, "%s", n++ > 0 ? " " : "");
			put_url(bio, d->location->d.ia5);
		}
	}
	x509_text_char(&t, '|');
	x509_ocsp_text(&t, c->aia);
	x509_text_char(&t, '|');
	x509_issuers_text(&t, c->aia);
	compare(r, "aia", finish(r, &t), take_bio(r, bio));
	AUTHORITY_INFO_ACCESS_free(aia);
}

static void
compare_crl_points(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	struct x509_text t = ours(r);
	int n = 0;

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
		for (int k = 0; name != NULL && name->type == 0 &&
				k < sk_GENERAL_NAME_num(name->name.fullname);
		     k++) {
			GENERAL_NAME *g = sk_GENERAL_NAME_value(name->name.fullname, k);
			if (g->type != GEN_URI)
				continue;
			BIO_printf(bio, "%s", n++ > 0 ? " " : "");
			put_url(bio, g->d.ia5);
		}
	}
	x509_crl_text(&t, c->crl_points);
	compare(r, "crl", finish(r, &t), take_bio(r, bio));
	CRL_DIST_POINTS_free(points);
}

void
compare_extensions(struct run *r, const struct x509_certificate *c, X509 *x)
{
	AUTHORITY_KEYID *aki = X509_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);
	ASN1_OCTET_STRING *ski = X509_get_ext_d2i(x, NID_subject_key_identifier, NULL, NULL);

	compare_octets(r, "aki", c->aki, aki != NULL ? aki->keyid : NULL);
	compare_octets(r, "ski", c->ski, ski);
	AUTHORITY_KEYID_free(aki);
	ASN1_OCTET_STRING_free(ski);
	compare_san(r, c, x);
	compare_key_usage(r, c, x);
	compare_eku(r, c, x);
	compare_constraints(r, c, x);
	compare_access(r, c, x);
	compare_crl_points(r, c, x);
	compare_numbers(r, "extensions", __builtin_popcount(c->extensions) + (int)c->unknown,
			X509_get_ext_count(x));
}
