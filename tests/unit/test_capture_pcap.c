/*
 * test_capture_pcap.c - classic captures of every magic and order, cut at every byte, and filters.
 */
#include "analyzer/input/capture_pcap.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"

enum { MICRO, NANO, MODIFIED };

static const struct variant {
	const char *name;
	uint32_t magic;
	unsigned tick_ns;
	size_t extra; /* bytes behind the usual record header */
} variants[] = {
    [MICRO] = {"micro", 0xa1b2c3d4, 1000, 0},
    [NANO] = {"nano", 0xa1b23c4d, 1, 0},
    [MODIFIED] = {"modified", 0xa1b2cd34, 1000, 8},
};

static const uint32_t lengths[] = {60, 0, 77};

/* Three packets; the second is empty, the third was longer on the wire. */
static void
build_three(struct build *b, const struct variant *v, bool big)
{
	*b = (struct build){.big = big};
	pcap_header(b, v->magic, 65535, 1);
	pcap_record(b, 1700000000, 5, lengths[0], 60, 1, v->extra);
	pcap_record(b, 1700000001, 6, lengths[1], 0, 2, v->extra);
	pcap_record(b, 4000000000, 7, lengths[2], 1500, 3, v->extra);
}

static struct source *
open_build(const struct build *b, size_t len, size_t step, struct memory *m, struct source_why *why)
{
	*m = (struct memory){.data = b->data, .len = len, .step = step};
	return source_open_reader(reader_create(memory_read, m), why);
}

static void
check_three(struct source *s, const struct variant *v)
{
	static const int64_t seconds[] = {1700000000, 1700000001, 4000000000};
	struct packet p;
	struct secret secret;
	uint64_t at = 24;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.frame, i + 1);
		assert_int_equal(p.time_ns, seconds[i] * 1000000000 + (5 + i) * v->tick_ns);
		assert_int_equal(p.data.len, lengths[i]);
		if (p.data.len > 0)
			assert_int_equal(p.data.data[p.data.len - 1], i + lengths[i]);
		assert_int_equal(p.len, i == 2 ? 1500 : lengths[i]);
		assert_int_equal(p.link_type, 1);
		assert_int_equal(p.interface, 0);
		assert_int_equal(p.file_at, at);
		at += 16 + v->extra + lengths[i];
	}
	assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
	assert_null(source_problem(s));
}

static void
test_variants(void **state)
{
	(void)state;
	static const size_t steps[] = {1, 7, SIZE_MAX};
	struct build b;
	struct memory m;
	struct source_why why;
	for (unsigned i = 0; i < 3 * 2 * 3; i++) {
		const struct variant *v = &variants[i % 3];
		build_three(&b, v, i / 3 % 2 == 1);
		struct source *s = open_build(&b, b.len, steps[i / 6], &m, &why);
		assert_non_null(s);
		check_three(s, v);
		source_close(s);
	}
}

/* Cut at every byte: all complete packets, then the packet and the byte it began at. */
static void
test_truncated(void **state)
{
	(void)state;
	struct build b;
	struct memory m;
	struct source_why why;
	struct source_info info;
	build_three(&b, &variants[MICRO], false);
	for (size_t len = 1; len < b.len; len++) {
		struct packet p;
		struct secret secret;
		char expected[80] = "";
		struct source *s = open_build(&b, len, SIZE_MAX, &m, &why);
		if (len < 24) {
			assert_null(s);
			assert_int_equal(why.kind, len < 4 ? SOURCE_NO_CAPTURE : SOURCE_DAMAGED);
			continue;
		}
		uint64_t packets = 0, at = 24;
		while (packets < 3 && at + 16 + lengths[packets] <= len)
			at += 16 + lengths[packets++];
		for (uint64_t i = 0; i < packets; i++)
			assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
		if (len > at)
			snprintf(expected, sizeof expected,
				 "ends inside packet %" PRIu64 " (byte %" PRIu64 ")", packets + 1,
				 at);
		const char *problem = source_problem(s);
		assert_string_equal(problem != NULL ? problem : "", expected);
		source_info(s, &info);
		assert_true(info.complete);
		assert_int_equal(info.identity.size, len);
		source_close(s);
	}
}

/* Packets longer than the file's snapshot length are cut to it, and offsets stay right. */
static void
test_snaplen(void **state)
{
	(void)state;
	struct build b = {.big = false};
	struct memory m;
	struct source_why why;
	struct packet p;
	struct secret secret;
	pcap_header(&b, 0xa1b2c3d4, 20, 1);
	for (unsigned i = 0; i < 3; i++)
		pcap_record(&b, 1, 0, 50, 50, 1, 0);
	struct source *s = open_build(&b, b.len, 33, &m, &why);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.data.len, 20);
		assert_int_equal(p.len, 50);
		assert_int_equal(p.file_at, 24 + i * 66);
	}
	assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
	assert_null(source_problem(s));
	source_close(s);
}

static void
test_fraction_above_a_second(void **state)
{
	(void)state;
	struct build b = {.big = true};
	struct memory m;
	struct source_why why;
	struct packet p;
	struct secret secret;
	pcap_header(&b, 0xa1b2c3d4, 0, 1);
	pcap_record(&b, 10, 5000000, 1, 1, 1, 0);
	pcap_record(&b, 10, UINT32_MAX, 1, 1, 1, 0);
	struct source *s = open_build(&b, b.len, SIZE_MAX, &m, &why);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.time_ns, INT64_C(15000000000));
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.time_ns, INT64_C(10000000000) + INT64_C(4294967295000));
	source_close(s);
}

static void
test_broken(void **state)
{
	(void)state;
	static const struct {
		uint32_t caplen;
		const char *problem;
	} rows[] = {
	    {300000,
	     "broken at packet 2 (byte 50): invalid packet capture length 300000, bigger than "
	     "snaplen of 65535"},
	    {UINT32_MAX, "broken at packet 2 (byte 50): invalid packet capture length 4294967295, "
			 "bigger than snaplen of 65535"},
	    {20000, "ends inside packet 2 (byte 50)"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct build b = {.big = false};
		struct memory m;
		struct source_why why;
		struct source_info info;
		struct packet p;
		struct secret secret;
		pcap_header(&b, 0xa1b2c3d4, 65535, 1);
		pcap_record(&b, 10, 0, 10, 10, 1, 0);
		pcap_record(&b, 10, 0, 10, 10, 1, 0);
		patch32(&b, 24 + 26 + 8, rows[i].caplen);
		pcap_record(&b, 10, 0, 10, 10, 1, 0);
		struct source *s = open_build(&b, b.len, SIZE_MAX, &m, &why);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
		assert_string_equal(source_problem(s), rows[i].problem);
		source_info(s, &info);
		assert_int_equal(info.identity.size, b.len);
		source_close(s);
	}
}

/* `cat a.pcap b.pcap`: said so, and no packets made of the second header. */
static void
test_appended(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct build b = {.big = i % 2 == 1}, copy;
		struct memory m;
		struct source_why why;
		struct packet p;
		struct secret secret;
		const struct variant *v = &variants[i / 2];
		pcap_header(&b, v->magic, 65535, 1);
		pcap_record(&b, 10, 0, 10, 10, 1, v->extra);
		copy = b;
		put(&b, copy.data, copy.len);
		struct source *s = open_build(&b, b.len, SIZE_MAX, &m, &why);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
		assert_non_null(strstr(source_problem(s), "another capture is appended"));
		source_close(s);
	}
}

static void
test_link_types(void **state)
{
	(void)state;
	static const struct {
		uint32_t found, link_type;
		const char *name;
	} rows[] = {
	    {1, 1, "EN10MB"},
	    {0x24000001, 1, "EN10MB"}, /* frame check sequence of 4 bytes */
	    {12, 101, "RAW"},
	    {14, 101, "RAW"},
	    {101, 101, "RAW"},
	    {11, 100, "ATM_RFC1483"},
	    {113, 113, "LINUX_SLL"},
	    {276, 276, "LINUX_SLL2"},
	    {0, 0, "NULL"},
	    {9999, 9999, "LINKTYPE_9999"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct build b = {.big = i % 2 == 0};
		struct memory m;
		struct source_why why;
		struct source_info info;
		struct packet p;
		struct secret secret;
		pcap_header(&b, 0xa1b2c3d4, 65535, rows[i].found);
		pcap_record(&b, 10, 0, 10, 10, 1, 0);
		struct source *s = open_build(&b, b.len, SIZE_MAX, &m, &why);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.link_type, rows[i].link_type);
		source_info(s, &info);
		assert_string_equal(info.link_types, rows[i].name);
		source_close(s);
	}
}

/* Ethernet, IPv4, TCP to port 443. */
static const uint8_t segment[] = {2,    0, 0,  0,  0,    1, 2,    0, 0,    0,    0, 2, 8,  0,
				  0x45, 0, 0,  40, 0,    0, 0,    0, 64,   6,    0, 0, 10, 0,
				  0,    1, 10, 0,  0,    2, 0x80, 0, 0x01, 0xbb, 0, 0, 0,  0,
				  0,    0, 0,  0,  0x50, 2, 0,    0, 0,    0,    0, 0};

static void
test_filter(void **state)
{
	(void)state;
	static const struct {
		const char *expression;
		bool ethernet, raw;
	} rows[] = {
	    {"tcp port 443", true, true},
	    {"tcp dst port 80", false, false},
	    {"host 10.0.0.2", true, true},
	    {"ether src 02:00:00:00:00:02", true, false},
	    {"", true, true},
	};
	char why[256];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct capture_filter *f =
		    capture_filter_create(rows[i].expression, why, sizeof why);
		assert_non_null(f);
		struct bytes all = bytes_of(segment, sizeof segment), ip = all;
		bytes_take(&ip, 14);
		for (unsigned round = 0; round < 2; round++) {
			struct packet p = {.link_type = 1, .data = all, .len = (uint32_t)all.len};
			assert_int_equal(capture_filter_match(f, &p), rows[i].ethernet);
			p = (struct packet){.link_type = 101, .data = ip, .len = (uint32_t)ip.len};
			assert_int_equal(capture_filter_match(f, &p), rows[i].raw);
			p.data = bytes_of(NULL, 0);
			capture_filter_match(f, &p);
		}
		bool meaningless = strncmp(rows[i].expression, "ether", 5) == 0;
		assert_int_equal(capture_filter_problem(f) != NULL, meaningless);
		capture_filter_destroy(f);
	}
}

/* More link types than programs are kept: left out and said. */
static void
test_filter_many_link_types(void **state)
{
	(void)state;
	char why[256];
	struct capture_filter *f = capture_filter_create("len > 0", why, sizeof why);
	struct packet p = {.data = bytes_of(segment, sizeof segment), .len = sizeof segment};
	unsigned matched = 0;
	for (p.link_type = 0; p.link_type < 400; p.link_type++)
		matched += capture_filter_match(f, &p);
	assert_in_range(matched, 1, 32);
	assert_non_null(capture_filter_problem(f));
	capture_filter_destroy(f);
}

static void
test_filter_errors(void **state)
{
	(void)state;
	static const struct {
		const char *expression, *why;
	} rows[] = {
	    {"prt 443", "syntax error in \"prt 443\" near \"prt\""},
	    {"tcp port", "syntax error in \"tcp port\""},
	    {"host 10.0.0.1 and", "syntax error in \"host 10.0.0.1 and\""},
	    {"tcp prt 443\x1b", "syntax error in \"tcp prt 443\\x1b\" near \"prt\""},
	};
	char why[256];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(capture_filter_create(rows[i].expression, why, sizeof why));
		assert_string_equal(why, rows[i].why);
	}
}

static void
test_filter_note(void **state)
{
	(void)state;
	static const struct {
		const char *expression;
		bool note;
	} rows[] = {
	    {"port 443", true},
	    {"host 10.0.0.1", true},
	    {"tcp[13] & 2 != 0", true},
	    {"net 10.0.0.0/8", true},
	    {"len > 100", false},
	    {"ether host 02:00:00:00:00:02", false},
	    {"vlan", false},
	    {"vlan and port 443", true},
	    {"", false},
	};
	char why[256];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct capture_filter *f =
		    capture_filter_create(rows[i].expression, why, sizeof why);
		assert_non_null(f);
		assert_int_equal(capture_filter_note(f) != NULL, rows[i].note);
		capture_filter_destroy(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_variants),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_snaplen),
	    cmocka_unit_test(test_fraction_above_a_second),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_appended),
	    cmocka_unit_test(test_link_types),
	    cmocka_unit_test(test_filter),
	    cmocka_unit_test(test_filter_many_link_types),
	    cmocka_unit_test(test_filter_errors),
	    cmocka_unit_test(test_filter_note),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
