/*
 * fuzz_extensions.c - the bytes as an extension list of every message, and as the data of every
 * type.
 */
#include "tests/fuzz/tls_walk.h"

static const uint16_t types[] = {
#define TLS_EXT(code, name, places, reference) code,
#define TLS_EXT_NAMED(code, name, places, reference)
#include "dissectors/tls/extensions.def"
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_init(bytes_of(data, size), 0);

	for (int place = TLS_IN_CH; place <= TLS_IN_NST; place <<= 1) {
		walk_extensions(&in, bytes_of(data, size), (enum tls_place)place);
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			struct cursor one = in;
			tls_extension_check(&one, types[i], (enum tls_place)place);
			walk_end(&one);
		}
	}
	return 0;
}
