/*
 * test_constants.c - what outcomes call the program's own text is that: test_constants CAPTURE...
 * It says the same when the sessions and the pipeline are gone, and at every session on the way.
 */
#include "analyzer/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CONSTANTS_MAX = 1000 };

struct constant {
	const char *text;
	char *copy;
};

static struct constant constants[CONSTANTS_MAX];
static size_t count, made; /* constants; texts that were none */
static char **captures;
static int n_captures;

static void
see(const char *text, bool constant)
{
	size_t i = 0;

	made += !constant && text != NULL;
	if (!constant || text == NULL)
		return;
	while (i < count && constants[i].text != text)
		i++;
	if (i == count) {
		assert_true(count < CONSTANTS_MAX);
		constants[count++] = (struct constant){text, strdup(text)};
	}
	assert_string_equal(text, constants[i].copy);
}

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	(void)ctx;
	see(o->explanation, (o->constants & OUTCOME_CONSTANT_EXPLANATION) != 0);
	for (size_t i = 0; i < o->n_messages; i++)
		see(o->messages[i].name, (o->messages[i].constants & OUTCOME_CONSTANT_NAME) != 0);
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct outcome_fact *f = &o->facts[i];
		see(f->fact, (f->constants & OUTCOME_CONSTANT_FACT) != 0);
		see(f->value, (f->constants & OUTCOME_CONSTANT_VALUE) != 0);
		see(f->basis, (f->constants & OUTCOME_CONSTANT_BASIS) != 0);
	}
	for (size_t i = 0; i < o->n_findings; i++) {
		const struct outcome_finding *f = &o->findings[i];
		see(f->cause, (f->constants & OUTCOME_CONSTANT_WORDS) != 0);
		see(f->certainty, (f->constants & OUTCOME_CONSTANT_WORDS) != 0);
		see(f->severity, (f->constants & OUTCOME_CONSTANT_WORDS) != 0);
		see(f->explanation, (f->constants & OUTCOME_CONSTANT_EXPLANATION) != 0);
		see(f->server_fix, (f->constants & OUTCOME_CONSTANT_SERVER_FIX) != 0);
		see(f->client_fix, (f->constants & OUTCOME_CONSTANT_CLIENT_FIX) != 0);
	}
	return true;
}

static void
read_capture(struct pipeline *p, const char *path)
{
	struct source_why why;
	struct source *s = source_open(path, &why);

	assert_non_null(s);
	assert_int_equal(
	    pipeline_run(p, &(struct pipeline_run){.source = s, .sink = {.emit = on_outcome}}),
	    PIPELINE_DONE);
	source_close(s);
}

static void
test_constants(void **state)
{
	struct pipeline *p = pipeline_create(false);

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 2 * n_captures; i++)
		read_capture(p, captures[i % n_captures]);
	pipeline_destroy(p);
	assert_true(count > 50); /* most texts are */
	assert_true(made > 10);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(constants[i].text, constants[i].copy);
		free(constants[i].copy);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_constants)};

	captures = argv + 1;
	n_captures = argc - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
