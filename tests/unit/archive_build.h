/*
 * archive_build.h - captures packed by libarchive's own writer, for the tests of opening.h. Include
 * it behind <cmocka.h>.
 */
#ifndef TESTS_UNIT_ARCHIVE_BUILD_H
#define TESTS_UNIT_ARCHIVE_BUILD_H

#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "tests/unit/capture_build.h"

enum { BLOB_MAX = 4 << 20 };

struct blob {
	uint8_t *data;
	size_t len;
};

enum { RECORD = 16 + 200 };

/* A capture of n packets. */
static inline struct blob
capture(unsigned n, uint32_t seed)
{
	struct build b = {.big = false};
	struct blob out = {.data = malloc(24 + (size_t)n * RECORD)};
	assert_non_null(out.data);
	pcap_header(&b, 0xa1b2c3d4, 65535, 1);
	for (unsigned i = 0; i <= n; i++) {
		memcpy(out.data + out.len, b.data, b.len);
		out.len += b.len;
		b.len = 0;
		pcap_record(&b, seed, i, 200, 200, (uint8_t)(seed + i), 0);
	}
	return out;
}

static inline struct blob
text(const char *words)
{
	return (struct blob){.data = (uint8_t *)strdup(words), .len = strlen(words)};
}

static inline struct archive *
start(struct blob *out, int (*format)(struct archive *), int (*filter)(struct archive *),
      const char *passphrase)
{
	struct archive *a = archive_write_new();
	out->data = malloc(BLOB_MAX);
	assert_non_null(out->data);
	assert_int_equal(format(a), ARCHIVE_OK);
	if (filter != NULL)
		assert_int_equal(filter(a), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	if (passphrase != NULL) {
		assert_int_equal(archive_write_set_options(a, "zip:encryption=aes256"), ARCHIVE_OK);
		assert_int_equal(archive_write_set_passphrase(a, passphrase), ARCHIVE_OK);
	}
	assert_int_equal(archive_write_open_memory(a, out->data, BLOB_MAX, &out->len), ARCHIVE_OK);
	return a;
}

static inline void
put_entry(struct archive *a, const char *name, int type, struct blob in)
{
	struct archive_entry *e = archive_entry_new();
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, (unsigned)type);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)in.len);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, "/etc/passwd");
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	if (in.len > 0)
		assert_int_equal(archive_write_data(a, in.data, in.len), (la_ssize_t)in.len);
	archive_entry_free(e);
}

static inline void
stop(struct archive *a)
{
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* One member in an archive of that format; frees `in`. */
static inline struct blob
pack(int (*format)(struct archive *), int (*filter)(struct archive *), const char *name,
     struct blob in)
{
	struct blob out;
	struct archive *a = start(&out, format, filter, NULL);
	put_entry(a, name, AE_IFREG, in);
	stop(a);
	free(in.data);
	return out;
}

static inline struct blob
squeeze(int (*filter)(struct archive *), struct blob in)
{
	return pack(archive_write_set_format_raw, filter, "data", in);
}

#endif
