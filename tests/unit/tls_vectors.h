/*
 * tls_vectors.h - the messages of tests/vectors, decoded, and hex for tables.
 * Decoded bytes are in heap blocks of their exact size, so that the address sanitizer sees a read
 * too far.
 */
#ifndef TESTS_UNIT_TLS_VECTORS_H
#define TESTS_UNIT_TLS_VECTORS_H

#include "dissectors/tls/version.h"
#include "dissectors/wire/bytes.h"

#include <stdlib.h>
#include <string.h>

struct vector {
	const char *name;
	enum tls_version version;
	const char *hex; /* with the handshake header */
};

static const struct vector vectors[] = {
#define VECTOR(name, version, hex) {#name, version, hex},
#include "tests/vectors/rfc8448.def"
#define VECTOR(name, version, hex) {#name, version, hex},
#include "tests/vectors/openssl.def"
};

enum { VECTOR_COUNT = sizeof(vectors) / sizeof(vectors[0]) };

static inline uint8_t
hex_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Spaces are skipped. The caller frees .data. */
static inline struct bytes
from_hex(const char *hex)
{
	uint8_t *out = malloc(strlen(hex) / 2 + 1);
	size_t len = 0;

	if (out == NULL)
		abort();
	for (; *hex != '\0'; hex++)
		if (*hex != ' ') {
			out[len++] = (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1]));
			hex++;
		}
	out = realloc(out, len > 0 ? len : 1);
	if (out == NULL)
		abort();
	return bytes_of(out, len);
}

static inline void
release(struct bytes b)
{
	free((void *)(uintptr_t)b.data);
}

static inline struct bytes
copy_of(const uint8_t *data, size_t len)
{
	uint8_t *out = malloc(len > 0 ? len : 1);

	if (out == NULL)
		abort();
	if (len > 0)
		memcpy(out, data, len);
	return bytes_of(out, len);
}

/* The message body of a vector, header cut off. */
static inline struct bytes
vector_body(const char *name)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		if (strcmp(vectors[i].name, name) != 0)
			continue;
		struct bytes whole = from_hex(vectors[i].hex);
		struct bytes body = copy_of(whole.data + 4, whole.len - 4);
		release(whole);
		return body;
	}
	abort();
}

#endif
