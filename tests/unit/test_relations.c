/*
 * test_relations.c - for each row of relations.def sessions that it relates, and sessions that it
 * must not.
 */
#include "db/store.h"

#include "tests/unit/relate_sample.h"

/* relations: "frame relation frame, ..." in the order of frames; revised: "frame confidence
 * modifiers, ..." of the sessions that pass 2 changed. */
/* clang-format off */
static const struct {
	const char *name;
	struct made sessions[SESSIONS_MAX];
	const char *relations, *revised;
} cases[] = {
    /* ticket_corroboration */
    {"tickets elsewhere",
     {{.frame = 1, SUSPECT}, {.frame = 2, TICKETS}},
     "1 corroborated_by 2", "1 high -"},
    {"the first of several",
     {{.frame = 9, TICKETS}, {.frame = 5, .start = 1, .client = 9, TICKETS}, {.frame = 7, SUSPECT}},
     "7 corroborated_by 9", "7 high -"},
    {"of a later attempt",
     {{.frame = 1, .attempt_no = 3, SUSPECT}, {.frame = 2, TICKETS}},
     "1 corroborated_by 2", "1 high -"},
    {"another server", {{.frame = 1, SUSPECT}, {.frame = 2, .server = 9, TICKETS}}, "", ""},
    {"another name", {{.frame = 1, .sni = "a", SUSPECT}, {.frame = 2, .sni = "b", TICKETS}}, "", ""},
    {"the other is not sure",
     {{.frame = 1, SUSPECT}, {.frame = 2, OK_AT(CONFIDENCE_MEDIUM), .notes = {.unsolicited = true}}},
     "", ""},
    {"the other sent nothing of its own", {{.frame = 1, SUSPECT}, {.frame = 2, OK_SESSION}}, "", ""},
    {"its alert was late",
     {{.frame = 1, REJECTED_AT(CONFIDENCE_MEDIUM), .notes = {.outcome_rule = 5}}, {.frame = 2, TICKETS}},
     "", ""},
    {"another fact stays medium",
     {{.frame = 1, .cert_confidence = CONFIDENCE_MEDIUM, SUSPECT}, {.frame = 2, TICKETS}},
     "1 corroborated_by 2", ""},
    /* resumed_seen */
    {"ticket used again",
     {{.frame = 1, PLAIN, .notes = {.handle = 77}},
      {.frame = 2, .start = 5, PLAIN, .notes = {.handle = 78, .used = 77}},
      {.frame = 3, .start = 9, PLAIN, .notes = {.used = 78}}},
     "2 resumed_from 1, 3 resumed_from 2", ""},
    {"the last one before it",
     {{.frame = 1, PLAIN, .notes = {.handle = 77}},
      {.frame = 2, .start = 3, PLAIN, .notes = {.handle = 77}},
      {.frame = 3, .start = 9, PLAIN, .notes = {.handle = 77}},
      {.frame = 4, .start = 5, PLAIN, .notes = {.used = 77}}},
     "4 resumed_from 2", ""},
    {"ticket given later, or another",
     {{.frame = 1, .start = 9, PLAIN, .notes = {.handle = 77}},
      {.frame = 2, PLAIN, .notes = {.handle = 76}},
      {.frame = 3, .start = 5, PLAIN, .notes = {.used = 77}}},
     "", ""},
    /* resumed_decrypted */
    {"identity read with keys",
     {{.frame = 1, PLAIN, .notes = {.handle = 77, .ticket_length = 250}},
      {.frame = 2, .start = 1, PLAIN, .notes = {.used = 77, .identity_length = 100}}},
     "2 resumed_from 1", ""},
    {"another identity",
     {{.frame = 1, PLAIN, .notes = {.handle = 77, .ticket_length = 250}},
      {.frame = 2, .start = 1, PLAIN, .notes = {.used = 78, .identity_length = 100}}},
     "", ""},
    /* resumed_by_length */
    {"a nonce of 8 and of 0, and early_data",
     {{.frame = 1, PLAIN, .notes = {.ticket_length = 225}},
      {.frame = 2, .start = 1, PLAIN, .notes = {.used = 5, .identity_length = 200}},
      {.frame = 3, .start = 2, PLAIN, .notes = {.used = 6, .identity_length = 208}},
      {.frame = 4, .start = 3, PLAIN, .notes = {.used = 7, .identity_length = 192}}},
     "2 resumed_from 1, 3 resumed_from 1, 4 resumed_from 1", ""},
    {"another length, client or server, or older than a week",
     {{.frame = 1, PLAIN, .notes = {.ticket_length = 224}},
      {.frame = 2, .client = 9, PLAIN, .notes = {.ticket_length = 225}},
      {.frame = 3, .server = 9, PLAIN, .notes = {.ticket_length = 225}},
      {.frame = 4, .start = -604802, PLAIN, .notes = {.ticket_length = 225}},
      {.frame = 5, .start = 1, PLAIN, .notes = {.used = 5, .identity_length = 200}}},
     "", ""},
    /* retry_followed, same_client_succeeded */
    {"retried with a certificate, refused",
     {{.frame = 1, ABORTED}, {.frame = 2, .start = 30, REFUSED}},
     "1 retry_followed 2", "1 high retry_followed"},
    {"retried and succeeded; found by name",
     {{.frame = 1, .sni = "a", ABORTED},
      {.frame = 2, .server = 9, .start = 30, .sni = "a", OK_SESSION},
      {.frame = 3, .server = 9, .start = 31, .sni = "a", OK_SESSION}},
     "1 retry_followed 2, 1 same_client_succeeded 2", "1 high retry_followed,same_client_succeeded"},
    {"refused, then another certificate",
     {{.frame = 1, REFUSED, .modifiers = MODIFIER_SERVER_PADDING}, {.frame = 2, .start = 30, OK_SESSION}},
     "1 same_client_succeeded 2", "1 high same_client_succeeded,server_padding"},
    {"too late, too early, another client, another server",
     {{.frame = 1, .length = 2, ABORTED},
      {.frame = 2, .start = 122.5, OK_SESSION},
      {.frame = 3, .start = -1, OK_SESSION},
      {.frame = 4, .start = 9, .client = 9, OK_SESSION},
      {.frame = 5, .start = 9, .server = 9, OK_SESSION}},
     "", ""},
    {"accepted and then dropped is no success",
     {{.frame = 1, REFUSED}, {.frame = 2, .start = 9, OK_SESSION, .modifiers = MODIFIER_DROPPED_AFTER_ACCEPT}},
     "", ""},
    {"again without a certificate", {{.frame = 1, ABORTED}, {.frame = 2, .start = 9, ABORTED}}, "", ""},
    /* same_handshake */
    {"the same handshake three times",
     {{.frame = 1, .random = 7, PLAIN},
      {.frame = 2, .start = 1, .random = 7, .client = 9, PLAIN},
      {.frame = 3, .start = 2, .random = 7, .no_server_random = true, PLAIN}},
     "1 same_handshake 2, 1 same_handshake 3, 2 same_handshake 1, 3 same_handshake 1", ""},
    {"one random, two answers",
     {{.frame = 1, .random = 7, PLAIN}, {.frame = 2, .random = 7, .server_random = 2, PLAIN}},
     "", ""},
};
/* clang-format on */

static char *
told(const char *path, const char *sql)
{
	char *rows = sample_rows(path, sql);

	for (char *p = rows; *p != '\0'; p++)
		*p = *p == '|' ? ' ' : *p;
	return rows;
}

static void
check_case(size_t i, const char *incident)
{
	struct sample_scratch t;

	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	store_made(s, incident, 1, cases[i].sessions);
	sample_close(s);
	char *relations =
	    told(t.db, "SELECT coalesce(group_concat(text, ', '), '') FROM (SELECT s.first_frame "
		       "|| ' ' || relation || ' ' || o.first_frame AS text FROM related r "
		       "JOIN session s ON s.id = r.session_id "
		       "JOIN session o ON o.id = r.other_session_id ORDER BY 1)");
	char *revised =
	    told(t.db, "SELECT coalesce(group_concat(text, ', '), '') FROM (SELECT s.first_frame "
		       "|| ' ' || confidence || ' ' || coalesce(modifiers, '-') AS text "
		       "FROM sessions s JOIN revised USING (session_id) ORDER BY 1)");
	relations[strlen(relations) - 1] = revised[strlen(revised) - 1] = '\0';
	if (strcmp(relations, cases[i].relations) != 0 || strcmp(revised, cases[i].revised) != 0)
		fail_msg("%s: '%s' '%s'", cases[i].name, relations, revised);
	free(relations);
	free(revised);
	sample_scratch_remove(&t);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_case(i, NULL);
		check_case(i, "IR-1");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
