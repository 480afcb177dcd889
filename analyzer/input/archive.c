/*
 * archive.c - compressed streams and archives through libarchive.
 * Called by unpack.c only, on the thread that runs ahead of the analysis. The only file that
 * includes <archive.h> of libarchive (3.6 or newer).
 *
 * Filters and formats are enabled one by one and by what the first bytes are: "all" would start
 * programs for some of them, and let text pass for an mtree archive.
 */
#include "analyzer/input/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_CHUNK = 64 << 10, TROUBLE_MAX = 160 };

struct archive_walk {
	struct archive *archive;
	struct archive_bytes from;
	struct archive_keys keys;
	enum format_kind kind;
	bool opened, locked, from_failed;
	uint64_t at; /* where the next read_at is */
	/* the member in hand: what is left of a block, and where the member stands */
	const uint8_t *block;
	size_t block_len;
	uint64_t block_at, member_at;
	bool member_over, suspect; /* suspect: a checksum is wrong, or the size; trouble says it */
	char trouble[TROUBLE_MAX];
	uint8_t input[INPUT_CHUNK];
};

/* A filter that this libarchive lacks would be run as a program: then there is none. */
static bool
add_filters(struct archive *a)
{
	static int (*const add[])(struct archive *) = {
	    archive_read_support_filter_gzip,     archive_read_support_filter_zstd,
	    archive_read_support_filter_xz,       archive_read_support_filter_lz4,
	    archive_read_support_filter_bzip2,    archive_read_support_filter_lzma,
	    archive_read_support_filter_compress,
	};
	for (size_t i = 0; i < sizeof add / sizeof add[0]; i++)
		if (add[i](a) != ARCHIVE_OK)
			return false;
	return true;
}

static bool
add_formats(struct archive_walk *w)
{
	struct archive *a = w->archive;
	switch (w->kind) {
	case FORMAT_COMPRESSED:
		return add_filters(a) && archive_read_support_format_tar(a) == ARCHIVE_OK &&
		       archive_read_support_format_raw(a) == ARCHIVE_OK &&
		       archive_read_support_format_empty(a) == ARCHIVE_OK;
	case FORMAT_TAR:
		return archive_read_support_format_tar(a) == ARCHIVE_OK;
	case FORMAT_ZIP:
		return archive_read_support_format_zip(a) == ARCHIVE_OK;
	case FORMAT_7ZIP:
		return archive_read_support_format_7zip(a) == ARCHIVE_OK;
	default:
		return false;
	}
}

struct archive_walk *
archive_walk_open(const struct archive_bytes *from, enum format_kind kind,
		  const struct archive_keys *keys)
{
	struct archive_walk *w = calloc(1, sizeof *w);
	if (w == NULL)
		return NULL;
	w->from = *from;
	w->kind = kind;
	if (keys != NULL)
		w->keys = *keys;
	w->archive = archive_read_new();
	if (w->archive == NULL) {
		free(w);
		return NULL;
	}
	return w;
}

void
archive_walk_close(struct archive_walk *w)
{
	if (w == NULL)
		return;
	archive_read_free(w->archive);
	free(w);
}

static la_ssize_t
on_read(struct archive *a, void *ctx, const void **block)
{
	struct archive_walk *w = ctx;
	void *from = w->from.ctx;
	ssize_t n = w->from.read_at != NULL
			? w->from.read_at(from, w->input, sizeof w->input, w->at)
			: w->from.read(from, w->input, sizeof w->input);
	*block = w->input;
	if (n < 0) {
		w->from_failed = true;
		archive_set_error(a, EIO, "read error");
		return ARCHIVE_FATAL;
	}
	w->at += (uint64_t)n;
	return n;
}

static la_int64_t
on_skip(struct archive *a, void *ctx, la_int64_t wanted)
{
	struct archive_walk *w = ctx;
	uint64_t left = w->at < w->from.size ? w->from.size - w->at : 0;
	(void)a;
	if (wanted > 0 && (uint64_t)wanted < left)
		left = (uint64_t)wanted;
	w->at += left;
	return (la_int64_t)left;
}

static la_int64_t
on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct archive_walk *w = ctx;
	int64_t size = (int64_t)w->from.size;
	int64_t base = whence == SEEK_CUR ? (int64_t)w->at : whence == SEEK_END ? size : 0;
	(void)a;
	if (offset < -base || offset > size - base)
		return ARCHIVE_FATAL;
	w->at = (uint64_t)(base + offset);
	return base + offset;
}

/* The words of libarchive that mean a lock. */
static const struct {
	const char *found, *said;
	bool locked;
} words[] = {
    {"Passphrase required", "encrypted archive; give --passphrase-file FILE", true},
    {"Incorrect passphrase", "encrypted archive; no line of --passphrase-file opens it", true},
    {"Too many incorrect passphrases", "encrypted archive; no line of --passphrase-file opens it",
     true},
    {"is encrypted", "encrypted 7z archive, which is not read; unpack it first", true},
    {"Unrecognized archive format", "damaged archive: its first bytes can't be read", false},
    {"Cannot allocate", "out of memory", false},
    /* zlib's "no progress": there was no more input */
    {"ZIP decompression failed (-5)", "truncated: the archive ends inside it", false},
};

static void
keep_trouble(struct archive_walk *w)
{
	const char *text = archive_error_string(w->archive);
	w->locked = false;
	if (w->from_failed) {
		snprintf(w->trouble, sizeof w->trouble, "%s", w->from.trouble(w->from.ctx));
		return;
	}
	if (text == NULL)
		text = "unknown trouble";
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(text, words[i].found) != NULL) {
			w->locked = words[i].locked;
			snprintf(w->trouble, sizeof w->trouble, "%s", words[i].said);
			return;
		}
	snprintf(w->trouble, sizeof w->trouble, "damaged: %s", text);
}

static bool
open_first(struct archive_walk *w)
{
	struct archive *a = w->archive;
	w->opened = true;
	if (!add_formats(w)) {
		snprintf(w->trouble, sizeof w->trouble,
			 "not read: the libarchive in use was built without one of its filters");
		return false;
	}
	for (size_t i = 0; i < w->keys.count; i++)
		archive_read_add_passphrase(a, w->keys.passphrases[i]);
	archive_read_set_read_callback(a, on_read);
	archive_read_set_callback_data(a, w);
	if (w->from.read_at != NULL) {
		archive_read_set_skip_callback(a, on_skip);
		archive_read_set_seek_callback(a, on_seek);
	}
	if (archive_read_open1(a) == ARCHIVE_OK)
		return true;
	keep_trouble(w);
	return false;
}

static bool
is_member(struct archive_entry *e)
{
	return archive_entry_filetype(e) == AE_IFREG && archive_entry_hardlink(e) == NULL &&
	       archive_entry_symlink(e) == NULL;
}

/* Zip names are UTF-8 or bytes of an unknown kind; the latter come as they are. */
static const char *
name_of(struct archive_walk *w, struct archive_entry *e)
{
	if (archive_format(w->archive) == ARCHIVE_FORMAT_RAW)
		return NULL;
	const char *name = archive_entry_pathname_utf8(e);
	if (name == NULL)
		name = archive_entry_pathname(e);
	return name != NULL && name[0] != '\0' ? name : "(no name)";
}

enum archive_walk_step
archive_walk_next(struct archive_walk *w, struct archive_member *out)
{
	struct archive_entry *e;
	if (!w->opened && !open_first(w))
		return ARCHIVE_WALK_TROUBLE;
	w->block_len = 0;
	w->block_at = w->member_at = 0;
	w->member_over = w->suspect = false;
	for (;;) {
		int r = archive_read_next_header(w->archive, &e);
		if (r == ARCHIVE_EOF)
			return ARCHIVE_WALK_OVER;
		if (r < ARCHIVE_WARN) {
			keep_trouble(w);
			return ARCHIVE_WALK_TROUBLE;
		}
		bool raw = archive_format(w->archive) == ARCHIVE_FORMAT_RAW;
		if (!raw && !is_member(e))
			continue;
		*out = (struct archive_member){
		    .name = name_of(w, e),
		    .encrypted = archive_entry_is_encrypted(e) != 0,
		};
		return ARCHIVE_WALK_MEMBER;
	}
}

/* The next block of the member, which may stand behind a hole. */
static bool
next_block(struct archive_walk *w)
{
	const void *block = NULL;
	la_int64_t at = 0;
	size_t len = 0;
	if (w->suspect)
		return false; /* all of it was delivered */
	int r = archive_read_data_block(w->archive, &block, &len, &at);
	w->member_over = r == ARCHIVE_EOF;
	w->suspect = r == ARCHIVE_WARN;
	if (r <= ARCHIVE_WARN)
		keep_trouble(w);
	if (r < ARCHIVE_WARN)
		return false;
	w->block = block;
	w->block_len = w->member_over ? 0 : len;
	w->block_at = at > 0 ? (uint64_t)at : 0;
	return true;
}

ssize_t
archive_walk_read(void *ctx, void *to, size_t n)
{
	struct archive_walk *w = ctx;
	while (w->block_len == 0 && !w->member_over)
		if (!next_block(w)) {
			errno = EIO;
			return -1;
		}
	if (w->block_len == 0)
		return 0;
	if (w->member_at < w->block_at) {
		if (n > w->block_at - w->member_at)
			n = (size_t)(w->block_at - w->member_at);
		memset(to, 0, n);
	} else {
		if (n > w->block_len)
			n = w->block_len;
		memcpy(to, w->block, n);
		w->block += n;
		w->block_len -= n;
		w->block_at += n;
	}
	w->member_at += n;
	return (ssize_t)n;
}

unsigned
archive_walk_layers(const struct archive_walk *w)
{
	int filters = archive_filter_count(w->archive) - 1; /* the last is our own callback */
	return filters > 1 ? (unsigned)filters : 1;
}

bool
archive_walk_solid(const struct archive_walk *w)
{
	return w->from.read_at == NULL || w->kind == FORMAT_COMPRESSED || w->kind == FORMAT_7ZIP;
}

const char *
archive_walk_trouble(void *ctx)
{
	const struct archive_walk *w = ctx;
	return w->trouble;
}

bool
archive_walk_locked(const struct archive_walk *w)
{
	return w->locked;
}
