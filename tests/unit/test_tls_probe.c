/*
 * test_tls_probe.c - finding hellos at the start of streams: all prefixes, cut records, other
 * protocols, random bytes.
 */
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/probe.h"
#include "tests/unit/tls_vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RANDOM "00000000000000000000000000000000000000000000000000000000000000ff"

typedef enum tls_probe probe_function(struct bytes prefix);

/* A message in records that hold `step` bytes each; the caller frees. */
static struct bytes
in_records(struct bytes message, size_t step)
{
	size_t records = (message.len + step - 1) / step, len = 0;
	uint8_t *out = malloc(message.len + 5 * records);

	if (out == NULL)
		abort();
	for (size_t at = 0; at < message.len; at += step) {
		size_t n = message.len - at < step ? message.len - at : step;
		uint8_t header[] = {22, 3, 1, (uint8_t)(n >> 8), (uint8_t)n};
		memcpy(out + len, header, sizeof(header));
		memcpy(out + len + sizeof(header), message.data + at, n);
		len += sizeof(header) + n;
	}
	return bytes_of(out, len);
}

/* MORE up to some length, YES from there on, within TLS_PROBE_MAX. */
static void
check_prefixes(probe_function *probe, struct bytes stream)
{
	size_t decided = 0;

	for (size_t len = 0; len <= stream.len; len++) {
		struct bytes prefix = copy_of(stream.data, len);
		enum tls_probe answer = probe(prefix);
		release(prefix);
		if (answer == TLS_PROBE_YES && decided == 0)
			decided = len;
		assert_int_equal(answer, decided > 0 ? TLS_PROBE_YES : TLS_PROBE_MORE);
	}
	assert_in_range(decided, 1, TLS_PROBE_MAX);
}

static void
test_real_hellos(void **state)
{
	(void)state;
	static const size_t steps[] = {16384, 100, 45, 7, 4, 3, 1};

	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct bytes message = from_hex(vectors[i].hex);
		bool client = message.data[0] == TLS_HS_client_hello;
		bool server = message.data[0] == TLS_HS_server_hello;
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			struct bytes stream = in_records(message, steps[k]);
			if (client)
				check_prefixes(tls_client_hello_probe, stream);
			else
				assert_int_equal(tls_client_hello_probe(stream), TLS_PROBE_NO);
			if (server)
				check_prefixes(tls_server_hello_probe, stream);
			else
				assert_int_equal(tls_server_hello_probe(stream), TLS_PROBE_NO);
			release(stream);
		}
		release(message);
	}
}

static void
test_rows(void **state)
{
	(void)state;
	static const struct {
		probe_function *probe;
		const char *hex;
		enum tls_probe answer;
	} rows[] = {
	    /* SSLv3 without extensions; TLCP; one message per record and two */
	    {tls_client_hello_probe, "160300002d 01000029 0300" RANDOM "00 0002 000a 01 00",
	     TLS_PROBE_YES},
	    {tls_client_hello_probe, "160101002d 01000029 0101" RANDOM "00 0002 e013 01 00",
	     TLS_PROBE_YES},
	    {tls_client_hello_probe, "1603000031 01000029 0300" RANDOM "00 0002 000a 01 00",
	     TLS_PROBE_YES},
	    {tls_client_hello_probe, "160300002e 01000029 0300" RANDOM "00 0002 000a 01 00",
	     TLS_PROBE_NO},
	    /* a header at a time */
	    {tls_client_hello_probe, "", TLS_PROBE_MORE},
	    {tls_client_hello_probe, "17", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1604", TLS_PROBE_NO},
	    {tls_client_hello_probe, "160305", TLS_PROBE_NO},
	    {tls_client_hello_probe, "160100", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010000", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603014801", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 02", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 01000028", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 01ffffff", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 02", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 0303", TLS_PROBE_MORE},
	    /* session id, suites */
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "21", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "00 0000", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "00 0003", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "00 01d5", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "00 01d4", TLS_PROBE_YES},
	    {tls_client_hello_probe, "1603010200 010001fc 0303" RANDOM "00 01d6", TLS_PROBE_NO},
	    /* the next record is not of the same kind */
	    {tls_client_hello_probe, "1603010002 0100 1703010200", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010002 0100 1603020200", TLS_PROBE_NO},
	    {tls_client_hello_probe, "1603010002 0100 1603010200", TLS_PROBE_MORE},
	    /* ServerHello, with more messages behind it, draft version, wrong extension length */
	    {tls_server_hello_probe, "1603030100 02000026 0303" RANDOM "00 c02f 00", TLS_PROBE_YES},
	    {tls_server_hello_probe, "160303002a 02000026 0303" RANDOM "00 c02f 00", TLS_PROBE_YES},
	    {tls_server_hello_probe, "160303002b 02000026 0303" RANDOM "00 c02f 00", TLS_PROBE_NO},
	    {tls_server_hello_probe, "160303002a 02000026 7f12" RANDOM "1301 0000", TLS_PROBE_YES},
	    {tls_server_hello_probe, "160303002a 02000026 7fff" RANDOM "1301 0000", TLS_PROBE_NO},
	    {tls_server_hello_probe, "160303002c 02000028 0303" RANDOM "00 1301 00 0001",
	     TLS_PROBE_NO},
	    {tls_server_hello_probe, "160303002b 02000027 0303" RANDOM "00 1301 00 00",
	     TLS_PROBE_NO},
	    {tls_server_hello_probe, "160303002c 02000028 0303" RANDOM "03 1301 00", TLS_PROBE_NO},
	    /* SSLv2 format */
	    {sslv2_client_hello_probe, "802e 01 0301 0015 0000 0010", TLS_PROBE_YES},
	    {sslv2_client_hello_probe, "802e 01 0002 0015 0000 0010", TLS_PROBE_YES},
	    {sslv2_client_hello_probe, "803e 01 0300 0015 0010 0010", TLS_PROBE_YES},
	    {sslv2_client_hello_probe, "802f 01 0301 0015 0000 0010", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "802d 01 0301 0014 0000 0010", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "8028 01 0301 000f 0001 0010", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "802e 04", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "802e 01 0401", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "16", TLS_PROBE_NO},
	    {sslv2_client_hello_probe, "802e 01 0301 0015", TLS_PROBE_MORE},
	    {sslv2_client_hello_probe, "", TLS_PROBE_MORE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes prefix = from_hex(rows[i].hex);
		if (rows[i].probe(prefix) != rows[i].answer)
			fail_msg("row %zu: %s", i, rows[i].hex);
		release(prefix);
	}
}

static void
test_other_protocols(void **state)
{
	(void)state;
	static const char *const starts[] = {
	    "GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "SSH-2.0-x\r\n",        "220 ready\r\n",
	    "* OK IMAP\r\n",      "PRI * HTTP/2.0\r\n",  "EHLO me\r\n",          "\x05\x01",
	    "\x12\x01\x01\x2f",   "+OK POP3\r\n",        "\x10\x1a\x00\x04MQTT",
	};
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct bytes prefix = bytes_of(starts[i], strlen(starts[i]));
		assert_int_equal(tls_client_hello_probe(prefix), TLS_PROBE_NO);
		assert_int_equal(tls_server_hello_probe(prefix), TLS_PROBE_NO);
		assert_int_equal(sslv2_client_hello_probe(prefix), TLS_PROBE_NO);
	}
}

static uint32_t
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * 0x2545f4914f6cdd1dULL >> 32);
}

/* Random bytes never pass, not even behind a right record header, and never ask for more than
 * TLS_PROBE_MAX. */
static void
test_random_bytes(void **state)
{
	(void)state;
	uint8_t data[TLS_PROBE_MAX];
	uint64_t seed = 1;
	unsigned yes = 0;

	for (unsigned round = 0; round < 300000; round++) {
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (uint8_t)draw(&seed);
		if (round % 2 == 0)
			memcpy(data, "\x16\x03\x01", 3);
		else if (round % 3 == 0)
			memcpy(data, "\x80", 1);
		struct bytes prefix = bytes_of(data, sizeof(data));
		enum tls_probe c = tls_client_hello_probe(prefix);
		enum tls_probe s = tls_server_hello_probe(prefix);
		enum tls_probe v = sslv2_client_hello_probe(prefix);
		assert_true(c != TLS_PROBE_MORE && s != TLS_PROBE_MORE && v != TLS_PROBE_MORE);
		yes += (c == TLS_PROBE_YES) + (s == TLS_PROBE_YES) + (v == TLS_PROBE_YES);
	}
	assert_int_equal(yes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_real_hellos),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_other_protocols),
	    cmocka_unit_test(test_random_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
