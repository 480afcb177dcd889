/*
 * test_tls_record.c - record and handshake headers, alerts, versions.
 */
#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/record.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_record_header(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool read, plausible;
	} rows[] = {
	    {"1603010200", true, true},  {"1603040001", true, true},  {"1503030002", true, true},
	    {"1401010001", true, true},  {"1703034800", true, true},  {"1803030003", true, true},
	    {"1703030000", true, true}, /* empty application data is legal */
	    {"1603030000", true, false}, {"1703034801", true, false}, /* 2^14 + 2048 + 1 */
	    {"1303030010", true, false}, {"1903030010", true, false}, {"1603050010", true, false},
	    {"1602ff0010", true, false}, {"1601000010", true, false}, {"16fefd0010", true, false},
	    {"16030300", false, false},  {"", false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes data = from_hex(rows[i].hex);
		struct cursor in = cursor_init(data, 0);
		struct tls_record_header h;
		assert_int_equal(tls_record_header_parse(&in, &h), rows[i].read);
		assert_int_equal(rows[i].read && tls_record_header_plausible(&h),
				 rows[i].plausible);
		release(data);
	}
}

/* One offset in about 10^6 of random bytes passes: counted over the whole header space. */
static void
test_record_header_is_selective(void **state)
{
	(void)state;
	double plausible = 0;

	for (unsigned type = 0; type < 256; type++)
		for (unsigned version = 0; version < 0x10000; version++) {
			struct tls_record_header h = {(uint8_t)type, (uint16_t)version, 100};
			plausible += tls_record_header_plausible(&h) ? 1 : 0;
		}
	assert_int_equal(plausible, 5 * 6);
}

static void
test_content_type_names(void **state)
{
	(void)state;
	assert_string_equal(tls_content_type_name(TLS_CONTENT_change_cipher_spec),
			    "change_cipher_spec");
	assert_string_equal(tls_content_type_name(TLS_CONTENT_heartbeat), "heartbeat");
	assert_null(tls_content_type_name(19));
	assert_null(tls_content_type_name(25));
}

static void
test_handshake_header(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool read, plausible;
	} rows[] = {
	    {"01000029", true, true}, {"01000028", true, false}, {"01ffffff", true, false},
	    {"02000026", true, true}, {"0e000000", true, true},  {"0e000001", true, false},
	    {"1400000c", true, true}, {"14000100", true, false}, {"0b000003", true, true},
	    {"18000001", true, true}, {"18000002", true, false}, {"07000010", true, false},
	    {"fe000020", true, true}, {"010000", false, false},  {"", false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes data = from_hex(rows[i].hex);
		struct cursor in = cursor_init(data, 0);
		struct tls_handshake_header h;
		assert_int_equal(tls_handshake_header_parse(&in, &h), rows[i].read);
		assert_int_equal(rows[i].read && tls_handshake_header_plausible(&h),
				 rows[i].plausible);
		release(data);
	}
}

static void
test_handshake_names(void **state)
{
	(void)state;
	assert_string_equal(tls_handshake_name(TLS_HS_client_hello), "ClientHello");
	assert_string_equal(tls_handshake_name(25), "CompressedCertificate");
	assert_string_equal(tls_handshake_iana_name(14), "server_hello_done");
	assert_null(tls_handshake_name(7));
	assert_null(tls_handshake_iana_name(255));
}

static void
test_alert(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool ok, fatal_12, fatal_13;
	} rows[] = {
	    {"0228", true, true, true},   /* handshake_failure */
	    {"0128", true, false, true},  /* the level means nothing in 1.3 */
	    {"0100", true, false, false}, /* close_notify */
	    {"0200", true, false, false},    {"015a", true, false, false}, /* user_canceled */
	    {"0164", true, false, true},                                   /* no_renegotiation */
	    {"02ff", true, true, true},                                    /* unknown description */
	    {"0328", false, true, true}, /* no level: ciphertext */
	    {"0028", false, false, false},   {"02", false, false, false},
	    {"022800", false, false, false}, {"", false, false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes data = from_hex(rows[i].hex);
		struct cursor in = cursor_init(data, 0);
		struct tls_alert a;
		assert_int_equal(tls_alert_parse(&in, &a), rows[i].ok);
		if (rows[i].ok) {
			assert_int_equal(tls_alert_is_fatal(&a, TLS_1_2), rows[i].fatal_12);
			assert_int_equal(tls_alert_is_fatal(&a, TLS_1_3), rows[i].fatal_13);
		}
		release(data);
	}
}

static void
test_alert_names(void **state)
{
	(void)state;
	assert_string_equal(tls_alert_name(TLS_ALERT_certificate_required), "certificate_required");
	assert_string_equal(tls_alert_name(41), "no_certificate");
	assert_string_equal(tls_alert_name(48), "unknown_ca");
	assert_string_equal(tls_alert_name(120), "no_application_protocol");
	assert_null(tls_alert_name(2));
	assert_null(tls_alert_name(255));
}

static void
test_versions(void **state)
{
	(void)state;
	static const struct {
		uint16_t code;
		enum tls_version version;
		const char *name;
		bool is_13, schemes;
	} rows[] = {
	    {0x0002, TLS_SSL2, "SSLv2", false, false},
	    {0x0300, TLS_SSL3, "SSLv3", false, false},
	    {0x0101, TLS_TLCP, "TLCP1.1", false, false},
	    {0x0301, TLS_1_0, "TLS1.0", false, false},
	    {0x0302, TLS_1_1, "TLS1.1", false, false},
	    {0x0303, TLS_1_2, "TLS1.2", false, true},
	    {0x0304, TLS_1_3, "TLS1.3", true, true},
	    {0x7f17, TLS_1_3, NULL, true, true},
	    {0x7f0d, TLS_VERSION_UNKNOWN, NULL, false, false},
	    {0x7f1d, TLS_VERSION_UNKNOWN, NULL, false, false},
	    {0xfb1a, TLS_1_3, NULL, true, true},
	    {0xfeff, TLS_DTLS_1_0, "DTLS1.0", false, false},
	    {0xfefd, TLS_DTLS_1_2, "DTLS1.2", false, true},
	    {0xfefc, TLS_DTLS_1_3, "DTLS1.3", true, true},
	    {0x0a0a, TLS_VERSION_UNKNOWN, NULL, false, false},
	    {0x0000, TLS_VERSION_UNKNOWN, NULL, false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum tls_version v = tls_version_of(rows[i].code);
		const char *name = tls_version_name(rows[i].code);
		assert_int_equal(v, rows[i].version);
		if (rows[i].name != NULL)
			assert_string_equal(name, rows[i].name);
		else
			assert_null(name);
		assert_int_equal(tls_version_is_13(v), rows[i].is_13);
		assert_int_equal(tls_version_has_schemes(v), rows[i].schemes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_record_header),
	    cmocka_unit_test(test_record_header_is_selective),
	    cmocka_unit_test(test_content_type_names),
	    cmocka_unit_test(test_handshake_header),
	    cmocka_unit_test(test_handshake_names),
	    cmocka_unit_test(test_alert),
	    cmocka_unit_test(test_alert_names),
	    cmocka_unit_test(test_versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
