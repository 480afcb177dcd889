/*
 * test_source.c - what opens and what is refused, from files, pipes and memory.
 */
#include "analyzer/input/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/capture_build.h"

#define BYTES(text) text, sizeof text - 1

static void
test_refusals(void **state)
{
	(void)state;
	static const char expected[] = ". Expected pcap, pcapng, or an archive of them";
	static const struct {
		const char *data;
		size_t len;
		enum source_refusal kind;
		const char *text;
	} rows[] = {
	    {BYTES(""), SOURCE_EMPTY, "empty file"},
	    {BYTES("Dear all\nplease find"), SOURCE_NO_CAPTURE,
	     "not a capture (starts with \"Dear all\")"},
	    {BYTES("Dear all who read these lines"), SOURCE_NO_CAPTURE,
	     "not a capture (starts with \"Dear all who read these \")"},
	    {BYTES("\x7f"
		   "ELF\x02\x01\x01\x00\x00"),
	     SOURCE_NO_CAPTURE, "not a capture (starts with \"\\x7fELF\\x02\\x01\\x01\\x00\")"},
	    {BYTES("\x1b[2J\"\\"), SOURCE_NO_CAPTURE,
	     "not a capture (starts with \"\\x1b[2J\\x22\\x5c\")"},
	    {BYTES("\n\n"), SOURCE_NO_CAPTURE, "not a capture (starts with \"\\x0a\\x0a\")"},
	    {BYTES("\n\r\r\nfour line ends"), SOURCE_NO_CAPTURE,
	     "not a capture (starts with \"\\x0a\\x0d\\x0d\\x0afour\")"},
	    {BYTES("\xd4\xc3\xb2"), SOURCE_NO_CAPTURE,
	     "not a capture (starts with \"\\xd4\\xc3\\xb2\")"},
	    {BYTES("\x1f\x8b\x08"), SOURCE_UNSUPPORTED, "gzip data, not a capture"},
	    {BYTES("\x28\xb5\x2f\xfd."), SOURCE_UNSUPPORTED, "zstd data, not a capture"},
	    {BYTES("PK\x03\x04"), SOURCE_UNSUPPORTED, "zip data, not a capture"},
	    {BYTES("7z\xbc\xaf\x27\x1c"), SOURCE_UNSUPPORTED, "7z data, not a capture"},
	    {BYTES("snoop\0\0\0\0\0\0\x02"), SOURCE_UNSUPPORTED,
	     "a capture in snoop format, which is not read; convert it with editcap -F pcapng IN "
	     "OUT"},
	    {BYTES("\xd4\xc3\xb2\xa1\x02"), SOURCE_DAMAGED, "ends inside its file header (byte 5)"},
	    {BYTES("\xd4\xc3\xb2\xa1\x09\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0"),
	     SOURCE_DAMAGED, "damaged capture: unsupported pcap savefile version 9.4"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct memory m = {
		    .data = (const uint8_t *)rows[i].data, .len = rows[i].len, .step = 3};
		struct source_why why;
		char text[SOURCE_WHY_MAX];
		bool unknown = rows[i].kind == SOURCE_NO_CAPTURE;
		snprintf(text, sizeof text, "%s%s", rows[i].text, unknown ? expected : "");
		assert_null(source_open_reader(reader_create(memory_read, &m), &why));
		assert_int_equal(why.kind, rows[i].kind);
		assert_string_equal(why.text, text);
	}
}

static void
test_paths(void **state)
{
	(void)state;
	struct source_why why;
	assert_null(source_open("no/such/file", &why));
	assert_int_equal(why.kind, SOURCE_UNREADABLE);
	assert_string_equal(why.text, "no such file");
	assert_null(source_open(".", &why));
	assert_int_equal(why.kind, SOURCE_UNREADABLE);
	assert_string_equal(why.text, "Is a directory");
}

static void
test_read_error(void **state)
{
	(void)state;
	for (unsigned ng = 0; ng < 2; ng++) {
		struct build b = {.big = false};
		struct source_why why;
		struct packet p;
		struct secret secret;
		struct source_info info;
		if (ng == 1) {
			section(&b, 1);
			interface(&b, 1, 0, NULL);
			enhanced(&b, 0, 1, 300, 300, 1);
		} else {
			pcap_header(&b, 0xa1b2c3d4, 65535, 1);
			pcap_record(&b, 1, 1, 300, 300, 1, 0);
		}
		struct memory m = {.data = b.data, .len = b.len, .step = 999, .error = EIO};
		struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_FAULT);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_FAULT);
		assert_non_null(strstr(source_problem(s), "Input/output error"));
		source_info(s, &info);
		assert_false(info.complete);
		source_close(s);
	}
}

static void
count_bytes(void *ctx, struct bytes bytes)
{
	*(uint64_t *)ctx += bytes.len;
}

/* File, FIFO and standard input give the same, and the tap sees every byte. */
static void
test_ways_in(void **state)
{
	(void)state;
	char dir[] = "source-XXXXXX", path[64], fifo[64];
	struct build b = {.big = true};
	section(&b, 1);
	interface(&b, 1, 0, NULL);
	for (unsigned i = 0; i < 100; i++)
		enhanced(&b, 0, 7, 400, 400, 1);
	put(&b, "tail", 4);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/file", dir);
	snprintf(fifo, sizeof fifo, "%s/fifo", dir);
	FILE *f = fopen(path, "wb");
	assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
	fclose(f);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	struct identity first = {.size = 0};
	for (unsigned way = 0; way < 3; way++) {
		struct source_why why;
		struct source_info info;
		struct packet p;
		struct secret secret;
		uint64_t tapped = 0, done, total;
		char command[160];
		snprintf(command, sizeof command, "cat %s > %s &", path, fifo);
		if (way == 1)
			assert_int_equal(system(command), 0);
		if (way == 2)
			assert_non_null(freopen(path, "rb", stdin));
		struct source *s = source_open(way == 0 ? path : way == 1 ? fifo : "-", &why);
		assert_non_null(s);
		source_tap(s, count_bytes, &tapped);
		for (unsigned i = 0; i < 100; i++)
			assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
		assert_string_equal(source_problem(s),
				    "ends inside a block after packet 100 (byte 43248)");
		source_info(s, &info);
		source_progress(s, &done, &total);
		assert_int_equal(tapped, b.len);
		assert_int_equal(done, b.len);
		assert_int_equal(total, way == 1 ? 0 : b.len);
		assert_int_equal(info.file.size, way == 1 ? 0 : b.len);
		assert_int_equal(info.packets, 100);
		assert_int_equal(info.first_ns, 7000);
		assert_true(way == 0 || identity_equal(&first, &info.identity));
		first = info.identity;
		source_close(s);
	}
	unlink(path);
	unlink(fifo);
	rmdir(dir);
}

enum { PARTS = 3, PART_PACKETS = 20 };

/* Interfaces of a part: "eth1", and in the later ones another before it. */
static void
write_part(const char *path, unsigned part)
{
	static struct build b;
	b = (struct build){.big = part == 1};
	section(&b, 1);
	if (part > 0)
		interface(&b, 1, 0, "eth0");
	interface(&b, 1, 0, "eth1");
	for (unsigned i = 0; i < PART_PACKETS; i++)
		enhanced(&b, part > 0 && i % 2 == 0, 1 + i, 40, 40, (uint8_t)(part * 100 + i));
	FILE *f = fopen(path, "wb");
	assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
	assert_int_equal(fclose(f), 0);
}

/* Frames count on over the parts; an interface has one number in all of them. max 0: one by one. */
static void
check_set(const char *const *paths, size_t max)
{
	struct source_why why;
	struct packet packets[16];
	struct secret secret;
	struct source_interface in;
	uint64_t frame = 0;
	size_t largest = 0;
	struct source *s = source_open_set(paths, PARTS, &why);
	assert_non_null(s);
	for (;;) {
		size_t n = max > 0 ? source_batch(s, packets, max) : 0;
		largest = n > largest ? n : largest;
		if (n == 0 && source_next(s, packets, &secret) == SOURCE_END)
			break;
		for (size_t i = 0; i < (n > 0 ? n : 1); i++, frame++) {
			unsigned part = (unsigned)frame / PART_PACKETS, k = frame % PART_PACKETS;
			assert_int_equal(packets[i].frame, frame + 1);
			assert_int_equal(packets[i].data.data[0], part * 100 + k);
			assert_int_equal(packets[i].interface, part > 0 && k % 2 == 1);
		}
	}
	assert_int_equal(frame, PARTS * PART_PACKETS);
	assert_int_equal(largest, max < PART_PACKETS ? max : PART_PACKETS - 1);
	assert_true(source_interface(s, 1, &in));
	assert_string_equal(in.name, "eth0");
	assert_null(source_problem(s));
	source_close(s);
}

static void
test_set(void **state)
{
	(void)state;
	char dir[] = "source-XXXXXX", names[PARTS][64];
	const char *paths[PARTS];
	assert_non_null(mkdtemp(dir));
	for (unsigned i = 0; i < PARTS; i++) {
		snprintf(names[i], sizeof names[i], "%s/%u", dir, i);
		write_part(paths[i] = names[i], i);
	}
	for (size_t max = 0; max <= 16; max++)
		check_set(paths, max);
	for (unsigned i = 0; i < PARTS; i++)
		unlink(paths[i]);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refusals),   cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_read_error), cmocka_unit_test(test_ways_in),
	    cmocka_unit_test(test_set),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
