/*
 * test_tls_hello.c - ClientHello, ServerHello, HelloRetryRequest, SSLv2-format ClientHello.
 */
#include "dissectors/tls/client_hello.h"
#include "dissectors/tls/extensions.h"
#include "dissectors/tls/names.h"
#include "dissectors/tls/server_hello.h"
#include "dissectors/tls/sslv2.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 03 00, random, no session, two suites, null compression; nothing behind it. */
#define SSL3_HELLO                                                                                \
	"0300 00000000000000000000000000000000000000000000000000000000000000ff 00 0004 000a0005 " \
	"01 00"

static void
test_client_hello_13(void **state)
{
	(void)state;
	struct bytes body = vector_body("rfc8448_client_hello");
	struct cursor in = cursor_init(body, 9);
	struct tls_client_hello m;
	uint16_t suite, suites[4];
	size_t n = 0;

	assert_true(tls_client_hello_parse(&in, &m));
	assert_int_equal(m.legacy_version, TLS_1_2);
	assert_int_equal(m.random.data[0], 0xcb);
	assert_int_equal(m.session_id.len, 0);
	assert_int_equal(m.compression_methods.len, 1);
	assert_true(m.has_extensions);
	struct cursor list = cursor_child(&in, m.cipher_suites);
	while (n < 4 && tls_cipher_suite_next(&list, &suite))
		suites[n++] = suite;
	assert_true(cursor_ok(&list));
	assert_int_equal(n, 3);
	assert_int_equal(suites[0], 0x1301);
	assert_int_equal(suites[1], 0x1303);
	assert_int_equal(suites[2], 0x1302);
	release(body);
}

static void
test_client_hello_extensions_in_order(void **state)
{
	(void)state;
	static const uint16_t expected[] = {0, 65281, 10, 35, 51, 43, 13, 45, 28};
	struct bytes body = vector_body("rfc8448_client_hello");
	struct cursor in = cursor_init(body, 0);
	struct tls_client_hello m;
	struct tls_extension ext;
	struct bytes data;
	size_t n = 0;

	assert_true(tls_client_hello_parse(&in, &m));
	struct cursor list = cursor_child(&in, m.extensions);
	assert_true(tls_extension_find(list, TLS_EXT_record_size_limit, &data));
	assert_int_equal(data.len, 2);
	assert_false(tls_extension_find(list, TLS_EXT_post_handshake_auth, &data));
	for (; tls_extension_next(&list, &ext); n++)
		assert_int_equal(ext.type, expected[n]);
	assert_true(cursor_ok(&list));
	assert_int_equal(n, sizeof(expected) / sizeof(expected[0]));
	release(body);
}

static void
test_client_hello_without_extensions(void **state)
{
	(void)state;
	struct bytes body = from_hex(SSL3_HELLO);
	struct cursor in = cursor_init(body, 0);
	struct tls_client_hello m;

	assert_true(tls_client_hello_parse(&in, &m));
	assert_int_equal(m.legacy_version, TLS_SSL3);
	assert_false(m.has_extensions);
	assert_int_equal(m.extensions.len, 0);
	assert_int_equal(m.cipher_suites.len, 4);
	release(body);
}

#define RANDOM    "00000000000000000000000000000000000000000000000000000000000000ff"
#define SESSION33 "21" RANDOM "00"

static void
test_client_hello_refused(void **state)
{
	(void)state;
	static const struct {
		const char *hex, *field;
		enum cursor_failure why;
	} rows[] = {
	    {"", "legacy_version", CURSOR_SHORT},
	    {"0303 00", "random", CURSOR_SHORT},
	    {"0303" RANDOM SESSION33 "0002 1301 01 00", "legacy_session_id", CURSOR_VALUE},
	    {"0303" RANDOM "00 0000 01 00", "cipher_suites", CURSOR_VALUE},
	    {"0303" RANDOM "00 0003 130100 01 00", "cipher_suites", CURSOR_VALUE},
	    {"0303" RANDOM "00 0004 1301 01 00", "legacy_compression_methods", CURSOR_SHORT},
	    {"0303" RANDOM "00 00ff 1301 01 00", "cipher_suites", CURSOR_SHORT},
	    {"0303" RANDOM "00 0002 1301 01 00 00", "extensions", CURSOR_SHORT},
	    {"0303" RANDOM "00 0002 1301 01 00 0001", "extensions", CURSOR_SHORT},
	    {"0303" RANDOM "00 0002 1301 01 00 0000 00", "ClientHello", CURSOR_LEFTOVER},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		struct tls_client_hello m;
		assert_false(tls_client_hello_parse(&in, &m));
		assert_string_equal(in.field, rows[i].field);
		assert_int_equal(in.failure, rows[i].why);
		release(body);
	}
}

static void
test_server_hello(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		enum tls_version version;
		uint16_t suite, group;
		size_t session_id, key;
		bool retry, share;
	} rows[] = {
	    {"rfc8448_server_hello", TLS_1_3, 0x1301, TLS_GROUP_x25519, 0, 32, false, true},
	    {"openssl_server_hello", TLS_1_2, 0xc02c, 0, 0, 0, false, false},
	    {"openssl10_server_hello", TLS_1_0, 0xc00a, 0, 0, 0, false, false},
	    {"openssl13_hello_retry_request", TLS_1_3, 0x1302, TLS_GROUP_secp384r1, 32, 0, true,
	     true},
	    {"openssl13_server_hello", TLS_1_3, 0x1302, TLS_GROUP_secp384r1, 32, 97, false, true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = vector_body(rows[i].vector);
		struct cursor in = cursor_init(body, 0);
		struct tls_server_hello m;
		assert_true(tls_server_hello_parse(&in, &m));
		assert_int_equal(m.version, rows[i].version);
		assert_int_equal(m.selected_version, rows[i].version);
		assert_int_equal(m.cipher_suite, rows[i].suite);
		assert_int_equal(m.session_id.len, rows[i].session_id);
		assert_int_equal(m.hello_retry_request, rows[i].retry);
		assert_int_equal(m.has_key_share, rows[i].share);
		assert_int_equal(m.group, rows[i].group);
		assert_int_equal(m.key_exchange.len, rows[i].key);
		assert_false(m.has_pre_shared_key);
		release(body);
	}
}

#define RANDOM24 "000000000000000000000000000000000000000000000000"

static void
test_server_hello_values(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool ok, psk;
		uint16_t identity;
		enum tls_version version;
		enum tls_downgrade downgrade;
	} rows[] = {
	    {"0303" RANDOM24 "444f574e47524401 00 c02f 00", true, false, 0, TLS_1_2,
	     TLS_DOWNGRADE_TLS12},
	    {"0302" RANDOM24 "444f574e47524400 00 c013 00", true, false, 0, TLS_1_1,
	     TLS_DOWNGRADE_TLS11},
	    {"0303" RANDOM24 "444f574e47524402 00 c02f 00", true, false, 0, TLS_1_2,
	     TLS_DOWNGRADE_NONE},
	    {"0300" RANDOM "00 000a 00", true, false, 0, TLS_SSL3, TLS_DOWNGRADE_NONE},
	    {"0101" RANDOM "00 e013 00", true, false, 0, TLS_TLCP, TLS_DOWNGRADE_NONE},
	    {"0303" RANDOM "00 1301 00 000c 0029 0002 0001 002b 0002 0304", true, true, 1, TLS_1_3,
	     TLS_DOWNGRADE_NONE},
	    {"0303" RANDOM "00 1301 00 0006 002b 0002 7f1c", true, false, 0, TLS_1_3,
	     TLS_DOWNGRADE_NONE},
	    /* a draft before 22: no session id, no compression, key_share is 40 */
	    {"7f12" RANDOM "1301 000a 0028 0006 001d 0002 abcd", true, false, 0, TLS_1_3,
	     TLS_DOWNGRADE_NONE},
	    {"0305" RANDOM "00 1301 00", true, false, 0, TLS_VERSION_UNKNOWN, TLS_DOWNGRADE_NONE},
	    {"0303" RANDOM "00 1301 00 0005 002b 0001 03", false, false, 0, TLS_1_2,
	     TLS_DOWNGRADE_NONE},
	    {"0303" RANDOM "00 1301 00 0006 0029 0009 0001", false, false, 0, TLS_1_2,
	     TLS_DOWNGRADE_NONE},
	    {"0303" RANDOM SESSION33 "1301 00", false, false, 0, TLS_1_2, TLS_DOWNGRADE_NONE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		struct tls_server_hello m;
		assert_int_equal(tls_server_hello_parse(&in, &m), rows[i].ok);
		assert_int_equal(m.version, rows[i].version);
		assert_int_equal(m.downgrade, rows[i].downgrade);
		assert_int_equal(m.has_pre_shared_key, rows[i].psk);
		assert_int_equal(m.selected_identity, rows[i].identity);
		release(body);
	}
}

/* 22 bytes of specs, session and challenge behind 9 of header. */
#define SSLV2_HELLO "01 0301 0006 0000 0010 00000a 010080 000102030405060708090a0b0c0d0e0f"

static void
test_sslv2(void **state)
{
	(void)state;
	struct bytes body = from_hex(SSLV2_HELLO);
	struct cursor in = cursor_init(body, 0);
	struct sslv2_client_hello m;
	uint32_t spec;

	assert_true(sslv2_client_hello_parse(&in, &m));
	assert_int_equal(m.version, TLS_1_0);
	assert_int_equal(m.session_id.len, 0);
	assert_int_equal(m.challenge.len, 16);
	struct cursor list = cursor_child(&in, m.cipher_specs);
	assert_true(sslv2_cipher_spec_next(&list, &spec));
	assert_string_equal(sslv2_cipher_name(spec), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
	assert_true(sslv2_cipher_spec_next(&list, &spec));
	assert_string_equal(sslv2_cipher_name(spec), "SSL_CK_RC4_128_WITH_MD5");
	assert_false(sslv2_cipher_spec_next(&list, &spec));
	assert_true(cursor_ok(&list));
	for (size_t len = 0; len < body.len; len++) {
		struct bytes cut = copy_of(body.data, len);
		struct cursor short_in = cursor_init(cut, 0);
		assert_false(sslv2_client_hello_parse(&short_in, &m));
		release(cut);
	}
	release(body);
}

static void
test_sslv2_header(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool ok;
		uint16_t length;
	} rows[] = {
	    {"802e", true, 0x2e}, {"ffff", true, 0x7fff}, {"1603", false, 0}, {"80", false, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		uint16_t length;
		assert_int_equal(sslv2_header_parse(&in, &length), rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(length, rows[i].length);
		release(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_client_hello_13),
	    cmocka_unit_test(test_client_hello_extensions_in_order),
	    cmocka_unit_test(test_client_hello_without_extensions),
	    cmocka_unit_test(test_client_hello_refused),
	    cmocka_unit_test(test_server_hello),
	    cmocka_unit_test(test_server_hello_values),
	    cmocka_unit_test(test_sslv2),
	    cmocka_unit_test(test_sslv2_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
