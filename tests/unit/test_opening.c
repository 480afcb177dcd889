/*
 * test_opening.c - what comes out of a path: plain, compressed, archives in archives, locks.
 * Archives are written by libarchive itself.
 */
#include "analyzer/input/opening.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/opening_look.h"

enum { PACKETS = 40 };

/* A capture is the same capture, however it is compressed. */
static void
test_compressed(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int (*filter)(struct archive *);
	} rows[] = {
	    {"x.pcap", NULL},
	    {"x.pcap.gz", archive_write_add_filter_gzip},
	    {"x.pcap.zst", archive_write_add_filter_zstd},
	    {"x.pcap.xz", archive_write_add_filter_xz},
	    {"x.pcap.lz4", archive_write_add_filter_lz4},
	    {"x.pcap.bz2", archive_write_add_filter_bzip2},
	    {"x.pcap.lzma", archive_write_add_filter_lzma},
	    {"x.pcap.Z", archive_write_add_filter_compress},
	};
	struct identity first = {.size = 0};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct blob b = capture(PACKETS, 1);
		if (rows[i].filter != NULL)
			b = squeeze(rows[i].filter, b);
		struct seen seen = look(file(rows[i].name, b), NULL);
		char want[64];
		snprintf(want, sizeof want, "%s: 40\n", rows[i].name);
		assert_string_equal(seen.text, want);
		assert_true(i == 0 || identity_equal(&first, &seen.first));
		first = seen.first;
	}
	struct blob twice = squeeze(archive_write_add_filter_gzip, capture(PACKETS, 1));
	twice = squeeze(archive_write_add_filter_gzip, twice);
	expect(file("twice.gz", twice), NULL, "twice.gz: 40\n");
}

static void
test_archives(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int (*format)(struct archive *);
		int (*filter)(struct archive *);
	} rows[] = {
	    {"a.zip", archive_write_set_format_zip, NULL},
	    {"a.tar", archive_write_set_format_ustar, NULL},
	    {"a.tar.gz", archive_write_set_format_pax, archive_write_add_filter_gzip},
	    {"a.tar.zst", archive_write_set_format_gnutar, archive_write_add_filter_zstd},
	    {"a.tar.xz", archive_write_set_format_ustar, archive_write_add_filter_xz},
	    {"a.7z", archive_write_set_format_7zip, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct blob out, one = capture(PACKETS, 1), two = capture(3, 9), none = {.len = 0};
		struct blob words = text("Dear all");
		struct archive *a = start(&out, rows[i].format, rows[i].filter, NULL);
		two = squeeze(archive_write_add_filter_gzip, two);
		put_entry(a, "dir", AE_IFDIR, none);
		put_entry(a, "dir/one.pcap", AE_IFREG, one);
		put_entry(a, "notes.txt", AE_IFREG, words);
		put_entry(a, "empty.pcap", AE_IFREG, none);
		put_entry(a, "link.pcap", AE_IFLNK, none);
		put_entry(a, "../two.pcap.gz", AE_IFREG, two);
		stop(a);
		free(one.data);
		free(two.data);
		free(words.data);
		struct seen seen = look(file(rows[i].name, out), NULL);
		char part[128];
		assert_int_equal(seen.captures, 2);
		assert_int_equal(seen.refused, 2);
		snprintf(part, sizeof part, "%s!dir/one.pcap: 40\n", rows[i].name);
		assert_non_null(strstr(seen.text, part));
		snprintf(part, sizeof part, "%s!../two.pcap.gz: 3\n", rows[i].name);
		assert_non_null(strstr(seen.text, part));
		snprintf(part, sizeof part, "%s!notes.txt! not a capture (starts with",
			 rows[i].name);
		assert_non_null(strstr(seen.text, part));
		snprintf(part, sizeof part, "%s!empty.pcap! empty file\n", rows[i].name);
		assert_non_null(strstr(seen.text, part));
	}
}

static void
test_names(void **state)
{
	(void)state;
	struct blob out, one = capture(1, 1);
	struct archive *a = start(&out, archive_write_set_format_ustar, NULL, NULL);
	put_entry(a, "a\x1b[2J\n\x7f.pcap", AE_IFREG, one);
	put_entry(a, "\xff\xc2\x9b\xc3\xbc.pcap", AE_IFREG, one);
	stop(a);
	free(one.data);
	expect(file("n.tar", out), NULL,
	       "n.tar!a\\x1b[2J\\x0a\\x7f.pcap: 1\n"
	       "n.tar!\\xff\\xc2\\x9b\xc3\xbc.pcap: 1\n");
}

/* Four layers are opened, a fifth is named. */
static void
test_nested(void **state)
{
	(void)state;
	struct blob b = pack(archive_write_set_format_7zip, NULL, "x.pcap", capture(PACKETS, 1));
	b = pack(archive_write_set_format_ustar, archive_write_add_filter_gzip, "a.7z", b);
	b = pack(archive_write_set_format_zip, NULL, "b.tar.gz", b);
	b = pack(archive_write_set_format_ustar, NULL, "c.zip", b);
	struct blob copy = copy_of(b, b.len);
	expect(file("d.tar", b), NULL, "d.tar!c.zip!b.tar.gz!a.7z!x.pcap: 40\n");
	b = pack(archive_write_set_format_zip, NULL, "d.tar", copy);
	expect(file("e.zip", b), NULL,
	       "e.zip!d.tar!c.zip!b.tar.gz!a.7z! nested too deep: what is packed more than four "
	       "times is not opened\n");
}

static void
test_locked(void **state)
{
	(void)state;
	static const char *const right[] = {"", "wrong", "open sesame"}, *const wrong[] = {"x"};
	struct blob out, one = capture(PACKETS, 1);
	struct archive *a = start(&out, archive_write_set_format_zip, NULL, "open sesame");
	put_entry(a, "one.pcap", AE_IFREG, one);
	put_entry(a, "two.pcap", AE_IFREG, one);
	stop(a);
	free(one.data);
	const char *path = file("l.zip", out);
	expect(path, NULL, "l.zip! encrypted archive; give --passphrase-file FILE\n");
	struct opening_settings s = {.keys = {wrong, 1}};
	expect(path, &s, "l.zip! encrypted archive; no line of --passphrase-file opens it\n");
	s.keys = (struct archive_keys){right, 3};
	expect(path, &s, "l.zip!one.pcap: 40\nl.zip!two.pcap: 40\n");
}

/* A user may leave at any place; a thread that waits for room then ends. */
static void
test_leaving(void **state)
{
	(void)state;
	struct blob out, big = capture(10000, 1);
	struct archive *a = start(&out, archive_write_set_format_zip, NULL, NULL);
	put_entry(a, "one.pcap", AE_IFREG, big);
	put_entry(a, "two.pcap", AE_IFREG, big);
	stop(a);
	free(big.data);
	const char *path = file("leave.zip", out);
	for (unsigned steps = 0; steps < 4; steps++) {
		struct opening_settings s = {.go_on = NULL};
		struct opening_item item;
		struct packet packet;
		struct secret secret;
		struct opening *o = opening_create(path, &s);
		for (unsigned i = 0; i < steps; i++) {
			assert_int_equal(opening_next(o, &item), i < 2);
			if (item.source != NULL)
				source_next(item.source, &packet, &secret);
		}
		opening_destroy(o);
	}
}

static void
test_find(void **state)
{
	(void)state;
	struct opening_settings s = {.go_on = NULL};
	struct source *source = NULL;
	struct source_info info;
	struct blob b = pack(archive_write_set_format_zip, NULL, "in.pcap", capture(PACKETS, 1));
	char name[160];
	snprintf(name, sizeof name, "%s!in.pcap", file("find!it.zip", b));
	struct opening *o = opening_find(name, &s, &source);
	assert_non_null(o);
	source_info(source, &info);
	assert_string_equal(info.format, "pcap");
	opening_destroy(o);
	strcat(name, "x");
	assert_null(opening_find(name, &s, &source));
	assert_null(opening_find("no/such!file", &s, &source));
}

static void
test_refused(void **state)
{
	(void)state;
	struct blob none = {.data = malloc(1), .len = 0};
	expect(file("text.gz", squeeze(archive_write_add_filter_gzip, text("Dear all"))), NULL,
	       "text.gz! not a capture (starts with \"Dear all\"). Expected pcap, pcapng, or an "
	       "archive of them\n");
	expect(file("empty.gz", squeeze(archive_write_add_filter_gzip, none)), NULL,
	       "empty.gz! empty file\n");
	expect(file("text", text("Dear all")), NULL,
	       "text! not a capture (starts with \"Dear all\"). Expected pcap, pcapng, or an "
	       "archive of them\n");
	expect(file("x.rar", text("Rar!\x1a\x07")), NULL,
	       "x.rar! packed by rar, which is not read; unpack it first\n");
	expect(file("x.zip", text("PK\x03\x04 or not")), NULL,
	       "x.zip! damaged: Truncated ZIP file header\n");
	expect("no/such", NULL, "no/such! no such file\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_compressed), cmocka_unit_test(test_archives),
	    cmocka_unit_test(test_names),      cmocka_unit_test(test_nested),
	    cmocka_unit_test(test_locked),     cmocka_unit_test(test_leaving),
	    cmocka_unit_test(test_find),       cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
