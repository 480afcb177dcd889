/*
 * fuzz_sslv2.c - SSLv2-format ClientHello.
 */
#include "dissectors/tls/sslv2.h"
#include "tests/fuzz/tls_walk.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_init(bytes_of(data, size), 1000);
	struct sslv2_client_hello m;
	uint32_t spec;

	sslv2_client_hello_parse(&in, &m);
	walk_view(&in, m.cipher_specs);
	walk_view(&in, m.session_id);
	walk_view(&in, m.challenge);
	struct cursor list = cursor_child(&in, m.cipher_specs);
	while (sslv2_cipher_spec_next(&list, &spec))
		sslv2_cipher_name(spec);
	walk_end(&in);
	return 0;
}
