/*
 * fuzz_ja4.c - any bytes as cipher suites and extensions: always a fingerprint, and the same again.
 */
#include <assert.h>
#include <stdlib.h>

#include "analyzer/tls/ja4.h"
#include "dissectors/tls/extensions.h"

static void
tell_extensions(struct ja4 *j, struct bytes extensions)
{
	struct cursor list = cursor_init(extensions, 0);
	struct tls_extension e;

	ja4_begin(j);
	while (tls_extension_next(&list, &e))
		ja4_extension(j, e.type, e.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ja4 *cached; /* kept between inputs, as in a run */
	size_t half = size / 2;
	struct ja4_hello hello = {.transport = 't', .legacy_version = 0x0303};
	char one[JA4_SIZE], two[JA4_SIZE];

	if (cached == NULL)
		cached = ja4_create();
	hello.cipher_suites = bytes_of(data, half);
	assert(cached != NULL);
	for (char *text = one; text != NULL; text = text == one ? two : NULL) {
		tell_extensions(cached, bytes_of(data + half, size - half));
		assert(ja4_text(cached, &hello, text));
	}
	assert(strlen(one) == JA4_LEN && strcmp(one, two) == 0);
	return 0;
}
