/*
 * test_chain.c - chains against a trust set made here: good, untrusted, by an intermediate nobody
 * sent, revoked, CRL expired or missing; and what findings make of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/crypto/chain.h"
#include "tests/unit/findings_listen.h"

struct trust_case {
	EVP_PKEY *root_key, *int_key;
	X509 *root, *intermediate, *leaf;
};

static struct bytes
der_of(X509 *x, unsigned char **der)
{
	*der = NULL;
	int len = i2d_X509(x, der);
	return bytes_of(*der, (size_t)len);
}

static void
add_ca(struct chain_trust *t, X509 *x)
{
	unsigned char *der;

	assert_int_equal(chain_trust_add_cas(t, der_of(x, &der)), 1);
	OPENSSL_free(der);
}

static void
add_crl(struct chain_trust *t, const struct trust_case *tc, bool revoked, long until)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_new();
	unsigned char *der = NULL;

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(tc->intermediate));
	ASN1_TIME_set(time, BUILD_START - 90 * BUILD_DAY);
	X509_CRL_set1_lastUpdate(crl, time);
	if (revoked) {
		X509_REVOKED *entry = X509_REVOKED_new();
		X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(tc->leaf));
		X509_REVOKED_set_revocationDate(entry, time);
		X509_CRL_add0_revoked(crl, entry);
	}
	ASN1_TIME_set(time, BUILD_START + until);
	X509_CRL_set1_nextUpdate(crl, time);
	X509_CRL_sign(crl, tc->int_key, EVP_sha256());
	int len = i2d_X509_CRL(crl, &der);
	assert_int_equal(chain_trust_add_crls(t, bytes_of(der, (size_t)len)), 1);
	OPENSSL_free(der);
	ASN1_TIME_free(time);
	X509_CRL_free(crl);
}

static struct chain_result
verify(const struct chain_trust *t, X509 *const *chain, size_t n)
{
	struct bytes der[4];
	unsigned char *owned[4];
	struct chain_result result;

	for (size_t i = 0; i < n; i++)
		der[i] = der_of(chain[i], &owned[i]);
	chain_verify(t, der, n, BUILD_START, &result);
	for (size_t i = 0; i < n; i++)
		OPENSSL_free(owned[i]);
	return result;
}

static void
trust_case_make(struct trust_case *tc)
{
	tc->root_key = build_key(0);
	tc->int_key = build_key(0);
	struct build root = {.subject = "Root",
			     .issuer = "Root",
			     .from = -900 * BUILD_DAY,
			     .until = 900 * BUILD_DAY,
			     .ca = "critical,CA:TRUE",
			     .usage = "keyCertSign,cRLSign",
			     .key = tc->root_key};
	struct build intermediate = {.subject = "Int",
				     .issuer = "Root",
				     .from = -900 * BUILD_DAY,
				     .until = 900 * BUILD_DAY,
				     .ca = "critical,CA:TRUE",
				     .usage = "keyCertSign,cRLSign",
				     .key = tc->int_key,
				     .signer = tc->root_key};
	struct build leaf = {.subject = "alice",
			     .issuer = "Int",
			     .from = -BUILD_DAY,
			     .until = BUILD_DAY,
			     .eku = "clientAuth",
			     .signer = tc->int_key};
	tc->root = build_certificate(&root, NULL, NULL);
	tc->intermediate = build_certificate(&intermediate, NULL, NULL);
	tc->leaf = build_certificate(&leaf, NULL, NULL);
}

static void
test_trust(void **state)
{
	struct trust_case tc;
	struct chain_trust *t = chain_trust_create();
	char digest[CHAIN_DIGEST_SIZE], again[CHAIN_DIGEST_SIZE];

	(void)state;
	trust_case_make(&tc);
	X509 *whole[] = {tc.leaf, tc.intermediate};
	assert_true(chain_trust_digest(t, digest) && digest[0] == '\0');
	assert_false(verify(t, whole, 2).checked);
	add_ca(t, tc.root);
	struct chain_result r = verify(t, whole, 2);
	assert_true(r.checked && r.ca_given && !r.crl_given);
	assert_int_equal(r.found, 0);
	assert_int_equal(verify(t, whole, 1).found, CHAIN_UNTRUSTED);
	assert_true(chain_trust_digest(t, digest) && strlen(digest) == CHAIN_DIGEST_SIZE - 1);
	/* told twice is one */
	add_ca(t, tc.root);
	assert_true(chain_trust_digest(t, again));
	assert_string_equal(digest, again);
	/* only --ca has the intermediate */
	add_ca(t, tc.intermediate);
	r = verify(t, whole, 1);
	assert_int_equal(r.found, CHAIN_INTERMEDIATE);
	assert_string_equal(r.intermediate, "CN=Int");
	/* CRLs: expired, then current, then one with the leaf on it */
	add_crl(t, &tc, false, -BUILD_DAY);
	assert_int_equal(verify(t, whole, 2).found, CHAIN_CRL_EXPIRED);
	add_crl(t, &tc, false, BUILD_DAY);
	assert_int_equal(verify(t, whole, 2).found, CHAIN_CRL_CURRENT);
	chain_trust_destroy(t);
	t = chain_trust_create();
	add_ca(t, tc.root);
	add_crl(t, &tc, true, BUILD_DAY);
	r = verify(t, whole, 2);
	assert_int_equal(r.found, CHAIN_REVOKED);
	assert_int_equal(r.revoked_at, BUILD_START - 90 * BUILD_DAY);
	/* no CRL of the issuer at all */
	X509 *root_leaf[] = {tc.intermediate};
	assert_true((verify(t, root_leaf, 1).found & CHAIN_CRL_MISSING) != 0);
	assert_int_equal(chain_trust_add_cas(t, bytes_of("nothing", 7)), 0);
	assert_int_equal(chain_trust_add_crls(t, bytes_of("-----BEGIN X509 CRL-----\nAA==\n", 30)),
			 0);
	chain_trust_destroy(t);
	X509_free(tc.root);
	X509_free(tc.intermediate);
	X509_free(tc.leaf);
	EVP_PKEY_free(tc.root_key);
	EVP_PKEY_free(tc.int_key);
}

/* Whatever is trusted, what a conversation shows is said beside what the server said. */
static void
test_trust_in_conversation(void **state)
{
	struct said *said = calloc(1, sizeof(*said));
	struct chain_trust *t = chain_trust_create();
	struct build other = {.subject = "Other",
			      .issuer = "Other",
			      .from = -900 * BUILD_DAY,
			      .until = 900 * BUILD_DAY,
			      .ca = "CA:TRUE"};
	X509 *ca = build_certificate(&other, NULL, NULL);

	(void)state;
	add_ca(t, ca);
	converse(said, ASK "@good" REST DONE, t);
	const struct outcome_finding *f = find(said, "client_cert_unknown_ca");
	assert_non_null(f);
	assert_string_equal(f->severity, "warning");
	converse(said, ASK "@good" REST "s:alert48 s:FIN", t);
	assert_int_equal(find(said, "client_cert_unknown_ca")->rank, 1);
	converse(said, ASK EMPTY "s:alert40 s:FIN", t);
	assert_null(find(said, "client_cert_unknown_ca"));
	X509_free(ca);
	chain_trust_destroy(t);
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trust),
	    cmocka_unit_test(test_trust_in_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
