/*
 * test_reader_in_place.c - a reader over a mapped file gives what one gives that reads: the same
 * bytes, hash and end, also where the file is cut short or grows meanwhile, and nothing invented.
 */
#include "analyzer/input/reader.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"
#include "tests/unit/mapped_file.h"

enum { SIZE = (5 << 20) + 12345, BEGIN = 300000 };

static struct reader *
open_reader(bool in_place)
{
	int fd = open(MAPPED_FILE, O_RDONLY);
	struct reader *r = fd >= 0 ? reader_create_fd(fd, true) : NULL;
	assert_non_null(r);
	if (in_place) {
		reader_peek(r, 1);
		reader_in_place(r);
	}
	return r;
}

/* Is this what stands at `at` in the file as it was written? */
static bool
original(struct bytes v, uint64_t at)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.data[i] != mapped_byte(at + i))
			return false;
	return true;
}

/* Read on to the end; all bytes must be the file's. */
static void
read_rest(struct reader *r)
{
	struct bytes v;
	while ((v = reader_peek(r, 70000)).len > 0) {
		assert_true(original(v, reader_at(r)));
		reader_take(r, v.len);
	}
}

/* Somebody opens the file for writing: he waits as long as the file is in memory. */
static int
open_writer(void)
{
	return open(MAPPED_FILE, O_WRONLY | O_NONBLOCK);
}

static struct identity
identity_as_read(void)
{
	struct reader *r = open_reader(false);
	assert_true(reader_drain(r));
	struct identity id = reader_identity(r);
	reader_destroy(r);
	return id;
}

static void
count_tap(void *ctx, struct bytes bytes)
{
	uint64_t *at = ctx;
	assert_true(original(bytes, *at));
	*at += bytes.len;
}

/* Small and large views, takes and skips, as test_reader.c does it. */
static void
test_same(void **state)
{
	(void)state;
	struct reader *r = open_reader(true);
	uint8_t out[5000];
	uint64_t at = 0, tapped = 0;
	reader_tap(r, count_tap, &tapped);
	for (unsigned i = 0; at < SIZE; i++) {
		size_t n = i == 9 ? 3 << 20 : (size_t)i * 7919 % 300000 + 1;
		struct bytes v = reader_peek(r, n);
		assert_true(v.len >= n || at + v.len == SIZE);
		assert_true(original(v, at));
		reader_take(r, n < v.len ? n : v.len);
		at += n < v.len ? n : v.len;
		at += reader_skip(r, i);
		ssize_t got = reader_read(r, out, sizeof out);
		assert_true(got >= 0 && original(bytes_of(out, (size_t)got), at));
		at += (size_t)got;
		assert_int_equal(reader_at(r), at);
		if (i == 9) {
			assert_int_equal(open_writer(), -1); /* it was mapped, and is not now */
			assert_int_equal(errno, EWOULDBLOCK);
		}
	}
	assert_true(reader_drain(r) && reader_ended(r));
	assert_int_equal(tapped, SIZE);
	struct identity a = reader_identity(r), b = identity_as_read();
	assert_true(identity_equal(&a, &b));
	reader_destroy(r);
}

/* A reader that has the file mapped, at BEGIN, and somebody who waits to write. */
static struct reader *
disturbed_reader(void)
{
	struct reader *r = open_reader(true);
	assert_true(reader_peek(r, BEGIN).len >= BEGIN);
	reader_take(r, BEGIN);
	assert_int_equal(open_writer(), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	return r;
}

/* What was at hand stays at hand, and he may write at once. */
static int
let_write(struct reader *r)
{
	struct bytes before = reader_peek(r, 1);
	reader_peek(r, before.len + 1);
	int writer = open_writer();
	assert_true(writer >= 0);
	return writer;
}

static void
test_cut(void **state)
{
	(void)state;
	static const uint64_t ends[] = {0, 100, BEGIN, 700000, 2 << 20, SIZE - 1};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct reader *r = disturbed_reader();
		int writer = let_write(r);
		uint64_t had = reader_size(r);
		assert_int_equal(ftruncate(writer, (off_t)ends[i]), 0);
		read_rest(r);
		assert_int_equal(reader_error(r), 0);
		assert_true(reader_ended(r));
		assert_int_equal(reader_size(r), ends[i] > had ? ends[i] : had);
		reader_destroy(r);
		close(writer);
		assert_true(mapped_file_write(SIZE));
	}
}

static void
test_grown(void **state)
{
	(void)state;
	enum { MORE = 1000 };
	struct reader *r = disturbed_reader();
	int writer = let_write(r);
	lseek(writer, 0, SEEK_END);
	for (size_t i = SIZE; i < SIZE + MORE; i++)
		assert_int_equal(write(writer, &(uint8_t){mapped_byte(i)}, 1), 1);
	close(writer);
	read_rest(r);
	assert_int_equal(reader_size(r), SIZE + MORE);
	struct identity a = reader_identity(r), b = identity_as_read();
	assert_true(identity_equal(&a, &b));
	reader_destroy(r);
	assert_true(mapped_file_write(SIZE));
}

/* As a process of somebody else does it, at any time. */
static void *
cut_it(void *done)
{
	*(bool *)done = truncate(MAPPED_FILE, 0) == 0;
	return NULL;
}

static void
test_cut_by_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < 20; i++) {
		pthread_t thread;
		bool done = false;
		struct reader *r = open_reader(true);
		reader_peek(r, BEGIN + i * 100000);
		assert_int_equal(pthread_create(&thread, NULL, cut_it, &done), 0);
		read_rest(r);
		assert_int_equal(reader_error(r), 0);
		assert_true(reader_size(r) >= BEGIN + i * 100000);
		reader_destroy(r);
		pthread_join(thread, NULL);
		assert_true(done);
		assert_true(mapped_file_write(SIZE));
	}
}

/* The file is cut short although the kernel promised: an error, and nothing more of it. */
static void
test_lost(void **state)
{
	(void)state;
	for (int looked = 0; looked < 2; looked++) {
		int fd = open(MAPPED_FILE, O_RDONLY);
		struct reader *r = reader_create_fd(fd, true);
		reader_peek(r, 1);
		reader_in_place(r);
		struct bytes v = reader_peek(r, BEGIN);
		assert_int_equal(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
		assert_int_equal(truncate(MAPPED_FILE, 0), 0);
		if (looked)
			assert_int_equal(v.data[BEGIN - 1], 0);
		assert_int_equal(reader_peek(r, looked ? 1 : v.len + 1).len, 0);
		assert_int_equal(reader_error(r), EIO);
		assert_false(reader_drain(r));
		reader_destroy(r);
		assert_true(mapped_file_write(SIZE));
	}
}

static void *
read_it(void *result)
{
	struct identity *id = result;
	for (int i = 0; i < 4; i++) {
		struct reader *r = open_reader(true);
		read_rest(r);
		*id = reader_identity(r);
		reader_destroy(r);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	(void)state;
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	struct identity ids[THREADS], expected = identity_as_read();
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_it, &ids[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(identity_equal(&ids[i], &expected));
	}
}

/* --- a capture that gets shorter ----------------------------------------------------------------
 */

enum { RECORDS = 6000, RECORD = 1016, CUT_RECORD = 3001 };

static void
write_capture(void)
{
	static struct build b;
	FILE *f = fopen(MAPPED_FILE, "wb");
	assert_non_null(f);
	b.len = 0;
	pcap_header(&b, 0xa1b2c3d4, 65535, 1);
	for (uint32_t i = 0; i < RECORDS; i++) {
		pcap_record(&b, i + 1, 0, RECORD - 16, RECORD - 16, (uint8_t)i, 0);
		fwrite(b.data, 1, b.len, f);
		b.len = 0;
	}
	assert_int_equal(fclose(f), 0);
}

static bool
packet_original(const struct packet *p, uint64_t number)
{
	for (size_t i = 0; i < p->data.len; i++)
		if (p->data.data[i] != (uint8_t)(number - 1 + i))
			return false;
	return p->frame == number && p->data.len == RECORD - 16;
}

static void
test_capture(void **state)
{
	(void)state;
	struct source_why why;
	struct source_info info;
	struct packet packets[50];
	uint64_t n = 0, got;
	int writer = -1;
	write_capture();
	struct source *s = source_open(MAPPED_FILE, &why);
	assert_non_null(s);
	while ((got = source_batch(s, packets, 50)) > 0) {
		for (uint64_t i = 0; i < got; i++)
			assert_true(packet_original(&packets[i], n + i + 1));
		n += got;
		if (n < 1000 || writer >= 0)
			continue;
		writer = open_writer();
		assert_true(writer >= 0 || n < 1500);
		if (writer >= 0)
			assert_int_equal(ftruncate(writer, 24 + CUT_RECORD * RECORD + 500), 0);
	}
	assert_true(writer >= 0);
	close(writer);
	assert_int_equal(n, CUT_RECORD);
	assert_int_equal(source_next(s, packets, &(struct secret){0}), SOURCE_END);
	assert_string_equal(source_problem(s), "ends inside packet 3002 (byte 3049040)");
	source_info(s, &info);
	assert_int_equal(info.identity.size, 24 + CUT_RECORD * RECORD + 500);
	source_close(s);
	assert_true(mapped_file_write(SIZE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same),    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_grown),   cmocka_unit_test(test_cut_by_another),
	    cmocka_unit_test(test_lost),    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_capture),
	};
	if (!mapped_file_begin(SIZE))
		return MAPPED_FILE_SKIP;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	mapped_file_end();
	return failed;
}
