/*
 * test_mapping.c - a file in memory as long as nobody can change it: all of it once, and the end of
 * it when somebody wants to write, when a page gets lost, or when the file is shorter than told.
 */
#include "analyzer/input/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/input/lease.h"
#include "tests/unit/mapped_file.h"

enum { SIZE = (5 << 20) + 12345 };

static struct mapping *
open_mapping(const char *path, int *fd)
{
	*fd = open(path, O_RDONLY);
	assert_true(*fd >= 0);
	return mapping_create(*fd, SIZE);
}

static void
test_whole(void **state)
{
	(void)state;
	int fd;
	size_t at = 0, n;
	struct mapping *m = open_mapping(MAPPED_FILE, &fd);
	assert_non_null(m);
	while ((n = mapping_more(m, at / 2, at)) > 0) {
		for (size_t i = at; i < at + n; i++)
			assert_int_equal(mapping_data(m)[i], mapped_byte(i));
		at += n;
	}
	assert_int_equal(at, SIZE);
	assert_int_equal(mapping_data(m)[at / 2], mapped_byte(at / 2));
	assert_false(mapping_broken(m));
	assert_true(mapping_destroy(m));
	close(fd);
}

/* Somebody who wants to write waits; the mapping tells it, and lets go. */
static void
test_writer(void **state)
{
	(void)state;
	int fd, writer;
	struct mapping *m = open_mapping(MAPPED_FILE, &fd);
	assert_non_null(m);
	size_t n = mapping_more(m, 0, 0);
	assert_true(n > 0 && n < SIZE);
	assert_int_equal(open(MAPPED_FILE, O_WRONLY | O_NONBLOCK), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_int_equal(mapping_data(m)[n - 1], mapped_byte(n - 1));
	assert_int_equal(mapping_more(m, 0, n), 0);
	assert_true(mapping_destroy(m));
	assert_true((writer = open(MAPPED_FILE, O_WRONLY | O_NONBLOCK)) >= 0);
	/* As long as he has it, there is none. */
	assert_null(mapping_create(fd, SIZE));
	close(writer);
	close(fd);
}

/* The promise is broken, and then the file is cut short: zeros, but told. */
static void
test_lost(void **state)
{
	(void)state;
	int fd;
	struct mapping *m = open_mapping(MAPPED_FILE, &fd);
	assert_non_null(m);
	size_t n = mapping_more(m, 0, 0);
	assert_true(lease_give_back(fd));
	assert_int_equal(truncate(MAPPED_FILE, 100), 0);
	assert_int_equal(mapping_data(m)[99], mapped_byte(99));
	assert_false(mapping_broken(m));
	assert_int_equal(mapping_data(m)[n - 1], 0);
	assert_true(mapping_broken(m));
	assert_int_equal(mapping_more(m, 0, n), 0);
	assert_false(mapping_destroy(m));
	close(fd);
	mapped_file_write(SIZE);
}

/* A promise that was broken is enough: what was seen may have been changed. */
static void
test_broken_promise(void **state)
{
	(void)state;
	int fd;
	struct mapping *m = open_mapping(MAPPED_FILE, &fd);
	assert_non_null(m);
	assert_true(lease_give_back(fd));
	assert_int_equal(mapping_more(m, 0, 0), 0);
	assert_false(mapping_broken(m));
	assert_false(mapping_destroy(m));
	close(fd);
}

/* No signal where the file ends before it should. */
static void
test_shorter(void **state)
{
	(void)state;
	int fd = open(MAPPED_FILE, O_RDONLY);
	struct mapping *m = mapping_create(fd, SIZE + (4 << 20));
	size_t at = 0, n;
	assert_non_null(m);
	while ((n = mapping_more(m, at, at)) > 0)
		at += n;
	assert_in_range(at, 1, SIZE);
	assert_false(mapping_broken(m));
	assert_true(mapping_destroy(m));
	close(fd);
}

static void
test_refused(void **state)
{
	(void)state;
	int ends[2], fd = open(MAPPED_FILE, O_RDWR);
	assert_null(mapping_create(fd, SIZE));
	close(fd);
	assert_int_equal(pipe(ends), 0);
	assert_null(mapping_create(ends[0], SIZE));
	close(ends[0]);
	close(ends[1]);
	fd = open(MAPPED_FILE, O_RDONLY);
	assert_null(mapping_create(fd, 0));
	assert_null(mapping_create(fd, 1000));
	assert_null(mapping_create(fd, UINT64_MAX));
	assert_true(mapping_destroy(NULL));
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_whole),   cmocka_unit_test(test_writer),
	    cmocka_unit_test(test_lost),    cmocka_unit_test(test_broken_promise),
	    cmocka_unit_test(test_shorter), cmocka_unit_test(test_refused),
	};
	if (!mapped_file_begin(SIZE))
		return MAPPED_FILE_SKIP;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	mapped_file_end();
	return failed;
}
