/*
 * checks.c - see checks.h. Names are compared as RFC 4514 text, so that two encodings of one name
 * are one.
 */
#include "analyzer/verdict/checks.h"

#include <string.h>

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Is `word` an element of a list like "serverAuth, clientAuth"? */
static bool
in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; p != NULL && *p != '\0';) {
		if (strncmp(p, word, len) == 0 && (p[len] == ',' || p[len] == '\0'))
			return true;
		p = strchr(p, ',');
		if (p != NULL)
			p += strspn(p, ", ");
	}
	return false;
}

/* --- one certificate
 * --------------------------------------------------------------------------------- */

static unsigned
check_validity(const struct outcome_certificate *c, int64_t now)
{
	if (c->not_after != INT64_MIN && now > c->not_after)
		return CHECK_EXPIRED;
	if (c->not_before == INT64_MIN || now >= c->not_before)
		return 0;
	bool skew = c->not_before - now < CHECKS_SKEW_MAX;
	return CHECK_NOT_YET_VALID | (skew ? CHECK_SKEW : 0);
}

enum {
	LOOKED = 1 << 30, /* beside those of enum check */
	OF_PURPOSE = CHECK_NO_CLIENT_AUTH | CHECK_NO_SERVER_AUTH | CHECK_NO_SIGNATURE,
	OF_WEAKNESS = CHECK_WEAK_KEY | CHECK_WEAK_DIGEST,
};

static unsigned
check_purpose(const struct outcome_certificate *c)
{
	unsigned found = 0;
	bool any = in_list(c->eku, "anyExtendedKeyUsage");

	if (c->eku != NULL && !any && !in_list(c->eku, "clientAuth"))
		found |= CHECK_NO_CLIENT_AUTH;
	if (c->eku != NULL && !any && !in_list(c->eku, "serverAuth"))
		found |= CHECK_NO_SERVER_AUTH;
	if (c->key_usage != NULL && !in_list(c->key_usage, "digitalSignature"))
		found |= CHECK_NO_SIGNATURE;
	return found;
}

static bool
weak_key(const struct outcome_certificate *c)
{
	if (c->key_type == NULL || c->key_bits == 0)
		return false;
	if (strncmp(c->key_type, "RSA", 3) == 0 || strcmp(c->key_type, "DSA") == 0)
		return c->key_bits < CHECKS_RSA_BITS_MIN;
	return strncmp(c->key_type, "EC ", 3) == 0 && c->key_bits < CHECKS_EC_BITS_MIN;
}

static bool
weak_digest(const struct outcome_certificate *c)
{
	static const char *const weak[] = {"md2", "md4", "md5", "sha1", "SHA1"};

	if (c->signature_algorithm == NULL)
		return false;
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		const char *at = strstr(c->signature_algorithm, weak[i]);
		size_t len = strlen(weak[i]);
		if (at != NULL && !(at[len] >= '0' && at[len] <= '9'))
			return true;
	}
	return false;
}

/* What a certificate is, whoever sends it and when: found once, and kept with it. */
static unsigned
of_itself(struct outcome_certificate *c)
{
	if (c->checks != 0)
		return c->checks;
	c->checks = LOOKED | check_purpose(c) | (weak_key(c) ? CHECK_WEAK_KEY : 0);
	if (same(c->subject, c->issuer))
		c->checks |= CHECK_SELF_SIGNED;
	else if (weak_digest(c)) /* nobody verifies the signature of a root */
		c->checks |= CHECK_WEAK_DIGEST;
	return c->checks;
}

static bool
is_root(struct outcome_certificate *c)
{
	return (of_itself(c) & CHECK_SELF_SIGNED) != 0;
}

/* --- the chain -------------------------------------------------------------------------------- */

static bool
sent(struct outcome_certificate *const *chain, size_t count, const char *subject)
{
	for (size_t i = 0; i < count; i++)
		if (same(chain[i]->subject, subject))
			return true;
	return false;
}

/* The certificate at the top of what was sent: from the leaf up, issuer by issuer. Servers accept
 * certificates out of order and extra ones (RFC 8446 section 4.4.2). */
static struct outcome_certificate *
top(struct outcome_certificate *const *chain, size_t count)
{
	struct outcome_certificate *c = chain[0];

	for (size_t step = 0; step < count && !is_root(c); step++) {
		size_t i = 1;
		while (i < count && !same(chain[i]->subject, c->issuer))
			i++;
		if (i == count)
			break;
		c = chain[i];
	}
	return c;
}

static bool
listed(const struct request *q, const char *name)
{
	for (size_t i = q->first_name; i < q->count; i++)
		if (same(q->items[i].value, name))
			return true;
	return false;
}

static unsigned
check_list(struct outcome_certificate *const *chain, size_t count, const struct request *q)
{
	if (q == NULL || q->ca_names == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (listed(q, chain[i]->issuer))
			return CHECK_ISSUER_LISTED;
	return CHECK_ISSUER_UNLISTED;
}

static void
check_uppers(struct outcome_certificate *const *chain, size_t count, int64_t now,
	     struct checks *out)
{
	for (size_t i = 0; i < count; i++) {
		struct outcome_certificate *c = chain[i];
		if (i > 0 && !is_root(c))
			out->intermediates++;
		if (i > 0 && out->upper == NULL && check_validity(c, now) != 0) {
			out->found |= CHECK_UPPER_EXPIRED;
			out->upper = c;
		}
		unsigned weak = of_itself(c) & OF_WEAKNESS;
		if (weak != 0 && out->weak == NULL) {
			out->found |= weak;
			out->weak = c;
		}
	}
	if (out->intermediates > CHECKS_DEPTH_MAX)
		out->found |= CHECK_DEEP;
}

void
checks_chain(struct outcome_certificate *const *chain, size_t count, const struct request *request,
	     int64_t now, struct checks *out)
{
	*out = (struct checks){0};
	if (count == 0)
		return;
	struct outcome_certificate *leaf = chain[0], *last;
	if (leaf->error != NULL)
		out->found |= CHECK_MALFORMED;
	/* A raw public key has no issuer, no dates, no purpose (RFC 7250). */
	if (strcmp(leaf->format, "x509") != 0)
		return;
	out->found |= check_validity(leaf, now);
	out->found |= of_itself(leaf) & (OF_PURPOSE | CHECK_SELF_SIGNED);
	out->found |= leaf->ocsp_urls != NULL ? CHECK_STATUS_URL : 0;
	out->last = last = top(chain, count);
	if (!is_root(last) && !sent(chain, count, last->issuer))
		out->found |= CHECK_ISSUER_UNSENT;
	out->found |= check_list(chain, count, request);
	check_uppers(chain, count, now, out);
	if (request != NULL && !checks_key_asked_for(request, leaf->key_type))
		out->found |= CHECK_KEY_NOT_ASKED_FOR;
}

/* --- the request ------------------------------------------------------------------------------ */

/* Key types by the beginning of their names; what schemes and ClientCertificateType fit them
 * (RFC 5246 section 7.4.4, RFC 8422 section 5.5). */
enum { FAMILY_RSA = 1, FAMILY_EC };
static const struct {
	const char *key, *type, *schemes[2];
} families[] = {
    {"RSA-PSS", "rsa_sign", {"rsa_pss_pss", NULL}},
    [FAMILY_RSA] = {"RSA", "rsa_sign", {"rsa_pkcs1", "rsa_pss_rsae"}},
    [FAMILY_EC] = {"EC ", "ecdsa_sign", {"ecdsa_", NULL}},
    {"Ed25519", "ecdsa_sign", {"ed25519", NULL}},
    {"Ed448", "ecdsa_sign", {"ed448", NULL}},
    {"DSA", "dss_sign", {"dsa_", NULL}},
};
enum { FAMILIES = sizeof(families) / sizeof(families[0]), ALLOWED_KNOWN = 1u << FAMILIES };

static bool
scheme_fits(size_t family, const char *scheme)
{
	for (size_t i = 0; i < 2 && families[family].schemes[i] != NULL; i++)
		if (strncmp(scheme, families[family].schemes[i],
			    strlen(families[family].schemes[i])) == 0)
			return true;
	return false;
}

/* A kind of which the request has no item allows everything. Fixed (EC)DH types ask for other uses
 * of a key; they are left alone. */
static bool
family_asked_for(const struct request *q, size_t family)
{
	bool types = false, schemes = false, type_fits = false, fits = false;

	for (size_t i = 0; i < q->count; i++) {
		const struct outcome_request_item *item = &q->items[i];
		if (strcmp(item->kind, "cert_type") == 0) {
			types = true;
			type_fits |= strcmp(item->value, families[family].type) == 0 ||
				     strstr(item->value, "fixed") != NULL;
		} else if (strcmp(item->kind, "sigalg") == 0) {
			schemes = true;
			fits |= scheme_fits(family, item->value);
		}
	}
	return (!types || type_fits) && (!schemes || fits);
}

/* A bit per family, and ALLOWED_KNOWN. A server sends the same request to all its clients. */
static unsigned
allowed(const struct request *q)
{
	unsigned found = ALLOWED_KNOWN;

	if (q->memo->allowed != 0)
		return q->memo->allowed;
	for (size_t i = 0; i < FAMILIES; i++)
		found |= family_asked_for(q, i) ? 1u << i : 0;
	return q->memo->allowed = found;
}

bool
checks_key_asked_for(const struct request *request, const char *key_type)
{
	for (size_t i = 0; key_type != NULL && i < FAMILIES; i++)
		if (strncmp(key_type, families[i].key, strlen(families[i].key)) == 0)
			return (allowed(request) >> i & 1) != 0;
	return true; /* a key of a kind unknown here: nothing is said */
}

unsigned
checks_request(const struct request *request)
{
	unsigned found = 0;

	if (request == NULL)
		return 0;
	if (request->ca_names == 0)
		found |= CHECK_LIST_EMPTY;
	if (request->ca_bytes > CHECKS_CA_LIST_MAX)
		found |= CHECK_LIST_LONG;
	if ((~allowed(request) & (1u << FAMILY_RSA | 1u << FAMILY_EC)) != 0)
		found |= CHECK_NARROW;
	return found;
}
