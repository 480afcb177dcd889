/*
 * test_tls_extensions.c - every extension with a parser: forms per message, values, truncations.
 */
#include "dissectors/tls/ext_alpn.h"
#include "dissectors/tls/ext_certificate_authorities.h"
#include "dissectors/tls/ext_client_certificate_type.h"
#include "dissectors/tls/ext_early_data.h"
#include "dissectors/tls/ext_encrypted_client_hello.h"
#include "dissectors/tls/ext_extended_master_secret.h"
#include "dissectors/tls/ext_key_share.h"
#include "dissectors/tls/ext_max_fragment_length.h"
#include "dissectors/tls/ext_pre_shared_key.h"
#include "dissectors/tls/ext_record_size_limit.h"
#include "dissectors/tls/ext_renegotiation_info.h"
#include "dissectors/tls/ext_server_name.h"
#include "dissectors/tls/ext_session_ticket.h"
#include "dissectors/tls/ext_status_request.h"
#include "dissectors/tls/ext_supported_versions.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* clang-format off */
static const struct row {
	uint16_t type;
	enum tls_place place;
	const char *hex;
	bool ok;
	bool open; /* any shorter content is legal, too */
} rows[] = {
	{TLS_EXT_server_name, TLS_IN_CH, "0009 00 0006 736572766572", true, false},
	{TLS_EXT_server_name, TLS_IN_CH, "000d 01 0001 78 00 0006 736572766572", true, false},
	{TLS_EXT_server_name, TLS_IN_CH, "", false, false},
	{TLS_EXT_server_name, TLS_IN_CH, "0000", false, false},
	{TLS_EXT_server_name, TLS_IN_CH, "0003 00 0006", false, false},
	{TLS_EXT_server_name, TLS_IN_SH, "", true, false},
	{TLS_EXT_server_name, TLS_IN_EE, "00", false, false},
	{TLS_EXT_max_fragment_length, TLS_IN_CH, "04", true, false},
	{TLS_EXT_max_fragment_length, TLS_IN_CH, "0400", false, false},
	{TLS_EXT_status_request, TLS_IN_CH, "01 0000 0000", true, false},
	{TLS_EXT_status_request, TLS_IN_CH, "01 0004 0002abcd 0001 30", true, false},
	{TLS_EXT_status_request, TLS_IN_CH, "", false, false},
	{TLS_EXT_status_request, TLS_IN_SH, "", true, false},
	{TLS_EXT_status_request, TLS_IN_CR, "", true, false},
	{TLS_EXT_status_request, TLS_IN_CT, "01 000002 3000", true, false},
	{TLS_EXT_status_request, TLS_IN_CT, "01 000003 3000", false, false},
	{TLS_EXT_supported_groups, TLS_IN_CH, "0004 001d 0017", true, false},
	{TLS_EXT_supported_groups, TLS_IN_CH, "0003 001d 00", false, false},
	{TLS_EXT_supported_groups, TLS_IN_CH, "0000", false, false},
	{TLS_EXT_ec_point_formats, TLS_IN_CH, "01 00", true, false},
	{TLS_EXT_ec_point_formats, TLS_IN_SH, "00", false, false},
	{TLS_EXT_signature_algorithms, TLS_IN_CH, "0004 0403 0804", true, false},
	{TLS_EXT_signature_algorithms, TLS_IN_CR, "0004 0403 08", false, false},
	{TLS_EXT_signature_algorithms_cert, TLS_IN_CR, "0002 0403", true, false},
	{TLS_EXT_alpn, TLS_IN_CH, "000c 02 6832 08 687474702f312e31", true, false},
	{TLS_EXT_alpn, TLS_IN_EE, "0003 02 6832", true, false},
	{TLS_EXT_alpn, TLS_IN_SH, "000c 02 6832 08 687474702f312e31", false, false},
	{TLS_EXT_alpn, TLS_IN_CH, "0000", false, false},
	{TLS_EXT_client_certificate_type, TLS_IN_CH, "02 02 00", true, false},
	{TLS_EXT_client_certificate_type, TLS_IN_EE, "02", true, false},
	{TLS_EXT_client_certificate_type, TLS_IN_CH, "00", false, false},
	{TLS_EXT_server_certificate_type, TLS_IN_CH, "01 02", true, false},
	{TLS_EXT_server_certificate_type, TLS_IN_SH, "02", true, false},
	{TLS_EXT_encrypt_then_mac, TLS_IN_CH, "", true, false},
	{TLS_EXT_encrypt_then_mac, TLS_IN_CH, "00", false, false},
	{TLS_EXT_extended_master_secret, TLS_IN_SH, "", true, false},
	{TLS_EXT_extended_master_secret, TLS_IN_SH, "00", false, false},
	{TLS_EXT_compress_certificate, TLS_IN_CH, "04 0002 0003", true, false},
	{TLS_EXT_compress_certificate, TLS_IN_CR, "03 0002 00", false, false},
	{TLS_EXT_record_size_limit, TLS_IN_CH, "4001", true, false},
	{TLS_EXT_record_size_limit, TLS_IN_EE, "400100", false, false},
	{TLS_EXT_session_ticket, TLS_IN_CH, "aabbcc", true, true},
	{TLS_EXT_session_ticket, TLS_IN_SH, "", true, false},
	{TLS_EXT_pre_shared_key, TLS_IN_CH, "0008 0002 aabb 01020304 0003 02 cccc", true, false},
	{TLS_EXT_pre_shared_key, TLS_IN_CH, "0000 0003 02 cccc", false, false},
	{TLS_EXT_pre_shared_key, TLS_IN_SH, "0001", true, false},
	{TLS_EXT_early_data, TLS_IN_CH, "", true, false},
	{TLS_EXT_early_data, TLS_IN_EE, "00000000", false, false},
	{TLS_EXT_early_data, TLS_IN_NST, "00004000", true, false},
	{TLS_EXT_supported_versions, TLS_IN_CH, "04 0304 0303", true, false},
	{TLS_EXT_supported_versions, TLS_IN_CH, "03 0304 03", false, false},
	{TLS_EXT_supported_versions, TLS_IN_CH, "00", false, false},
	{TLS_EXT_supported_versions, TLS_IN_SH, "0304", true, false},
	{TLS_EXT_supported_versions, TLS_IN_HRR, "02 0304", false, false},
	{TLS_EXT_psk_key_exchange_modes, TLS_IN_CH, "01 01", true, false},
	{TLS_EXT_psk_key_exchange_modes, TLS_IN_CH, "00", false, false},
	{TLS_EXT_certificate_authorities, TLS_IN_CR, "0004 0002 3000", true, false},
	{TLS_EXT_certificate_authorities, TLS_IN_CH, "0000", false, false},
	{TLS_EXT_oid_filters, TLS_IN_CR, "0008 03 551d25 0002 3000", true, false},
	{TLS_EXT_oid_filters, TLS_IN_CR, "0000", true, false},
	{TLS_EXT_post_handshake_auth, TLS_IN_CH, "", true, false},
	{TLS_EXT_post_handshake_auth, TLS_IN_CH, "01", false, false},
	{TLS_EXT_key_share, TLS_IN_CH, "0006 001d 0002 abcd", true, false},
	{TLS_EXT_key_share, TLS_IN_CH, "0000", true, false},
	{TLS_EXT_key_share, TLS_IN_SH, "001d 0002 abcd", true, false},
	{TLS_EXT_key_share, TLS_IN_SH, "001d 0000", false, false},
	{TLS_EXT_key_share, TLS_IN_HRR, "0018", true, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_CH, "00 0001 0001 07 0002 eeee 0003 aabbcc", true, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_CH, "00 0001 0001 07 0000 0000", false, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_CH, "01", true, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_CH, "02", false, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_EE, "0003 aabbcc", true, false},
	{TLS_EXT_encrypted_client_hello, TLS_IN_HRR, "0102030405060708", true, false},
	{TLS_EXT_renegotiation_info, TLS_IN_CH, "00", true, false},
	{TLS_EXT_renegotiation_info, TLS_IN_SH, "03 aabbcc", true, false},
	{TLS_EXT_cookie, TLS_IN_CH, "00", true, true}, /* only named: nothing is checked */
	{0xabcd, TLS_IN_CH, "00", true, true},
};
/* clang-format on */

static bool
check(const struct row *row, const uint8_t *data, size_t len)
{
	struct bytes copy = copy_of(data, len);
	struct cursor in = cursor_init(copy, 0);
	bool ok = tls_extension_check(&in, row->type, row->place);

	if (!ok)
		assert_non_null(in.field);
	release(copy);
	return ok;
}

static void
test_forms_and_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes data = from_hex(rows[i].hex);
		if (check(&rows[i], data.data, data.len) != rows[i].ok)
			fail_msg("row %zu: %s", i, rows[i].hex);
		bool empty_too =
		    rows[i].type == TLS_EXT_status_request && rows[i].place == TLS_IN_CR;
		for (size_t len = 0; rows[i].ok && len < data.len; len++)
			if (check(&rows[i], data.data, len) && !rows[i].open && !empty_too)
				fail_msg("row %zu cut to %zu", i, len);
		release(data);
	}
}

/* Every row that has a parser was in the table above. */
static void
test_table_is_complete(void **state)
{
	(void)state;
	static const uint16_t parsed[] = {
#define TLS_EXT(code, name, places, reference) code,
#define TLS_EXT_NAMED(code, name, places, reference)
#include "dissectors/tls/extensions.def"
	};
	for (size_t i = 0; i < sizeof(parsed) / sizeof(parsed[0]); i++) {
		bool found = false;
		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
			found |= rows[k].type == parsed[i];
		if (!found)
			fail_msg("extension %u has no row", parsed[i]);
	}
}

#define PARSE(name, place, hex, out)                                  \
	do {                                                          \
		data = from_hex(hex);                                 \
		in = cursor_init(data, 0);                            \
		assert_true(tls_ext_##name##_parse(&in, place, out)); \
	} while (0)

static void
test_values_of_hellos(void **state)
{
	(void)state;
	struct bytes data, item;
	struct cursor in;
	struct tls_ext_server_name sni;
	struct tls_ext_alpn alpn;
	struct tls_ext_supported_versions versions;
	struct tls_ext_max_fragment_length mfl;
	struct tls_ext_record_size_limit rsl;

	PARSE(server_name, TLS_IN_CH, "000d 01 0001 78 00 0006 736572766572", &sni);
	assert_memory_equal(sni.host_name.data, "server", 6);
	assert_int_equal(sni.host_name.len, 6);
	release(data);

	PARSE(alpn, TLS_IN_CH, "000c 02 6832 08 687474702f312e31", &alpn);
	struct cursor list = cursor_child(&in, alpn.protocols);
	assert_true(tls_alpn_next(&list, &item));
	assert_memory_equal(item.data, "h2", 2);
	assert_true(tls_alpn_next(&list, &item));
	assert_int_equal(item.len, 8);
	assert_false(tls_alpn_next(&list, &item));
	assert_int_equal(alpn.selected.len, 0);
	release(data);
	PARSE(alpn, TLS_IN_EE, "0003 02 6832", &alpn);
	assert_memory_equal(alpn.selected.data, "h2", 2);
	release(data);

	PARSE(supported_versions, TLS_IN_SH, "0304", &versions);
	assert_int_equal(versions.selected, 0x0304);
	assert_int_equal(versions.versions.len, 0);
	release(data);

	PARSE(max_fragment_length, TLS_IN_CH, "04", &mfl);
	assert_int_equal(mfl.limit, 4096);
	release(data);
	PARSE(max_fragment_length, TLS_IN_CH, "05", &mfl);
	assert_int_equal(mfl.limit, 0);
	release(data);
	PARSE(record_size_limit, TLS_IN_CH, "4001", &rsl);
	assert_int_equal(rsl.limit, 0x4001);
	release(data);
}

static void
test_values_of_keys(void **state)
{
	(void)state;
	struct bytes data, binder;
	struct cursor in;
	struct tls_ext_key_share shares;
	struct tls_key_share share;
	struct tls_ext_pre_shared_key psk;
	struct tls_psk_identity identity;

	PARSE(key_share, TLS_IN_CH, "000b 0a0a 0001 00 001d 0002 abcd", &shares);
	struct cursor list = cursor_child(&in, shares.client_shares);
	assert_true(tls_key_share_next(&list, &share));
	assert_int_equal(share.group, 0x0a0a);
	assert_true(tls_key_share_next(&list, &share));
	assert_int_equal(share.group, 29);
	assert_int_equal(share.key_exchange.len, 2);
	assert_false(tls_key_share_next(&list, &share));
	assert_true(cursor_ok(&list));
	release(data);
	PARSE(key_share, TLS_IN_HRR, "0018", &shares);
	assert_int_equal(shares.server.group, 24);
	release(data);

	PARSE(pre_shared_key, TLS_IN_CH, "0008 0002 aabb 01020304 0003 02 cccc", &psk);
	list = cursor_child(&in, psk.identities);
	assert_true(tls_psk_identity_next(&list, &identity));
	assert_int_equal(identity.identity.len, 2);
	assert_int_equal(identity.obfuscated_ticket_age, 0x01020304);
	assert_false(tls_psk_identity_next(&list, &identity));
	list = cursor_child(&in, psk.binders);
	assert_true(tls_psk_binder_next(&list, &binder));
	assert_int_equal(binder.len, 2);
	release(data);
	PARSE(pre_shared_key, TLS_IN_SH, "0001", &psk);
	assert_int_equal(psk.selected_identity, 1);
	release(data);
}

static void
test_values_of_certificates(void **state)
{
	(void)state;
	struct bytes data;
	struct cursor in;
	struct tls_ext_client_certificate_type type;
	struct tls_ext_status_request status;
	struct tls_ext_certificate_authorities cas;
	struct tls_ext_renegotiation_info renegotiation;

	PARSE(client_certificate_type, TLS_IN_CH, "02 02 00", &type);
	assert_int_equal(type.types.len, 2);
	release(data);
	PARSE(client_certificate_type, TLS_IN_EE, "02", &type);
	assert_int_equal(type.selected, 2);
	release(data);
	PARSE(status_request, TLS_IN_CH, "01 0004 0002abcd 0001 30", &status);
	assert_int_equal(status.status_type, 1);
	assert_int_equal(status.responder_ids.len, 4);
	release(data);
	PARSE(status_request, TLS_IN_CT, "01 000002 3000", &status);
	assert_int_equal(status.response.len, 2);
	release(data);
	PARSE(certificate_authorities, TLS_IN_CR, "0004 0002 3000", &cas);
	assert_int_equal(cas.authorities.len, 4);
	release(data);
	PARSE(renegotiation_info, TLS_IN_SH, "03 aabbcc", &renegotiation);
	assert_int_equal(renegotiation.renegotiated_connection.len, 3);
	release(data);
}

static void
test_values_of_the_rest(void **state)
{
	(void)state;
	struct bytes data;
	struct cursor in;
	struct tls_ext_early_data early;
	struct tls_ext_session_ticket ticket;
	struct tls_ext_extended_master_secret ems;
	struct tls_ext_encrypted_client_hello ech;

	PARSE(early_data, TLS_IN_NST, "00004000", &early);
	assert_int_equal(early.max_early_data_size, 0x4000);
	release(data);
	PARSE(session_ticket, TLS_IN_CH, "aabbcc", &ticket);
	assert_int_equal(ticket.ticket.len, 3);
	release(data);
	PARSE(extended_master_secret, TLS_IN_CH, "", &ems);
	assert_true(ems.present);
	release(data);
	PARSE(encrypted_client_hello, TLS_IN_CH, "00 0001 0002 07 0002 eeee 0003 aabbcc", &ech);
	assert_int_equal(ech.type, TLS_ECH_outer);
	assert_int_equal(ech.aead_id, 2);
	assert_int_equal(ech.config_id, 7);
	assert_int_equal(ech.enc.len, 2);
	assert_int_equal(ech.payload.len, 3);
	release(data);
	PARSE(encrypted_client_hello, TLS_IN_CH, "01", &ech);
	assert_int_equal(ech.type, TLS_ECH_inner);
	release(data);
}

static void
test_list(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		size_t count;
		bool ok;
	} lists[] = {
	    {"", 0, true},
	    {"0000 0000", 1, true},
	    {"0000 0001 aa 0017 0000", 2, true},
	    {"0000 0001 aa 0017 00", 1, false},
	    {"0000 0002 aa", 0, false},
	    {"00", 0, false},
	};
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct bytes data = from_hex(lists[i].hex);
		struct cursor list = cursor_init(data, 0);
		struct tls_extension ext;
		size_t n = 0;
		while (tls_extension_next(&list, &ext))
			n++;
		assert_int_equal(n, lists[i].count);
		assert_int_equal(cursor_ok(&list), lists[i].ok);
		release(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms_and_truncations),
	    cmocka_unit_test(test_table_is_complete),
	    cmocka_unit_test(test_values_of_hellos),
	    cmocka_unit_test(test_values_of_keys),
	    cmocka_unit_test(test_values_of_certificates),
	    cmocka_unit_test(test_values_of_the_rest),
	    cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
