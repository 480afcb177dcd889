/*
 * test_unpack.c - packed captures that are damaged, cut, or too much.
 */
#include "analyzer/input/opening.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/opening_look.h"

enum { PACKETS = 40 };

/* Whatever is cut off, the rest is read or refused in one line, and what was before is kept. */
static void
test_truncated(void **state)
{
	(void)state;
	struct blob b = pack(archive_write_set_format_ustar, archive_write_add_filter_zstd,
			     "x.pcap", capture(2000, 1));
	for (size_t len = 0; len < b.len; len += b.len / 50 + 1) {
		struct seen seen = look(file("cut.zst", copy_of(b, len)), NULL);
		assert_true(seen.captures <= 1 && seen.captures + seen.refused >= 1);
	}
	free(b.data);
	b = pack(archive_write_set_format_ustar, NULL, "x.pcap", capture(PACKETS, 1));
	b.len = 512 + 24 + 2 * RECORD + 5;
	expect(file("cut.tar", b), NULL,
	       "cut.tar!x.pcap: 2; damaged: Truncated tar archive; ends inside packet 3 (byte "
	       "456)\n");
}

/* What stands before the cut comes out, however small the file is: with gzip to the last byte, with
 * zstd to the last whole block of 128 kB. */
static void
test_cut_codecs(void **state)
{
	(void)state;
	static const struct {
		int (*filter)(struct archive *);
		unsigned packets, least; /* with one byte missing */
		const char *words;
	} rows[] = {
	    {archive_write_add_filter_gzip, PACKETS, PACKETS, "truncated: gzip data ends early"},
	    {archive_write_add_filter_zstd, 2000, 1800, "truncated: zstd data ends early"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct blob b = squeeze(rows[i].filter, capture(rows[i].packets, 1));
		unsigned before = 0;
		for (size_t len = 4; len < b.len; len += len + 200 < b.len ? b.len / 200 + 1 : 1) {
			unsigned packets = 0;
			struct seen seen = look(file("c", copy_of(b, len)), NULL);
			assert_int_equal(seen.captures + seen.refused, 1);
			assert_non_null(strstr(seen.text, rows[i].words));
			if (seen.captures == 1)
				assert_int_equal(sscanf(seen.text, "c: %u", &packets), 1);
			assert_true(packets >= before);
			before = packets;
		}
		assert_true(before >= rows[i].least);
		free(b.data);
	}
}

static void
test_codecs(void **state)
{
	(void)state;
	static int (*const filters[])(struct archive *) = {archive_write_add_filter_gzip,
							   archive_write_add_filter_zstd};
	struct blob whole = capture(PACKETS, 1);
	for (size_t i = 0; i < 2; i++) {
		/* two streams, one file; zeros behind gzip are padding */
		struct blob a = squeeze(filters[i], copy_of(whole, 1000));
		struct blob rest = copy_of(whole, whole.len);
		memmove(rest.data, rest.data + 1000, rest.len -= 1000);
		struct blob b = squeeze(filters[i], rest);
		struct blob both = copy_of(a, a.len);
		both.data = realloc(both.data, a.len + b.len + 512);
		memcpy(both.data + a.len, b.data, b.len);
		memset(both.data + a.len + b.len, 0, 512);
		both.len = a.len + b.len + (i == 0 ? 512 : 0);
		free(a.data);
		free(b.data);
		expect(file("both", both), NULL, "both: 40\n");
	}
	struct blob bad = squeeze(filters[0], whole);
	bad.data[bad.len - 6] ^= 1;
	expect(file("crc.gz", bad), NULL, "crc.gz: 40; damaged: gzip: incorrect data check\n");
}

static void
test_limits(void **state)
{
	(void)state;
	struct opening_limits limits = opening_limits_default;
	struct opening_settings s = {.limits = &limits};
	struct blob out, one = capture(PACKETS, 1),
			 zeros = {.data = calloc(1, 3 << 20), .len = 3 << 20};
	struct archive *a = start(&out, archive_write_set_format_zip, NULL, NULL);
	put_entry(a, "one.pcap", AE_IFREG, one);
	put_entry(a, "two.pcap", AE_IFREG, one);
	put_entry(a, "three.pcap", AE_IFREG, one);
	stop(a);
	const char *path = file("limits.zip", out);
	limits.capture_bytes = 24 + 10 * RECORD;
	expect(
	    path, &s,
	    "limits.zip!one.pcap: 10; stopped after 1 MB decompressed, the limit for one capture\n"
	    "limits.zip!two.pcap: 10; stopped after 1 MB decompressed, the limit for one capture\n"
	    "limits.zip!three.pcap: 10; stopped after 1 MB decompressed, the limit for one "
	    "capture\n");
	limits = opening_limits_default;
	limits.members = 2;
	expect(path, &s,
	       "limits.zip!one.pcap: 40\nlimits.zip!two.pcap: 40\n"
	       "limits.zip! more than 2 members in its archives; the rest is not read\n");
	limits = opening_limits_default;
	limits.input_bytes = 24 + 45 * RECORD;
	struct seen seen = look(path, &s);
	assert_int_equal(seen.captures, 2);
	assert_non_null(
	    strstr(seen.text, "stopped after 1 MB decompressed, the limit for one input"));
	memcpy(zeros.data, one.data, one.len);
	limits = opening_limits_default;
	limits.ratio = 100;
	limits.ratio_from = 1 << 20;
	path = file("bomb.pcap.zst", squeeze(archive_write_add_filter_zstd, zeros));
	seen = look(path, &s);
	assert_int_equal(seen.captures, 1);
	assert_non_null(strstr(seen.text, "decompresses to more than 100 times its size"));
	limits = opening_limits_default;
	limits.spool_bytes = 100;
	out = pack(archive_write_set_format_7zip, NULL, "x.pcap", one);
	path = file("s.tar", pack(archive_write_set_format_ustar, NULL, "a.7z", out));
	expect(path, &s,
	       "s.tar!a.7z! a 7z archive of more than 0 MB inside another archive; unpack it "
	       "first\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_cut_codecs),
	    cmocka_unit_test(test_codecs),
	    cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
