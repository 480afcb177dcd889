/*
 * test_identity.c - XXH3-128 against known digests, and what the file system says of a path.
 */
#include "analyzer/input/identity.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* As printed by xxh128sum. */
static void
test_known(void **state)
{
	(void)state;
	static const struct {
		const char *text, *hash;
	} rows[] = {
	    {"", "xxh3-128:99aa06d3014798d86001c324468d497f"},
	    {"abc", "xxh3-128:06b05ab6733a618578af5f94892f3950"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char buf[IDENTITY_TEXT_SIZE];
		struct identity_state *s = identity_create();
		for (const char *c = rows[i].text; *c != '\0'; c++)
			identity_feed(s, c, 1);
		struct identity id = identity_of(s);
		assert_int_equal(id.size, strlen(rows[i].text));
		assert_string_equal(identity_text(&id, buf), rows[i].hash);
		identity_destroy(s);
	}
}

/* However the bytes arrive. */
static void
test_pieces(void **state)
{
	(void)state;
	static const size_t steps[] = {1, 64, 255, 1000, 2047, 2048, 2049, 3072, 4096, 10000};
	uint8_t bytes[10000];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 251);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		char buf[IDENTITY_TEXT_SIZE];
		struct identity_state *s = identity_create();
		for (size_t at = 0, n; at < sizeof bytes; at += n) {
			n = sizeof bytes - at < steps[i] ? sizeof bytes - at : steps[i];
			identity_feed(s, bytes + at, n);
		}
		identity_feed(s, NULL, 0);
		struct identity id = identity_of(s);
		assert_int_equal(id.size, sizeof bytes);
		assert_string_equal(identity_text(&id, buf),
				    "xxh3-128:89dec82a789965e61cb3abee1c2fc1c4");
		identity_destroy(s);
	}
}

static void
test_equal(void **state)
{
	(void)state;
	struct identity a = {.size = 3, .hash = {1}}, b = a;
	assert_true(identity_equal(&a, &b));
	b.size = 4;
	assert_false(identity_equal(&a, &b));
	b = a;
	b.hash[15] = 1;
	assert_false(identity_equal(&a, &b));
}

static void
test_stat(void **state)
{
	(void)state;
	struct identity_stat a, b;
	char path[] = "identity-XXXXXX";
	int fd = mkstemp(path), ends[2];
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "12345", 5), 5);
	assert_true(identity_stat(path, &a));
	assert_int_equal(a.size, 5);
	assert_true(a.mtime_ns > 0);
	assert_true(identity_fstat(fd, &b));
	assert_true(identity_stat_equal(&a, &b));
	assert_int_equal(write(fd, "6", 1), 1);
	assert_true(identity_fstat(fd, &b));
	assert_false(identity_stat_equal(&a, &b));
	close(fd);
	unlink(path);
	assert_false(identity_stat(path, &a));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(pipe(ends), 0);
	assert_false(identity_fstat(ends[0], &a));
	assert_int_equal(errno, EINVAL);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_stat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
