/*
 * test_tls_key_exchange.c - ServerKeyExchange and ClientKeyExchange by the suite's shape.
 */
#include "dissectors/tls/key_exchange.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_server_key_exchange(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		uint16_t suite;
		enum tls_version version;
		size_t hint, p, key;
		uint16_t group, algorithm;
		bool is_signed;
	} rows[] = {
	    {"openssl_ske_ecdhe", 0xc02c, TLS_1_2, 0, 0, 32, TLS_GROUP_x25519,
	     TLS_SCHEME_ecdsa_secp256r1_sha256, true},
	    {"openssl10_ske_ecdhe", 0xc00a, TLS_1_0, 0, 0, 32, TLS_GROUP_x25519, 0, true},
	    {"openssl_ske_dhe", 0x0033, TLS_1_2, 0, 128, 128, 0, TLS_SCHEME_rsa_pss_rsae_sha256,
	     true},
	    {"openssl_ske_ecdhe_psk", 0xc037, TLS_1_2, 4, 0, 32, TLS_GROUP_x25519, 0, false},
	    {"openssl_ske_dhe_psk", 0x00aa, TLS_1_2, 4, 128, 128, 0, 0, false},
	    {"openssl_ske_psk", 0x00a8, TLS_1_2, 4, 0, 0, 0, 0, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = vector_body(rows[i].vector);
		struct cursor in = cursor_init(body, 0);
		struct tls_server_key_exchange m;
		tls_server_key_exchange_parse(&in, rows[i].version, tls_cipher_find(rows[i].suite),
					      &m);
		assert_true(m.complete);
		assert_int_equal(m.psk_hint.len, rows[i].hint);
		assert_int_equal(m.dh_p.len, rows[i].p);
		assert_int_equal(m.public_key.len, rows[i].key);
		assert_int_equal(m.group, rows[i].group);
		assert_int_equal(m.algorithm, rows[i].algorithm);
		assert_int_equal(m.signature.len > 0, rows[i].is_signed);
		release(body);
	}
}

static void
test_client_key_exchange(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		uint16_t suite;
		enum tls_version version;
		bool complete;
		size_t identity, keys;
	} rows[] = {
	    {"0003 aabbcc", 0x002f, TLS_1_2, true, 0, 3},
	    {"aabbcc", 0x002f, TLS_SSL3, true, 0, 3},
	    {"aabbcc", 0x002f, TLS_1_0, false, 0, 0},
	    {"", 0x0031, TLS_1_2, true, 0, 0},
	    {"03 aabbcc", 0xc02f, TLS_1_2, true, 0, 3},
	    {"0002 6d65", 0x00a8, TLS_1_2, true, 2, 0},
	    {"0002 6d65 02 aabb", 0xc037, TLS_1_2, true, 2, 2},
	    {"0002 6d65 0002 aabb", 0x00ac, TLS_1_2, true, 2, 2},
	    {"0002 6d65", 0x00ac, TLS_1_2, false, 2, 0},
	    {"0002 aabb", 0xe013, TLS_TLCP, true, 0, 2},
	    {"aabb", 0x9999, TLS_1_2, false, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		struct tls_client_key_exchange m;
		tls_client_key_exchange_parse(&in, rows[i].version, tls_cipher_find(rows[i].suite),
					      &m);
		assert_int_equal(m.complete, rows[i].complete);
		assert_int_equal(m.psk_identity.len, rows[i].identity);
		assert_int_equal(m.exchange_keys.len, rows[i].keys);
		release(body);
	}
}

/* Forms OpenSSL does not send: TLCP's bare signature, an explicit curve, EXPORT RSA, no suite
 * known. */
static void
test_server_key_exchange_forms(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		uint16_t suite;
		enum tls_version version;
		bool complete;
		size_t p, key, signature;
	} rows[] = {
	    {"0002 3000", 0xe013, TLS_TLCP, true, 0, 0, 2},
	    {"03 0029 02 aabb 0002 3000", 0xe011, TLS_TLCP, true, 0, 2, 2},
	    {"0002 aabb 0001 03 0002 3000", 0x0003, TLS_1_0, true, 2, 0, 2},
	    {"0002 aabb 0001 02 0002 cccc", 0x0018, TLS_1_0, true, 2, 2, 0},
	    {"01 0002 aabb", 0xc02f, TLS_1_2, false, 0, 0, 0},
	    {"03 001d 02 aabb 0403", 0xc02f, TLS_1_2, false, 0, 2, 0},
	    {"03 001d 02 aabb", 0x9999, TLS_1_2, false, 0, 0, 0},
	    {"0002 aabb", 0x002f, TLS_1_2, false, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		struct tls_server_key_exchange m;
		tls_server_key_exchange_parse(&in, rows[i].version, tls_cipher_find(rows[i].suite),
					      &m);
		assert_int_equal(m.complete, rows[i].complete);
		assert_int_equal(m.dh_p.len, rows[i].p);
		assert_int_equal(m.public_key.len, rows[i].key);
		assert_int_equal(m.signature.len, rows[i].signature);
		release(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_server_key_exchange),
	    cmocka_unit_test(test_server_key_exchange_forms),
	    cmocka_unit_test(test_client_key_exchange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
