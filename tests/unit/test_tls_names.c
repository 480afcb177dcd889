/*
 * test_tls_names.c - the registries: order, names, and columns that must agree with each other.
 */
#include "dissectors/tls/extensions.h"
#include "dissectors/tls/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	uint16_t code;
	const char *name;
} suites[] = {
#define TLS_CIPHER(code, name, kx, auth, enc, mac, prf) {code, #name},
#include "dissectors/tls/iana_ciphers.def"
};

enum { SUITE_COUNT = sizeof(suites) / sizeof(suites[0]) };

static bool
contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static void
test_every_suite_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUITE_COUNT; i++) {
		if (i > 0)
			assert_true(suites[i - 1].code < suites[i].code);
		const struct tls_cipher *c = tls_cipher_find(suites[i].code);
		assert_non_null(c);
		assert_string_equal(c->name, suites[i].name);
		assert_string_equal(tls_cipher_name(suites[i].code), suites[i].name);
	}
}

/* The columns say what the name says. */
static void
test_columns_agree_with_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUITE_COUNT; i++) {
		const struct tls_cipher *c = tls_cipher_find(suites[i].code);
		const struct tls_encryption_info *e = tls_encryption_info(c->encryption);
		bool aead = contains(c->name, "_GCM") || contains(c->name, "_CCM");
		if (aead)
			assert_int_equal(e->kind, TLS_KIND_AEAD);
		if (contains(c->name, "_CBC") && c->kx != TLS_KX_FORTEZZA)
			assert_int_equal(e->kind, TLS_KIND_BLOCK);
		if (contains(c->name, "_CCM_8"))
			assert_int_equal(e->tag, 8);
		else if (aead)
			assert_int_equal(e->tag, 16);
		if (contains(c->name, "SHA384"))
			assert_int_equal(c->prf, TLS_HASH_SHA384);
		if (contains(c->name, "AES_256") && e->kind != TLS_KIND_NULL)
			assert_int_equal(e->key, 32);
		if (e->kind == TLS_KIND_BLOCK || e->kind == TLS_KIND_STREAM)
			assert_true(c->mac != TLS_HASH_NONE);
		if (e->kind == TLS_KIND_AEAD)
			assert_int_equal(c->mac, TLS_HASH_NONE);
		assert_int_equal(c->auth == TLS_AUTH_ANON, contains(c->name, "_anon_"));
	}
}

static void
test_suites(void **state)
{
	(void)state;
	static const struct tls_cipher rows[] = {
	    {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", TLS_KX_RSA, TLS_AUTH_RSA, TLS_ENC_AES_128_CBC,
	     TLS_HASH_SHA1, TLS_HASH_SHA256},
	    {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", TLS_KX_ECDHE, TLS_AUTH_RSA,
	     TLS_ENC_AES_256_GCM, TLS_HASH_NONE, TLS_HASH_SHA384},
	    {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", TLS_KX_ECDHE, TLS_AUTH_ECDSA,
	     TLS_ENC_AES_256_CBC, TLS_HASH_SHA384, TLS_HASH_SHA384},
	    {0x0018, "TLS_DH_anon_WITH_RC4_128_MD5", TLS_KX_DHE, TLS_AUTH_ANON, TLS_ENC_RC4_128,
	     TLS_HASH_MD5, TLS_HASH_SHA256},
	    {0x1301, "TLS_AES_128_GCM_SHA256", TLS_KX_13, TLS_AUTH_13, TLS_ENC_AES_128_GCM,
	     TLS_HASH_NONE, TLS_HASH_SHA256},
	    {0x1305, "TLS_AES_128_CCM_8_SHA256", TLS_KX_13, TLS_AUTH_13, TLS_ENC_AES_128_CCM_8,
	     TLS_HASH_NONE, TLS_HASH_SHA256},
	    {0x00c6, "TLS_SM4_GCM_SM3", TLS_KX_13, TLS_AUTH_13, TLS_ENC_SM4_GCM, TLS_HASH_NONE,
	     TLS_HASH_SM3},
	    {0xe013, "ECC_SM4_CBC_SM3", TLS_KX_SM2, TLS_AUTH_SM2, TLS_ENC_SM4_CBC, TLS_HASH_SM3,
	     TLS_HASH_SM3},
	    {0xc0aa, "TLS_PSK_DHE_WITH_AES_128_CCM_8", TLS_KX_DHE_PSK, TLS_AUTH_PSK,
	     TLS_ENC_AES_128_CCM_8, TLS_HASH_NONE, TLS_HASH_SHA256},
	    {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", TLS_KX_ECDHE, TLS_AUTH_RSA,
	     TLS_ENC_CHACHA20_POLY1305, TLS_HASH_NONE, TLS_HASH_SHA256},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct tls_cipher *c = tls_cipher_find(rows[i].code);
		assert_non_null(c);
		assert_string_equal(c->name, rows[i].name);
		assert_int_equal(c->kx, rows[i].kx);
		assert_int_equal(c->auth, rows[i].auth);
		assert_int_equal(c->encryption, rows[i].encryption);
		assert_int_equal(c->mac, rows[i].mac);
		assert_int_equal(c->prf, rows[i].prf);
	}
}

static void
test_unknown_and_grease(void **state)
{
	(void)state;
	unsigned grease = 0;

	for (unsigned code = 0; code <= 0xffff; code++)
		grease += tls_is_grease((uint16_t)code) ? 1 : 0;
	assert_int_equal(grease, 16);
	assert_true(tls_is_grease(0xfafa));
	assert_false(tls_is_grease(0x0a1a));
	assert_null(tls_cipher_find(0x0a0a));
	assert_string_equal(tls_cipher_name(0x0a0a), "GREASE");
	assert_string_equal(tls_group_name(0x1a1a), "GREASE");
	assert_string_equal(tls_signature_scheme_name(0x2a2a), "GREASE");
	assert_null(tls_cipher_name(0xffff));
	assert_null(tls_group_name(0xffff));
	assert_null(tls_signature_scheme_name(0xffff));
	assert_null(sslv2_cipher_name(0x990080));
}

static void
test_other_names(void **state)
{
	(void)state;
	assert_string_equal(tls_group_name(29), "x25519");
	assert_string_equal(tls_group_name(0x11ec), "X25519MLKEM768");
	assert_string_equal(tls_signature_scheme_name(0x0401), "rsa_pkcs1_sha256");
	assert_string_equal(tls_signature_scheme_name(0x0403), "ecdsa_secp256r1_sha256");
	assert_string_equal(tls_signature_scheme_name(0x0804), "rsa_pss_rsae_sha256");
	assert_string_equal(tls_signature_scheme_name(0x0202), "dsa_sha1");
	assert_string_equal(tls_client_certificate_type_name(64), "ecdsa_sign");
	assert_null(tls_client_certificate_type_name(0));
	assert_string_equal(tls_certificate_type_name(2), "RawPublicKey");
	assert_null(tls_certificate_type_name(9));
	assert_string_equal(tls_certificate_compression_name(2), "brotli");
	assert_null(tls_certificate_compression_name(0));
	assert_string_equal(tls_extension_name(TLS_EXT_server_name), "server_name");
	assert_string_equal(tls_extension_name(65037), "encrypted_client_hello");
	assert_null(tls_extension_name(0xabcd));
	assert_int_equal(tls_extension_places(48), TLS_IN_CR);
	assert_int_equal(tls_extension_places(51), TLS_IN_CH | TLS_IN_SH | TLS_IN_HRR);
	assert_int_equal(tls_extension_places(0xabcd), 0);
}

static void
test_hash_lengths(void **state)
{
	(void)state;
	assert_int_equal(tls_hash_length(TLS_HASH_NONE), 0);
	assert_int_equal(tls_hash_length(TLS_HASH_MD5), 16);
	assert_int_equal(tls_hash_length(TLS_HASH_SHA1), 20);
	assert_int_equal(tls_hash_length(TLS_HASH_SHA256), 32);
	assert_int_equal(tls_hash_length(TLS_HASH_SHA384), 48);
	assert_int_equal(tls_hash_length(TLS_HASH_SM3), 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_suite_is_found),
	    cmocka_unit_test(test_columns_agree_with_names),
	    cmocka_unit_test(test_suites),
	    cmocka_unit_test(test_unknown_and_grease),
	    cmocka_unit_test(test_other_names),
	    cmocka_unit_test(test_hash_lengths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
