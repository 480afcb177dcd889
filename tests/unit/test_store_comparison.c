/*
 * test_store_comparison.c - findings between two points: stored, replaced, gone with their
 * captures.
 */
#include "tests/unit/store_sample.h"

static const char rows_sql[] =
    "SELECT pair, near_session, far_session, finding, certainty, between_fix FROM comparisons "
    "ORDER BY pair, finding";

struct world {
	struct sample_scratch scratch;
	struct store *store;
	int64_t captures[3];
};

static void
set_up(struct world *w)
{
	static const char *const names[] = {"a.pcap", "b.pcap", "c.pcap"};

	sample_scratch_make(&w->scratch);
	w->store = sample_open(w->scratch.db);
	for (uint8_t i = 0; i < 3; i++)
		w->captures[i] = sample_store_capture(w->store, i + 1, names[i], 0);
}

static void
tear_down(struct world *w)
{
	sample_close(w->store);
	sample_expect(w->scratch.db, "PRAGMA foreign_key_check", "");
	sample_scratch_remove(&w->scratch);
}

/* Sessions 1 and 2 are of the first capture, 3 and 4 of the second, 5 and 6 of the third. */
static void
compare(struct world *w, size_t near, size_t n_near, size_t far, const char *finding)
{
	const struct store_points points = {&w->captures[near], &w->captures[far], n_near, 1};
	const struct store_comparison rows[] = {
	    {1, 2 * (int64_t)near + 1, 2 * (int64_t)far + 1, finding, "proven", "near 1, far 2",
	     "s", "c", "b"},
	    {2, 2 * (int64_t)near + 2, 0, "only_near", "likely", NULL, NULL, NULL, NULL},
	};

	if (!store_compare(w->store, &points, rows, 2))
		fail_msg("%s", store_error(w->store));
}

static void
test_replaced(void **state)
{
	struct world w;

	(void)state;
	set_up(&w);
	compare(&w, 0, 1, 1, "passes_through");
	sample_expect(w.scratch.db, rows_sql,
		      "1|1|3|passes_through|proven|b\n2|2|NULL|only_near|likely|NULL\n");
	compare(&w, 0, 1, 1, "reset_injected");
	sample_expect(w.scratch.db, rows_sql,
		      "1|1|3|reset_injected|proven|b\n2|2|NULL|only_near|likely|NULL\n");
	sample_expect(w.scratch.db, "SELECT side, capture_id FROM comparison_point ORDER BY side",
		      "far|2\nnear|1\n");
	tear_down(&w);
}

/* The other way round, or with one capture more, is another comparison; pairs stay apart. */
static void
test_others_stay(void **state)
{
	struct world w;

	(void)state;
	set_up(&w);
	compare(&w, 0, 1, 1, "passes_through");
	compare(&w, 1, 1, 0, "lost_to_client");
	compare(&w, 0, 2, 2, "same_session");
	sample_expect(w.scratch.db, rows_sql,
		      "1|1|3|passes_through|proven|b\n2|2|NULL|only_near|likely|NULL\n"
		      "3|3|1|lost_to_client|proven|b\n4|4|NULL|only_near|likely|NULL\n"
		      "5|1|5|same_session|proven|b\n6|2|NULL|only_near|likely|NULL\n");
	compare(&w, 0, 2, 2, "late_on_the_way");
	sample_expect(w.scratch.db, "SELECT finding FROM comparisons WHERE pair > 4 ORDER BY pair",
		      "late_on_the_way\nonly_near\n");
	tear_down(&w);
}

/* A capture that is read anew takes all that rests on it with it, and nothing else. */
static void
test_gone_with_a_capture(void **state)
{
	struct world w;

	(void)state;
	set_up(&w);
	compare(&w, 0, 1, 1, "passes_through");
	compare(&w, 0, 1, 2, "same_session");
	sample_store_capture(w.store, 2, "b.pcap", w.captures[1]);
	sample_expect(w.scratch.db, "SELECT DISTINCT finding FROM comparisons ORDER BY 1",
		      "only_near\nsame_session\n");
	sample_expect(w.scratch.db, "SELECT count(*) FROM comparison_point", "2\n");
	sample_store_capture(w.store, 1, "a.pcap", w.captures[0]);
	sample_expect(w.scratch.db, rows_sql, "");
	sample_expect(w.scratch.db, "SELECT count(*) FROM comparison_point", "0\n");
	tear_down(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_replaced),
	    cmocka_unit_test(test_others_stay),
	    cmocka_unit_test(test_gone_with_a_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
