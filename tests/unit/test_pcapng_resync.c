/*
 * test_pcapng_resync.c - damaged pcapng files: what is still read, and what is said about it.
 */
#include "analyzer/input/pcapng_resync.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"

enum { SECTION = 28, INTERFACE = 32, BEFORE = 40, BAD = SECTION + INTERFACE + BEFORE };

/* "1:5 2:7 K": frames with their captured lengths, and a secret. */
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

/* Frame 1, the block at BAD, two frames. */
static void
build_damage(struct build *b, bool big, void (*bad)(struct build *b))
{
	*b = (struct build){.big = big};
	section(b, 1);
	interface(b, 1, 0, "eth0");
	enhanced(b, 0, 1, 5, 5, 1);
	assert_int_equal(b->len, BAD);
	bad(b);
	enhanced(b, 0, 2, 7, 7, 1);
	enhanced(b, 0, 3, 9, 9, 1);
}

static void
length(struct build *b, uint32_t len)
{
	enhanced(b, 0, 2, 6, 6, 1);
	patch32(b, BAD + 4, len);
}

static void
length_7(struct build *b)
{
	length(b, 7);
}

static void
length_huge(struct build *b)
{
	length(b, 0xfffffff0);
}

static void
length_beyond_file(struct build *b)
{
	length(b, 1 << 20);
}

static void
length_odd(struct build *b)
{
	length(b, 41);
}

static void
length_shorter(struct build *b)
{
	length(b, 20);
}

static void
length_longer(struct build *b)
{
	length(b, 44);
}

static void
length_without_padding(struct build *b)
{
	enhanced(b, 0, 2, 6, 6, 1);
	patch32(b, BAD + 4, 38);
	patch32(b, BAD + 36, 38);
}

static void
no_padding(struct build *b)
{
	enhanced(b, 0, 2, 6, 6, 1);
	b->len = BAD + 34;
	put32(b, 38);
	patch32(b, BAD + 4, 38);
}

static void
trailer_wrong(struct build *b)
{
	enhanced(b, 0, 2, 6, 6, 1);
	patch32(b, BAD + 36, 99);
}

static void
garbage(struct build *b)
{
	put_payload(b, 0x41, 30); /* not even aligned */
}

static void
zeros(struct build *b)
{
	for (unsigned i = 0; i < 64; i++)
		put(b, "", 1);
}

static void
caplen_exceeds(struct build *b)
{
	enhanced(b, 0, 2, 6, 6, 1);
	patch32(b, BAD + 20, 9);
}

static void
unknown_interface(struct build *b)
{
	enhanced(b, 7, 2, 6, 6, 1);
}

static void
old_unknown_interface(struct build *b)
{
	block_begin(b, 2);
	put16(b, 1);
	put16(b, 0);
	put_number(b, 0, 8); /* time */
	put_number(b, 0, 8); /* lengths */
	block_end(b);
}

static void
simple_too_long(struct build *b)
{
	block_begin(b, 3);
	put32(b, 50);
	put_payload(b, 1, 6);
	block_end(b);
}

static void
short_packet(struct build *b)
{
	block_begin(b, 6);
	put32(b, 0);
	block_end(b);
}

static void
short_interface(struct build *b)
{
	block_begin(b, 1);
	put32(b, 1);
	block_end(b);
	enhanced(b, 1, 2, 6, 6, 1); /* its id is still counted */
}

static void
interface_option_runs_out(struct build *b)
{
	block_begin(b, 1);
	put32(b, 1);
	put32(b, 0);
	put16(b, 2);
	put16(b, 400);
	block_end(b);
}

static void
lost_interface(struct build *b)
{
	interface(b, 1, 0, "eth1");
	patch32(b, BAD + 4, 3);
	interface(b, 113, 0, "eth2");
	enhanced(b, 2, 2, 6, 6, 1); /* ids after a lost description stay right */
}

static void
secrets_exceed(struct build *b)
{
	secrets(b, "x");
	patch32(b, BAD + 12, 5);
}

static void
version_2(struct build *b)
{
	section(b, 2);
	interface(b, 1, 0, "x");
	enhanced(b, 0, 2, 6, 6, 1);
	section(b, 1);
	interface(b, 1, 0, "y");
}

static void
section_without_magic(struct build *b)
{
	section(b, 1);
	patch32(b, BAD + 8, 0);
}

static void
section_without_interface(struct build *b)
{
	section(b, 1);
}

static void
inner_block(struct build *b)
{
	/* a bad block whose content holds what only looks like a block: its trailer is wrong */
	enhanced(b, 0, 2, 64, 64, 1);
	size_t end = b->len;
	b->len = BAD + 40;
	enhanced(b, 0, 2, 4, 4, 1);
	patch32(b, b->len - 4, 37);
	b->len = end;
	patch32(b, BAD + 4, 3);
}

#define AT_BAD "bad block at byte 100 (after packet 1): "

static const struct {
	void (*bad)(struct build *b);
	const char *yield, *problem;
} rows[] = {
    {length_7, "1:5 3:7 4:9", AT_BAD "length 7 is below 12; went on at byte 140"},
    {length_huge, "1:5 3:7 4:9",
     AT_BAD "length 4294967280 is over the limit of 16 MiB; went on at byte 140"},
    {length_beyond_file, "1:5 3:7 4:9",
     AT_BAD "length 1048576 exceeds the file; went on at byte 140"},
    {length_odd, "1:5 3:7 4:9", NULL},
    {length_shorter, "1:5 3:7 4:9", NULL},
    {length_longer, "1:5 3:7 4:9", NULL},
    {length_without_padding, "1:5 2:6 3:7 4:9",
     "block at byte 100: length 38 is not a multiple of 4"},
    {no_padding, "1:5 2:6 3:7 4:9", "block at byte 100: length 38 is not a multiple of 4"},
    {trailer_wrong, "1:5 2:6 3:7 4:9",
     "block at byte 100 (after packet 1): length 40 before and 99 after it"},
    {garbage, "1:5 2:7 3:9", NULL},
    {zeros, "1:5 2:7 3:9", AT_BAD "length 0 is below 12; went on at byte 164"},
    {caplen_exceeds, "1:5 3:7 4:9", "packet 2 (byte 100): captured length exceeds its block"},
    {unknown_interface, "1:5 3:7 4:9", "packet 2 (byte 100): interface 7 was not described"},
    {old_unknown_interface, "1:5 3:7 4:9", "packet 2 (byte 100): interface 1 was not described"},
    {simple_too_long, "1:5 3:7 4:9", "packet 2 (byte 100): captured length exceeds its block"},
    {short_packet, "1:5 3:7 4:9", "packet 2 (byte 100): captured length exceeds its block"},
    {short_interface, "1:5 2:6 3:7 4:9", "interface description at byte 100 is too short"},
    {interface_option_runs_out, "1:5 2:7 3:9",
     "interface description at byte 100: an option exceeds the block"},
    {lost_interface, "1:5 2:6 3:7 4:9", AT_BAD "length 3 is below 12; went on at byte 132"},
    {secrets_exceed, "1:5 2:7 3:9", "secrets at byte 100 exceed their block"},
    {version_2, "1:5 2:7 3:9", "section at byte 100: pcapng version 2.0 is not known; skipped"},
    {section_without_magic, "1:5 2:7 3:9",
     AT_BAD "no byte-order magic in a section header; went on at byte 128"},
    {section_without_interface, "1:5",
     "packet 2 (byte 128): interface 0 was not described (and 1 more)"},
    {inner_block, "1:5 3:7 4:9", AT_BAD "length 3 is below 12; went on at byte 196"},
};

static void
check(const struct build *b, size_t step, const char *yield, const char *problem)
{
	char out[200];
	struct source_why why;
	struct source_info info;
	struct memory m = {.data = b->data, .len = b->len, .step = step};
	struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
	assert_non_null(s);
	read_all(s, out, sizeof out);
	assert_string_equal(out, yield);
	assert_non_null(source_problem(s));
	if (problem != NULL)
		assert_string_equal(source_problem(s), problem);
	source_info(s, &info);
	assert_true(info.complete);
	assert_int_equal(info.identity.size, b->len);
	source_close(s);
}

static void
test_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0] * 2; i++) {
		struct build b;
		build_damage(&b, i % 2 == 1, rows[i / 2].bad);
		check(&b, SIZE_MAX, rows[i / 2].yield, rows[i / 2].problem);
		check(&b, 1, rows[i / 2].yield, rows[i / 2].problem);
	}
}

/* A packet before any interface, and nothing behind the damage. */
static void
test_edges(void **state)
{
	(void)state;
	struct build b = {.big = false};
	section(&b, 1);
	enhanced(&b, 0, 1, 5, 5, 1);
	interface(&b, 1, 0, NULL);
	enhanced(&b, 0, 1, 6, 6, 1);
	check(&b, SIZE_MAX, "2:6", "packet 1 (byte 28): interface 0 was not described");

	b.len = SECTION;
	put_payload(&b, 0x61, 50);
	check(
	    &b, SIZE_MAX, "",
	    "bad block at byte 28 (after packet 0): length 1751606885 is over the limit of 16 MiB; "
	    "nothing could be read after it");
}

/* The last block claims 8 MiB: memory follows what is there, not what is claimed. */
static void
test_claimed_length(void **state)
{
	(void)state;
	struct build b = {.big = false};
	section(&b, 1);
	interface(&b, 1, 0, NULL);
	block_begin(&b, 0x1234);
	put_payload(&b, 1, 40);
	block_end(&b);
	patch32(&b, b.block + 4, 8 << 20);
	check(&b, SIZE_MAX, "", "ends inside a block after packet 0 (byte 48)");
}

/* Blocks far larger than one read. */
static void
test_large_blocks(void **state)
{
	(void)state;
	enum { LARGE = 3 << 20, ROOM = LARGE + 4096 };
	struct build *head = calloc(1, sizeof *head);
	uint8_t *file = calloc(1, ROOM);
	assert_non_null(head);
	assert_non_null(file);
	section(head, 1);
	interface(head, 1, 0, NULL);
	size_t at = head->len;
	block_begin(head, 0xbad);
	block_end(head);
	memcpy(file, head->data, head->len);
	memcpy(file + at + 4, &(uint32_t){LARGE}, 4);
	memcpy(file + at + LARGE - 4, &(uint32_t){LARGE}, 4);
	head->len = 0;
	enhanced(head, 0, 1, 5, 5, 1);
	memcpy(file + at + LARGE, head->data, head->len);
	struct memory m = {.data = file, .len = at + LARGE + head->len, .step = 100000};
	struct source_why why;
	struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
	struct packet p;
	struct secret secret;
	assert_int_equal(source_next(s, &p, &secret), SOURCE_PACKET);
	assert_int_equal(p.file_at, at + LARGE);
	assert_int_equal(source_next(s, &p, &secret), SOURCE_END);
	assert_null(source_problem(s));
	source_close(s);
	free(file);
	free(head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_damage),
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_claimed_length),
	    cmocka_unit_test(test_large_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
