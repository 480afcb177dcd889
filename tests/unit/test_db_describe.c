/*
 * test_db_describe.c - the lines of `mtlscope schema` against the views as they are.
 */
#include "db/describe.h"

#include "tests/unit/store_sample.h"

/* Columns of a view with their declared types, in order: "name|TYPE\n"; free it. */
static char *
columns_of(const char *path, const char *view)
{
	char sql[160];

	snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_info('%s') ORDER BY cid", view);
	return sample_rows(path, sql);
}

static bool
has_columns_of_sessions(const char *view)
{
	return strcmp(view, "failed_mutual_auth") == 0 ||
	       strcmp(view, "no_client_certificate") == 0;
}

static void
test_no_column_is_missing(void **state)
{
	struct sample_scratch t;
	char *described = NULL, *views = NULL;
	size_t count;
	const struct description *all = describe_all(&count);

	(void)state;
	sample_scratch_make(&t);
	sample_close(sample_open(t.db));
	sample_append(&views, "");
	for (size_t i = 0; i < count; i++) {
		assert_true((all[i].view == NULL) != (all[i].column == NULL));
		assert_true((all[i].type == NULL) == (all[i].column == NULL));
		assert_true(all[i].meaning[0] != '\0');
		if (all[i].view == NULL)
			continue;
		sample_append(&views, all[i].view);
		sample_append(&views, "\n");
		free(described);
		described = NULL;
		sample_append(&described, "");
		for (size_t k = i + 1; k < count && all[k].view == NULL; k++) {
			sample_append(&described, all[k].column);
			sample_append(&described, "\n");
		}
		char *real = columns_of(t.db, has_columns_of_sessions(all[i].view) ? "sessions"
										   : all[i].view);
		if (has_columns_of_sessions(all[i].view)) {
			char *own = columns_of(t.db, all[i].view);
			assert_string_equal(own, real);
			assert_string_equal(described, "");
			free(own);
		} else {
			assert_string_equal(described, real);
		}
		free(real);
	}
	sample_expect(t.db, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid",
		      views);
	free(described);
	free(views);
	sample_scratch_remove(&t);
}

/* The described type is the one a filled row has. */
static void
test_types(void **state)
{
	struct sample_scratch t;
	size_t count;
	const struct description *all = describe_all(&count);
	const char *view = "";
	char sql[256], want[64];

	(void)state;
	sample_scratch_make(&t);
	struct store *s = sample_open(t.db);
	sample_store_capture(s, 1, "a.pcap", 0);
	sample_close(s);
	for (size_t i = 0; i < count; i++) {
		if (all[i].view != NULL) {
			view = all[i].view;
			continue;
		}
		snprintf(
		    sql, sizeof(sql),
		    "SELECT coalesce(max(upper(typeof(\"%s\"))), '%s') FROM %s WHERE \"%s\" IS "
		    "NOT NULL",
		    all[i].column, all[i].type, view, all[i].column);
		snprintf(want, sizeof(want), "%s\n", all[i].type);
		sample_expect(t.db, sql, want);
	}
	sample_scratch_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_column_is_missing),
	    cmocka_unit_test(test_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
