/*
 * test_store.c - outcomes stored and read back through every view of the contract.
 */
#include "tests/unit/store_sample.h"

#include <sys/stat.h>

static void
test_sessions(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_int_equal(sample_store_capture(s, 1, "dir/a.pcap.gz", 0), 1);
	sample_close(s);
	sample_expect(t.db, "SELECT * FROM sessions WHERE session_id = 1",
		      "1|1|f00d0100-8|dir/a.pcap.gz|NULL|tcp|postgres|PostgreSQL|10.77.0.2|55978|"
		      "10.77.0.1|5432|02:42:0a:4d:00:fe|anonymous@example|100|eth0|1:abc=|3|8|15|"
		      "2026-11-23T14:40:00.123456789Z|2026-11-23T14:40:04.123456789Z|TLS1.2|"
		      "TLS_RSA_WITH_AES_128_CBC_SHA|server.lab.test|http/1.1|t12d|offered|"
		      "c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1|"
		      "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e|"
		      "no|renegotiation|yes|presented|seen|yes|no|rejected|server_alert|"
		      "unknown_ca|48|server|gap_client,snaplen|decrypted|high|"
		      "client_cert_rejected|unknown_ca|retry_followed,late_accept|"
		      "It refused \"alice\".|curl|OpenSSL|CN=alice|CN=Root,O=Lab|1a02|"
		      "2023-11-14T22:13:20Z|2027-01-15T08:00:00Z|"
		      "03ab000000000000000000000000000000000000000000000000000000000000|"
		      "CN=server|CN=Root,O=Lab|2023-11-14T22:13:20Z|2027-01-15T08:00:00Z|"
		      "01ab000000000000000000000000000000000000000000000000000000000000|"
		      "ip.addr==10.77.0.2 && ip.addr==10.77.0.1 && tcp.port==55978 && "
		      "tcp.port==5432 && frame.number>=8 && frame.number<=15\n");
	sample_expect(t.db, "SELECT * FROM sessions WHERE session_id = 2",
		      "2|1|f00d0100-20|dir/a.pcap.gz|NULL|eap|NULL|NULL|NULL|NULL|NULL|NULL|NULL|"
		      "NULL|NULL|NULL|NULL|NULL|20|21|1970-01-01T00:00:00.000000000Z|"
		      "1970-01-01T00:00:00.000000000Z|NULL|NULL|NULL|NULL|NULL|unknown|NULL|NULL|"
		      "unknown|initial|unknown|unknown|unknown|unknown|unknown|unknown|NULL|NULL|"
		      "NULL|NULL|complete|none|none|not_enough_evidence|NULL|NULL|NULL|NULL|NULL|"
		      "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|"
		      "frame.number>=20 && frame.number<=21\n");
	sample_scratch_remove(&t);
}

/* sql, rows: of a database with the full sample (1) and the bare session (2) */
static const struct {
	const char *sql, *rows;
} views[] = {
    {"SELECT * FROM attempts",
     "1|1|initial|no|no|none_sent|not_seen|yes|yes|not_applicable|NULL|NULL|NULL|NULL|complete|"
     "observed|certain\n"
     "1|2|renegotiation|no|yes|presented|seen|yes|no|rejected|server_alert|unknown_ca|48|server|"
     "gap_client,snaplen|decrypted|high\n"
     "2|1|initial|unknown|unknown|unknown|unknown|unknown|unknown|unknown|NULL|NULL|NULL|NULL|"
     "complete|none|none\n"},
    {"SELECT * FROM facts", "1|1|resumed|no|observed|certain|the server sent a Certificate|9,10\n"
			    "1|2|client_cert|a#b=\"c\"@\\\n|decrypted|high|NULL|NULL\n"
			    "1|1|app_data|NULL|inferred|medium|sizes|12\n"},
    {"SELECT * FROM messages",
     "1|0|1|7|2026-11-23T14:40:00.123455789Z|client|tcp|SYN|0|observed|0|NULL|NULL\n"
     "1|1|2|8|2026-11-23T14:40:00.123456789Z|client|handshake|ClientHello|207|observed|0|NULL|"
     "NULL\n"
     "1|1|3|9|2026-11-23T14:40:00.129643789Z|server|handshake|ServerHello|61|observed|0|NULL|"
     "NULL\n"
     "1|2|4|12|2026-11-23T14:40:03.123456789Z|client|application|application data|5000|decrypted|"
     "3|NULL|NULL\n"
     "1|2|5|13|2026-11-23T14:40:03.123456790Z|server|alert|unknown_ca|2|decrypted|0|fatal|48\n"},
    {"SELECT * FROM alerts",
     "1|2|5|13|2026-11-23T14:40:03.123456790Z|server|alert|unknown_ca|2|decrypted|0|fatal|48\n"},
    {"SELECT session_id FROM failed_mutual_auth", "1\n"},
    {"SELECT session_id FROM no_client_certificate", ""},
    {"SELECT * FROM captures",
     "1|a.pcap|a.pcap|xxh3-128:f00d0100000000000000000000000000|NULL|1000|pcap|EN10MB|21|"
     "2026-11-23T14:40:00.123456789Z|2026-11-23T14:40:04.123456789Z|2|NULL|NULL\n"},
    {"SELECT * FROM capture_names", "1|a.pcap|a.pcap\n"},
    {"SELECT * FROM capture_parts", ""},
    {"SELECT certificate_sha256, format, version, subject, issuer, serial, not_before, not_after, "
     "san, key_usage, eku, is_ca, path_len, aki, ski, ocsp_urls, crl_urls, key_type, key_bits, "
     "signature_algorithm, error, error_at, hex(der) FROM certificates WHERE subject = 'CN=alice'",
     "03ab000000000000000000000000000000000000000000000000000000000000|x509|3|CN=alice|"
     "CN=Root,O=Lab|1a02|2023-11-14T22:13:20Z|2027-01-15T08:00:00Z|DNS:a.example|"
     "digitalSignature|clientAuth|0|NULL|aa|bb|http://ocsp.example|http://crl.example|EC P-256|"
     "256|ecdsa-with-SHA256|NULL|NULL|3003020105\n"},
    {"SELECT session_id, attempt_no, role, position, substr(certificate_sha256, 1, 4) "
     "FROM session_certificates",
     "1|1|server|0|01ab\n1|1|server|1|02ab\n1|2|client|0|03ab\n1|2|client|5|02ab\n"},
    {"SELECT * FROM certificate_requests",
     "1|2|ca_name|CN=Root,O=Lab|0\n1|2|ca_name|CN=Other|1\n1|2|sigalg|ecdsa_secp256r1_sha256|2\n"},
    {"SELECT * FROM findings",
     "1|2|1|client_cert_unknown_ca|likely|failure|Not trusted.|add the CA|use what frame 12 "
     "names|12,13\n"
     "1|2|2|missing_intermediate|possible|note|Perhaps.|NULL|send it|NULL\n"},
    {"SELECT rank, attempt_no, named, moment_1, moment_2, moment_3, text FROM finding JOIN "
     "diagnosis d ON d.id "
     "= "
     "diagnosis_id JOIN sentence s ON s.id = client_fix_id",
     "1|2|3|3|4|NULL|use what frame {frame} names\n2|2|NULL|NULL|NULL|NULL|send it\n"},
    {"SELECT items FROM finding_list", "[\"1#2=3@3,4\",\"2#2\"]\n"},
    {"SELECT * FROM related", ""},
    {"SELECT * FROM comparisons", ""},
    {"SELECT * FROM connections_without_tls", ""},
    {"SELECT * FROM incidents", ""},
    {"PRAGMA foreign_key_check", ""},
    {"PRAGMA integrity_check", "ok\n"},
    {"PRAGMA application_id", "1836346483\n"},
    {"PRAGMA user_version", "1\n"},
    {"PRAGMA journal_mode", "delete\n"},
};

static void
test_views(void **state)
{
	struct sample_scratch t;
	struct stat st;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		sample_expect(t.db, views[i].sql, views[i].rows);
	assert_int_equal(stat(t.db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	sample_scratch_remove(&t);
}

/* The frame that a sentence names is stored apart; what looks like the mark for it is a name. */
static void
test_sentences(void **state)
{
	static const struct {
		const char *explanation, *server_fix, *client_fix;
		uint64_t named_frame;
	} rows[] = {
	    {"The request in frame 7.", "see frame 7", "see frame 8", 7},
	    {"Behind frame 78, frame 7.", NULL, "", 7},
	    {"CN={frame} in frame 7", "frame 7", NULL, 7},
	    {"CN={frame}", NULL, "frame 7", 0},
	    {"frame 18446744073709551615", NULL, NULL, UINT64_MAX},
	};
	struct sample_scratch t;
	struct sample *a = malloc(sizeof(*a));
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	assert_non_null(a);
	sample_fill(a);
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		a->findings[0].explanation = rows[i].explanation;
		a->findings[0].server_fix = rows[i].server_fix;
		a->findings[0].client_fix = rows[i].client_fix;
		a->findings[0].named_frame = rows[i].named_frame;
		sample_name_frame(&a->findings[0]);
		assert_true(store_emit(s, &a->o));
	}
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db,
		      "SELECT explanation, server_fix, client_fix FROM findings WHERE rank = 1",
		      "The request in frame 7.|see frame 7|see frame 8\n"
		      "Behind frame 78, frame 7.|NULL|\n"
		      "CN={frame} in frame 7|frame 7|NULL\n"
		      "CN={frame}|NULL|frame 7\n"
		      "frame 18446744073709551615|NULL|NULL\n");
	free(a);
	sample_scratch_remove(&t);
}

/* The milliseconds that an explanation names are stored apart: without them they repeat. */
static void
test_milliseconds_are_cut(void **state)
{
	static const char *const texts[] = {
	    "It closed 0.082 ms later.",
	    "It closed 12.5 ms later.",
	    "It closed some ms later.",
	    "CN={ms} closed 7 ms later.",
	    "7 ms",
	    "3 ms, then 4 ms",
	    NULL,
	};
	struct sample_scratch t;
	struct sample *a = malloc(sizeof(*a));
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	assert_non_null(a);
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sample_fill(a);
		a->o.explanation = texts[i];
		a->o.n_findings = 0;
		assert_true(store_emit(s, &a->o));
	}
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db, "SELECT explanation FROM sessions",
		      "It closed 0.082 ms later.\nIt closed 12.5 ms later.\n"
		      "It closed some ms later.\nCN={ms} closed 7 ms later.\n7 ms\n"
		      "3 ms, then 4 ms\nNULL\n");
	sample_expect(t.db, "SELECT text FROM sentence",
		      "It closed {ms} ms later.\nIt closed some ms later.\n"
		      "CN={ms} closed 7 ms later.\n{ms} ms\n{ms} ms, then 4 ms\n");
	free(a);
	sample_scratch_remove(&t);
}

/* Lookups by session_id must never read all sessions. */
static void
test_lookup_is_indexed(void **state)
{
	static const char *const names[] = {"sessions",
					    "attempts",
					    "facts",
					    "messages",
					    "alerts",
					    "session_certificates",
					    "certificate_requests",
					    "findings",
					    "related",
					    "failed_mutual_auth"};
	struct sample_scratch t;
	char sql[128];

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(sql, sizeof(sql),
			 "EXPLAIN QUERY PLAN SELECT * FROM %s WHERE session_id = 1", names[i]);
		char *plan = sample_rows(t.db, sql);
		if (strstr(plan, "SCAN s\n") != NULL || strstr(plan, "SCAN t\n") != NULL ||
		    strstr(plan, "SCAN f\n") != NULL || strstr(plan, "SCAN r\n") != NULL ||
		    strstr(plan, "SCAN relation") != NULL)
			fail_msg("%s:\n%s", names[i], plan);
		free(plan);
	}
	sample_scratch_remove(&t);
}

/* What repeats is there once, in the same run and in the next. */
static void
test_repeated_things_are_stored_once(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	for (uint8_t run = 0; run < 3; run++) {
		struct store *s = sample_open(t.db);
		sample_store_capture(s, (uint8_t)(2 * run), "a.pcap", 0);
		sample_store_capture(s, (uint8_t)(2 * run + 1), "b.pcap", 0);
		sample_close(s);
	}
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM certificate), "
		      "(SELECT count(*) FROM chain), (SELECT count(*) FROM request), "
		      "(SELECT count(*) FROM request_item), (SELECT count(*) FROM name), "
		      "(SELECT count(*) FROM profile), (SELECT count(*) FROM answer), "
		      "(SELECT count(*) FROM conclusion), (SELECT count(*) FROM step), "
		      "(SELECT count(*) FROM claim), (SELECT count(*) FROM ladder), "
		      "(SELECT count(*) FROM fact_list), (SELECT count(*) FROM sentence)",
		      "12|3|2|1|3|2|2|3|2|5|3|1|1|6\n");
	sample_expect(t.db,
		      "SELECT count(*), count(DISTINCT explanation), min(sessions), max(sessions) "
		      "FROM sessions JOIN captures USING (capture_id)",
		      "12|1|2|2\n");
	sample_expect(t.db, "PRAGMA foreign_key_check", "");
	sample_scratch_remove(&t);
}

/* Everything that differs in one small thing is another row. */
static void
test_small_differences(void **state)
{
	struct sample_scratch t;
	struct sample *a = malloc(sizeof(*a));
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	assert_non_null(a);
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	sample_fill(a);
	assert_true(store_emit(s, &a->o));
	a->o.carrier = ""; /* not NULL */
	a->o.alpn = NULL;
	a->attempts[1].alert = NULL; /* the number alone */
	a->facts[1].basis = "";
	a->messages[4].alert_code = 49;
	assert_true(store_emit(s, &a->o));
	a->o.carrier = NULL;
	a->o.alpn = "";
	assert_true(store_emit(s, &a->o));
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db, "SELECT carrier, alpn, alert, alert_code FROM sessions",
		      "postgres|http/1.1|unknown_ca|48\n|NULL|NULL|48\nNULL||NULL|48\n");
	sample_expect(t.db, "SELECT basis FROM facts WHERE fact = 'client_cert'", "NULL\n\n\n");
	sample_expect(t.db, "SELECT code FROM alerts", "48\n49\n49\n");
	free(a);
	sample_scratch_remove(&t);
}

static void
test_addresses_and_times(void **state)
{
	struct sample_scratch t;
	struct sample *a = malloc(sizeof(*a));
	struct outcome_capture c = sample_capture(1, "a.pcap");

	(void)state;
	assert_non_null(a);
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_fill(a);
	a->o.transport = TRANSPORT_QUIC;
	a->o.client =
	    (struct outcome_endpoint){{0x20, 1, 0xd, 0xb8, [15] = 2}, 6, 50000, {0}, false};
	a->o.server = (struct outcome_endpoint){{0x20, 1, 0xd, 0xb8, [15] = 1}, 6, 443, {0}, false};
	a->o.started_ns = -1; /* before 1970 */
	a->messages[1].time_ns = -1000000001;
	a->certificates[2].not_after = 253402300799;
	a->certificates[2].not_before = INT64_MIN;
	c.first_ns = INT64_MIN;
	assert_true(store_begin(s) && store_emit(s, &a->o) &&
		    store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db,
		      "SELECT started_at, client_not_before, client_not_after, display_filter "
		      "FROM sessions",
		      "1969-12-31T23:59:59.999999999Z|NULL|9999-12-31T23:59:59Z|"
		      "ipv6.addr==2001:db8::2 && ipv6.addr==2001:db8::1 && udp.port==50000 && "
		      "udp.port==443 && frame.number>=8 && frame.number<=15\n");
	sample_expect(t.db, "SELECT time FROM messages WHERE message_no = 2",
		      "1969-12-31T23:59:58.999999999Z\n");
	sample_expect(t.db, "SELECT first_at FROM captures", "NULL\n");
	free(a);
	sample_scratch_remove(&t);
}

/* More distinct names than the cache holds: it starts anew, ids stay right. */
static void
test_many_names(void **state)
{
	enum { NAMES = 40000 };
	struct sample_scratch t;
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct outcome o = sample_bare(&sample_unknown);
	char sni[512];

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	o.sni = sni;
	for (int i = 0; i < 2 * NAMES; i++) {
		snprintf(sni, sizeof(sni), "host-%d.%0250d", i % NAMES, 0);
		assert_true(store_emit(s, &o));
	}
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db,
		      "SELECT count(*), count(DISTINCT sni), (SELECT count(*) FROM name), "
		      "sum(sni LIKE 'host-' || ((session_id - 1) % 40000) || '.%') FROM sessions",
		      "80000|40000|40000|80000\n");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sessions),
	    cmocka_unit_test(test_views),
	    cmocka_unit_test(test_sentences),
	    cmocka_unit_test(test_milliseconds_are_cut),
	    cmocka_unit_test(test_lookup_is_indexed),
	    cmocka_unit_test(test_repeated_things_are_stored_once),
	    cmocka_unit_test(test_small_differences),
	    cmocka_unit_test(test_addresses_and_times),
	    cmocka_unit_test(test_many_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
