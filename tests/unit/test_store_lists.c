/*
 * test_store_lists.c - ladders, facts and findings that many sessions share, and what is each
 * session's own.
 */
#include "tests/unit/store_sample.h"

enum { STEPS = 130 };

static const int64_t start = SAMPLE_START;

static struct outcome_message
data(uint64_t frame, int64_t ns, uint32_t length, uint32_t repeat)
{
	return (struct outcome_message){.attempt_no = 1,
					.frame = frame,
					.time_ns = start + ns,
					.sender = TLS_SERVER,
					.kind = MESSAGE_APPLICATION,
					.name = "Application data",
					.length = length,
					.evidence = EVIDENCE_OBSERVED,
					.alert_level = -1,
					.alert_code = -1,
					.repeat = repeat};
}

static struct outcome_message
hello(uint64_t frame, int64_t ns, uint32_t length, uint32_t repeat)
{
	struct outcome_message m = data(frame, ns, length, repeat);

	m.kind = MESSAGE_HANDSHAKE;
	m.name = "ClientHello";
	return m;
}

static struct outcome_message
missing(uint64_t frame, uint32_t length)
{
	struct outcome_message m = data(frame, 0, length, 0);

	m.kind = MESSAGE_TCP;
	m.name = NULL;
	return m;
}

static struct outcome_fact
fact(unsigned attempt_no, const char *name, const char *value, const char *basis, unsigned frames,
     uint64_t first, uint64_t second)
{
	return (struct outcome_fact){.attempt_no = attempt_no,
				     .fact = name,
				     .value = value,
				     .evidence = EVIDENCE_OBSERVED,
				     .confidence = CONFIDENCE_CERTAIN,
				     .basis = basis,
				     .frames = {{first, second}, frames}};
}

static struct store *
begin(struct sample_scratch *t)
{
	sample_scratch_make(t);
	struct store *s = sample_open(t->db);
	assert_true(store_begin(s));
	return s;
}

static void
finish(struct store *s)
{
	struct outcome_capture c = sample_capture(1, "a.pcap");

	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
}

static void
emit(struct store *s, uint64_t first_frame, const struct outcome_message *m, size_t n_messages,
     const struct outcome_fact *f, size_t n_facts, const char *explanation)
{
	struct sample *a = malloc(sizeof(*a));

	assert_non_null(a);
	sample_fill(a);
	a->o.first_frame = first_frame;
	a->o.messages = m;
	a->o.n_messages = n_messages;
	a->o.facts = f;
	a->o.n_facts = n_facts;
	a->o.explanation = explanation;
	a->o.n_attempts = 1;
	a->o.headline = 0;
	a->o.n_findings = 0;
	assert_true(store_emit(s, &a->o));
	free(a);
}

/* Other times, frames and amounts of data: the same ladder. Another length of a message, or an
 * amount that repeats where another does not: another one. */
static void
test_ladders(void **state)
{
	const struct outcome_message rows[][4] = {
	    {hello(10, 0, 200, 0), data(12, 5000, 7, 0), data(12, 5000, 16401, 3), missing(13, 9)},
	    {hello(20, 1, 200, 0), data(29, 6, 70000, 0), data(29, 6, 1, 4294967295),
	     missing(30, 1)},
	    {hello(10, 0, 201, 0), data(12, 5000, 7, 0), data(12, 5000, 16401, 3), missing(13, 9)},
	    {hello(10, 0, 200, 0), data(12, 5000, 7, 1), data(12, 5000, 16401, 3), missing(13, 9)},
	    {hello(10, 0, 200, 2), data(12, 5000, 7, 0), data(12, 5000, 16401, 3), missing(13, 0)},
	};
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct sample_scratch t;
	struct store *s = begin(&t);

	(void)state;
	for (size_t i = 0; i < count; i++)
		emit(s, rows[i][0].frame, rows[i], 4, NULL, 0, NULL);
	emit(s, 10, NULL, 0, NULL, 0, NULL);
	finish(s);
	sample_expect(t.db, "SELECT session_id, ladder_id, facts_id FROM story",
		      "1|1|NULL\n2|1|NULL\n3|2|NULL\n4|3|NULL\n5|4|NULL\n6|NULL|NULL\n");
	sample_expect(
	    t.db,
	    "SELECT session_id, group_concat(frame || ' ' || length || 'x' || repeated || "
	    "' ' || coalesce(name, '-'), ', ') FROM messages GROUP BY 1",
	    "1|10 200x0 ClientHello, 12 7x0 Application data, "
	    "12 16401x3 Application data, 13 9x0 -\n"
	    "2|20 200x0 ClientHello, 29 70000x0 Application data, "
	    "29 1x4294967295 Application data, 30 1x0 -\n"
	    "3|10 201x0 ClientHello, 12 7x0 Application data, "
	    "12 16401x3 Application data, 13 9x0 -\n"
	    "4|10 200x0 ClientHello, 12 7x1 Application data, "
	    "12 16401x3 Application data, 13 9x0 -\n"
	    "5|10 200x2 ClientHello, 12 7x0 Application data, "
	    "12 16401x3 Application data, 13 0x0 -\n");
	sample_expect(t.db, "SELECT substr(time, 18) FROM messages WHERE session_id = 2",
		      "00.123456790Z\n00.123456795Z\n00.123456795Z\n00.123456789Z\n");
	sample_scratch_remove(&t);
}

static void
emit_findings(struct store *s, uint64_t first_frame, const struct outcome_message m[2],
	      const struct outcome_finding *all, size_t count)
{
	struct sample *a = malloc(sizeof(*a));

	assert_non_null(a);
	sample_fill(a);
	a->o.first_frame = first_frame;
	a->o.messages = m;
	a->o.n_messages = 2;
	a->o.n_facts = 0;
	memcpy(a->findings, all, count * sizeof(*all));
	for (size_t i = 0; i < count; i++)
		sample_name_frame(&a->findings[i]);
	a->o.n_findings = count;
	assert_true(store_emit(s, &a->o));
	free(a);
}

/* Frames and times out of order, before the session's first, and in more than a hundred moments. */
static void
test_moments(void **state)
{
	struct outcome_message rows[STEPS];
	struct sample_scratch t;
	struct store *s = begin(&t);
	struct outcome_fact terminator = fact(1, "terminator", "idle", NULL, 6, 0, 0);
	const uint64_t frames[] = {1129, 1000, 993, 1099, 1100, 5};

	(void)state;
	for (unsigned i = 0; i < STEPS; i++)
		rows[i] = hello(1000 + (uint64_t)i, (int64_t)i * 1000000000, 1, 0);
	rows[1] = hello(993, -5, 1, 0);
	rows[2] = rows[0];
	rows[3] = hello(1000, 7, 1, 0); /* a frame has one time; if not, both are told */
	memcpy(terminator.frames.frame, frames, sizeof(frames));
	emit(s, 1000, rows, STEPS, &terminator, 1, NULL);
	finish(s);
	sample_expect(t.db,
		      "SELECT frame, time FROM messages WHERE message_no IN (1, 2, 3, 4, 130)",
		      "1000|2026-11-23T14:40:00.123456789Z\n993|2026-11-23T14:40:00.123456784Z\n"
		      "1000|2026-11-23T14:40:00.123456789Z\n1000|2026-11-23T14:40:00.123456796Z\n"
		      "1129|2026-11-23T14:42:09.123456789Z\n");
	sample_expect(t.db, "SELECT frames FROM facts", "1129,1000,993,1099,1100,5\n");
	sample_expect(t.db, "SELECT digits, items FROM fact_list",
		      "3|[\"1@128000001098099129\"]\n");
	sample_scratch_remove(&t);
}

/* A long value, the milliseconds of the explanation, and when: all that may differ. */
static void
test_facts(void **state)
{
	static const char long_a[] = "TTL 64, others 64; IP-ID 1, \"x\"\\",
			  long_b[] = "TTL 64, others 64; IP-ID 2, \"y\"\\";
	struct outcome_fact rows[] = {
	    fact(1, "reset.server", long_a, "none", 1, 10, 0),
	    fact(2, "outcome", "dropped", "0.5 ms after", 0, 0, 0),
	    fact(1, "reset.client", long_b, "{ms}", 2, 10, 12),
	};
	const struct outcome_message m[] = {hello(10, 0, 1, 0), hello(12, 5, 1, 0)};
	struct sample_scratch t;
	struct store *s = begin(&t);

	(void)state;
	emit(s, 10, m, 2, rows, 3, "It closed 0.5 ms later.");
	rows[0].value = long_b;
	rows[1].basis = "12 ms after";
	rows[2].value = long_a;
	emit(s, 10, m, 2, rows, 3, "It closed 12 ms later.");
	emit(s, 10, m, 2, rows, 3,
	     "It closed 13 ms later."); /* another time: it stays in the text */
	rows[1].value = NULL;
	emit(s, 10, m, 2, rows, 3, NULL);
	finish(s);
	sample_expect(t.db, "SELECT session_id, facts_id FROM story", "1|1\n2|1\n3|2\n4|3\n");
	sample_expect(t.db, "SELECT session_id, attempt_no, fact, value, basis, frames FROM facts",
		      "1|1|reset.server|TTL 64, others 64; IP-ID 1, \"x\"\\|none|10\n"
		      "1|2|outcome|dropped|0.5 ms after|NULL\n"
		      "1|1|reset.client|TTL 64, others 64; IP-ID 2, \"y\"\\|{ms}|10,12\n"
		      "2|1|reset.server|TTL 64, others 64; IP-ID 2, \"y\"\\|none|10\n"
		      "2|2|outcome|dropped|12 ms after|NULL\n"
		      "2|1|reset.client|TTL 64, others 64; IP-ID 1, \"x\"\\|{ms}|10,12\n"
		      "3|1|reset.server|TTL 64, others 64; IP-ID 2, \"y\"\\|none|10\n"
		      "3|2|outcome|dropped|12 ms after|NULL\n"
		      "3|1|reset.client|TTL 64, others 64; IP-ID 1, \"x\"\\|{ms}|10,12\n"
		      "4|1|reset.server|TTL 64, others 64; IP-ID 2, \"y\"\\|none|10\n"
		      "4|2|outcome|NULL|12 ms after|NULL\n"
		      "4|1|reset.client|TTL 64, others 64; IP-ID 1, \"x\"\\|{ms}|10,12\n");
	sample_expect(t.db, "SELECT typeof(frames), typeof(attempt_no) FROM facts LIMIT 1",
		      "text|integer\n");
	sample_scratch_remove(&t);
}

/* One attempt is the session itself, unless it is not the first. */
static void
test_lone_attempt(void **state)
{
	struct sample_scratch t;
	struct store *s = begin(&t);
	struct sample *a = malloc(sizeof(*a));

	(void)state;
	assert_non_null(a);
	emit(s, 10, NULL, 0, NULL, 0, NULL);
	sample_fill(a);
	a->o.attempts = &a->attempts[1];
	a->o.n_attempts = 1;
	a->o.headline = 0;
	assert_true(store_emit(s, &a->o));
	free(a);
	finish(s);
	sample_expect(t.db, "SELECT attempts FROM story", "NULL\n[\"2#2\"]\n");
	sample_expect(t.db, "SELECT session_id, attempt_no, attempt, proof FROM attempts",
		      "1|1|initial|not_seen\n2|2|renegotiation|seen\n");
	sample_scratch_remove(&t);
}

/* What a session adds to a list that is known goes with it; the list stays for the next run. */
static void
test_lists_are_found_again(void **state)
{
	const struct outcome_message m[] = {hello(10, 0, 1, 0), data(12, 5, 1, 0)};
	const struct outcome_fact f = fact(1, "proof", "seen", NULL, 1, 12, 0);
	struct sample_scratch t;
	struct store *s = begin(&t);

	(void)state;
	emit(s, 10, m, 2, &f, 1, "7 ms");
	finish(s);
	s = sample_open(t.db);
	assert_true(store_begin(s));
	emit(s, 10, m, 2, &f, 1, "8 ms");
	assert_true(store_abandon(s));
	assert_true(store_begin(s));
	emit(s, 10, m, 2, &f, 1, "9 ms");
	struct outcome_capture c = sample_capture(2, "b.pcap");
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM ladder), (SELECT count(*) FROM fact_list), "
		      "(SELECT count(*) FROM claim), (SELECT count(*) FROM sentence), "
		      "count(DISTINCT ladder_id), count(DISTINCT facts_id), count(*) FROM story",
		      "1|1|1|1|1|1|2\n");
	sample_scratch_remove(&t);
}

/* So many different ones that they are no longer looked up; what they say is the same. */
static void
test_lists_that_never_come_again(void **state)
{
	enum { LISTS = (1 << 14) + 100 };
	struct sample_scratch t;
	struct store *s = begin(&t);

	(void)state;
	for (uint32_t i = 0; i < LISTS; i++) {
		const struct outcome_message m = hello(10 + i, 0, i, 0);

		emit(s, 10, &m, 1, NULL, 0, NULL);
	}
	finish(s);
	sample_expect(t.db, "SELECT count(*), count(digest) FROM ladder", "16484|16384\n");
	sample_expect(t.db,
		      "SELECT count(*), sum(frame = 10 + length), sum(session_id = 1 + length) "
		      "FROM messages",
		      "16484|16484|16484\n");
	sample_scratch_remove(&t);
}

/* Which frames they are seen in and name is the session's own; all else tells them apart. */
static void
test_findings(void **state)
{
	static const struct outcome_finding usual[] = {
	    {1,
	     1,
	     "a",
	     "proven",
	     "failure",
	     "See frame 12.",
	     "fix",
	     "frame 12",
	     12,
	     {{10, 12}, 2},
	     true,
	     0,
	     {0}},
	    {2, 2, "b", "likely", "note", NULL, "", NULL, 0, {{0}, 0}, false, 0, {0}},
	};
	const struct outcome_message m[] = {hello(10, 0, 1, 0), hello(12, 5, 1, 0)};
	const struct outcome_message later[] = {hello(110, 0, 1, 0), hello(134, 5, 1, 0)};
	struct outcome_finding rows[2];
	struct sample_scratch t;
	struct store *s = begin(&t);

	(void)state;
	memcpy(rows, usual, sizeof(rows));
	emit_findings(s, 10, m, rows, 2);
	emit_findings(s, 10, m, rows, 1);
	rows[0].explanation = "See frame 134.";
	rows[0].client_fix = "frame 134";
	rows[0].named_frame = 134;
	rows[0].frames.frame[0] = 110;
	rows[0].frames.frame[1] = 134;
	emit_findings(s, 110, later, rows, 2);
	rows[0].explains = false;
	emit_findings(s, 110, later, rows, 2);
	memcpy(rows, usual, sizeof(rows));
	rows[1].client_fix = "";
	emit_findings(s, 10, m, rows, 2);
	memcpy(rows, usual, sizeof(rows));
	rows[0].named_frame = 9; /* of no text, and a frame that only a finding has */
	rows[0].frames.frame[0] = 7;
	emit_findings(s, 10, m, rows, 2);
	emit_findings(s, 10, m, rows, 0);
	finish(s);
	sample_expect(t.db, "SELECT id, findings_id FROM session",
		      "1|1\n2|2\n3|1\n4|3\n5|4\n6|5\n7|NULL\n");
	sample_expect(t.db,
		      "SELECT (SELECT count(*) FROM finding), (SELECT count(*) FROM diagnosis)",
		      "9|5\n");
	sample_expect(t.db,
		      "SELECT session_id, attempt_no, rank, cause, explanation, server_fix, "
		      "client_fix, frames FROM findings WHERE rank = 1 OR session_id IN (3, 5)",
		      "1|1|1|a|See frame 12.|fix|frame 12|10,12\n"
		      "2|1|1|a|See frame 12.|fix|frame 12|10,12\n"
		      "3|1|1|a|See frame 134.|fix|frame 134|110,134\n"
		      "3|2|2|b|NULL||NULL|NULL\n"
		      "4|1|1|a|See frame 134.|fix|frame 134|110,134\n"
		      "5|1|1|a|See frame 12.|fix|frame 12|10,12\n"
		      "5|2|2|b|NULL|||NULL\n"
		      "6|1|1|a|See frame 12.|fix|frame 12|7,12\n");
	sample_expect(t.db, "SELECT typeof(frames), typeof(attempt_no) FROM findings LIMIT 1",
		      "text|integer\n");
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ladders),
	    cmocka_unit_test(test_moments),
	    cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_findings),
	    cmocka_unit_test(test_lone_attempt),
	    cmocka_unit_test(test_lists_are_found_again),
	    cmocka_unit_test(test_lists_that_never_come_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
