/*
 * test_oid.c - the table of object identifiers against itself, and dotted text of any size.
 */
#include "dissectors/x509/oid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *
dotted(struct bytes oid)
{
	static char text[300];
	struct x509_text t = {.buf = text, .size = sizeof text};

	x509_oid_dotted(&t, oid);
	x509_text_char(&t, '\0');
	return text;
}

static void
test_rows(void **state)
{
	(void)state;
	size_t rows = 0, in_file = 0;

	for (enum x509_oid_kind kind = 0; kind < X509_OID_KIND_COUNT; kind++) {
		const struct x509_oid *row;

		for (size_t i = 0; (row = x509_oid_row(kind, i)) != NULL; i++, rows++) {
			assert_string_equal(dotted(row->der), row->dotted);
			assert_ptr_equal(x509_oid_find(kind, row->der), row);
			assert_true(strlen(row->name) > 0);
		}
	}
#define X509_OID(kind, octets, text, name, bits, reference) in_file++;
#include "dissectors/x509/oids.def"
	/* A row out of the order of kinds would not be found. */
	assert_int_equal(rows, in_file);
}

#define LITERAL(s)                                   \
	{                                            \
		(const uint8_t *)"" s, sizeof(s) - 1 \
	}
#define BYTES(s) bytes_of("" s, sizeof(s) - 1)

static void
test_dotted(void **state)
{
	(void)state;
	static const struct {
		struct bytes der;
		const char *text;
	} rows[] = {
	    {LITERAL("\x00"), "0.0"},
	    {LITERAL("\x27"), "0.39"},
	    {LITERAL("\x28"), "1.0"},
	    {LITERAL("\x4f"), "1.39"},
	    {LITERAL("\x50"), "2.0"},
	    {LITERAL("\x88\x37"), "2.999"},
	    {LITERAL("\x2a\x86\x48\x86\xf7\x0d"), "1.2.840.113549"},
	    /* 64 bits and beyond: a UUID under 2.25 (ITU-T X.667) */
	    {LITERAL("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "1.2.18446744073709551615"},
	    {LITERAL("\x69\x83\xf0\x9d\xa7\xeb\xcf\xde\xe0\xc7\xa1\xa7\xb2\xc0\x94\x8c\xc8\xf9\xd7"
		     "\x76"),
	     "2.25.329800735698586629295641978511506172918"},
	    {LITERAL("\x2a\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
	     "1.2.1180591620717411303424"},
	    {LITERAL("\xa0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"), "2.37778931862957161709488"},
	    /* none at all */
	    {LITERAL(""), "#"},
	    {LITERAL("\x2a\x86"), "#2a86"},
	    {LITERAL("\x2a\x80\x01"), "#2a8001"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(dotted(rows[i].der), rows[i].text);
}

/* Arcs longer than 37 octets are refused, those up to it are decimal. */
static void
test_huge_arcs(void **state)
{
	(void)state;
	for (size_t n = 1; n < 60; n++) {
		uint8_t oid[61] = {0x2a};
		const char *text;

		memset(oid + 1, 0xff, n - 1);
		oid[n] = 0x7f;
		text = dotted(bytes_of(oid, n + 1));
		assert_int_equal(text[0], n <= 37 ? '1' : '#');
	}
}

static void
test_names(void **state)
{
	(void)state;
	char text[64];
	struct x509_text t = {.buf = text, .size = sizeof text};

	x509_oid_name(&t, X509_OID_PURPOSE, BYTES("\x2b\x06\x01\x05\x05\x07\x03\x02"));
	x509_text_char(&t, ' ');
	x509_oid_name(&t, X509_OID_CURVE, BYTES("\x2b\x06\x01\x05\x05\x07\x03\x02"));
	x509_text_char(&t, '\0');
	assert_string_equal(text, "clientAuth 1.3.6.1.5.5.7.3.2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_dotted),
	    cmocka_unit_test(test_huge_arcs),
	    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
