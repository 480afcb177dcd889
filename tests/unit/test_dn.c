/*
 * test_dn.c - RFC 4514 text of names: order, escapes, string types, hostile and broken encodings.
 */
#include "dissectors/x509/dn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/x509/text.h"

#define OID_CN    "\x06\x03\x55\x04\x03"
#define OID_C     "\x06\x03\x55\x04\x06"
#define OID_OTHER "\x06\x03\x2a\x03\x04" /* 1.2.3.4 */

struct builder {
	uint8_t data[1024];
	size_t len;
};

/* Puts a header in front of everything from `start` on. */
static void
wrap(struct builder *b, size_t start, uint8_t tag)
{
	size_t len = b->len - start;

	assert_true(len < 128);
	memmove(b->data + start + 2, b->data + start, len);
	b->data[start] = tag;
	b->data[start + 1] = (uint8_t)len;
	b->len += 2;
}

static void
put(struct builder *b, const void *p, size_t n)
{
	memcpy(b->data + b->len, p, n);
	b->len += n;
}

static void
put_attribute(struct builder *b, const char *oid, uint8_t tag, struct bytes value)
{
	size_t start = b->len, inner;

	put(b, oid, strlen(oid));
	inner = b->len;
	put(b, value.data, value.len);
	wrap(b, inner, tag);
	wrap(b, start, 0x30);
}

/* A name of one attribute. */
static struct bytes
name_of(struct builder *b, const char *oid, uint8_t tag, struct bytes value)
{
	b->len = 0;
	put_attribute(b, oid, tag, value);
	wrap(b, 0, 0x31);
	wrap(b, 0, 0x30);
	return bytes_of(b->data, b->len);
}

#define LITERAL(s)                                   \
	{                                            \
		(const uint8_t *)"" s, sizeof(s) - 1 \
	}
#define BYTES(s) bytes_of("" s, sizeof(s) - 1)

static void
test_values(void **state)
{
	(void)state;
	static const struct {
		const char *oid;
		uint8_t tag;
		struct bytes value;
		const char *text;
	} rows[] = {
	    {OID_CN, 12, LITERAL("alice"), "CN=alice"},
	    {OID_CN, 12, LITERAL(""), "CN="},
	    {OID_CN, 12, LITERAL("Z\xc3\xbcrich \xf0\x9f\x94\x92"),
	     "CN=Z\xc3\xbcrich \xf0\x9f\x94\x92"},
	    /* RFC 4514 section 2.4 */
	    {OID_CN, 12, LITERAL(" a "), "CN=\\ a\\ "},
	    {OID_CN, 12, LITERAL(" "), "CN=\\ "},
	    {OID_CN, 12, LITERAL("  "), "CN=\\ \\ "},
	    {OID_CN, 12, LITERAL("#a#"), "CN=\\#a#"},
	    {OID_CN, 12, LITERAL("a,b+c\"d\\e<f>g;h=i"), "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i"},
	    {OID_CN, 12, LITERAL("a\0b"), "CN=a\\00b"},
	    {OID_CN, 12, LITERAL("\x01\n\x1b\x7f"), "CN=\\01\\0A\\1B\\7F"},
	    /* broken UTF-8: lone octets, overlong, surrogate, beyond the last plane, cut */
	    {OID_CN, 12,
	     LITERAL("a\xff"
		     "b"),
	     "CN=a\\FFb"},
	    {OID_CN, 12, LITERAL("\xc0\x80"), "CN=\\C0\\80"},
	    {OID_CN, 12, LITERAL("\xe0\x80\xaf"), "CN=\\E0\\80\\AF"},
	    {OID_CN, 12, LITERAL("\xed\xa0\x80"), "CN=\\ED\\A0\\80"},
	    {OID_CN, 12, LITERAL("\xf4\x90\x80\x80"), "CN=\\F4\\90\\80\\80"},
	    {OID_CN, 12, LITERAL("\xe2\x82"), "CN=\\E2\\82"},
	    /* Latin-1 for the old types */
	    {OID_CN, 20, LITERAL("Z\xfcrich"), "CN=Z\xc3\xbcrich"},
	    {OID_CN, 19, LITERAL("Z\xfcrich"), "CN=Z\xc3\xbcrich"},
	    {OID_CN, 22, LITERAL("a@b"), "CN=a@b"},
	    {OID_CN, 18, LITERAL("42"), "CN=42"},
	    {OID_CN, 26, LITERAL("v"), "CN=v"},
	    /* BMPString, with UTF-16 in it; UniversalString */
	    {OID_CN, 30, LITERAL("\0Z\0\xfc\x65\xe5"), "CN=Z\xc3\xbc\xe6\x97\xa5"},
	    {OID_CN, 30, LITERAL("\xd8\x3d\xdd\x12"), "CN=\xf0\x9f\x94\x92"},
	    {OID_CN, 30, LITERAL("\0\0\0,"), "CN=\\00\\,"},
	    {OID_CN, 28, LITERAL("\0\0\0A\0\x01\xf5\x12"), "CN=A\xf0\x9f\x94\x92"},
	    /* what breaks them is shown as it is */
	    {OID_CN, 30, LITERAL("\0A\0"), "CN=#1E03004100"},
	    {OID_CN, 30, LITERAL("\xd8\x3d\0A"), "CN=#1E04D83D0041"},
	    {OID_CN, 30, LITERAL("\xdd\x12"), "CN=#1E02DD12"},
	    {OID_CN, 28, LITERAL("\0\x11\0\0"), "CN=#1C0400110000"},
	    {OID_CN, 28, LITERAL("\0\0\xd8\0"), "CN=#1C040000D800"},
	    {OID_CN, 4, LITERAL("x"), "CN=#040178"},
	    {OID_CN, 0x30, LITERAL(""), "CN=#3000"},
	    /* unknown attribute */
	    {OID_OTHER, 12, LITERAL("a"), "1.2.3.4=#0C0161"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct builder b;
		struct bytes name = name_of(&b, rows[i].oid, rows[i].tag, rows[i].value);
		char text[200];
		bool malformed;
		size_t len = x509_dn_text(name, text, sizeof text, &malformed);

		assert_string_equal(text, rows[i].text);
		assert_int_equal(len, strlen(rows[i].text));
		assert_false(malformed);
	}
}

/* C=DE, then { CN=a + CN=b }, then CN=c */
static struct bytes
three(struct builder *b)
{
	size_t start;

	b->len = 0;
	put_attribute(b, OID_C, 19, BYTES("DE"));
	wrap(b, 0, 0x31);
	start = b->len;
	put_attribute(b, OID_CN, 12, BYTES("a\\"));
	put_attribute(b, OID_CN, 12, BYTES("b,+"));
	wrap(b, start, 0x31);
	start = b->len;
	put_attribute(b, OID_CN, 12, BYTES("c"));
	wrap(b, start, 0x31);
	wrap(b, 0, 0x30);
	return bytes_of(b->data, b->len);
}

static void
test_order_and_sizes(void **state)
{
	(void)state;
	static const char expected[] = "CN=c,CN=b\\,\\++CN=a\\\\,C=DE";
	struct builder b;
	struct bytes name = three(&b);

	for (size_t size = 0; size < sizeof expected + 3; size++) {
		char *text = malloc(size + 1);
		text[size] = 'x';
		assert_int_equal(x509_dn_text(name, text, size, NULL), sizeof expected - 1);
		assert_int_equal(text[size], 'x');
		if (size > 0)
			assert_string_equal(text, size < sizeof expected ? "" : expected);
		free(text);
	}
	assert_int_equal(x509_dn_text(name, NULL, 0, NULL), sizeof expected - 1);
}

static void
test_walk(void **state)
{
	(void)state;
	static const bool first[] = {true, true, false, true};
	struct builder b;
	struct cursor in = cursor_init(three(&b), 0);
	struct x509_dn dn = x509_dn_init(&in, "name");
	struct x509_attribute a;
	size_t n = 0;

	for (; x509_dn_next(&dn, &a); n++)
		assert_int_equal(a.first, first[n]);
	assert_int_equal(n, 4);
	assert_true(cursor_ok(&dn.rdns));
	assert_false(x509_dn_next(&dn, &a));
}

static void
test_malformed(void **state)
{
	(void)state;
	static const struct {
		struct bytes name;
		const char *text;
		bool malformed;
	} rows[] = {
	    {LITERAL("\x30\x00"), "", false},
	    {LITERAL(""), "#", true},
	    {LITERAL("\x30\x02\x31\x00"), "#30023100", true},
	    {LITERAL("garbage"), "#67617262616765", true},
	    {LITERAL("\x30\x00\x00"), "#300000", true},
	    /* CN=a, then an empty set */
	    {LITERAL("\x30\x0e\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
		     "a\x31\x00"),
	     "CN=a", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[100];
		bool malformed;

		x509_dn_text(rows[i].name, text, sizeof text, &malformed);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(malformed, rows[i].malformed);
	}
}

/* Every truncation fails, and what it fails with is inside. */
static void
test_truncations(void **state)
{
	(void)state;
	struct builder b;
	struct bytes name = three(&b);

	for (size_t len = 0; len < name.len; len++) {
		uint8_t *copy = malloc(len + 1);
		struct cursor in;
		char text[200];
		bool malformed;

		memcpy(copy, name.data, len);
		x509_dn_text(bytes_of(copy, len), text, sizeof text, &malformed);
		assert_true(malformed);
		in = cursor_init(bytes_of(copy, len), 7);
		x509_dn_view(&in, "name");
		assert_false(cursor_ok(&in));
		assert_in_range(in.fail_at, 7, 7 + len);
		free(copy);
	}
}

/* A string that is none makes the name fail, where it stands; the view is there all the same. */
static void
test_view(void **state)
{
	(void)state;
	static const struct {
		uint8_t tag;
		struct bytes value;
		bool ok;
	} rows[] = {
	    {12, LITERAL("\xc3\xbc"), true},
	    {12, LITERAL("\xc3"), false},
	    {30, LITERAL("\xd8\x3d\xdd\x12"), true},
	    {30, LITERAL("\0"), false},
	    {28, LITERAL("\0\0\0a"), true},
	    {28, LITERAL("\0\0\0"), false},
	    {19, LITERAL("\xff"), true},
	    {4, LITERAL("\xff"), true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct builder b;
		struct bytes name = name_of(&b, OID_CN, rows[i].tag, rows[i].value);
		struct cursor in = cursor_init(name, 0);

		assert_int_equal(x509_dn_view(&in, "name").len, name.len);
		assert_int_equal(cursor_ok(&in), rows[i].ok);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),      cmocka_unit_test(test_order_and_sizes),
	    cmocka_unit_test(test_walk),        cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_truncations), cmocka_unit_test(test_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
