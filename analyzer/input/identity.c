/*
 * identity.c - streaming XXH3-128 of a capture, and the file system's view of a path.
 * Fed by reader.c with every byte once. The only file that includes xxHash.
 * XXH3 is a fast hash, no proof of sameness: see identity.h.
 */
#include "analyzer/input/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef HAVE_XXHASH_DISPATCH
#include <xxh_x86dispatch.h> /* the widest vectors this processor has */
#else
#include <xxhash.h>
#endif

#include "analyzer/blocks.h"

enum {
	PIECE = 2048, /* bytes hashed at once, while as many are fetched */
	AHEAD = 1024, /* that far on: xxHash's own 320 to 512 are too near for a large memory */
};

struct identity_state {
	XXH3_state_t *xxh;
	uint64_t size;
};

struct identity_state *
identity_create(void)
{
	struct identity_state *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->xxh = XXH3_createState();
	if (s->xxh == NULL || XXH3_128bits_reset(s->xxh) != XXH_OK) {
		identity_destroy(s);
		return NULL;
	}
	return s;
}

void
identity_feed(struct identity_state *s, const void *data, size_t len)
{
	const char *from = data;

	for (size_t at = 0, n; at < len; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		if (len - at >= AHEAD + PIECE)
			blocks_fetch(from + at + AHEAD, PIECE);
		XXH3_128bits_update(s->xxh, from + at, n);
	}
	s->size += len;
}

struct identity
identity_of(const struct identity_state *s)
{
	struct identity id = {.size = s->size};
	XXH128_canonical_t canonical;
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(s->xxh));
	memcpy(id.hash, canonical.digest, sizeof id.hash);
	return id;
}

void
identity_destroy(struct identity_state *s)
{
	if (s == NULL)
		return;
	XXH3_freeState(s->xxh);
	free(s);
}

bool
identity_equal(const struct identity *a, const struct identity *b)
{
	return a->size == b->size && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

const char *
identity_text(const struct identity *id, char buf[static IDENTITY_TEXT_SIZE])
{
	int n = snprintf(buf, IDENTITY_TEXT_SIZE, "xxh3-128:");
	for (size_t i = 0; i < IDENTITY_HASH_SIZE; i++)
		n += snprintf(buf + n, IDENTITY_TEXT_SIZE - (size_t)n, "%02x", id->hash[i]);
	return buf;
}

static bool
from_stat(const struct stat *st, struct identity_stat *out)
{
	if (!S_ISREG(st->st_mode)) {
		errno = EINVAL;
		return false;
	}
	*out = (struct identity_stat){
	    .size = (uint64_t)st->st_size,
	    .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
	    .inode = st->st_ino,
	    .device = st->st_dev,
	};
	return true;
}

bool
identity_stat(const char *path, struct identity_stat *out)
{
	struct stat st;
	return stat(path, &st) == 0 && from_stat(&st, out);
}

bool
identity_fstat(int fd, struct identity_stat *out)
{
	struct stat st;
	return fstat(fd, &st) == 0 && from_stat(&st, out);
}

bool
identity_stat_equal(const struct identity_stat *a, const struct identity_stat *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns && a->inode == b->inode &&
	       a->device == b->device;
}
