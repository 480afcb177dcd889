/*
 * test_store_texts.c - texts are known again by what they say, whatever the place where they stand.
 */
#include "tests/unit/store_sample.h"

static void
emit(struct store *s, const struct outcome_message *m, const struct outcome_fact *f)
{
	static struct sample a;

	sample_fill(&a);
	a.o.messages = m;
	a.o.n_messages = 1;
	a.o.facts = f;
	a.o.n_facts = 1;
	assert_true(store_emit(s, &a.o));
}

/* Where a text stands says nothing of it unless it is called constant; then nothing else is asked.
 */
static void
test_texts_change_in_place(void **state)
{
	static const char *const says[] = {"one", "two", "one", "a value too long for a list",
					   "two"};
	char text[64];
	struct outcome_message m = {.attempt_no = 1, .frame = 10, .name = text};
	struct outcome_fact f = {.attempt_no = 1, .fact = text, .value = text, .basis = text};
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		snprintf(text, sizeof(text), "%s", says[i]);
		emit(s, &m, &f);
	}
	snprintf(text, sizeof(text), "two");
	m.constants = OUTCOME_CONSTANT_NAME;
	f.constants = OUTCOME_CONSTANT_FACT | OUTCOME_CONSTANT_VALUE | OUTCOME_CONSTANT_BASIS;
	for (int i = 0; i < 2; i++)
		emit(s, &m, &f);
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db,
		      "SELECT session_id, name, fact, value, basis FROM messages JOIN facts USING "
		      "(session_id) ORDER BY 1",
		      "1|one|one|one|one\n2|two|two|two|two\n3|one|one|one|one\n"
		      "4|a value too long for a list|a value too long for a list|"
		      "a value too long for a list|a value too long for a list\n"
		      "5|two|two|two|two\n6|two|two|two|two\n7|two|two|two|two\n");
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM ladder), (SELECT count(*) FROM fact_list)",
		      "3|3\n");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts_change_in_place)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
