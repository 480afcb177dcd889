/*
 * test_describe.c - texts of single fields: serial numbers, alternative names, usages, URLs, keys.
 */
#include "dissectors/x509/describe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LITERAL(s)                                   \
	{                                            \
		(const uint8_t *)"" s, sizeof(s) - 1 \
	}

struct row {
	struct bytes in;
	const char *text;
};

static void
check(void (*put)(struct x509_text *t, struct bytes in), const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[300];
		struct x509_text t = {.buf = text, .size = sizeof text};

		put(&t, rows[i].in);
		x509_text_char(&t, '\0');
		assert_string_equal(text, rows[i].text);
	}
}
#define CHECK(put, rows) check(put, rows, sizeof rows / sizeof rows[0])

static void
test_serials(void **state)
{
	(void)state;
	static const struct row rows[] = {
	    {LITERAL(""), ""},
	    {LITERAL("\x00"), "00"},
	    {LITERAL("\x0a"), "0a"},
	    {LITERAL("\x00\x80"), "80"},
	    {LITERAL("\x01\x00"), "0100"},
	    {LITERAL("\xff"), "-01"},
	    {LITERAL("\x80"), "-80"},
	    {LITERAL("\xff\x7f"), "-81"},
	    {LITERAL("\xff\x01"), "-ff"},
	    {LITERAL("\xff\x00"), "-0100"},
	    {LITERAL("\x80\x00"), "-8000"},
	    {LITERAL("\x80\x01"), "-7fff"},
	};
	CHECK(x509_serial_text, rows);
}

static void
test_alternative_names(void **state)
{
	(void)state;
	static const struct row rows[] = {
	    {LITERAL(""), ""},
	    {LITERAL("\x82\x01"
		     "a\x82\x01"
		     "b"),
	     "DNS:a, DNS:b"},
	    /* one name cannot pose as two */
	    {LITERAL("\x82\x08"
		     "a, DNS:b"),
	     "DNS:a\\, DNS:b"},
	    {LITERAL("\x82\x03"
		     "a\\,\x82\x01"
		     "b"),
	     "DNS:a\\\\,, DNS:b"},
	    {LITERAL("\x86\x05"
		     "x:a,b"),
	     "URI:x:a,b"},
	    {LITERAL("\x82\x03"
		     "a\0b"),
	     "DNS:a\\00b"},
	    {LITERAL("\x81\x03"
		     "\xc3\xbc\xff"),
	     "email:\xc3\xbc\\ff"},
	    {LITERAL("\x87\x04\xc0\x00\x02\x01"), "IP:192.0.2.1"},
	    {LITERAL("\x87\x05\xc0\x00\x02\x01\x18"), "IP:#c000020118"},
	    {LITERAL("\x87\x00"), "IP:#"},
	    {LITERAL("\x88\x02\x2a\x03"), "RID:1.2.3"},
	    {LITERAL("\x88\x00"), "RID:#"},
	    {LITERAL("\xa4\x02\x30\x00"), "DirName:"},
	    {LITERAL("\xa3\x02\x30\x00"), "X400:#3000"},
	    {LITERAL("\xa5\x02\x80\x00"), "EDI:#8000"},
	    {LITERAL("\xa0\x09\x06\x02\x2a\x03\xa0\x03\x0c\x01x"), "otherName:1.2.3=x"},
	    {LITERAL("\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00"), "otherName:1.2.3=#0500"},
	    /* what stands before a broken one */
	    {LITERAL("\x82\x01"
		     "a\x82\x05"
		     "b"),
	     "DNS:a"},
	    {LITERAL("\x82\x01"
		     "a\x02\x01"
		     "b"),
	     "DNS:a"},
	};
	CHECK(x509_san_text, rows);
}

/* RFC 5952 sections 4 and 5. */
static void
test_ipv6(void **state)
{
	(void)state;
	static const struct {
		uint16_t group[8];
		const char *text;
	} rows[] = {
	    {{0}, "IP:::"},
	    {{0, 0, 0, 0, 0, 0, 0, 1}, "IP:::1"},
	    {{1}, "IP:1::"},
	    {{0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}, "IP:2001:db8::1:0:0:1"},
	    {{0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}, "IP:2001:db8:0:1:1:1:1:1"},
	    {{0x2001, 0, 0, 1, 0, 0, 0, 1}, "IP:2001:0:0:1::1"},
	    {{1, 2, 3, 4, 5, 6, 7, 0xabcd}, "IP:1:2:3:4:5:6:7:abcd"},
	    {{0xfe80, 0x10, 0x100, 0x1000, 0, 0, 0, 0}, "IP:fe80:10:100:1000::"},
	    {{0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201}, "IP:::ffff:192.0.2.1"},
	    {{0, 0, 0, 0, 0, 0, 0xc000, 0x0201}, "IP:::c000:201"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t san[18] = {0x87, 16};
		struct row row = {bytes_of(san, sizeof san), rows[i].text};

		for (size_t g = 0; g < 8; g++) {
			san[2 + 2 * g] = (uint8_t)(rows[i].group[g] >> 8);
			san[3 + 2 * g] = (uint8_t)rows[i].group[g];
		}
		check(x509_san_text, &row, 1);
	}
}

static void
test_lists(void **state)
{
	(void)state;
	static const struct row purposes[] = {
	    {LITERAL(""), ""},
	    {LITERAL("\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x04\x55\x1d\x25\x00"),
	     "serverAuth, anyExtendedKeyUsage"},
	};
	static const struct row crls[] = {
	    {LITERAL(""), ""},
	    {LITERAL("\x30\x08\xa0\x06\xa0\x04\x86\x02x:"), "x:"},
	    {LITERAL("\x30\x0b\xa0\x09\xa0\x07\x86\x05"
		     "a b\xff\n"),
	     "a%20b%FF%0A"},
	    {LITERAL("\x30\x00\x30\x0b\xa0\x09\xa0\x07\x82\x01y\x86\x02x:"), "x:"},
	    {LITERAL("\x30\x04\xa0\x02\xa1\x00\x30\x03\x81\x01\x00"), ""},
	};
	static const struct row ocsp[] = {
	    {LITERAL("\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x02o:"
		     "\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x02"
		     "c:"
		     "\x30\x0e\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x02p:"),
	     "o: p:"},
	};
	CHECK(x509_eku_text, purposes);
	CHECK(x509_crl_text, crls);
	CHECK(x509_ocsp_text, ocsp);
}

static void
test_key_usage(void **state)
{
	(void)state;
	char text[200];
	struct x509_text t = {.buf = text, .size = sizeof text};

	x509_key_usage_text(&t, 0);
	assert_int_equal(t.len, 0);
	x509_key_usage_text(&t, 0xffff);
	x509_text_char(&t, '\0');
	assert_string_equal(text,
			    "digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, "
			    "keyAgreement, keyCertSign, cRLSign, encipherOnly, decipherOnly");
}

/* Whole SubjectPublicKeyInfo or AlgorithmIdentifier elements. */
static void
test_algorithms(void **state)
{
	(void)state;
	static const struct {
		struct bytes in;
		const char *text;
		unsigned bits;
	} keys[] = {
	    {LITERAL("\x30\x1a\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x09"
		     "\x00\x30\x06"
		     "\x02\x01\x23\x02\x01\x03"),
	     "RSA", 6},
	    {LITERAL("\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x01\x00"), "Ed25519", 256},
	    {LITERAL("\x30\x10\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12\x03\x01\x00"),
	     "ML-DSA-65", 0},
	    {LITERAL("\x30\x09\x30\x04\x06\x02\x2a\x03\x03\x01\x00"), "1.2.3", 0},
	    {LITERAL("\x30\x17\x30\x0d\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x02\x2a\x03\x03\x06"
		     "\x00\x04"
		     "abcd"),
	     "EC 1.2.3", 16},
	    {LITERAL("\x30\x10\x30\x0b\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x30\x00\x03\x01\x00"),
	     "EC explicit", 0},
	    {LITERAL("\x30\x16\x30\x11\x06\x07\x2a\x86\x48\xce\x38\x04\x01\x30\x06\x02\x01\x1f\x02"
		     "\x01\x01"
		     "\x03\x01\x00"),
	     "DSA", 5},
	};
	static const struct row signatures[] = {
	    {LITERAL("\x30\x05\x06\x03\x2b\x65\x71"), "ED448"},
	    {LITERAL("\x30\x04\x06\x02\x2a\x03"), "1.2.3"},
	    {LITERAL("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x00"),
	     "rsassaPss-sha1"},
	    {LITERAL("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "rsassaPss"},
	    {LITERAL("\x30\x1c\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x0f\xa0\x0d\x30\x0b"
		     "\x06\x09"
		     "\x60\x86\x48\x01\x65\x03\x04\x02\x02"),
	     "rsassaPss-sha384"},
	};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct x509_certificate c;
		char text[80];
		struct x509_text t = {.buf = text, .size = sizeof text};

		assert_true(x509_raw_key_parse(keys[i].in, &c));
		x509_key_type_text(&t, &c.key);
		x509_text_char(&t, '\0');
		assert_string_equal(text, keys[i].text);
		assert_int_equal(c.key.bits, keys[i].bits);
	}
	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
		struct cursor in = cursor_init(signatures[i].in, 0);
		struct x509_algorithm a;
		char text[80];
		struct x509_text t = {.buf = text, .size = sizeof text};

		x509_algorithm_parse(&in, &a, "algorithm");
		assert_true(cursor_end(&in, "all"));
		x509_signature_text(&t, &a);
		x509_text_char(&t, '\0');
		assert_string_equal(text, signatures[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_serials),   cmocka_unit_test(test_alternative_names),
	    cmocka_unit_test(test_ipv6),      cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_key_usage), cmocka_unit_test(test_algorithms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
