/*
 * test_pcap_records.c - batches hold the same packets as one by one, whatever is read at once.
 */
#include "analyzer/input/pcap_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyzer/input/capture_pcap.h"
#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"

enum { RECORDS = 60, SNAPLEN = 200, SENT = 400 };

/* An empty packet and one beyond the snapshot length, which is libpcap's, among usual ones. */
static uint32_t
length_of(uint64_t i)
{
	return i % 10 == 3 ? 0 : i % 10 == 6 ? 300 : (uint32_t)(10 + i);
}

static void
check_packet(const struct packet *p, uint64_t i, uint64_t at)
{
	uint32_t len = length_of(i);

	assert_int_equal(p->frame, i + 1);
	assert_int_equal(p->file_at, at);
	assert_int_equal(p->time_ns, i * 1000001000);
	assert_int_equal(p->data.len, len < SNAPLEN ? len : SNAPLEN);
	assert_int_equal(p->len, SENT);
	if (len > 0)
		assert_int_equal(p->data.data[0], i);
}

/* The last record is cut. */
static uint64_t
build_records(struct build *b)
{
	uint64_t last = 0;

	*b = (struct build){.big = false};
	pcap_header(b, 0xa1b2c3d4, SNAPLEN, 1);
	for (uint32_t i = 0; i < RECORDS; i++) {
		last = b->len;
		pcap_record(b, i, i, length_of(i), SENT, (uint8_t)i, 0);
	}
	b->len--;
	return last;
}

static void
check_batches(const struct build *b, uint64_t last, size_t step, size_t max)
{
	struct memory m = {.data = b->data, .len = b->len, .step = step};
	struct source_why why;
	struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
	struct packet out[16];
	struct secret secret;
	uint64_t frame = 0, at = CAPTURE_PCAP_HEADER, batches = 0;
	char expected[80];

	for (;;) {
		size_t n = source_batch(s, out, max);
		batches += n > 0;
		if (n == 0 && source_next(s, out, &secret) == SOURCE_END)
			break;
		for (size_t i = 0; i < (n > 0 ? n : 1); i++, frame++) {
			check_packet(&out[i], frame, at);
			at += 16 + length_of(frame);
		}
	}
	assert_int_equal(frame, RECORDS - 1);
	assert_int_equal(at, last);
	assert_true(batches >= RECORDS / 10);
	snprintf(expected, sizeof expected, "ends inside packet %d (byte %u)", RECORDS,
		 (unsigned)last);
	assert_string_equal(source_problem(s), expected);
	source_close(s);
}

static void
test_batches(void **state)
{
	(void)state;
	static const size_t steps[] = {1, 100, SIZE_MAX};
	struct build b;
	uint64_t last = build_records(&b);

	for (size_t i = 0; i < 3; i++)
		for (size_t max = 1; max <= 16; max++)
			check_batches(&b, last, steps[i], max);
}

/* What is not whole, or not usual, is left where it stands. */
static void
test_left_alone(void **state)
{
	(void)state;
	struct build b = {.big = false};
	struct packet p;
	pcap_record(&b, 1, 2, 30, 30, 7, 0);
	for (size_t len = 0; len < b.len; len++) {
		struct memory m = {.data = b.data, .len = len, .step = SIZE_MAX};
		struct pcap_records records = {.link_type = 1, .cut = 100, .tick_ns = 1};
		struct reader *r = reader_create(memory_read, &m);
		assert_int_equal(pcap_records_take(&records, r, &p, 1), 0);
		assert_int_equal(reader_at(r), 0);
		reader_destroy(r);
	}
	for (uint32_t cut = 1; cut < 32; cut++) {
		struct memory m = {.data = b.data, .len = b.len, .step = SIZE_MAX};
		struct pcap_records records = {.link_type = 1, .cut = cut, .tick_ns = 1};
		struct reader *r = reader_create(memory_read, &m);
		assert_int_equal(pcap_records_take(&records, r, &p, 1), cut >= 30);
		assert_int_equal(reader_at(r), cut >= 30 ? b.len : 0);
		reader_destroy(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_batches),
	    cmocka_unit_test(test_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
