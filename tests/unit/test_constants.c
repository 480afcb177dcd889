/*
 * test_constants.c - what outcomes say of their texts: test_constants CAPTURE...
 * What they call the program's own is that: it says the same when the sessions and the pipeline are
 * gone, and at every session on the way. Where they name a frame it is named.
 */
#include "analyzer/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CONSTANTS_MAX = 1000 };

struct constant {
	const char *text;
	char *copy;
};

static struct constant constants[CONSTANTS_MAX];
static size_t count, made; /* constants; texts that were none */
static size_t named;       /* frames */
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

/* "frame 7": its digits stand at named_at, or it is not in the text. */
static void
see_frame(const struct outcome_finding *f, const char *text, size_t named_at)
{
	char word[40];
	int len = snprintf(word, sizeof(word), "frame %ju", (uintmax_t)f->named_frame);
	size_t before = strlen("frame ");

	if (text == NULL || f->named_frame == 0)
		assert_int_equal(named_at, 0);
	else if (named_at == 0)
		assert_null(strstr(text, word));
	else
		assert_memory_equal(text + named_at - before, word, (size_t)len);
	named += named_at > 0;
}

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	(void)ctx;
	bool names = (o->constants & OUTCOME_CONSTANT_NAME) != 0;
	see(o->tls_version, names);
	see(o->cipher_suite, names);
	see(o->client_stack, names);
	see(o->server_stack, names);
	see(o->sub_reason, names);
	for (size_t i = 0; i < o->n_attempts; i++)
		see(o->attempts[i].alert, names);
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
		see_frame(f, f->explanation, f->named_at[0]);
		see_frame(f, f->server_fix, f->named_at[1]);
		see_frame(f, f->client_fix, f->named_at[2]);
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
	assert_true(named > 2);
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
