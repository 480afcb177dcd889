/*
 * test_findings_rules.c - the rules of causes, apart from conversations: sets of conditions that
 * show a cause, and one less that does not. A cause without any test fails, and so does a rule that
 * nothing reaches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/findings_conversations.h"

/* --- sets of conditions: what the scripts above cannot say -------------------------------------
 */

static const struct {
	enum cause cause;
	enum condition holds[6];
	int alert;
	enum condition but; /* with this one, too, it is no finding; IF_NONE: without the last */
} sets[] = {
    {CAUSE_client_cert_malformed, {IF_PRESENTED, IF_FAILED, IF_MALFORMED}, 42, IF_NONE},
    {CAUSE_certificate_type_mismatch, {IF_PRESENTED, IF_FAILED, IF_OTHER_TYPE}, 43, IF_NONE},
    {CAUSE_renegotiation_refused, {IF_NO_RENEGOTIATION}, -1, IF_NONE},
    {CAUSE_renegotiation_refused, {IF_V_LATE, IF_LATER}, -1, IF_NONE},
    {CAUSE_post_handshake_auth_not_offered,
     {IF_NOT_ASKED, IF_APP_READ, IF_NO_LATE_AUTH},
     -1,
     IF_NONE},
    {CAUSE_http2_forbids_late_auth, {IF_NOT_ASKED, IF_APP_READ, IF_H2}, -1, IF_NONE},
    {CAUSE_client_cert_refused_unreadable,
     {IF_PRESENTED, IF_REFUSED, IF_FAILED, IF_ALERT_HIDDEN},
     -1,
     IF_NONE},
    {CAUSE_proof_invalid, {IF_PRESENTED, IF_PROOF_INVALID}, -1, IF_NONE},
    {CAUSE_client_cert_revoked, {IF_PRESENTED, IF_FAILED, IF_REVOKED}, -1, IF_NONE},
    {CAUSE_missing_intermediate, {IF_PRESENTED, IF_FAILED, IF_REFUSED, IF_BY_STORE}, 48, IF_NONE},
    {CAUSE_client_cert_unknown_ca, {IF_PRESENTED, IF_FAILED, IF_UNTRUSTED}, 48, IF_BY_STORE},
    {CAUSE_crl_missing_or_expired,
     {IF_PRESENTED, IF_REFUSED, IF_LISTED, IF_CHAIN_GOOD},
     48,
     IF_REVOKED},
    {CAUSE_chain_too_deep, {IF_PRESENTED, IF_REFUSED, IF_CHAIN_GOOD, IF_DEEP}, 48, IF_NONE},
    {CAUSE_refused_above_tls, {IF_PRESENTED, IF_FAILED, IF_APP_READ}, -1, IF_NONE},
    {CAUSE_ocsp_unreachable, {IF_PRESENTED, IF_OCSP_FAILED}, 46, IF_ACCEPTED},
    {CAUSE_ocsp_unreachable, {IF_PRESENTED, IF_OCSP_FAILED}, 46, IF_ALERT_ELSE},
    {CAUSE_ocsp_unreachable, {IF_PRESENTED, IF_STALLED, IF_OCSP_TRIED}, -1, IF_NONE},
    {CAUSE_crl_missing_or_expired, {IF_PRESENTED, IF_CRL_FAILED}, 46, IF_ACCEPTED},
    {CAUSE_path_mtu_black_hole, {IF_SWALLOWED}, -1, IF_NONE},
    {CAUSE_path_mtu_black_hole, {IF_SWALLOWED_MAYBE}, -1, IF_NONE},
    {CAUSE_server_cert_rejected, {IF_V_CLIENT_LEFT, IF_ALERT_INSTEAD}, -1, IF_NONE},
    {CAUSE_server_cert_rejected, {IF_V_LEFT_EARLY, IF_ALERT_INSTEAD}, -1, IF_NONE},
    {CAUSE_user_did_not_answer, {IF_V_CLIENT_LEFT}, -1, IF_ALERT_INSTEAD},
};

/* A case in which only what is listed holds. */
struct blank {
	struct tls_session session;
	struct mutual_auth m;
	struct attempt attempt;
	struct facts facts;
	struct verdict_result verdict;
	struct tls_run run;
	struct finding_case c;
};

static struct blank *
blank_create(int alert)
{
	struct blank *b = calloc(1, sizeof(*b));

	b->session.run = &b->run;
	b->c = (struct finding_case){.session = &b->session,
				     .m = &b->m,
				     .attempt = &b->attempt,
				     .facts = &b->facts,
				     .verdict = &b->verdict,
				     .alert = alert,
				     .trust = {.revoked_at = INT64_MIN, .crl_until = INT64_MIN}};
	return b;
}

static void
blank_destroy(struct blank *b)
{
	arena_finish(&b->session.arena);
	free(b);
}

/* Has it the cause as this rule says it (NULL: as a failure)? */
static bool
blank_finds(struct blank *b, const char *cause, const struct finding_rule *rule,
	    const char *sentence)
{
	struct outcome_finding to[CAUSE_COUNT];
	size_t n = findings_of(&b->c, 1, to);

	for (size_t i = 0; i < n; i++)
		if (strcmp(to[i].cause, cause) == 0 &&
		    strcmp(to[i].severity, rule != NULL ? rule->severity : "failure") == 0 &&
		    (rule == NULL || (strcmp(to[i].certainty, rule->certainty) == 0 &&
				      strcmp(to[i].explanation, sentence) == 0)))
			return true;
	return false;
}

static void
test_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct blank *b = blank_create(sets[i].alert);
		const char *cause = cause_row(sets[i].cause)->name;
		size_t n = 0;
		while (n < COUNT(sets[i].holds) && sets[i].holds[n] != IF_NONE)
			condition_put(&b->c.holds, sets[i].holds[n++], true);
		if (!blank_finds(b, cause, NULL, NULL))
			fail_msg("set %zu does not show %s", i, cause);
		if (sets[i].but != IF_NONE)
			condition_put(&b->c.holds, sets[i].but, true);
		else
			condition_put(&b->c.holds, sets[i].holds[n - 1], false);
		if (blank_finds(b, cause, NULL, NULL))
			fail_msg("set %zu shows %s without its last condition", i, cause);
		blank_destroy(b);
	}
}

/* Exactly a rule's own conditions find it, each of them needed, unless an earlier row of its cause
 * fits as well. */
static void
test_every_rule_is_reached(void **state)
{
	struct finding_rule rule;
	uint16_t named_at;

	(void)state;
	for (size_t i = 0; findings_rule(i, &rule); i++) {
		struct blank *b = blank_create(rule.alert != 0 ? rule.alert : -1);
		for (size_t k = 0; rule.all[k] != IF_NONE; k++)
			condition_put(&b->c.holds, rule.all[k], true);
		const char *sentence = findings_text(&b->c, rule.sentence, &named_at);
		if (!blank_finds(b, cause_row(rule.cause)->name, &rule, sentence))
			fail_msg("rule %zu (%s) is never reached: %s", i,
				 cause_row(rule.cause)->name, rule.sentence);
		for (size_t k = 0; rule.all[k] != IF_NONE; k++) {
			condition_put(&b->c.holds, rule.all[k], false);
			if (blank_finds(b, cause_row(rule.cause)->name, &rule, sentence))
				fail_msg("rule %zu (%s) does not need: %s", i,
					 cause_row(rule.cause)->name,
					 condition_meaning((enum condition)rule.all[k]));
			condition_put(&b->c.holds, rule.all[k], true);
		}
		for (size_t k = 0; rule.not [k] != IF_NONE; k++) {
			condition_put(&b->c.holds, rule.not [k], true);
			if (blank_finds(b, cause_row(rule.cause)->name, &rule, sentence))
				fail_msg("rule %zu (%s) does not mind: %s", i,
					 cause_row(rule.cause)->name,
					 condition_meaning((enum condition)rule.not [k]));
			condition_put(&b->c.holds, rule.not [k], false);
		}
		blank_destroy(b);
	}
}

/* What rests on an inference is never proven, and says so. */
static void
test_inferred(void **state)
{
	struct blank *b = blank_create(-1);
	struct outcome_finding to[CAUSE_COUNT];

	(void)state;
	condition_put(&b->c.holds, IF_NOT_ASKED, true);
	assert_int_equal(findings_of(&b->c, 1, to), 1);
	assert_string_equal(to[0].certainty, "proven");
	b->verdict.evidence = EVIDENCE_INFERRED;
	assert_int_equal(findings_of(&b->c, 1, to), 1);
	assert_string_equal(to[0].certainty, "likely");
	assert_true(strncmp(to[0].explanation, "Inferred", 8) == 0);
	blank_destroy(b);
}

/* What findings say is the change, and where to make it when there is such a place. */
static bool
is_fix(const struct cause_fix *fix, const char *change, const char *settings)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s%s", change, settings[0] != '\0' ? ". Settings: " : "",
		 settings);
	return strcmp(fix->text, text) == 0 && fix->words_len == strlen(change);
}

static void
test_every_cause_has_a_test(void **state)
{
	(void)state;
	for (enum cause c = CAUSE_none + 1; c < CAUSE_COUNT; c++) {
		const struct cause_row *row = cause_row(c);
		bool tested = false, ruled = false;
		struct finding_rule rule;
		for (size_t i = 0; i < COUNT(conversations); i++)
			tested |= conversations[i].cause == c;
		for (size_t i = 0; i < COUNT(sets); i++)
			tested |= sets[i].cause == c;
		for (size_t i = 0; findings_rule(i, &rule); i++)
			ruled |= rule.cause == c;
		assert_true(strlen(row->words) <= 23 && row->words[0] != '\0');
		assert_true(row->server[0] != '\0' && row->client[0] != '\0');
		assert_true(is_fix(&row->server_fix, row->server, row->server_settings));
		assert_true(is_fix(&row->client_fix, row->client, row->client_settings));
		assert_int_equal(cause_find(row->name), c);
		if (ruled != (row->hidden == NULL) || (ruled && !tested))
			fail_msg("%s: rule %d, test %d, hidden %d", row->name, ruled, tested,
				 row->hidden != NULL);
	}
	assert_int_equal(cause_find("nothing"), CAUSE_none);
	assert_null(cause_row(CAUSE_none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sets),
	    cmocka_unit_test(test_every_rule_is_reached),
	    cmocka_unit_test(test_inferred),
	    cmocka_unit_test(test_every_cause_has_a_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
