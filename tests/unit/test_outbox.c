/* test_outbox.c - outcomes wait in memory or in a file, and come out as they went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/cli/outbox.h"
#include "tests/unit/store_sample.h"

enum { COUNT = 3000 };

/* What came out: numbers in order, and the texts that go with them. */
struct seen {
	uint64_t sessions, ports;
	uint64_t refuse_at; /* 0: never */
};

static bool
on_outcome(void *ctx, const struct outcome *o)
{
	struct seen *s = ctx;
	char sni[32];

	snprintf(sni, sizeof(sni), "host%u.example", (unsigned)s->sessions % 700);
	assert_int_equal(o->first_frame, s->sessions);
	assert_string_equal(o->sni, sni);
	assert_string_equal(o->chain[2].certificate->subject, "CN=alice");
	assert_string_equal(o->requests[0].items[1].value, "CN=Other");
	s->sessions++;
	return s->sessions != s->refuse_at;
}

static bool
on_port(void *ctx, const struct outcome_without_tls *w)
{
	struct seen *s = ctx;

	assert_int_equal(w->refused, ++s->ports);
	return true;
}

static struct outbox *
filled(const char *folder, size_t limit)
{
	struct outbox *b = outbox_create(folder, limit);
	struct outcome_sink sink = outbox_sink(b);
	struct sample s;
	char sni[32];

	sample_fill(&s);
	s.o.sni = sni;
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(sni, sizeof(sni), "host%u.example", i % 700);
		s.o.first_frame = i;
		assert_true(sink.emit(sink.ctx, &s.o));
	}
	for (uint64_t i = 1; i <= 3; i++)
		assert_true(
		    sink.without_tls(sink.ctx, &(struct outcome_without_tls){.refused = i}));
	outbox_seal(b);
	return b;
}

static void
check(size_t limit, size_t memory_max)
{
	struct outbox *b = filled("/tmp", limit);
	struct seen seen = {0};
	struct outcome_sink to = {&seen, on_outcome, on_port};
	bool refused = true;

	assert_true(outbox_memory(b) <= memory_max);
	assert_true(outbox_replay(b, &to, &refused));
	assert_false(refused);
	assert_int_equal(seen.sessions, COUNT);
	assert_int_equal(seen.ports, 3);
	outbox_destroy(b);
}

static void
test_in_memory(void **state)
{
	(void)state;
	check(SIZE_MAX, SIZE_MAX);
}

/* Many times over, and once in the middle. */
static void
test_in_a_file(void **state)
{
	(void)state;
	check(1, 4096);
	check(10000, 20000);
	check(3 << 20, 4 << 20);
}

static void
test_refused(void **state)
{
	struct outbox *b = filled("/tmp", 10000);
	struct seen seen = {.refuse_at = 1234};
	struct outcome_sink to = {&seen, on_outcome, on_port};
	bool refused = false;

	(void)state;
	assert_false(outbox_replay(b, &to, &refused));
	assert_true(refused);
	assert_int_equal(seen.sessions, 1234);
	outbox_destroy(b);
}

static void
test_no_folder(void **state)
{
	struct outbox *b = outbox_create("/does/not/exist", 1);
	struct outcome_sink sink = outbox_sink(b);
	struct sample s;

	(void)state;
	sample_fill(&s);
	assert_false(sink.emit(sink.ctx, &s.o));
	assert_string_equal(outbox_error(b),
			    "/does/not/exist: no temporary file: No such file or directory");
	outbox_destroy(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_in_memory),
	    cmocka_unit_test(test_in_a_file),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_no_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
