/*
 * fuzz_record.c - record, handshake and SSLv2 headers, alerts, and the probes over any bytes.
 */
#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/probe.h"
#include "dissectors/tls/record.h"
#include "dissectors/tls/sslv2.h"

#include <stdlib.h>

/* An answer never turns with more bytes, and TLS_PROBE_MAX bytes are always enough. */
static void
probe(enum tls_probe (*function)(struct bytes), const uint8_t *data, size_t size)
{
	enum tls_probe all = function(bytes_of(data, size));
	enum tls_probe half = function(bytes_of(data, size / 2));

	if (half != TLS_PROBE_MORE && half != all)
		abort();
	if (all == TLS_PROBE_MORE && size >= TLS_PROBE_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_init(bytes_of(data, size), 0);
	struct tls_record_header record;
	struct tls_handshake_header message;
	struct tls_alert alert;
	uint16_t length;

	if (tls_record_header_parse(&in, &record))
		tls_record_header_plausible(&record);
	if (tls_handshake_header_parse(&in, &message))
		tls_handshake_header_plausible(&message);
	sslv2_header_parse(&in, &length);
	in = cursor_init(bytes_of(data, size), 0);
	if (tls_alert_parse(&in, &alert) && size != TLS_ALERT_LEN)
		abort();
	probe(tls_client_hello_probe, data, size);
	probe(tls_server_hello_probe, data, size);
	probe(sslv2_client_hello_probe, data, size);
	return 0;
}
