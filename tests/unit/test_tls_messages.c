/*
 * test_tls_messages.c - the handshake messages behind the hellos, and what holds for all of them:
 * every truncation fails, no corruption of any byte reads outside of the message.
 */
#include "tests/fuzz/tls_walk.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The suite a key exchange vector was made with, by the end of its name. */
static const struct tls_cipher *
suite_of(const char *name)
{
	static const struct {
		const char *end;
		uint16_t code;
	} rows[] = {
	    {"_ecdhe_psk", 0xc037}, {"_dhe_psk", 0x00aa}, {"_psk", 0x00a8},
	    {"_ecdhe", 0xc02c},     {"_dhe", 0x0033},     {"_rsa", 0x002f},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(name), m = strlen(rows[i].end);
		if (n >= m && strcmp(name + n - m, rows[i].end) == 0)
			return tls_cipher_find(rows[i].code);
	}
	return NULL;
}

static bool
walk(const struct vector *v, struct bytes whole, size_t len)
{
	struct bytes body = copy_of(whole.data + 4, len);
	struct cursor in = cursor_init(body, 1000);
	bool ok = walk_message(&in, whole.data[0], v->version, suite_of(v->name));

	release(body);
	return ok;
}

/* Hellos may end before their extensions, an implicit ClientKeyExchange has no bytes, and a
 * Finished of another length is one for some suite. */
static bool
may_end_early(const struct bytes whole, size_t len)
{
	switch (whole.data[0]) {
	case TLS_HS_client_hello:
		return len == 35u + whole.data[38] + 2 + 2 +
				  (size_t)(whole.data[39 + whole.data[38]] << 8 |
					   whole.data[40 + whole.data[38]]);
	case TLS_HS_server_hello:
		return len == 38u + whole.data[38];
	case TLS_HS_client_key_exchange:
		return len == 0;
	case TLS_HS_finished:
		return len == 12 || len == 32;
	default:
		return false;
	}
}

static void
test_vectors_and_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct bytes whole = from_hex(vectors[i].hex);
		struct cursor in = cursor_init(whole, 0);
		struct tls_handshake_header h;
		assert_true(tls_handshake_header_parse(&in, &h));
		assert_true(tls_handshake_header_plausible(&h));
		assert_int_equal(h.length, whole.len - 4);
		if (!walk(&vectors[i], whole, whole.len - 4))
			fail_msg("%s does not parse", vectors[i].name);
		for (size_t len = 0; len < whole.len - 4; len++)
			if (walk(&vectors[i], whole, len) && !may_end_early(whole, len))
				fail_msg("%s parses when cut to %zu", vectors[i].name, len);
		release(whole);
	}
}

/* walk_* abort on a view outside of the message; the sanitizers see the rest. */
static void
test_corruptions(void **state)
{
	(void)state;
	static const uint8_t values[] = {0x00, 0x01, 0x02, 0x20, 0x7f, 0x80, 0xfe, 0xff};

	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct bytes whole = from_hex(vectors[i].hex);
		uint8_t *bytes = (uint8_t *)(uintptr_t)whole.data;
		for (size_t at = 4; at < whole.len; at++) {
			uint8_t kept = bytes[at];
			for (size_t k = 0; k < sizeof(values) + 2; k++) {
				bytes[at] = k < sizeof(values)    ? values[k]
					    : k == sizeof(values) ? (uint8_t)(kept + 1)
								  : (uint8_t)(kept - 1);
				walk(&vectors[i], whole, whole.len - 4);
			}
			bytes[at] = kept;
		}
		release(whole);
	}
}

static void
test_certificate_12(void **state)
{
	(void)state;
	struct bytes body = vector_body("openssl_certificate");
	struct cursor in = cursor_init(body, 0);
	struct tls_certificate m;
	struct tls_certificate_entry entry;
	size_t n = 0;

	assert_true(tls_certificate_parse(&in, TLS_1_2, &m));
	struct cursor list = cursor_child(&in, m.list);
	for (; tls_certificate_next(&list, TLS_1_2, TLS_CERTIFICATE_X509, &entry); n++) {
		assert_int_equal(entry.data.data[0], 0x30);
		assert_int_equal(entry.extensions.len, 0);
	}
	assert_true(cursor_ok(&list));
	assert_int_equal(n, 2);
	release(body);
}

static void
test_certificate_13(void **state)
{
	(void)state;
	struct bytes body = vector_body("rfc8448_certificate");
	struct cursor in = cursor_init(body, 0);
	struct tls_certificate m;
	struct tls_certificate_entry entry;

	assert_true(tls_certificate_parse(&in, TLS_1_3, &m));
	assert_int_equal(m.request_context.len, 0);
	struct cursor list = cursor_child(&in, m.list);
	assert_true(tls_certificate_next(&list, TLS_1_3, TLS_CERTIFICATE_X509, &entry));
	assert_int_equal(entry.data.len, 0x132);
	assert_false(tls_certificate_next(&list, TLS_1_3, TLS_CERTIFICATE_X509, &entry));
	assert_true(cursor_ok(&list));
	release(body);
}

static void
test_certificate_forms(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		enum tls_version version;
		enum tls_certificate_type type;
		bool parsed, list_ok;
		size_t context, entries, first;
	} rows[] = {
	    /* the client's "none" */
	    {"000000", TLS_1_2, 0, true, true, 0, 0, 0},
	    {"00 000000", TLS_1_3, 0, true, true, 0, 0, 0},
	    {"02 abcd 000000", TLS_1_3, 0, true, true, 2, 0, 0},
	    /* raw public keys: a list in 1.3, bare before */
	    {"000004 30020500", TLS_1_2, TLS_CERTIFICATE_RAW_PUBLIC_KEY, true, true, 0, 1, 4},
	    {"00 000009 000004 30020500 0000", TLS_1_3, TLS_CERTIFICATE_RAW_PUBLIC_KEY, true, true,
	     0, 1, 4},
	    /* malformed */
	    {"000003 000000", TLS_1_2, 0, true, false, 0, 0, 0},
	    {"000004 00000230", TLS_1_2, 0, true, false, 0, 0, 0},
	    {"000005 0000013000", TLS_1_2, 0, true, false, 0, 1, 1},
	    {"00 000004 00000130", TLS_1_3, 0, true, false, 0, 0, 0},
	    {"000001", TLS_1_2, 0, false, true, 0, 0, 0},
	    {"00000000", TLS_1_2, 0, false, true, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		struct tls_certificate m;
		struct tls_certificate_entry entry;
		size_t n = 0;
		assert_int_equal(tls_certificate_parse(&in, rows[i].version, &m), rows[i].parsed);
		assert_int_equal(m.request_context.len, rows[i].context);
		struct cursor list = cursor_init(m.list, 0);
		while (tls_certificate_next(&list, rows[i].version, rows[i].type, &entry)) {
			if (n == 0)
				assert_int_equal(entry.data.len, rows[i].first);
			n++;
		}
		assert_int_equal(n, rows[i].entries);
		assert_int_equal(cursor_ok(&list), rows[i].list_ok);
		release(body);
	}
}

static void
test_certificate_request(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		enum tls_version version;
		size_t types, schemes, names;
	} rows[] = {
	    {"openssl10_certificate_request", TLS_1_0, 3, 0, 1},
	    {"openssl_certificate_request", TLS_1_2, 3, 20, 1},
	    {"rfc8448_certificate_request", TLS_1_3, 0, 15, 0},
	    {"openssl13_certificate_request", TLS_1_3, 0, 16, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = vector_body(rows[i].vector);
		struct cursor in = cursor_init(body, 0);
		struct tls_certificate_request m;
		struct bytes name;
		uint16_t scheme;
		size_t names = 0, schemes = 0;
		assert_true(tls_certificate_request_parse(&in, rows[i].version, &m));
		assert_int_equal(m.certificate_types.len, rows[i].types);
		struct cursor list = cursor_child(&in, m.signature_algorithms);
		for (; tls_signature_scheme_next(&list, &scheme); schemes++)
			assert_non_null(tls_signature_scheme_name(scheme));
		list = cursor_child(&in, m.authorities);
		for (; tls_distinguished_name_next(&list, &name); names++)
			assert_int_equal(name.data[0], 0x30);
		assert_true(cursor_ok(&list));
		assert_int_equal(names, rows[i].names);
		assert_int_equal(schemes, rows[i].schemes);
		assert_int_equal(m.has_authorities, rows[i].types > 0 || rows[i].names > 0);
		release(body);
	}
}

/* 1.3: every extension it reads, and a context as in post-handshake authentication. */
static void
test_certificate_request_13(void **state)
{
	(void)state;
	struct bytes body =
	    from_hex("01 07 0029 000d 0004 0002 0403 0032 0004 0002 0401"
		     "002f 0007 0005 0003 300100 0030 000a 0008 03 551d25 0002 3000");
	struct cursor in = cursor_init(body, 0);
	struct tls_certificate_request m;
	struct tls_oid_filter filter;

	assert_true(tls_certificate_request_parse(&in, TLS_1_3, &m));
	assert_int_equal(m.request_context.len, 1);
	assert_int_equal(m.signature_algorithms.len, 2);
	assert_int_equal(m.signature_algorithms_cert.len, 2);
	assert_true(m.has_authorities);
	assert_int_equal(m.authorities.len, 5);
	struct cursor list = cursor_child(&in, m.oid_filters);
	assert_true(tls_oid_filter_next(&list, &filter));
	assert_int_equal(filter.oid.len, 3);
	assert_int_equal(filter.values.len, 2);
	assert_false(tls_oid_filter_next(&list, &filter));
	assert_true(cursor_ok(&list));
	release(body);
}

static void
test_certificate_verify(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		enum tls_version version;
		uint16_t algorithm;
	} rows[] = {
	    {"openssl10_certificate_verify", TLS_1_0, 0},
	    {"openssl_certificate_verify", TLS_1_2, TLS_SCHEME_ecdsa_secp256r1_sha256},
	    {"rfc8448_certificate_verify", TLS_1_3, TLS_SCHEME_ecdsa_secp256r1_sha256},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = vector_body(rows[i].vector);
		struct cursor in = cursor_init(body, 0);
		struct tls_certificate_verify m;
		assert_true(tls_certificate_verify_parse(&in, rows[i].version, &m));
		assert_int_equal(m.has_algorithm, rows[i].algorithm != 0);
		assert_int_equal(m.algorithm, rows[i].algorithm);
		assert_int_equal(m.signature.data[0], 0x30);
		release(body);
	}
}

static void
test_status_and_compressed(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		const char *hex;
		bool ok;
	} rows[] = {
	    {TLS_HS_certificate_status, "01 000003 300100", true},
	    {TLS_HS_certificate_status, "02 000007 000003 300100 00", true},
	    {TLS_HS_certificate_status, "01 000004 300100", false},
	    {TLS_HS_certificate_status, "01 000002 300100", false},
	    {TLS_HS_certificate_status, "", false},
	    {TLS_HS_compressed_certificate, "0002 000100 000003 aabbcc", true},
	    {TLS_HS_compressed_certificate, "0002 000100 000000", false},
	    {TLS_HS_compressed_certificate, "0002 000100 000004 aabbcc", false},
	    {TLS_HS_compressed_certificate, "0002 000100 000002 aabbcc", false},
	    {TLS_HS_key_update, "00", true},
	    {TLS_HS_key_update, "01", true},
	    {TLS_HS_key_update, "02", false},
	    {TLS_HS_key_update, "", false},
	    {TLS_HS_encrypted_extensions, "0000", true},
	    {TLS_HS_encrypted_extensions, "0001", false},
	    {TLS_HS_server_hello_done, "", true},
	    {TLS_HS_server_hello_done, "00", false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = from_hex(rows[i].hex);
		struct cursor in = cursor_init(body, 0);
		assert_int_equal(walk_message(&in, rows[i].type, TLS_1_3, NULL), rows[i].ok);
		release(body);
	}
}

static void
test_finished_lengths(void **state)
{
	(void)state;
	static const struct {
		enum tls_version version;
		size_t ok[4];
	} rows[] = {
	    {TLS_SSL3, {36}},    {TLS_1_0, {12, 32}},  {TLS_1_2, {12, 32}},
	    {TLS_1_3, {32, 48}}, {TLS_TLCP, {12, 32}}, {TLS_VERSION_UNKNOWN, {12, 32, 36, 48}},
	};
	static const uint8_t zeros[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t len = 1; len < sizeof(zeros); len++) {
			struct cursor in = cursor_init(bytes_of(zeros, len), 0);
			struct tls_finished m;
			bool expected = false;
			for (size_t k = 0; k < 4; k++)
				expected |= rows[i].ok[k] == len;
			assert_int_equal(tls_finished_parse(&in, rows[i].version, &m), expected);
		}
}

static void
test_new_session_ticket(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		enum tls_version version;
		uint32_t lifetime;
		size_t nonce;
	} rows[] = {
	    {"openssl_new_session_ticket", TLS_1_2, 7200, 0},
	    {"openssl13_new_session_ticket", TLS_1_3, 7200, 8},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes body = vector_body(rows[i].vector);
		struct cursor in = cursor_init(body, 0);
		struct tls_new_session_ticket m;
		assert_true(tls_new_session_ticket_parse(&in, rows[i].version, &m));
		assert_int_equal(m.lifetime, rows[i].lifetime);
		assert_int_equal(m.nonce.len, rows[i].nonce);
		assert_true(m.ticket.len > 100);
		release(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors_and_truncations),
	    cmocka_unit_test(test_corruptions),
	    cmocka_unit_test(test_certificate_12),
	    cmocka_unit_test(test_certificate_13),
	    cmocka_unit_test(test_certificate_forms),
	    cmocka_unit_test(test_certificate_request),
	    cmocka_unit_test(test_certificate_request_13),
	    cmocka_unit_test(test_certificate_verify),
	    cmocka_unit_test(test_status_and_compressed),
	    cmocka_unit_test(test_finished_lengths),
	    cmocka_unit_test(test_new_session_ticket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
