/*
 * decompress.c - see decompress.h. All three decode in one call into a buffer of known size.
 */
#include "analyzer/tls/decompress.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

static bool
inflate_zlib(struct bytes in, uint8_t *out, size_t size)
{
	uLongf out_len = (uLongf)size;
	uLong in_len = (uLong)in.len;

	return uncompress2(out, &out_len, in.data, &in_len) == Z_OK && out_len == size &&
	       in_len == in.len;
}

static bool
inflate_brotli(struct bytes in, uint8_t *out, size_t size)
{
	size_t out_len = size;

	return BrotliDecoderDecompress(in.len, in.data, &out_len, out) ==
		   BROTLI_DECODER_RESULT_SUCCESS &&
	       out_len == size;
}

static bool
inflate_zstd(struct bytes in, uint8_t *out, size_t size)
{
	size_t n = ZSTD_decompress(out, size, in.data, in.len);

	return !ZSTD_isError(n) && n == size;
}

bool
decompress_certificate(const struct tls_compressed_certificate *m, uint8_t *out)
{
	if (m->uncompressed_length > DECOMPRESS_MAX)
		return false;
	switch (m->algorithm) {
	case TLS_COMPRESSION_zlib:
		return inflate_zlib(m->compressed, out, m->uncompressed_length);
	case TLS_COMPRESSION_brotli:
		return inflate_brotli(m->compressed, out, m->uncompressed_length);
	case TLS_COMPRESSION_zstd:
		return inflate_zstd(m->compressed, out, m->uncompressed_length);
	default:
		return false;
	}
}
