/*
 * fuzz_handshake.c - one handshake message, MESSAGE, in every version's grammar. Built once per
 * message, see meson.build. The key exchanges take their suite from the first two bytes.
 */
#include "tests/fuzz/tls_walk.h"

static const enum tls_version versions[] = {TLS_SSL3, TLS_1_0, TLS_1_2, TLS_1_3, TLS_TLCP};

static void
run(struct bytes body, enum tls_version v, const struct tls_cipher *c)
{
	struct cursor in = cursor_init(body, 1000);

	walk_message(&in, MESSAGE, v, c);
	if (MESSAGE == TLS_HS_certificate) {
		in = cursor_init(body, 1000);
		walk_certificate(&in, v, TLS_CERTIFICATE_RAW_PUBLIC_KEY);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tls_cipher *c = NULL;
	bool key_exchange =
	    MESSAGE == TLS_HS_server_key_exchange || MESSAGE == TLS_HS_client_key_exchange;

	if (key_exchange && size >= 2) {
		c = tls_cipher_find((uint16_t)(data[0] << 8 | data[1]));
		data += 2;
		size -= 2;
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		run(bytes_of(data, size), versions[i], c);
	return 0;
}
