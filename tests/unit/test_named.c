/*
 * test_named.c - every named question on a small database with a known story.
 *
 * 10.0.0.2 (alice) succeeds at :443, then is refused there twice (unknown_ca) within two minutes,
 * and sends nothing at :8883 (inferred, TLS 1.3). 10.0.0.3 is never asked at :80. One more session
 * at :443 is cut by a gap. The server at :443 changes its CA names after the first session.
 */
#include "db/named.h"

#include "db/query.h"
#include "tests/unit/store_sample.h"

static struct sample_scratch scratch;

#define SECOND INT64_C(1000000000)

/* One session of the story. */
struct scene {
	uint8_t client;
	uint16_t port;
	int64_t at; /* seconds after SAMPLE_START */
	enum verdict verdict;
	enum answer asked;
	enum client_cert sent;
	enum reaction outcome;
	enum evidence evidence;
	unsigned state, request; /* request: which of two, 0 none */
	const char *version;
};

static const struct scene story[] = {
    {2, 443, 0, VERDICT_MUTUAL_AUTH_OK, ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_ACCEPTED,
     EVIDENCE_OBSERVED, 0, 1, "TLS1.2"},
    {2, 443, 30, VERDICT_CLIENT_CERT_REJECTED, ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_REJECTED,
     EVIDENCE_OBSERVED, 0, 2, "TLS1.2"},
    {2, 443, 60, VERDICT_CLIENT_CERT_REJECTED, ANSWER_YES, CLIENT_CERT_PRESENTED, REACTION_REJECTED,
     EVIDENCE_OBSERVED, 0, 2, "TLS1.2"},
    {2, 8883, 61, VERDICT_NO_CLIENT_CERT_REJECTED, ANSWER_YES, CLIENT_CERT_EMPTY, REACTION_REJECTED,
     EVIDENCE_INFERRED, 0, 2, "TLS1.3"},
    {3, 80, 62, VERDICT_NOT_REQUESTED, ANSWER_NO, CLIENT_CERT_NONE_SENT, REACTION_NOT_APPLICABLE,
     EVIDENCE_OBSERVED, 0, 0, "TLS1.2"},
    {3, 443, 63, VERDICT_INCOMPLETE_CAPTURE, ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN,
     EVIDENCE_NONE, CAPTURE_GAP_SERVER, 0, "TLS1.2"},
};

static struct outcome_attempt
attempt_of(const struct scene *scene)
{
	bool refused = scene->verdict == VERDICT_CLIENT_CERT_REJECTED;

	return (struct outcome_attempt){
	    .attempt_no = 1,
	    .client_cert_requested = scene->asked,
	    .client_cert = scene->sent,
	    .outcome = scene->outcome,
	    .alert_code = refused ? 48 : -1,
	    .alert = refused ? "unknown_ca" : NULL,
	    .alert_from = TLS_SERVER,
	    .capture_state = scene->state,
	    .evidence = scene->evidence,
	    .confidence = CONFIDENCE_HIGH,
	};
}

static bool
emit_scene(struct store *s, const struct scene *scene, struct outcome_certificate *alice)
{
	static const struct outcome_request_item items[] = {{"ca_name", "CN=Root,O=Lab"},
							    {"ca_name", "CN=New Root"}};
	const uint8_t random[32] = {0xaa, (uint8_t)(scene->at >> 8), (uint8_t)(scene->at >> 16)};
	const struct outcome_attempt attempt = attempt_of(scene);
	const struct outcome_chain_link link = {1, TLS_CLIENT, 0, alice};
	const struct outcome_request request = {
	    1, {(uint8_t)scene->request}, &items[scene->request == 2], 1};
	const struct outcome_fact fact = {1,
					  "client_cert",
					  "empty",
					  EVIDENCE_INFERRED,
					  CONFIDENCE_HIGH,
					  "size of an empty one",
					  {{12}, 1},
					  0};
	struct outcome o = sample_bare(&attempt);

	o.transport = TRANSPORT_TCP;
	o.client = (struct outcome_endpoint){{10, 0, 0, scene->client}, 4, 50000, {0}, false};
	o.server = (struct outcome_endpoint){{10, 0, 0, 1}, 4, scene->port, {0}, false};
	o.started_ns = SAMPLE_START + scene->at * SECOND;
	o.ended_ns = o.started_ns + SECOND;
	o.tls_version = scene->version;
	o.sni = "s.example";
	o.verdict = scene->verdict;
	o.sub_reason = attempt.alert;
	o.client_random = random;
	o.chain = &link;
	o.n_chain = scene->sent == CLIENT_CERT_PRESENTED;
	o.requests = &request;
	o.n_requests = scene->request != 0;
	o.facts = &fact;
	o.n_facts = scene->evidence == EVIDENCE_INFERRED;
	return store_emit(s, &o);
}

static int
set_up(void **state)
{
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct outcome_certificate alice = sample_certificate(3, "CN=alice");
	const struct outcome_without_tls ports = {
	    {.addr = {10, 0, 0, 1}, .family = 4, .port = 8883}, 1, 2, 3, 40};

	(void)state;
	sample_scratch_make(&scratch);
	struct store *s = sample_open(scratch.db);
	alice.not_after = SAMPLE_START / SECOND + 10 * 86400;
	c.problem = "ends inside packet 21";
	assert_true(store_begin(s) && store_without_tls(s, &ports));
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++)
		assert_true(emit_scene(s, &story[i], &alice));
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sample_scratch_remove(&scratch);
	return 0;
}

/* name, override of one parameter, expected rows */
static const struct {
	const char *name, *parameter, *value, *rows;
} answers[] = {
    {"failures-by-cause", NULL, NULL,
     "client_cert_rejected: unknown_ca|2|1|1|client\n"
     "no_client_cert_rejected|1|1|1|key log needed\n"},
    {"failures-by-client", NULL, NULL,
     "10.0.0.2|CN=alice|presented|2|unknown_ca|2026-11-23T14:40:30.123456789Z|"
     "2026-11-23T14:41:00.123456789Z\n"
     "10.0.0.2|NULL|empty|1|no_client_cert_rejected|2026-11-23T14:41:01.123456789Z|"
     "2026-11-23T14:41:01.123456789Z\n"},
    {"failures-by-server", NULL, NULL,
     "10.0.0.1|443|s.example|4|3|2|0|unknown_ca\n10.0.0.1|8883|s.example|1|1|1|1|NULL\n"},
    {"failures-by-issuer", NULL, NULL, "CN=Root,O=Lab|2|1|1|unknown_ca\n"},
    {"timeline", NULL, NULL, "2026-11-23T14:40:00Z|1|1\n2026-11-23T14:41:00Z|2|2\n"},
    {"timeline", "minutes", "60", "2026-11-23T14:00:00Z|3|3\n"},
    {"timeline", "minutes", "0", "2026-11-23T14:40:00Z|1|1\n2026-11-23T14:41:00Z|2|2\n"},
    {"first-failure-after-success", NULL, NULL,
     "10.0.0.2|10.0.0.1|443|s.example|2026-11-23T14:40:00.123456789Z|"
     "2026-11-23T14:40:30.123456789Z|2|client_cert_rejected|unknown_ca\n"},
    {"without-tls", NULL, NULL, "10.0.0.1|8883|6|1|2|3|a.pcap|40\n"},
    {"asked-sent-nothing", NULL, NULL, "10.0.0.2|10.0.0.1|8883|s.example|1|0|1|1|4\n"},
    {"not-asked", NULL, NULL, "10.0.0.1|80|s.example|1|1|0|0\n"},
    {"request-changed", NULL, NULL,
     "10.0.0.1|443|s.example|2026-11-23T14:40:00.123456789Z|2026-11-23T14:40:00.123456789Z|1|1|"
     "ca_name=CN=Root,O=Lab\n"
     "10.0.0.1|443|s.example|2026-11-23T14:40:30.123456789Z|2026-11-23T14:41:00.123456789Z|2|2|"
     "ca_name=CN=New Root\n"},
    {"expiring", NULL, NULL,
     "CN=alice|CN=Root,O=Lab|1a02|2026-12-03T14:40:00Z|9|3|2026-11-23T14:41:00.123456789Z\n"},
    {"expiring", "days", "5", ""},
    {"withheld", NULL, NULL,
     "10.0.0.2|10.0.0.1|8883|s.example|CN=alice|CN=Root,O=Lab|EC P-256|0|1|4\n"},
    {"hidden-by-encryption", NULL, NULL,
     "4|10.0.0.2|10.0.0.1|8883|s.example|TLS1.3|no_client_cert_rejected|inferred|high|"
     "aa00000000000000000000000000000000000000000000000000000000000000\n"},
    {"incomplete", NULL, NULL,
     "a.pcap|NULL|6|NULL|ends inside packet 21\na.pcap|gap_server|1|1|NULL\n"},
    {"inferred", NULL, NULL,
     "4|no_client_cert_rejected|high|client_cert|empty|high|size of an empty one|12\n"},
};

static void
append_row(char **out, const struct query_rows *r)
{
	for (int i = 0; i < query_columns(r); i++) {
		const char *text = query_text(r, i, NULL);

		sample_append(out, i > 0 ? "|" : "");
		sample_append(out, text != NULL ? text : "NULL");
	}
	sample_append(out, "\n");
}

/* Asked the way cli/ asks: defaults from the file, through the read-only connection. steps: what
 * it took SQLite. */
static char *
ask(const char *path, const struct named *n, const char *parameter, const char *value, int *steps)
{
	struct query_param params[NAMED_PARAMS_MAX];
	struct query *q = query_create();
	struct query_rows r;
	enum query_step step;
	char *out = NULL;

	for (size_t i = 0; i < n->param_count; i++) {
		params[i] = (struct query_param){n->params[i].name, n->params[i].value};
		if (parameter != NULL && strcmp(parameter, n->params[i].name) == 0)
			params[i].value = value;
	}
	sample_append(&out, "");
	assert_true(query_open(q, path, QUERY_LIMIT_MS));
	if (!query_run(q, n->sql, params, n->param_count, &r))
		fail_msg("%s: %s", n->name, query_error(q));
	while ((step = query_next(&r)) == QUERY_ROW)
		append_row(&out, &r);
	if (step != QUERY_DONE)
		fail_msg("%s: %s", n->name, query_error(q));
	*steps = sqlite3_stmt_status(r.stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
	query_finish(&r);
	query_destroy(q);
	return out;
}

static void
test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct named *n = named_find(answers[i].name);

		int steps;

		assert_non_null(n);
		char *rows = ask(scratch.db, n, answers[i].parameter, answers[i].value, &steps);
		if (strcmp(rows, answers[i].rows) != 0)
			print_error("%s\n", n->name);
		assert_string_equal(rows, answers[i].rows);
		free(rows);
	}
}

/* Sessions of one client at one server, every other refused: no question compares each with each.
 */
static void
test_many_sessions(void **state)
{
	enum { SESSIONS = 4000, STEPS_PER_SESSION = 1000, APART = 256 };
	struct outcome_certificate alice = sample_certificate(3, "CN=alice");
	struct outcome_capture c = sample_capture(1, "a.pcap");
	struct sample_scratch t;
	size_t count;
	const struct named *all = named_all(&count);

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	assert_true(store_begin(s));
	for (int i = 0; i < SESSIONS; i++) {
		struct scene scene = story[i % 2];

		scene.at = (int64_t)i * APART;
		scene.request = 1;
		assert_true(emit_scene(s, &scene, &alice));
	}
	assert_true(store_end(s, &c, &sample_parameters, NULL, 0, NULL));
	sample_close(s);
	for (size_t i = 0; i < count; i++) {
		int steps;

		free(ask(t.db, &all[i], NULL, NULL, &steps));
		if (steps > SESSIONS * STEPS_PER_SESSION)
			fail_msg("%s takes %d steps", all[i].name, steps);
	}
	sample_scratch_remove(&t);
}

/* A finding says more than a verdict, and who can act. */
static void
test_causes_from_findings(void **state)
{
	struct sample_scratch t;

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	sample_expect(t.db, named_find("failures-by-cause")->sql,
		      "client_cert_unknown_ca|1|1|1|client, server\n");
	sample_scratch_remove(&t);
}

static void
test_all_are_tested_and_described(void **state)
{
	size_t count;
	const struct named *all = named_all(&count);

	(void)state;
	assert_int_equal(count, 15);
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;

		for (size_t k = 0; k < sizeof(answers) / sizeof(answers[0]); k++)
			n += strcmp(answers[k].name, all[i].name) == 0;
		if (n == 0)
			fail_msg("%s has no expected rows", all[i].name);
		assert_ptr_equal(named_find(all[i].name), &all[i]);
		assert_true(all[i].title[0] != '\0' && all[i].group[0] != '\0');
		for (size_t p = 0; p < all[i].param_count; p++)
			assert_true(all[i].params[p].meaning[0] != '\0');
	}
	assert_string_equal(all[0].name, "failures-by-cause");
	assert_string_equal(all[0].group, "What failed");
	assert_string_equal(named_find("expiring")->params[0].value, "30");
}

static void
test_nearest(void **state)
{
	static const char *const rows[][2] = {
	    {"expiry", "expiring"},
	    {"failures", "failures-by-cause"},
	    {"not_asked", "not-asked"},
	    {"timelines", "timeline"},
	    {"infered", "inferred"},
	    {"withhold", "withheld"},
	    {"failures-by-issuers", "failures-by-issuer"},
	    {"zebra", NULL},
	    {"", NULL},
	};
	char far[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *near = named_nearest(rows[i][0]);

		assert_null(named_find(rows[i][0]));
		if (rows[i][1] == NULL)
			assert_null(near);
		else
			assert_string_equal(near, rows[i][1]);
	}
	memset(far, 'x', sizeof(far) - 1);
	far[sizeof(far) - 1] = '\0';
	assert_null(named_nearest(far));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_many_sessions),
	    cmocka_unit_test(test_causes_from_findings),
	    cmocka_unit_test(test_all_are_tested_and_described),
	    cmocka_unit_test(test_nearest),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
