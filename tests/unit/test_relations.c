/*
 * test_relations.c - for each row of relations.def sessions that it relates, and sessions that it
 * must not.
 */
#include "db/relate_impl.h"
#include "db/store.h"

#include "tests/unit/relate_sample.h"

/* clang-format off */
static const struct {
	const char *row, *name;
	struct made sessions[SESSIONS_MAX];
	const char *relations, *revised, *found;
} cases[] = {
#include "tests/unit/relations_cases.def"
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

static bool
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
	char *found =
	    told(t.db, "SELECT coalesce(group_concat(text, ', '), '') FROM (SELECT s.first_frame "
		       "|| ' ' || rank || ' ' || cause || ' ' || certainty AS text "
		       "FROM session s JOIN revised_finding r ON r.session_id = s.id "
		       "WHERE of IS NULL ORDER BY s.first_frame)");
	relations[strlen(relations) - 1] = revised[strlen(revised) - 1] = '\0';
	found[strlen(found) - 1] = '\0';
	bool good = strcmp(relations, cases[i].relations) == 0 &&
		    strcmp(revised, cases[i].revised) == 0 && strcmp(found, cases[i].found) == 0;
	if (!good)
		print_error("%s, %s: '%s' '%s' '%s'\n", cases[i].row, cases[i].name, relations,
			    revised, found);
	free(relations);
	free(revised);
	free(found);
	sample_scratch_remove(&t);
	return good;
}

static void
test_rows(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		wrong += !check_case(i, NULL) + !check_case(i, "IR-1");
	assert_int_equal(wrong, 0);
}

/* What shows that a row was at work: its finding, else its relation. */
static bool
shows(size_t i, const struct relate_row *r)
{
	char text[128];

	if (r->cause == NULL)
		return strstr(cases[i].relations, r->relation) != NULL;
	/* inference proves nothing, and most sessions here are inferred */
	snprintf(text, sizeof(text), " %s %s", r->cause, r->certainty);
	if (strstr(cases[i].found, text) != NULL)
		return true;
	snprintf(text, sizeof(text), " %s likely", r->cause);
	return strcmp(r->certainty, "proven") == 0 && strstr(cases[i].found, text) != NULL;
}

static void
test_every_row_has_cases(void **state)
{
	(void)state;
	for (size_t k = 0; k < (size_t)RELATE_ROWS; k++) {
		unsigned seen = 0;

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			if (strcmp(cases[i].row, relate_rows[k].name) == 0)
				seen |= shows(i, &relate_rows[k]) ? 1u : 2u;
		if (seen != 3)
			fail_msg("%s: found %u, not found %u", relate_rows[k].name, seen & 1,
				 seen >> 1);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t k = 0;

		while (k < (size_t)RELATE_ROWS && strcmp(cases[i].row, relate_rows[k].name) != 0)
			k++;
		assert_true(k < (size_t)RELATE_ROWS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_row_has_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
