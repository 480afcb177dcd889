/*
 * decompress.h - the body of a CompressedCertificate. The only user of brotli.
 * RFC 8879 section 4. What comes out is bounded by the length the message states, and that by
 * DECOMPRESS_MAX.
 */
#ifndef ANALYZER_TLS_DECOMPRESS_H
#define ANALYZER_TLS_DECOMPRESS_H

#include "dissectors/tls/compressed_certificate.h"

enum { DECOMPRESS_MAX = 256 * 1024 };

/* Exactly m->uncompressed_length bytes into out, which has that size. False for an unknown
 * algorithm, bytes that are none of it, or another length. */
bool decompress_certificate(const struct tls_compressed_certificate *m, uint8_t *out);

#endif
