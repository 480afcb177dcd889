/*
 * test_pcapng_batch.c - packets of a pcapng file taken several at once are those that come one by
 * one, with the same trouble between them, wherever the file is cut.
 */
#include "analyzer/input/capture_pcapng.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/capture_build.h"

enum { MAX = 16, TEXT = 4000 };

struct yield {
	char text[TEXT];
	size_t len;
	size_t batches, largest;
};

static void
add(struct yield *y, const struct packet *p)
{
	y->len += (size_t)snprintf(y->text + y->len, TEXT - y->len,
				   "%" PRIu64 ":%zu/%u@%" PRIu64 " if%u link%u %" PRId64 " %02x\n",
				   p->frame, p->data.len, p->len, p->file_at, p->interface,
				   p->link_type, p->time_ns, p->data.len > 0 ? p->data.data[0] : 0);
	assert_true(y->len < TEXT);
}

static size_t
take_batch(struct capture_pcapng *c, size_t max, struct yield *y)
{
	struct packet packets[MAX];
	size_t n = max > 0 ? capture_pcapng_batch(c, packets, max) : 0;
	for (size_t i = 0; i < n; i++)
		add(y, &packets[i]);
	y->batches += n > 0;
	y->largest = n > y->largest ? n : y->largest;
	return n;
}

/* max 0: one by one. */
static void
read_all(const struct build *b, size_t len, size_t step, size_t max, struct yield *y)
{
	struct memory m = {.data = b->data, .len = len, .step = step};
	struct problem problem = {.count = 0};
	struct reader *r = reader_create(memory_read, &m);
	struct capture_pcapng *c = capture_pcapng_create(r, &problem);
	struct packet p;
	struct secret secret;
	enum source_event e = SOURCE_PACKET;
	*y = (struct yield){.len = 0};
	while (e < SOURCE_END) {
		if (take_batch(c, max, y) > 0)
			continue;
		e = capture_pcapng_next(c, &p, &secret);
		if (e == SOURCE_PACKET)
			add(y, &p);
		else if (e == SOURCE_SECRET)
			y->len += (size_t)snprintf(y->text + y->len, TEXT - y->len, "K\n");
	}
	snprintf(y->text + y->len, TEXT - y->len, "event %d at %" PRIu64 " %s", e, reader_at(r),
		 problem.count > 0 ? problem_line(&problem) : "");
	capture_pcapng_destroy(c);
	reader_destroy(r);
}

static void
packets(struct build *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		enhanced(b, i % 3 == 2, 1000000 * i + 7, (uint32_t)(11 * i % 90), 90, (uint8_t)i);
}

/* What is usual, and between it: secrets, other blocks, an interface that is not there, a wrong
 * length, a section of a version that is not known. */
static void
build_mixed(struct build *b, bool big)
{
	static const uint8_t nanoseconds = 9;
	*b = (struct build){.big = big};
	section(b, 1);
	interface(b, 1, 0, "eth0");
	block_begin(b, 1);
	put16(b, 101);
	put16(b, 0);
	put32(b, 60);
	option(b, 9, &nanoseconds, 1);
	block_end(b);
	packets(b, 10);
	secrets(b, "CLIENT_RANDOM");
	packets(b, 2);
	enhanced(b, 7, 1, 20, 20, 9);
	packets(b, 3);
	size_t at = b->len;
	packets(b, 1);
	patch32(b, b->len - 4, 4);
	packets(b, 4);
	patch32(b, at + 20, 5000);
	section(b, 9);
	packets(b, 3);
	section(b, 1);
	packets(b, 2);
	interface(b, 276, 0, "any");
	packets(b, 5);
}

static void
test_same(void **state)
{
	(void)state;
	static const size_t steps[] = {1, 100, SIZE_MAX};
	static const size_t maxima[] = {1, 3, MAX};
	static struct yield slow, fast;
	static struct build b;
	for (int big = 0; big < 2; big++) {
		build_mixed(&b, big);
		for (size_t len = 28; len <= b.len; len++) {
			read_all(&b, len, SIZE_MAX, 0, &slow);
			for (size_t i = 0; i < 9; i++) {
				read_all(&b, len, steps[i / 3], maxima[i % 3], &fast);
				assert_string_equal(fast.text, slow.text);
			}
		}
		assert_true(fast.batches >= 5 && fast.largest == 9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
