/*
 * compressed_certificate.h - a Certificate message, compressed. Not decompressed here: that
 * allocates and has limits, see analyzer/tls/decompress. RFC 8879 section 4.
 */
#ifndef DISSECTORS_TLS_COMPRESSED_CERTIFICATE_H
#define DISSECTORS_TLS_COMPRESSED_CERTIFICATE_H

#include "dissectors/wire/cursor.h"

enum tls_certificate_compression {
	TLS_COMPRESSION_zlib = 1,
	TLS_COMPRESSION_brotli = 2,
	TLS_COMPRESSION_zstd = 3,
};

/* The view borrows from the message. */
struct tls_compressed_certificate {
	uint16_t algorithm;           /* enum tls_certificate_compression, or anything */
	uint32_t uncompressed_length; /* what the sender says; never allocate it unchecked */
	struct bytes compressed;      /* a Certificate body of RFC 8446, at least 1 byte */
};

bool tls_compressed_certificate_parse(struct cursor *in, struct tls_compressed_certificate *out);

#endif
