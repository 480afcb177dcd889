/*
 * test_certificates.c - the certificate cache: one object per content, texts, limits, eviction.
 */
#include "analyzer/tls/certificates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/x509_vectors.h"

static const struct bytes whole = {vector_certificate, sizeof vector_certificate};

static void
test_fields(void **state)
{
	(void)state;
	static const uint8_t sha256[32] = {0x42, 0xb2, 0x73, 0xa6, 0xa1, 0x12, 0x38, 0xe6,
					   0x7e, 0xd4, 0xa8, 0x9c, 0x79, 0xb9, 0xf4, 0x26,
					   0x2e, 0xf6, 0xd8, 0xc7, 0x9a, 0x98, 0xc1, 0x00,
					   0xaa, 0x08, 0x7e, 0x9b, 0xa3, 0xe8, 0xed, 0x7d};
	struct certificates *c = certificates_create();
	struct outcome_certificate *cert = certificates_intern(c, whole, false);

	assert_non_null(cert);
	assert_memory_equal(cert->sha256, sha256, 32);
	assert_int_equal(cert->der_len, whole.len);
	assert_ptr_not_equal(cert->der, whole.data);
	assert_memory_equal(cert->der, whole.data, whole.len);
	assert_string_equal(cert->subject, "CN=alice,OU=Clients,O=TLS Lab,C=DE");
	assert_string_equal(cert->issuer, "CN=Lab CA,O=TLS Lab,C=DE");
	assert_string_equal(cert->serial, "c0ffee01");
	assert_true(cert->not_before == 1704164645);
	assert_non_null(strstr(cert->san, "URI:spiffe://lab/alice"));
	assert_string_equal(cert->key_usage, "digitalSignature, keyAgreement");
	assert_string_equal(cert->eku, "clientAuth, 1.2.3.4");
	assert_int_equal(cert->is_ca, 1);
	assert_int_equal(cert->path_len, 3);
	assert_string_equal(cert->aki, "ffeeddccbbaa99887766554433221100ffeeddcc");
	assert_string_equal(cert->ski, "00112233445566778899aabbccddeeff00112233");
	assert_string_equal(cert->ocsp_urls, "http://ocsp.example/");
	assert_string_equal(cert->crl_urls, "http://crl.example/1.crl http://crl.example/2.crl");
	assert_string_equal(cert->key_type, "EC P-256");
	assert_int_equal(cert->key_bits, 256);
	assert_string_equal(cert->signature_algorithm, "ecdsa-with-SHA256");
	assert_int_equal(cert->version, 3);
	assert_null(cert->error);
	assert_int_equal(cert->error_at, -1);
	assert_string_equal(cert->format, "x509");
	assert_int_equal(cert->store_id, 0);
	assert_int_equal(cert->store_generation, 0);
	certificates_release(c, cert);
	certificates_destroy(c);
}

static void
test_raw_key_and_garbage(void **state)
{
	(void)state;
	struct bytes key = {vector_public_key, sizeof vector_public_key};
	struct certificates *c = certificates_create();
	struct outcome_certificate *raw = certificates_intern(c, key, true);
	struct outcome_certificate *bad = certificates_intern(c, key, false);
	struct outcome_certificate *empty = certificates_intern(c, (struct bytes){0}, false);
	struct outcome_certificate *cut = certificates_intern(c, bytes_of(whole.data, 200), false);

	assert_string_equal(raw->format, "raw_public_key");
	assert_string_equal(raw->key_type, "EC P-256");
	assert_null(raw->error);
	assert_null(raw->subject);
	assert_true(raw->not_before == INT64_MIN);
	assert_int_equal(raw->is_ca, -1);

	assert_ptr_not_equal(raw, bad);
	assert_non_null(bad->error);
	assert_non_null(empty->error);
	assert_int_equal(empty->error_at, 0);

	assert_string_equal(cut->error, "Certificate: needs 827 bytes, 196 left");
	assert_int_equal(cut->error_at, 4);
	assert_string_equal(cut->subject, "CN=alice,OU=Clients,O=TLS Lab,C=DE");
	assert_null(cut->san);
	assert_null(cut->key_usage);
	certificates_release(c, raw);
	certificates_release(c, NULL);
	certificates_destroy(c); /* the rest is still held */
	certificates_destroy(NULL);
}

static void
test_one_per_content(void **state)
{
	(void)state;
	struct certificates *c = certificates_create();
	struct outcome_certificate *a = certificates_intern(c, whole, false);
	struct certificates_stats stats;

	assert_ptr_equal(certificates_intern(c, whole, false), a);
	certificates_release(c, a);
	certificates_release(c, a);
	a->store_id = 7;
	assert_ptr_equal(certificates_intern(c, whole, false), a);
	assert_int_equal(a->store_id, 7);
	stats = certificates_stats(c);
	assert_int_equal(stats.interned, 3);
	assert_int_equal(stats.hits, 2);
	assert_int_equal(stats.count, 1);
	assert_true(stats.bytes == stats.bytes_held && stats.bytes > whole.len);
	certificates_destroy(c);
}

/* A certificate of its own per number. */
static struct outcome_certificate *
intern(struct certificates *c, unsigned number)
{
	uint8_t der[sizeof vector_certificate];

	memcpy(der, vector_certificate, sizeof der);
	memcpy(der + sizeof der - sizeof number, &number, sizeof number);
	return certificates_intern(c, bytes_of(der, sizeof der), false);
}

static void
test_eviction(void **state)
{
	(void)state;
	enum { LIMIT = 64 * 1024, MANY = 20000 };
	struct certificates *c = certificates_create_sized(LIMIT, LIMIT);
	struct outcome_certificate *kept = intern(c, MANY);
	struct certificates_stats stats;

	for (unsigned i = 0; i < MANY; i++) {
		struct outcome_certificate *cert = intern(c, i);
		assert_non_null(cert);
		certificates_release(c, cert);
	}
	stats = certificates_stats(c);
	assert_true(stats.bytes <= 2 * LIMIT);
	assert_true(stats.bytes_peak <= 2 * LIMIT);
	assert_true(stats.count > 10 && stats.count < 100);
	assert_int_equal(stats.evicted + stats.count, MANY + 1);
	assert_int_equal(stats.refused, 0);
	/* What is held stays, and so does what was released last; the oldest went. */
	assert_ptr_equal(intern(c, MANY), kept);
	certificates_release(c, intern(c, MANY - 1));
	assert_int_equal(certificates_stats(c).hits, 2);
	certificates_release(c, intern(c, 0));
	assert_int_equal(certificates_stats(c).hits, 2);
	certificates_destroy(c);
}

/* Released ones are taken up again in any order, and leave in the order of their release. */
static void
test_reuse_keeps_the_order(void **state)
{
	(void)state;
	enum { N = 8 };
	struct certificates *c = certificates_create();
	struct outcome_certificate *certs[N];

	for (unsigned i = 0; i < N; i++)
		certs[i] = intern(c, i);
	for (unsigned i = 0; i < N; i++)
		certificates_release(c, certs[i]);
	for (unsigned i = 0; i < N; i += 3) /* first, middle, and later the last */
		assert_ptr_equal(intern(c, i), certs[i]);
	assert_ptr_equal(intern(c, N - 1), certs[N - 1]);
	for (unsigned i = 0; i < N; i += 3)
		certificates_release(c, certs[i]);
	certificates_release(c, certs[N - 1]);
	assert_int_equal(certificates_stats(c).bytes_held, 0);
	assert_int_equal(certificates_stats(c).count, N);
	certificates_destroy(c);
}

static void
test_held_limit(void **state)
{
	(void)state;
	enum { LIMIT = 16 * 1024 };
	struct certificates *c = certificates_create_sized(0, LIMIT);
	struct outcome_certificate *held[64] = {0};
	unsigned n = 0;

	while (n < 64 && (held[n] = intern(c, n)) != NULL)
		n++;
	assert_in_range(n, 4, 63);
	assert_int_equal(certificates_stats(c).refused, 1);
	assert_true(certificates_stats(c).bytes <= LIMIT);
	/* known ones are still found; a place is free after a release */
	assert_ptr_equal(intern(c, 0), held[0]);
	certificates_release(c, held[1]);
	assert_non_null(intern(c, 1000));
	certificates_destroy(c);

	c = certificates_create_sized(0, 100);
	assert_null(certificates_intern(c, whole, false));
	assert_int_equal(certificates_stats(c).bytes, 0);
	certificates_destroy(c);
}

/* The table grows and every certificate is still found. */
static void
test_many(void **state)
{
	(void)state;
	enum { MANY = 5000 };
	struct certificates *c = certificates_create();
	struct outcome_certificate **all = calloc(MANY, sizeof *all);

	assert_non_null(all);
	for (unsigned i = 0; i < MANY; i++)
		all[i] = intern(c, i);
	for (unsigned i = 0; i < MANY; i++)
		assert_ptr_equal(intern(c, i), all[i]);
	assert_int_equal(certificates_stats(c).count, MANY);
	free(all);
	certificates_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_raw_key_and_garbage),
	    cmocka_unit_test(test_one_per_content),
	    cmocka_unit_test(test_eviction),
	    cmocka_unit_test(test_reuse_keeps_the_order),
	    cmocka_unit_test(test_held_limit),
	    cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
