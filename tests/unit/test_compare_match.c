/*
 * test_compare_match.c - which sessions of two points belong together.
 */
#include "tests/unit/compare_sample.h"

enum { SESSIONS = 8 };

struct match_row {
	const char *what;
	struct compare_session near[SESSIONS], far[SESSIONS];
	const char *want; /* "1-11" near id, far id, ? others fit as well, + a copy; in order */
	int64_t offset_ms;
};

static size_t
count(const struct compare_session *s)
{
	size_t n = 0;

	while (n < SESSIONS && s[n].id != 0)
		n++;
	return n;
}

/* By name or time only: other ports at each point. */
static struct compare_session
named(int64_t id, const char *random, int64_t start_ms, const char *sni)
{
	struct compare_session s = session(id, random, start_ms);

	s.sni = sni;
	return s;
}

static void
check_match(const struct match_row *r)
{
	const struct compare_point near = {r->near, count(r->near), 0, 3600000000000},
				   far = {r->far, count(r->far), 0, 3600000000000};
	struct compare_match m;
	char have[256] = "";
	size_t used = 0;

	assert_true(compare_match(&m, &near, &far));
	for (size_t i = 0; i < m.count; i++) {
		const struct compare_pairing *p = &m.pairs[i];
		used += (size_t)snprintf(have + used, sizeof(have) - used, "%s%d-%d%s%s",
					 i > 0 ? " " : "", p->near != NULL ? (int)p->near->id : 0,
					 p->far != NULL ? (int)p->far->id : 0,
					 p->ambiguous ? "?" : "", p->again ? "+" : "");
	}
	if (strcmp(have, r->want) != 0)
		fail_msg("%s: want %s, have %s", r->what, r->want, have);
	if (m.offset_ns != r->offset_ms * MS)
		fail_msg("%s: offset %lld", r->what, (long long)m.offset_ns);
	compare_match_finish(&m);
}

static void
pairs_what_belongs_together(void **state)
{
	const struct match_row rows[] = {
	    {"nothing at all", {{0}}, {{0}}, "", 0},
	    {"by random, in whatever order",
	     {session(1, "aa", 0), session(2, "bb", 10)},
	     {session(12, "bb", 5010), session(11, "aa", 5000)},
	     "1-11 2-12",
	     5000},
	    {"the offset is a median",
	     {session(1, "aa", 0), session(2, "bb", 10), session(3, "cc", 20)},
	     {session(11, "aa", 100), session(12, "bb", 111), session(13, "cc", 9020)},
	     "1-11 2-12 3-13",
	     101},
	    {"one handshake captured twice",
	     {session(1, "aa", 0), session(2, "aa", 1)},
	     {session(11, "aa", 100)},
	     "1-11 2-0+",
	     100},
	    {"the offset of exact pairs helps the rest",
	     {session(1, "aa", 0), named(2, "bb", 60000, "b.example")},
	     {session(11, "aa", -40000), named(12, "xx", 20005, "b.example")},
	     "1-11 2-12",
	     -40000},
	    {"without it a name is too far away in time",
	     {named(2, "bb", 60000, "b.example")},
	     {named(12, "xx", 20005, "b.example")},
	     "2-0 0-12",
	     0},
	    {"another name is another call",
	     {named(1, "aa", 0, "a.example")},
	     {named(11, "xx", 3, "b.example")},
	     "1-0 0-11",
	     0},
	    {"the nearer one of two",
	     {named(1, "aa", 0, "a.example"), named(2, "bb", 1000, "a.example")},
	     {named(11, "xx", 3, "a.example"), named(12, "yy", 1003, "a.example")},
	     "1-11 2-12",
	     0},
	    {"two that fit are a guess",
	     {named(1, "aa", 0, "a.example")},
	     {named(11, "xx", 3, "a.example"), named(12, "yy", 5, "a.example")},
	     "1-11? 0-12",
	     0},
	    {"without a name, at the same time",
	     {named(1, "aa", 0, "a.example")},
	     {named(11, "xx", 3, NULL)},
	     "1-11",
	     0},
	    {"without a name, two at a time are none",
	     {named(1, "aa", 0, "a.example")},
	     {named(11, "xx", 3, NULL), named(12, "yy", 4, NULL)},
	     "1-0 0-11 0-12",
	     0},
	    {"by addresses and ports, whatever the clocks",
	     {session(1, "aa", 0)},
	     {{.id = 11,
	       .client_random = "xx",
	       .started_ns = INT64_C(30000) * MS,
	       .ended_ns = INT64_C(30050) * MS,
	       .client_ip = "10.0.0.2",
	       .server_ip = "10.0.0.1",
	       .client_port = 40001,
	       .server_port = 443}},
	     "1-11",
	     30000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_match(&rows[i]);
}

/* Of two that are as near, the one with the same bytes of application data. */
static void
size_counts_for_more_than_time(void **state)
{
	struct compare_step steps[3] = {{.name = "Application data",
					 .length = 700,
					 .sender = TLS_SERVER,
					 .kind = MESSAGE_APPLICATION},
					{.name = "Application data",
					 .length = 900,
					 .sender = TLS_SERVER,
					 .kind = MESSAGE_APPLICATION},
					{.name = "Application data",
					 .length = 700,
					 .sender = TLS_SERVER,
					 .kind = MESSAGE_APPLICATION}};
	struct match_row r = {
	    .what = "size",
	    .near = {named(1, "aa", 0, "a.example")},
	    .far = {named(11, "xx", 3, "a.example"), named(12, "yy", 5, "a.example")},
	    .want = "1-12 0-11"};

	(void)state;
	r.near[0].steps = &steps[0];
	r.far[0].steps = &steps[1];
	r.far[1].steps = &steps[2];
	r.near[0].n_steps = r.far[0].n_steps = r.far[1].n_steps = 1;
	check_match(&r);
}

/* The server's answer comes sooner where it is nearer. */
static void
notices_points_that_are_swapped(void **state)
{
	struct compare_step steps[2][2] = {
	    {{.sender = TLS_CLIENT}, {.sender = TLS_SERVER, .time_ns = INT64_C(30) * MS}},
	    {{.sender = TLS_CLIENT}, {.sender = TLS_SERVER, .time_ns = INT64_C(10) * MS}}};
	struct compare_session a = session(1, "aa", 0), b = session(2, "aa", 0);
	const struct compare_point outer = {&a, 1, 0, 0}, inner = {&b, 1, 0, 0};
	struct compare_match m;

	(void)state;
	a.steps = steps[0];
	b.steps = steps[1];
	a.n_steps = b.n_steps = 2;
	assert_true(compare_match(&m, &outer, &inner));
	assert_int_equal(m.in_order, 1);
	assert_int_equal(m.swapped, 0);
	compare_match_finish(&m);
	assert_true(compare_match(&m, &inner, &outer));
	assert_int_equal(m.in_order, 0);
	assert_int_equal(m.swapped, 1);
	compare_match_finish(&m);
}

/* Order of the rows changes nothing, and one session has one partner. */
static void
many_are_paired_one_to_one(void **state)
{
	enum { MANY = 2000 };
	static struct compare_session near[MANY], far[MANY];
	static char randoms[MANY][8];
	const struct compare_point a = {near, MANY, 0, 3600000000000};
	const struct compare_point b = {far, MANY, 0, 3600000000000};
	struct compare_match m;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(randoms[i], sizeof(randoms[i]), "%d", i);
		near[i] = named(1 + i, randoms[i], 100 * i, "a.example");
		far[MANY - 1 - i] = named(10001 + i, "f", 100 * i + 2, "a.example");
	}
	assert_true(compare_match(&m, &a, &b));
	assert_int_equal(m.count, MANY);
	for (size_t i = 0; i < m.count; i++) {
		assert_non_null(m.pairs[i].far);
		assert_int_equal(m.pairs[i].far->id - m.pairs[i].near->id, 10000);
	}
	compare_match_finish(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pairs_what_belongs_together),
	    cmocka_unit_test(size_counts_for_more_than_time),
	    cmocka_unit_test(notices_points_that_are_swapped),
	    cmocka_unit_test(many_are_paired_one_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
