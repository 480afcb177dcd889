/*
 * spool.h - bytes held in memory because they must be sought in. Bounded; nothing goes to disk.
 * Used by unpack.c for a 7z archive inside another one, or from a pipe.
 */
#ifndef ANALYZER_INPUT_SPOOL_H
#define ANALYZER_INPUT_SPOOL_H

#include "analyzer/input/archive.h"

struct spool {
	int fd; /* of memory that has no name; -1 none */
	uint64_t size;
};

#define SPOOL_EMPTY      \
	{                \
		.fd = -1 \
	}

/* All of `from`. False with one line in why: too large, damaged, no memory. */
bool spool_fill(struct spool *s, const struct archive_bytes *from, uint64_t limit, char *why,
		size_t why_size);
/* The same bytes, to be sought in. Borrows s. */
struct archive_bytes spool_bytes(struct spool *s);
void spool_finish(struct spool *s); /* takes an empty one */

#endif
