/*
 * test_capture_pcapng.c - pcapng sections, interfaces, packets, secrets, and what damage costs.
 */
#include "analyzer/input/capture_pcapng.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyzer/input/pcapng_block.h"
#include "analyzer/input/pcapng_interfaces.h"
#include "tests/unit/capture_build.h"

static struct source *
open_build(const struct build *b, size_t len, size_t step, struct memory *m)
{
	struct source_why why;
	*m = (struct memory){.data = b->data, .len = len, .step = step};
	struct source *s = source_open_reader(reader_create(memory_read, m), &why);
	assert_non_null(s);
	return s;
}

/* What a capture yields, as text: "1:5 2:7 K" are frames with their captured lengths, and a
 * secret. */
static void
read_all(struct source *s, char *out, size_t size)
{
	struct packet p;
	struct secret secret;
	size_t n = 0;
	out[0] = '\0';
	for (enum source_event e; (e = source_next(s, &p, &secret)) < SOURCE_END;) {
		const char *space = n > 0 ? " " : "";
		if (e == SOURCE_PACKET)
			n += (size_t)snprintf(out + n, size - n, "%s%" PRIu64 ":%zu", space,
					      p.frame, p.data.len);
		else
			n += (size_t)snprintf(out + n, size - n, "%sK", space);
		assert_true(n < size);
	}
}

static void
check_yield(const struct build *b, const char *yield, const char *problem)
{
	static const size_t steps[] = {SIZE_MAX, 1, 13};
	for (size_t i = 0; i < 3; i++) {
		struct memory m;
		char out[400];
		struct source_info info;
		struct source *s = open_build(b, b->len, steps[i], &m);
		read_all(s, out, sizeof out);
		assert_string_equal(out, yield);
		const char *found = source_problem(s);
		assert_string_equal(found != NULL ? found : "", problem);
		source_info(s, &info);
		assert_true(info.complete);
		assert_int_equal(info.identity.size, b->len);
		source_close(s);
	}
}

static void
start(struct build *b, bool big)
{
	*b = (struct build){.big = big};
	section(b, 1);
	interface(b, 1, 0, "eth0");
}

/* All packet blocks, two interfaces of different kinds, blocks that are skipped, both orders. */
static void
test_blocks(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		struct build b;
		struct memory m;
		struct packet p;
		struct secret secret;
		struct source_interface described;
		struct source_info info;
		start(&b, big == 1);
		interface(&b, 276, 96, NULL);
		secrets(&b, "CLIENT_RANDOM a b\n");
		enhanced(&b, 1, UINT64_C(1700000000123456), 5, 1000, 1);
		for (uint32_t type = 4; type < 6; type++) { /* names, statistics */
			block_begin(&b, type);
			block_end(&b);
		}
		block_begin(&b, 0xbad); /* custom */
		put_payload(&b, 0, 9);
		block_end(&b);
		block_begin(&b, 3); /* simple packet */
		put32(&b, 6);
		put_payload(&b, 9, 6);
		block_end(&b);
		size_t old_at = b.len;
		block_begin(&b, 2); /* obsolete packet */
		put16(&b, 1);
		put16(&b, 77);
		put32(&b, 395812);
		put32(&b, 1);
		put32(&b, 3);
		put32(&b, 3);
		put_payload(&b, 7, 3);
		block_end(&b);
		struct source *s = open_build(&b, b.len, 11, &m);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_SECRET);
		assert_int_equal(secret.type, 0x544c534b);
		assert_true(bytes_equal(secret.text, bytes_of("CLIENT_RANDOM a b\n", 18)));
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.frame, 1);
		assert_int_equal(p.interface, 1);
		assert_int_equal(p.link_type, 276);
		assert_int_equal(p.time_ns, INT64_C(1700000000123456000));
		assert_int_equal(p.len, 1000);
		assert_int_equal(p.data.data[4], 5);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.frame, 2);
		assert_int_equal(p.interface, 0);
		assert_int_equal(p.time_ns, 0);
		assert_int_equal(p.data.len, 6);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
		assert_int_equal(p.interface, 1);
		assert_int_equal(p.time_ns, ((INT64_C(395812) << 32) + 1) * 1000);
		assert_int_equal(p.file_at, old_at);
		assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
		assert_null(source_problem(s));
		source_info(s, &info);
		assert_string_equal(info.format, "pcapng");
		assert_string_equal(info.link_types, "EN10MB,LINUX_SLL2");
		assert_int_equal(info.packets, 3);
		assert_int_equal(info.interfaces, 2);
		assert_int_equal(info.late_secrets, 0);
		assert_true(source_interface(s, 0, &described));
		assert_string_equal(described.name, "eth0");
		assert_true(source_interface(s, 1, &described));
		assert_null(described.name);
		assert_int_equal(described.snaplen, 96);
		assert_false(source_interface(s, 2, &described));
		source_close(s);
	}
}

/* Sections of both orders; ids start anew, the index over all does not. */
static void
test_sections(void **state)
{
	(void)state;
	struct build b;
	struct memory m;
	struct packet p;
	struct secret secret;
	start(&b, false);
	enhanced(&b, 0, 1, 4, 4, 1);
	b.big = true;
	section(&b, 1);
	interface(&b, 113, 0, "any");
	enhanced(&b, 0, 2, 4, 4, 1);
	struct source *s = open_build(&b, b.len, SIZE_MAX, &m);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.interface, 0);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.interface, 1);
	assert_int_equal(p.link_type, 113);
	assert_int_equal(p.time_ns, 2000);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
	assert_null(source_problem(s));
	source_close(s);
}

/* Cut at every byte: all complete packets, and where it ends when that is inside a block. */
static void
test_truncated(void **state)
{
	(void)state;
	struct build b;
	size_t ends[4];
	start(&b, false);
	for (unsigned i = 0; i < 4; i++) {
		ends[i] = b.len;
		enhanced(&b, 0, 1000, i * 7, 60, 1);
	}
	for (size_t len = ends[0]; len <= b.len; len++) {
		struct memory m;
		struct source_info info;
		char out[80], expected[80] = "";
		unsigned packets = 0;
		while (packets < 4 && (packets < 3 ? ends[packets + 1] : b.len) <= len)
			packets++;
		struct source *s = open_build(&b, len, SIZE_MAX, &m);
		read_all(s, out, sizeof out);
		source_info(s, &info);
		assert_int_equal(info.packets, packets);
		size_t inside = packets < 4 ? len - ends[packets] : 0;
		if (inside >= PCAPNG_HEAD)
			snprintf(expected, sizeof expected, "ends inside packet %u (byte %zu)",
				 packets + 1, ends[packets]);
		else if (inside > 0)
			snprintf(expected, sizeof expected,
				 "ends inside a block after packet %u (byte %zu)", packets,
				 ends[packets]);
		const char *problem = source_problem(s);
		assert_string_equal(problem != NULL ? problem : "", expected);
		source_close(s);
	}
}

struct walked {
	unsigned count;
	char last[64];
};

static void
walk_secret(void *ctx, const struct secret *secret)
{
	struct walked *w = ctx;
	w->count++;
	snprintf(w->last, sizeof w->last, "%.*s", (int)secret->text.len,
		 (const char *)secret->text.data);
}

/* A pipe cannot be walked; source_next yields the secrets where they stand. */
static void
test_secrets_of_a_pipe(void **state)
{
	(void)state;
	struct build b;
	struct memory m;
	struct walked w = {.count = 0};
	struct source_info info;
	char out[80];
	start(&b, true);
	enhanced(&b, 0, 1, 4, 4, 1);
	secrets(&b, "late");
	struct source *s = open_build(&b, b.len, SIZE_MAX, &m);
	assert_false(source_secrets_first(s, walk_secret, &w));
	read_all(s, out, sizeof out);
	assert_string_equal(out, "1:4 K");
	source_info(s, &info);
	assert_int_equal(info.late_secrets, 1);
	source_close(s);
}

static FILE *
file_of(const struct build *b)
{
	FILE *f = tmpfile();
	assert_non_null(f);
	assert_int_equal(fwrite(b->data, 1, b->len, f), b->len);
	assert_int_equal(fflush(f), 0);
	rewind(f);
	return f;
}

static void
test_secrets_first(void **state)
{
	(void)state;
	struct build b;
	struct walked w = {.count = 0};
	struct source_why why;
	char out[80];
	start(&b, false);
	secrets(&b, "early");
	for (unsigned i = 0; i < 3; i++)
		enhanced(&b, 0, 1, 40 * i, 4, 1);
	secrets(&b, "late");
	size_t damage = b.len;
	enhanced(&b, 0, 1, 4, 4, 1);
	secrets(&b, "after the damage");
	patch32(&b, damage + 4, 7);
	FILE *f = file_of(&b);
	struct source *s = source_open_reader(reader_create_fd(fileno(f), false), &why);
	assert_true(source_secrets_first(s, walk_secret, &w));
	assert_int_equal(w.count, 2);
	assert_string_equal(w.last, "late");
	read_all(s, out, sizeof out);
	assert_string_equal(out, "1:0 2:40 3:80 K");
	source_close(s);
	fclose(f);
}

static void
test_time(void **state)
{
	(void)state;
	static const struct {
		uint64_t ticks;
		uint8_t resolution;
		int64_t offset, ns;
	} rows[] = {
	    {1700000000123456, 6, 0, INT64_C(1700000000123456000)},
	    {1700000000123456789, 9, 0, INT64_C(1700000000123456789)},
	    {1700000000123, 3, 0, INT64_C(1700000000123000000)},
	    {1700000000, 0, 0, INT64_C(1700000000000000000)},
	    {1234567890123456789, 12, 0, INT64_C(1234567890123456)},
	    {UINT64_MAX, 19, 0, INT64_C(1844674407)},
	    {UINT64_MAX, 20, 0, INT64_C(184467440)},
	    {UINT64_MAX, 28, 0, 1},
	    {UINT64_MAX, 29, 0, 0},
	    {UINT64_MAX, 127, 0, 0},
	    {(UINT64_C(5) << 10) + 512, 0x80 | 10, 0, INT64_C(5500000000)},
	    {(UINT64_C(5) << 40) + (UINT64_C(1) << 39), 0x80 | 40, 0, INT64_C(5500000000)},
	    {7, 0x80, 0, INT64_C(7000000000)},
	    {UINT64_MAX, 0x80 | 63, 0, INT64_C(1999999999)},
	    {UINT64_MAX, 0x80 | 64, 0, INT64_C(999999999)},
	    {UINT64_MAX, 0xff, 0, 0},
	    {1000000, 6, 10, INT64_C(11000000000)},
	    {1000000, 6, -10, INT64_C(-9000000000)},
	    {UINT64_MAX, 0, 0, INT64_C(9000000000000000000)},
	    {UINT64_MAX, 0, INT64_MAX, INT64_C(9000000000000000000)},
	    {0, 0, INT64_MIN, INT64_C(-9000000000000000000)},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(pcapng_time_ns(rows[i].ticks, rows[i].resolution, rows[i].offset),
				 rows[i].ns);
}

/* if_tsresol and if_tsoffset as options, per interface. */
static void
test_time_options(void **state)
{
	(void)state;
	struct build b = {.big = true};
	struct memory m;
	struct packet p;
	struct secret secret;
	section(&b, 1);
	interface(&b, 1, 0, NULL);
	block_begin(&b, 1);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, 0);
	option(&b, 9, "\x09", 1);
	option(&b, 14, "\0\0\0\0\0\0\0\x05", 8);
	option(&b, 0, "", 0);
	block_end(&b);
	enhanced(&b, 0, 3, 0, 0, 0);
	enhanced(&b, 1, 3, 0, 0, 0);
	struct source *s = open_build(&b, b.len, SIZE_MAX, &m);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.time_ns, 3000);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.time_ns, INT64_C(5000000003));
	source_close(s);
}

/* The first interface's snapshot length is the captured length of a simple packet. */
static void
test_simple_packet_snaplen(void **state)
{
	(void)state;
	struct build b = {.big = false};
	section(&b, 1);
	interface(&b, 1, 6, NULL);
	block_begin(&b, 3);
	put32(&b, 1500);
	put_payload(&b, 0, 6);
	block_end(&b);
	check_yield(&b, "1:6", "");
}

/* Bounded, recorded, and packets of kept interfaces still come. */
static void
test_many_interfaces(void **state)
{
	(void)state;
	struct pcapng_interfaces t = {.count = 0};
	struct pcapng_interface one = {.link_type = 1};
	for (uint32_t i = 0; i < PCAPNG_INTERFACES_MAX; i++)
		assert_int_equal(pcapng_interfaces_add(&t, &one), PCAPNG_ADDED);
	assert_int_equal(pcapng_interfaces_add(&t, &one), PCAPNG_ADDED_LIMIT);
	pcapng_interfaces_section(&t);
	assert_null(pcapng_interfaces_find(&t, 0));
	assert_int_equal(pcapng_interfaces_add(&t, &one), PCAPNG_ADDED_LIMIT);
	assert_non_null(pcapng_interfaces_find(&t, 0));
	assert_int_equal(t.described, PCAPNG_INTERFACES_MAX);
	pcapng_interfaces_finish(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks),          cmocka_unit_test(test_sections),
	    cmocka_unit_test(test_truncated),       cmocka_unit_test(test_secrets_of_a_pipe),
	    cmocka_unit_test(test_secrets_first),   cmocka_unit_test(test_time),
	    cmocka_unit_test(test_time_options),    cmocka_unit_test(test_simple_packet_snaplen),
	    cmocka_unit_test(test_many_interfaces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
