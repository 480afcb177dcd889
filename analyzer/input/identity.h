/*
 * identity.h - what makes a capture the same capture: its length and XXH3-128, fed as bytes pass.
 * Used by reader.c (hashes every byte once) and by whoever asks "did I read this path before?".
 * The hash is not collision-proof: before a copy is skipped the caller compares SHA-256.
 */
#ifndef ANALYZER_INPUT_IDENTITY_H
#define ANALYZER_INPUT_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "xxh3-128:" + 32 hex digits + NUL. */
enum { IDENTITY_HASH_SIZE = 16, IDENTITY_TEXT_SIZE = 9 + 2 * IDENTITY_HASH_SIZE + 1 };

/* hash is in XXH's canonical (big-endian) order, the order xxh128sum prints. */
struct identity {
	uint64_t size; /* bytes, decompressed */
	uint8_t hash[IDENTITY_HASH_SIZE];
};

struct identity_state;

/* NULL: out of memory. */
struct identity_state *identity_create(void);
void identity_feed(struct identity_state *s, const void *data, size_t len);
/* Of all bytes fed so far; feeding may go on. */
struct identity identity_of(const struct identity_state *s);
void identity_destroy(struct identity_state *s);

bool identity_equal(const struct identity *a, const struct identity *b);
/* "xxh3-128:<hex>" into buf; returns buf. */
const char *identity_text(const struct identity *id, char buf[static IDENTITY_TEXT_SIZE]);

/* What the file system says of a path: when all four are as stored, a run that continues skips the
 * path unopened. */
struct identity_stat {
	uint64_t size;
	int64_t mtime_ns;
	uint64_t inode, device;
};

/* False with errno set when the path cannot be looked at, errno = EINVAL when it is no regular file
 * (a pipe has no such identity). Follows symbolic links. */
bool identity_stat(const char *path, struct identity_stat *out);
/* The same of an open file. */
bool identity_fstat(int fd, struct identity_stat *out);
bool identity_stat_equal(const struct identity_stat *a, const struct identity_stat *b);

#endif
