/*
 * ja4.h - the JA4 client fingerprint of a ClientHello.
 * Called by session.c for the first ClientHello of a session. Specification: JA4.md of the JA4
 * repository by FoxIO, LLC.
 *
 * JA4 (TLS client fingerprinting) is Copyright (c) 2023, FoxIO, LLC, under the BSD 3-Clause
 * licence. This is an independent implementation of JA4 alone; the other JA4+ methods are licensed
 * differently and are not implemented.
 */
#ifndef ANALYZER_TLS_JA4_H
#define ANALYZER_TLS_JA4_H

#include <stdbool.h>

#include "dissectors/wire/bytes.h"

enum { JA4_LEN = 36, JA4_SIZE = JA4_LEN + 1 };

struct ja4_hello {
	char transport;             /* 't' TCP, 'q' QUIC, 'd' DTLS */
	uint16_t legacy_version;    /* as in the ClientHello body */
	struct bytes cipher_suites; /* the vector's contents, without its length */
};

/* Scratch space, and the fingerprints of hellos met before. Not to be shared between threads. */
struct ja4;

struct ja4 *ja4_create(void);    /* NULL when memory is short */
void ja4_destroy(struct ja4 *j); /* takes NULL */

/* Another hello: told of its extensions, one by one and in their order, then asked for its
 * fingerprint. */
void ja4_begin(struct ja4 *j);
void ja4_extension(struct ja4 *j, uint16_t type, struct bytes data);
/* Always gives JA4_LEN characters and a NUL, except on a fault of the digest: false and "". */
bool ja4_text(struct ja4 *j, const struct ja4_hello *hello, char out[JA4_SIZE]);

#endif
