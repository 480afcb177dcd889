/*
 * test_certificate.c - every field of one certificate, all its truncations, and damage to each
 * byte.
 */
#include "dissectors/x509/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/x509/describe.h"
#include "dissectors/x509/dn.h"
#include "tests/unit/x509_vectors.h"

static const struct bytes whole = {vector_certificate, sizeof vector_certificate};

/* Every text of a certificate, one per line. */
static const char *
describe(const struct x509_certificate *c)
{
	static char text[4096];
	struct x509_text t = {.buf = text, .size = sizeof text};
	char name[512];

	x509_dn_text(c->subject, name, sizeof name, NULL);
	x509_text_str(&t, name);
	x509_text_char(&t, '\n');
	x509_dn_text(c->issuer, name, sizeof name, NULL);
	x509_text_str(&t, name);
	x509_text_char(&t, '\n');
	x509_serial_text(&t, c->serial);
	x509_text_char(&t, '\n');
	x509_san_text(&t, c->san);
	x509_text_char(&t, '\n');
	x509_key_usage_text(&t, c->key_usage);
	x509_text_char(&t, '\n');
	x509_eku_text(&t, c->eku);
	x509_text_char(&t, '\n');
	x509_text_hex(&t, c->aki);
	x509_text_char(&t, '\n');
	x509_text_hex(&t, c->ski);
	x509_text_char(&t, '\n');
	x509_ocsp_text(&t, c->aia);
	x509_text_char(&t, '\n');
	x509_issuers_text(&t, c->aia);
	x509_text_char(&t, '\n');
	x509_crl_text(&t, c->crl_points);
	x509_text_char(&t, '\n');
	x509_key_type_text(&t, &c->key);
	x509_text_char(&t, '\n');
	x509_signature_text(&t, &c->signature);
	x509_text_char(&t, '\n');
	x509_error_text(&t, &c->error);
	x509_text_char(&t, '\0');
	assert_true(t.len <= sizeof text);
	return text;
}

static void
test_fields(void **state)
{
	(void)state;
	struct x509_certificate c;

	assert_true(x509_certificate_parse(whole, &c));
	assert_string_equal(
	    describe(&c),
	    "CN=alice,OU=Clients,O=TLS Lab,C=DE\n"
	    "CN=Lab CA,O=TLS Lab,C=DE\n"
	    "c0ffee01\n"
	    "DNS:alice.example, IP:192.0.2.1, IP:2001:db8::1, URI:spiffe://lab/alice, "
	    "email:alice@example.org, DirName:O=Lab,C=DE, otherName:UPN=alice@corp.example\n"
	    "digitalSignature, keyAgreement\n"
	    "clientAuth, 1.2.3.4\n"
	    "ffeeddccbbaa99887766554433221100ffeeddcc\n"
	    "00112233445566778899aabbccddeeff00112233\n"
	    "http://ocsp.example/\n"
	    "http://ca.example/ca.der\n"
	    "http://crl.example/1.crl http://crl.example/2.crl\n"
	    "EC P-256\n"
	    "ecdsa-with-SHA256\n");
	assert_int_equal(c.version, 3);
	assert_true(c.not_before == 1704164645); /* 2024-01-02T03:04:05Z */
	assert_true(c.not_after == 2569738150);  /* 2051-06-07T08:09:10Z, a GeneralizedTime */
	assert_int_equal(c.key.bits, 256);
	assert_int_equal(c.key.key.len, 65);
	assert_true(c.ca);
	assert_int_equal(c.path_len, 3);
	assert_int_equal(c.extensions, 0xff);
	assert_int_equal(c.critical, X509_EXT_KEY_USAGE | X509_EXT_BASIC_CONSTRAINTS);
	assert_int_equal(c.unknown, 1);
	assert_int_equal(c.unknown_critical, 1);
	assert_true(c.signature_value.len > 60);
}

/* Each prefix is malformed, at a place inside it, and keeps the fields that lie before the cut. */
static void
test_truncations(void **state)
{
	(void)state;
	struct x509_certificate full, c;

	x509_certificate_parse(whole, &full);
	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *copy = malloc(len + 1);
		memcpy(copy, whole.data, len);
		assert_false(x509_certificate_parse(bytes_of(copy, len), &c));
		assert_int_not_equal(c.error.why, CURSOR_OK);
		assert_non_null(c.error.part);
		assert_non_null(c.error.field);
		assert_in_range(c.error.at, 0, len);
		describe(&c);
		if (len >= (size_t)(full.subject.data + full.subject.len - whole.data)) {
			assert_true(bytes_equal(c.serial, full.serial));
			assert_true(bytes_equal(c.subject, full.subject));
			assert_true(c.not_after == full.not_after);
		}
		if (len >= (size_t)(full.san.data + full.san.len - whole.data))
			assert_true(bytes_equal(c.san, full.san));
		free(copy);
	}
	uint8_t longer[sizeof vector_certificate + 1] = {0};
	memcpy(longer, whole.data, whole.len);
	assert_false(x509_certificate_parse(bytes_of(longer, sizeof longer), &c));
	assert_int_equal(c.error.why, CURSOR_LEFTOVER);
	assert_int_equal(c.error.at, whole.len);
}

/* Any value in any byte: fields, or an error inside, and texts that are no longer than they can be.
 */
static void
test_damage(void **state)
{
	(void)state;
	uint8_t copy[sizeof vector_certificate];
	struct x509_certificate c;

	for (size_t i = 0; i < sizeof copy; i++)
		for (unsigned v = 0; v < 256; v += 5) {
			memcpy(copy, vector_certificate, sizeof copy);
			copy[i] ^= (uint8_t)v;
			if (!x509_certificate_parse(bytes_of(copy, sizeof copy), &c))
				assert_in_range(c.error.at, 0, sizeof copy);
			describe(&c);
		}
}

/* One byte changed: what is wrong, where, and what was read all the same. */
static void
test_malformed_parts(void **state)
{
	(void)state;
	static const struct {
		const char *find; /* the first byte of this is replaced */
		size_t find_len, skip;
		uint8_t by;
		const char *error;
		bool subject, san;
	} rows[] = {
	    {"\xa0\x03\x02\x01\x02", 5, 4, 0xff, "version: bad value", true, true},
	    {"\x02\x05\x00\xc0\xff\xee\x01", 7, 3, 0x00, "serialNumber: bad value", true, true},
	    {"\x17\x0d"
	     "2401",
	     6, 2, 'x', "validity: notBefore: bad value", true, true},
	    {"\x0c\x05"
	     "alice",
	     7, 2, 0xff, "subject: AttributeValue: bad value", true, true},
	    {"\x55\x1d\x11\x04", 4, 3, 0x05, "extensions: extnValue: bad value", true, false},
	    {"\x82\x0d"
	     "alice.example",
	     15, 0, 0x89, "subjectAltName: GeneralName: bad value", true, true},
	    {"\x02\x01\x03\x30", 4, 2, 0x83, "basicConstraints: pathLenConstraint: bad value", true,
	     true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t copy[sizeof vector_certificate];
		struct x509_certificate c;
		const uint8_t *at;
		char text[200] = "";
		struct x509_text t = {.buf = text, .size = sizeof text};

		memcpy(copy, vector_certificate, sizeof copy);
		at = memmem(copy, sizeof copy, rows[i].find, rows[i].find_len);
		if (at == NULL)
			fail_msg("row %zu: not in the vector", i);
		copy[(size_t)(at - copy) + rows[i].skip] = rows[i].by;
		assert_false(x509_certificate_parse(bytes_of(copy, sizeof copy), &c));
		x509_error_text(&t, &c.error);
		assert_string_equal(text, rows[i].error);
		assert_in_range(c.error.at, (size_t)(at - copy) & ~(size_t)15,
				(size_t)(at - copy) + 40);
		assert_int_equal(c.subject.len > 0, rows[i].subject);
		assert_int_equal(c.san.len > 0, rows[i].san);
		assert_int_equal(c.key.bits, 256);
	}
}

static void
test_second_instance(void **state)
{
	(void)state;
	uint8_t copy[sizeof vector_certificate];
	struct x509_certificate c;
	uint8_t *ski;

	memcpy(copy, vector_certificate, sizeof copy);
	ski = memmem(copy, sizeof copy, "\x06\x03\x55\x1d\x0e", 5);
	assert_non_null(ski);
	ski[4] = 0x0f; /* now a second keyUsage */
	assert_false(x509_certificate_parse(bytes_of(copy, sizeof copy), &c));
	assert_string_equal(c.error.part, "keyUsage");
	assert_string_equal(c.error.field, "second instance");
	assert_int_equal(c.key_usage, X509_USAGE_DIGITAL_SIGNATURE | X509_USAGE_KEY_AGREEMENT);
}

static void
test_raw_public_key(void **state)
{
	(void)state;
	struct x509_certificate c;
	struct bytes key = {vector_public_key, sizeof vector_public_key};
	char text[40];
	struct x509_text t = {.buf = text, .size = sizeof text};

	assert_true(x509_raw_key_parse(key, &c));
	x509_key_type_text(&t, &c.key);
	x509_text_char(&t, '\0');
	assert_string_equal(text, "EC P-256");
	assert_int_equal(c.key.bits, 256);
	assert_true(bytes_equal(c.key.whole, key));
	for (size_t len = 0; len < key.len; len++) {
		uint8_t *copy = malloc(len + 1);
		memcpy(copy, key.data, len);
		assert_false(x509_raw_key_parse(bytes_of(copy, len), &c));
		assert_in_range(c.error.at, 0, len);
		free(copy);
	}
	assert_false(x509_raw_key_parse(whole, &c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fields),          cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_damage),          cmocka_unit_test(test_malformed_parts),
	    cmocka_unit_test(test_second_instance), cmocka_unit_test(test_raw_public_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
