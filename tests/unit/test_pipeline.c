/*
 * test_pipeline.c - one pipeline, several captures: test_pipeline CAPTURE, in which a client's
 * certificate was accepted. What comes after a capture that could not be read to its end is as if
 * there had been none.
 */
#include "analyzer/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/capture_build.h"

static uint8_t *capture;
static size_t capture_len;

struct seen {
	size_t sessions;
	enum proof proof;
};

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	struct seen *seen = ctx;
	seen->sessions++;
	seen->proof = o->attempts[o->headline].proof;
	return true;
}

/* The first `len` bytes, then an error or the end. */
static enum pipeline_result
run(struct pipeline *p, size_t len, int error, struct seen *seen)
{
	struct memory m = {.data = capture, .len = len, .step = 1000, .error = error};
	struct source_why why;
	struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
	assert_non_null(s);
	*seen = (struct seen){.sessions = 0};
	enum pipeline_result result = pipeline_run(
	    p, &(struct pipeline_run){.source = s, .sink = {.ctx = seen, .emit = on_outcome}});
	source_close(s);
	return result;
}

static void
test_after_a_fault(void **state)
{
	(void)state;
	const struct pipeline_secrets settings = {.verify_all = true};
	struct seen seen;
	struct pipeline *p = pipeline_create(false);
	assert_non_null(p);
	pipeline_set_secrets(p, &settings);
	for (size_t len = capture_len / 8; len < capture_len; len += capture_len / 8) {
		assert_int_equal(run(p, len, EIO, &seen), PIPELINE_FAULT);
		assert_non_null(pipeline_error(p));
		assert_int_equal(seen.sessions, 0);
		assert_int_equal(run(p, capture_len, 0, &seen), PIPELINE_DONE);
		assert_int_equal(seen.sessions, 1);
		assert_int_equal(seen.proof, PROOF_VALID);
	}
	pipeline_destroy(p);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_after_a_fault),
	};
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	capture = malloc(1 << 20);
	if (f == NULL || capture == NULL)
		return 1;
	capture_len = fread(capture, 1, 1 << 20, f);
	fclose(f);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(capture);
	return failed;
}
