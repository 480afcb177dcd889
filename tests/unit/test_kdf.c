/*
 * test_kdf.c - keys, records and Finished against published vectors.
 * RFC 8448 section 3 (simple 1-RTT handshake); the vectors of the TLS 1.2 PRF that went round the
 * TLS working group's list in 2009 ("Test vectors for TLS 1.2 PRF", SHA-256 and SHA-384).
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "analyzer/crypto/aead.h"
#include "analyzer/crypto/bulk.h"
#include "analyzer/crypto/kdf.h"

struct hex {
	uint8_t data[256];
	size_t len;
};

static struct hex
hex(const char *text)
{
	struct hex h = {.len = 0};
	unsigned byte = 0, half = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		unsigned digit =
		    *text <= '9' ? (unsigned)(*text - '0') : (unsigned)(*text - 'a') + 10;
		byte = byte << 4 | digit;
		if (++half % 2 == 0)
			h.data[h.len++] = (uint8_t)byte;
	}
	return h;
}

static struct bytes
view(const struct hex *h)
{
	return bytes_of(h->data, h->len);
}

/* secret, label, what comes out: RFC 8448 section 3. */
static const struct {
	const char *secret, *label, *out;
} labels[] = {
    {"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", "key",
     "dbfaa693d1762c5b666af5d950258d01"},
    {"b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21", "iv",
     "5bd3c71b836e0b76bb73265f"},
    {"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "key",
     "3fce516009c21727d0f2e4e86ee403bc"},
    {"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "iv",
     "5d313eb2671276ee13000b30"},
    {"b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38", "finished",
     "008d3b66f816ea559f96b537e885c31fc068bf492c652f01f288a1d8cdc19fc8"},
};

static void
test_labels(void **state)
{
	struct crypto *c = crypto_create();
	uint8_t out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		struct hex secret = hex(labels[i].secret), want = hex(labels[i].out);
		assert_true(kdf_expand_label(c, TLS_HASH_SHA256, view(&secret), labels[i].label,
					     (struct bytes){0}, out, want.len));
		assert_memory_equal(out, want.data, want.len);
	}
	struct hex secret = hex(labels[0].secret);
	assert_false(
	    kdf_expand_label(c, TLS_HASH_GOST94, view(&secret), "key", (struct bytes){0}, out, 16));
	crypto_destroy(c);
}

static const struct {
	enum tls_hash hash;
	const char *secret, *seed, *out;
} prf[] = {
    {TLS_HASH_SHA256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
     "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14ba"
     "f9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a51"
     "10fff70187347b66"},
    {TLS_HASH_SHA384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
     "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c91"
     "46a0e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad0"
     "5d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa"
     "3be85e0990703d73e56f"},
};

static void
test_prf(void **state)
{
	struct crypto *c = crypto_create();
	uint8_t out[256];

	(void)state;
	for (size_t i = 0; i < sizeof(prf) / sizeof(prf[0]); i++) {
		struct hex secret = hex(prf[i].secret), seed = hex(prf[i].seed);
		struct hex want = hex(prf[i].out);
		assert_true(kdf_prf(c, prf[i].hash, view(&secret), "test label", view(&seed), out,
				    want.len));
		assert_memory_equal(out, want.data, want.len);
	}
	crypto_destroy(c);
}

/* The client's Finished, RFC 8448 section 3, and what every changed byte does to it. */
static void
test_record(void **state)
{
	struct crypto *c = crypto_create();
	struct hex key = hex("dbfaa693d1762c5b666af5d950258d01");
	struct hex iv = hex("5bd3c71b836e0b76bb73265f"), header = hex("1703030035");
	struct hex body = hex("75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f8"
			      "0338ac98fc46deb384bd1caeacab6867d726c40546");
	struct hex want = hex("14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2ed"
			      "d5ce6116");
	struct aead *a = aead_create(c, TLS_ENC_AES_128_GCM, view(&key));
	uint8_t out[64];
	size_t len;

	(void)state;
	assert_non_null(a);
	assert_true(aead_open(a, iv.data, view(&header), view(&body), out, &len));
	assert_int_equal(len, want.len);
	assert_memory_equal(out, want.data, want.len);
	for (size_t i = 0; i < body.len; i++) {
		body.data[i] ^= 1;
		assert_false(aead_open(a, iv.data, view(&header), view(&body), out, &len));
		assert_int_equal(len, 0);
		body.data[i] ^= 1;
	}
	for (size_t n = 0; n < body.len; n++)
		assert_false(
		    aead_open(a, iv.data, view(&header), bytes_of(body.data, n), out, &len));
	assert_true(aead_open(a, iv.data, view(&header), view(&body), out, &len));
	aead_destroy(a);
	assert_null(aead_create(c, TLS_ENC_AES_256_GCM, view(&key)));
	assert_null(aead_create(c, TLS_ENC_AES_128_CBC, view(&key)));
	crypto_destroy(c);
}

/* AES-128-CBC, SP 800-38A F.2.2; RC4, RFC 6229 (key 0102030405...10), where the library has it. */
static void
test_bulk(void **state)
{
	struct crypto *c = crypto_create();
	struct hex key = hex("2b7e151628aed2a6abf7158809cf4f3c");
	struct hex iv = hex("000102030405060708090a0b0c0d0e0f");
	struct hex in = hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
	struct hex want = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
	struct bulk *b = bulk_create(c, TLS_ENC_AES_128_CBC, view(&key));
	uint8_t out[64];

	(void)state;
	assert_non_null(b);
	for (unsigned again = 0; again < 2; again++) {
		assert_true(bulk_decrypt(b, iv.data, view(&in), out));
		assert_memory_equal(out, want.data, want.len);
	}
	assert_false(bulk_decrypt(b, iv.data, bytes_of(in.data, 17), out));
	bulk_destroy(b);
	key = hex("0102030405060708090a0b0c0d0e0f10");
	b = bulk_create(c, TLS_ENC_RC4_128, view(&key));
	if (b != NULL) {
		struct hex zero = hex("00000000000000000000000000000000");
		want = hex("9ac7cc9a609d1ef7b2932899cde41b97");
		assert_true(bulk_decrypt(b, NULL, view(&zero), out));
		assert_memory_equal(out, want.data, want.len);
	}
	bulk_destroy(b);
	crypto_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_prf),
	    cmocka_unit_test(test_record),
	    cmocka_unit_test(test_bulk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
