/*
 * certificate_fields.c - the fields of TBSCertificate apart from extensions, held against
 * OpenSSL's.
 */
#include <openssl/core_names.h>
#include <stdio.h>
#include <time.h>

#include "dissectors/x509/dn.h"
#include "dissectors/x509/oid.h"
#include "tests/differential/compare.h"

void
compare(struct run *r, const char *field, const char *ours, const char *theirs)
{
	r->fields++;
	if (strcmp(ours, theirs) == 0)
		return;
	r->differences++;
	printf("%s: %s:\n  ours   %s\n  theirs %s\n", r->file, field, ours, theirs);
}

void
compare_numbers(struct run *r, const char *field, long long ours, long long theirs)
{
	char a[32], b[32];

	snprintf(a, sizeof a, "%lld", ours);
	snprintf(b, sizeof b, "%lld", theirs);
	compare(r, field, a, b);
}

struct x509_text
ours(struct run *r)
{
	return (struct x509_text){.buf = r->ours, .size = sizeof r->ours};
}

const char *
finish(struct run *r, struct x509_text *t)
{
	r->ours[t->len < sizeof r->ours ? t->len : 0] = '\0';
	return r->ours;
}

const char *
take_bio(struct run *r, BIO *bio)
{
	char *p;
	size_t n = (size_t)BIO_get_mem_data(bio, &p);

	n = n < sizeof r->theirs ? n : sizeof r->theirs - 1;
	if (n > 0)
		memcpy(r->theirs, p, n);
	r->theirs[n] = '\0';
	BIO_free(bio);
	return r->theirs;
}

static void
compare_names(struct run *r, const char *field, struct bytes name, const X509_NAME *theirs)
{
	BIO *bio = BIO_new(BIO_s_mem());

	X509_NAME_print_ex(bio, theirs, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	x509_dn_text(name, r->ours, sizeof r->ours, NULL);
	compare(r, field, r->ours, take_bio(r, bio));
}

static void
compare_serial(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = BN_bn2hex(bn);
	struct x509_text t = ours(r);

	for (char *p = hex; *p != '\0'; p++)
		*p = (char)(*p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p);
	x509_serial_text(&t, c->serial);
	compare(r, "serial", finish(r, &t), strcmp(hex, "0") == 0 ? "00" : hex);
	OPENSSL_free(hex);
	BN_free(bn);
}

static void
compare_times(struct run *r, const char *field, int64_t our_time, const ASN1_TIME *theirs)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(theirs, &tm) == 1)
		compare_numbers(r, field, our_time, (long long)timegm(&tm));
	else
		compare(r, field, our_time == X509_TIME_NONE ? "unreadable" : "a time",
			"unreadable");
}

/* OpenSSL's names of keys and curves where ours differ. */
static const char *const renamed[][2] = {
    {"prime256v1", "P-256"},  {"secp384r1", "P-384"},   {"secp521r1", "P-521"},
    {"prime192v1", "P-192"},  {"secp224r1", "P-224"},   {"rsaEncryption", "RSA"},
    {"rsassaPss", "RSA-PSS"}, {"dsaEncryption", "DSA"}, {"ED25519", "Ed25519"},
    {"ED448", "Ed448"},
};

static const char *
rename_key(const char *name)
{
	for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
		if (strcmp(renamed[i][0], name) == 0)
			return renamed[i][1];
	return name;
}

/* OpenSSL counts the bits of a point or scalar of the Edwards curves: RFC 8032 gives key sizes. */
static int
edwards_bits(int type, int bits)
{
	return type == EVP_PKEY_ED25519 || type == EVP_PKEY_X25519 ? 256
	       : type == EVP_PKEY_X448                             ? 448
								   : bits;
}

static bool
is_explicit(EVP_PKEY *key)
{
	char encoding[32] = "";

	EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, encoding, sizeof encoding,
				       NULL);
	return strcmp(encoding, "explicit") == 0;
}

static void
compare_keys(struct run *r, const struct x509_public_key *k, EVP_PKEY *key)
{
	struct x509_text t = ours(r);
	int type = EVP_PKEY_get_base_id(key);
	char group[80] = "explicit";

	if (type == EVP_PKEY_EC) {
		/* OpenSSL also names the curve whose parameters are written out. */
		if (!is_explicit(key))
			EVP_PKEY_get_group_name(key, group, sizeof group, NULL);
		snprintf(r->theirs, sizeof r->theirs, "EC %s", rename_key(group));
	} else {
		snprintf(r->theirs, sizeof r->theirs, "%s", rename_key(OBJ_nid2ln(type)));
	}
	x509_key_type_text(&t, k);
	compare(r, "key type", finish(r, &t), r->theirs);
	compare_numbers(r, "key bits", k->bits, edwards_bits(type, EVP_PKEY_get_bits(key)));
}

static void
compare_signature(struct run *r, const struct x509_certificate *c, const X509 *x)
{
	struct x509_text t = ours(r);
	const X509_ALGOR *a = X509_get0_tbs_sigalg(x);
	char dotted[128];

	OBJ_obj2txt(dotted, sizeof dotted, a->algorithm, 1);
	x509_oid_dotted(&t, c->tbs_signature.oid);
	compare(r, "signature", finish(r, &t), dotted);
	t = ours(r);
	x509_signature_text(&t, &c->tbs_signature);
	/* Ours adds the digest to RSASSA-PSS; a name unknown to OpenSSL is dotted. */
	if (OBJ_obj2nid(a->algorithm) != NID_rsassaPss && OBJ_obj2nid(a->algorithm) != NID_undef)
		compare(r, "signature name", finish(r, &t), OBJ_nid2ln(OBJ_obj2nid(a->algorithm)));
}

void
compare_fields(struct run *r, const struct x509_certificate *c, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);

	compare_numbers(r, "version", c->version, X509_get_version(x) + 1);
	compare_serial(r, c, x);
	compare_names(r, "subject", c->subject, X509_get_subject_name(x));
	compare_names(r, "issuer", c->issuer, X509_get_issuer_name(x));
	compare_times(r, "not before", c->not_before, X509_get0_notBefore(x));
	compare_times(r, "not after", c->not_after, X509_get0_notAfter(x));
	compare_signature(r, c, x);
	if (key != NULL)
		compare_keys(r, &c->key, key);
}
