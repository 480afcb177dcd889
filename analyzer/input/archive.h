/*
 * archive.h - one layer of packing: a compressed stream, or an archive with its members.
 * Beside codec.h (gzip, zstd); below unpack.c, which opens layer in layer and decides what a member
 * is. The only file of the project behind which <archive.h> of libarchive is included.
 *
 * Nothing is written to disk, no program is ever started: filters and formats are named one by one.
 * Links, directories and devices in an archive are no members.
 */
#ifndef ANALYZER_INPUT_ARCHIVE_H
#define ANALYZER_INPUT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/input/format.h"
#include "analyzer/input/reader.h"

/* What opens encrypted members, tried in order. Borrowed, never printed. */
struct archive_keys {
	const char *const *passphrases;
	size_t count;
};

/* Where an archive's bytes come from. */
struct archive_bytes {
	reader_fn read;
	/* As pread(2), where the same bytes can be sought; else NULL. */
	ssize_t (*read_at)(void *ctx, void *to, size_t n, uint64_t at);
	uint64_t size;                     /* with read_at */
	const char *(*trouble)(void *ctx); /* one line: why a read failed */
	void *ctx;
};

struct archive_member {
	const char *name; /* as stored, not safe to print; NULL: a compressed stream, it has none */
	bool encrypted;
};

enum archive_walk_step {
	ARCHIVE_WALK_MEMBER,
	ARCHIVE_WALK_OVER,
	ARCHIVE_WALK_TROUBLE, /* no further member; see archive_walk_trouble */
};

struct archive_walk;

/* kind: FORMAT_COMPRESSED to FORMAT_7ZIP. `from` is copied, keys are borrowed until the
 * close. NULL: out of memory. */
struct archive_walk *archive_walk_open(const struct archive_bytes *from, enum format_kind kind,
				       const struct archive_keys *keys);
void archive_walk_close(struct archive_walk *w);
/* The next member; what was not read of the last one is stepped over. Borrows until the next call.
 */
enum archive_walk_step archive_walk_next(struct archive_walk *w, struct archive_member *out);
/* A reader_fn over the member: -1 where it is damaged or encrypted. ctx is the walk. */
ssize_t archive_walk_read(void *ctx, void *to, size_t n);
/* Layers this one stands for: 1, more where streams were compressed twice. After the first member.
 */
unsigned archive_walk_layers(const struct archive_walk *w);
/* True where stepping over a member means to decompress it. */
bool archive_walk_solid(const struct archive_walk *w);
/* One line: why the last read or step failed. */
const char *archive_walk_trouble(void *ctx);
/* The trouble is encryption. */
bool archive_walk_locked(const struct archive_walk *w);

#endif
