/*
 * test_reader.c - views, copies and skips over pieces of any size; every byte hashed and tapped
 * once.
 */
#include "analyzer/input/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/capture_build.h"

enum { SIZE = 1 << 20 };

static uint8_t *
make_data(void)
{
	uint8_t *data = malloc(SIZE);
	assert_non_null(data);
	uint32_t x = 1;
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
	return data;
}

static struct identity
hash(const uint8_t *data, size_t len)
{
	struct identity_state *state = identity_create();
	identity_feed(state, data, len);
	struct identity id = identity_of(state);
	identity_destroy(state);
	return id;
}

struct tapped {
	uint8_t *data;
	size_t len;
};

static void
tap(void *ctx, struct bytes bytes)
{
	struct tapped *t = ctx;
	memcpy(t->data + t->len, bytes.data, bytes.len);
	t->len += bytes.len;
}

/* Peek, take, skip and read mixed: always the next bytes, and all of them seen once. */
static void
test_mixed(void **state)
{
	(void)state;
	static const size_t steps[] = {1000, 65536, SIZE_MAX};
	uint8_t *data = make_data(), *copy = malloc(SIZE);
	for (size_t k = 0; k < 3; k++) {
		struct memory m = {.data = data, .len = SIZE, .step = steps[k]};
		struct tapped t = {.data = copy};
		struct reader *r = reader_create(memory_read, &m);
		uint8_t out[5000];
		size_t at = 0;
		reader_peek(r, 100);
		reader_tap(r, tap, &t);
		for (unsigned i = 0; at < SIZE; i++) {
			size_t n = (size_t)i * 7919 % 300000 + 1;
			struct bytes v = reader_peek(r, n);
			assert_true(v.len >= n || at + v.len == SIZE);
			assert_memory_equal(v.data, data + at, v.len);
			size_t took = n < v.len ? n : v.len;
			reader_take(r, took);
			at += took;
			assert_int_equal(reader_at(r), at);
			at += reader_skip(r, i);
			ssize_t got = reader_read(r, out, sizeof out);
			assert_true(got >= 0);
			assert_memory_equal(out, data + at, (size_t)got);
			at += (size_t)got;
		}
		assert_true(reader_drain(r));
		assert_true(reader_ended(r));
		assert_int_equal(reader_peek(r, 1).len, 0);
		assert_int_equal(reader_size(r), SIZE);
		assert_int_equal(t.len, SIZE);
		assert_memory_equal(copy, data, SIZE);
		struct identity a = reader_identity(r), b = hash(data, SIZE);
		assert_true(identity_equal(&a, &b));
		reader_destroy(r);
	}
	free(copy);
	free(data);
}

/* An error in the middle: what came before it is there, the error stays. */
static void
test_error(void **state)
{
	(void)state;
	struct memory m = {.data = (const uint8_t *)"abcdef", .len = 6, .step = 4, .error = EIO};
	struct reader *r = reader_create(memory_read, &m);
	struct bytes v = reader_peek(r, 100);
	assert_true(bytes_equal(v, bytes_of("abcdef", 6)));
	assert_int_equal(reader_error(r), EIO);
	assert_false(reader_ended(r));
	assert_int_equal(reader_skip(r, 100), 6);
	assert_false(reader_drain(r));
	assert_int_equal(reader_read(r, (char[4]){0}, 4), -1);
	reader_destroy(r);
}

/* Offsets of a file that was entered in its middle count from there. */
static void
test_file(void **state)
{
	(void)state;
	char out[4];
	FILE *f = tmpfile();
	assert_non_null(f);
	assert_int_equal(fwrite("0123456789", 1, 10, f), 10);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(lseek(fileno(f), 4, SEEK_SET), 4);
	struct reader *r = reader_create_fd(fileno(f), false);
	assert_int_equal(reader_size_hint(r), 6);
	assert_int_equal(reader_stat(r).size, 10);
	assert_int_equal(reader_pread(r, out, 4, 1), 4);
	assert_memory_equal(out, "5678", 4);
	struct bytes v = reader_peek(r, 10);
	assert_true(bytes_equal(v, bytes_of("456789", 6)));
	assert_int_equal(reader_pread(r, out, 4, UINT64_MAX), -1);
	reader_destroy(r);
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mixed),
	    cmocka_unit_test(test_error),
	    cmocka_unit_test(test_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
