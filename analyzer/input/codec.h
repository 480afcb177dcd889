/*
 * codec.h - a gzip or zstd stream, decompressed as it is read.
 * Used by unpack.c for the two usual ways to compress a capture; archive.c does the others. What
 * libarchive does not do is done here: what stands before a cut is delivered, with gzip to its last
 * byte (half copied files are common, and small ones would be lost whole), and gzip's checksum is
 * verified. RFC 1952, RFC 8878.
 */
#ifndef ANALYZER_INPUT_CODEC_H
#define ANALYZER_INPUT_CODEC_H

#include "analyzer/input/archive.h"

struct codec;

/* kind: FORMAT_GZIP or FORMAT_ZSTD. `from` is copied, its read is used. NULL: out of memory. */
struct codec *codec_open(enum format_kind kind, const struct archive_bytes *from);
void codec_close(struct codec *c);
/* A reader_fn; ctx is the codec. Concatenated streams are one. */
ssize_t codec_read(void *ctx, void *to, size_t n);
/* One line: why the last read failed. */
const char *codec_trouble(void *ctx);

#endif
