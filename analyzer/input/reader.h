/*
 * reader.h - the bytes of one capture, in order, read once: buffered, counted, hashed.
 * Below both capture readers; above it stand a file, a pipe, stdin or a member of an archive, which
 * is why the bytes come through a function.
 */
#ifndef ANALYZER_INPUT_READER_H
#define ANALYZER_INPUT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "analyzer/input/identity.h"
#include "dissectors/wire/bytes.h"

/* As read(2): bytes read, 0 at the end, -1 with errno. */
typedef ssize_t (*reader_fn)(void *ctx, void *to, size_t n);
/* Sees every byte of the input exactly once, in order. */
typedef void (*reader_tap_fn)(void *ctx, struct bytes bytes);

struct reader;

/* NULL: out of memory. `read` and ctx must live as long as the reader. */
struct reader *reader_create(reader_fn read, void *ctx);
/* Over a descriptor, which the reader closes when `own`. NULL: out of memory; fd is then not
 * closed. */
struct reader *reader_create_fd(int fd, bool own);
void reader_destroy(struct reader *r);
/* What is read is a capture as it stands in its file: when more of it is wanted, it may be looked
 * at in place (mapping.h). Changes nothing for the caller, nor for an input where that can't be. */
void reader_in_place(struct reader *r);
/* For an input whose end may not be the end of what there was: fn gets ctx of reader_create and
 * gives one line, or NULL. */
void reader_on_cut(struct reader *r, const char *(*fn)(void *ctx));

/* Must be set before anything was taken; gets what is already buffered at once. */
void reader_tap(struct reader *r, reader_tap_fn fn, void *ctx);

/* A view of what comes next: n bytes or more, fewer only when the input ends (or fails) before.
 * Takes nothing. Valid until the next peek, skip or read. n <= READER_PEEK_MAX. */
struct bytes reader_peek(struct reader *r, size_t n);
/* Move past n bytes that were peeked. */
void reader_take(struct reader *r, size_t n);
/* Move past up to n bytes without keeping them; returns how many there were. */
uint64_t reader_skip(struct reader *r, uint64_t n);
/* Copying read for libpcap's FILE: as read(2). */
ssize_t reader_read(struct reader *r, void *to, size_t n);
/* Read to the end, so that the identity is of the whole file. False on a read error. */
bool reader_drain(struct reader *r);

/* Offset of the next byte to take. */
uint64_t reader_at(const struct reader *r);
/* Bytes read from the input so far. */
uint64_t reader_size(const struct reader *r);
/* True once the end of the input was seen. */
bool reader_ended(const struct reader *r);
/* Why the bytes end where they do; NULL: that is all there were, or nobody knows. */
const char *reader_cut(const struct reader *r);
/* errno of a failed read, 0 for none. */
int reader_error(const struct reader *r);
struct identity reader_identity(const struct reader *r);

/* For a regular file: bytes at an offset, beside the stream (not hashed, nothing moves). -1 with
 * errno; ESPIPE when the input cannot seek. */
ssize_t reader_pread(const struct reader *r, void *to, size_t n, uint64_t at);
/* Size of a regular file as the file system says; 0 when unknown. */
uint64_t reader_size_hint(const struct reader *r);
/* The file when it was opened; all 0 when it is no regular file. */
struct identity_stat reader_stat(const struct reader *r);

enum { READER_CHUNK = 128 << 10, READER_PEEK_MAX = 32 << 20 };

#endif
