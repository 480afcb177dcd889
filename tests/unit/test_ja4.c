/*
 * test_ja4.c - the specification's own example and its rules, on hellos put together here.
 */
#include "analyzer/tls/ja4.h"
#include "dissectors/tls/extensions.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct list {
	uint8_t data[4000];
	size_t len;
};

static void
put16(struct list *l, unsigned v)
{
	l->data[l->len++] = (uint8_t)(v >> 8);
	l->data[l->len++] = (uint8_t)v;
}

static void
put_codes(struct list *l, const uint16_t *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put16(l, codes[i]);
}
#define PUT_CODES(l, codes) put_codes(l, codes, sizeof codes / sizeof codes[0])

static void
put_extension(struct list *l, unsigned type, const void *body, size_t len)
{
	put16(l, type);
	put16(l, (unsigned)len);
	memcpy(l->data + l->len, body, len);
	l->len += len;
}

/* "Cipher hash" and "Extension hash" of the specification, with GREASE put in. */
static const uint16_t example_ciphers[] = {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
					   0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
					   0x009c, 0x009d, 0x002f, 0x0035};
static const uint16_t example_extensions[] = {0xdada, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
					      0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
					      0x002b, 0xff01, 0x000b, 0x000a, 0x7a7a, 0x0015};
static const uint16_t example_schemes[] = {0x0403, 0x0804, 0x0401, 0x0503,
					   0x0805, 0x0501, 0x0806, 0x0601};

static void
put_example_extensions(struct list *out, bool with_schemes)
{
	static const uint8_t alpn[] = {0,   12,  2,   'h', '2', 8,   'h',
				       't', 't', 'p', '/', '1', '.', '1'};
	static const uint8_t versions[] = {6, 0x3a, 0x3a, 3, 4, 3, 3};
	struct list schemes = {.len = 0};

	put16(&schemes, with_schemes ? sizeof example_schemes : 0);
	if (with_schemes)
		PUT_CODES(&schemes, example_schemes);
	for (size_t i = 0; i < sizeof example_extensions / sizeof example_extensions[0]; i++) {
		uint16_t type = example_extensions[i];
		if (type == 13)
			put_extension(out, type, schemes.data, schemes.len);
		else if (type == 16)
			put_extension(out, type, alpn, sizeof alpn);
		else if (type == 43)
			put_extension(out, type, versions, sizeof versions);
		else
			put_extension(out, type, "abc", type % 4);
	}
}

static const char *
ja4(struct ja4 *j, char transport, unsigned version, const struct list *ciphers,
    const struct list *extensions)
{
	static char text[JA4_SIZE];
	struct ja4_hello hello = {
	    .transport = transport,
	    .legacy_version = (uint16_t)version,
	    .cipher_suites = bytes_of(ciphers->data, ciphers->len),
	};
	struct cursor list = cursor_init(bytes_of(extensions->data, extensions->len), 0);
	struct tls_extension e;

	ja4_begin(j);
	while (tls_extension_next(&list, &e))
		ja4_extension(j, e.type, e.data);
	assert_true(ja4_text(j, &hello, text));
	assert_int_equal(strlen(text), JA4_LEN);
	return text;
}

static void
test_example(void **state)
{
	struct list ciphers = {.len = 0}, extensions = {.len = 0}, bare = {.len = 0};
	struct ja4 *j = *state;

	PUT_CODES(&ciphers, example_ciphers);
	put_example_extensions(&extensions, true);
	put_example_extensions(&bare, false);
	for (unsigned round = 0; round < 3; round++) { /* digest, then cache */
		assert_string_equal(ja4(j, 't', 0x0303, &ciphers, &extensions),
				    "t13d1516h2_8daaf6152771_e5627efa2ab1");
		assert_string_equal(ja4(j, 'q', 0x0303, &ciphers, &bare),
				    "q13d1516h2_8daaf6152771_6d807ffa2a79");
	}
}

static void
test_nothing(void **state)
{
	static const struct list none = {.len = 0};
	struct ja4 *j = *state;

	assert_string_equal(ja4(j, 't', 0x0301, &none, &none),
			    "t10i000000_000000000000_000000000000");
}

static void
test_versions(void **state)
{
	static const struct {
		unsigned legacy;
		struct list extension;
		const char *text;
	} rows[] = {
	    {0x0304, {.len = 0}, "13"},
	    {0x0303, {.len = 0}, "12"},
	    {0x0302, {.len = 0}, "11"},
	    {0x0301, {.len = 0}, "10"},
	    {0x0300, {.len = 0}, "s3"},
	    {0x0002, {.len = 0}, "s2"},
	    {0xfeff, {.len = 0}, "d1"},
	    {0xfefd, {.len = 0}, "d2"},
	    {0xfefc, {.len = 0}, "d3"},
	    {0x0a0a, {.len = 0}, "00"},
	    {0x0303, {{0, 43, 0, 5, 4, 3, 3, 3, 4}, 9}, "13"},
	    {0x0303, {{0, 43, 0, 5, 4, 0xfa, 0xfa, 3, 2}, 9}, "11"},
	    {0x0303, {{0, 43, 0, 3, 2, 0x1a, 0x1a}, 7}, "00"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static const struct list none = {.len = 0};
		const char *text = ja4(*state, 'd', rows[i].legacy, &none, &rows[i].extension);
		assert_memory_equal(text + 1, rows[i].text, 2);
	}
}

/* The examples under "ALPN Extension Value". */
static void
test_alpn(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
	    {"h2", "h2"},
	    {"http/1.1", "h1"},
	    {"h", "hh"},
	    {"", "00"},
	    {"\xab", "ab"},
	    {"\xab\xcd", "ad"},
	    {"\x30\xab", "3b"},
	    {"\x30\x31\xab\xcd", "3d"},
	    {"\x30\xab\xcd\x31", "01"},
	    {"_x", "58"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static const struct list none = {.len = 0};
		struct list extensions = {.len = 0};
		size_t len = strlen(rows[i].name);
		uint8_t body[64] = {0, (uint8_t)(len + 1), (uint8_t)len};

		memcpy(body + 3, rows[i].name, len);
		put_extension(&extensions, 16, body, len + 3);
		const char *text = ja4(*state, 't', 0x0303, &none, &extensions);
		assert_memory_equal(text + 8, rows[i].text, 2);
		/* counted, but not in the hash */
		assert_memory_equal(text + 6, "01", 2);
		assert_string_equal(text + 24, "000000000000");
	}
}

/* Order does not matter, duplicates do; more than 99 stay 99; lists of all lengths agree with the
 * cache and without it. */
static void
test_lists(void **state)
{
	static const struct list none = {.len = 0};
	struct ja4 *fresh, *j = *state;

	for (unsigned n = 1; n < 400; n += n < 60 ? 1 : 37) {
		struct list up = {.len = 0}, down = {.len = 0};
		char first[JA4_SIZE];
		for (unsigned i = 0; i < n; i++) {
			put16(&up, 0x100 + i);
			put16(&down, 0x100 + n - 1 - i);
		}
		memcpy(first, ja4(j, 't', 0x0303, &up, &none), JA4_SIZE);
		assert_string_equal(ja4(j, 't', 0x0303, &down, &none), first);
		fresh = ja4_create();
		assert_string_equal(ja4(fresh, 't', 0x0303, &down, &none), first);
		ja4_destroy(fresh);
		assert_int_equal((first[4] - '0') * 10 + first[5] - '0', n < 99 ? n : 99);
		put16(&up, 0x100);
		assert_string_not_equal(ja4(j, 't', 0x0303, &up, &none) + 11, first + 11);
	}
}

/* Cut lists and bodies: an answer from what is whole, nothing read behind the end. */
static void
test_truncations(void **state)
{
	struct list ciphers = {.len = 0}, extensions = {.len = 0};

	PUT_CODES(&ciphers, example_ciphers);
	put_example_extensions(&extensions, true);
	for (size_t len = 0; len < extensions.len; len++) {
		struct list cut = {.len = len};
		memcpy(cut.data, extensions.data, len);
		ja4(*state, 't', 0x0303, &ciphers, &cut);
		cut.len = len < ciphers.len ? len : ciphers.len;
		ja4(*state, 't', 0x0303, &cut, &extensions);
	}
	for (size_t at = 0; at < extensions.len; at++) {
		struct list bent = extensions;
		bent.data[at] ^= 0xff;
		ja4(*state, 't', 0x0303, &ciphers, &bent);
	}
}

enum { CODE = 0x1111, NO_SCHEMES = -1 };

static const char *
repeated_ja4(struct ja4 *j, int n_ciphers, int n_types, int n_schemes)
{
	struct list ciphers = {.len = 0}, extensions = {.len = 0}, schemes = {.len = 0};

	for (int i = 0; i < n_ciphers; i++)
		put16(&ciphers, CODE);
	put16(&schemes, 2 * (unsigned)n_schemes);
	for (int i = 0; i < n_schemes; i++)
		put16(&schemes, CODE);
	if (n_schemes != NO_SCHEMES)
		put_extension(&extensions, 13, schemes.data, schemes.len);
	for (int i = 0; i < n_types; i++)
		put_extension(&extensions, CODE, "", 0);
	return ja4(j, 't', 0x0303, &ciphers, &extensions);
}

/* Hellos of the same bytes in other places (more than 99 extensions are as many in the text): what
 * is remembered of one is not another's. */
static void
test_met(void **state)
{
	static const struct {
		int ciphers, types, schemes;
	} rows[] = {{2, 100, NO_SCHEMES}, {1, 101, NO_SCHEMES}, {1, 100, 1}, {1, 101, 0}};
	char fresh_text[JA4_SIZE];

	for (unsigned i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		unsigned r = i / 2;
		struct ja4 *fresh = ja4_create();
		memcpy(fresh_text,
		       repeated_ja4(fresh, rows[r].ciphers, rows[r].types, rows[r].schemes),
		       sizeof fresh_text);
		assert_string_equal(
		    repeated_ja4(*state, rows[r].ciphers, rows[r].types, rows[r].schemes),
		    fresh_text);
		ja4_destroy(fresh);
	}
}

static int
setup(void **state)
{
	*state = ja4_create();
	return *state == NULL;
}

static int
teardown(void **state)
{
	ja4_destroy(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_example),  cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_versions), cmocka_unit_test(test_alpn),
	    cmocka_unit_test(test_lists),    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_met),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
