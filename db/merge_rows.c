/*
 * merge_rows.c - the shard's rows become ours, in one statement per table.
 * Called by merge.c. The columns are asked of the schema; merge.def says which hold ids.
 */
#include "db/merge_impl.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *table, *column, *expression;
} columns[] = {
#define MERGE_COLUMN(table, column, expression) {#table, #column, expression},
#include "db/merge.def"
#undef MERGE_COLUMN
};

/* Dictionaries in the order of what they refer to. key: what tells rows apart, NULL all columns. */
static const struct {
	enum merge_kind kind;
	const char *key;
} dictionaries[] = {
    {MERGE_KIND_name, NULL},       {MERGE_KIND_sentence, NULL},
    {MERGE_KIND_profile, NULL},    {MERGE_KIND_answer, NULL},
    {MERGE_KIND_conclusion, NULL}, {MERGE_KIND_step, NULL},
    {MERGE_KIND_claim, NULL},      {MERGE_KIND_certificate, "sha256"},
    {MERGE_KIND_chain, NULL},      {MERGE_KIND_request, "digest"},
    {MERGE_KIND_ladder, NULL},     {MERGE_KIND_fact_list, NULL},
    {MERGE_KIND_diagnosis, NULL},  {MERGE_KIND_finding_list, NULL},
};

/* Rows of captures. Relations across captures are those of incidents, which are related anew. */
/* clang-format off */
#define CAPTURES      "temp.merge_capture c CROSS JOIN shard."
#define OF_CAPTURE(t) #t, CAPTURES #t " s ON s.capture_id = c.old WHERE c.take"
#define OF_SESSION(t) #t, CAPTURES #t " s ON s.session_id BETWEEN c.first AND c.last WHERE c.take"
static const struct {
	const char *table, *from;
} tables[] = {
    {"capture", CAPTURES "capture s ON s.id = c.old WHERE c.take"},
    {OF_CAPTURE(capture_part)},
    {OF_CAPTURE(without_tls)},
    {"session", CAPTURES "session s ON s.id BETWEEN c.first AND c.last WHERE c.take"},
    {OF_SESSION(story)},
    {OF_SESSION(revised)},
    {OF_SESSION(revised_fact)},
    {OF_SESSION(revised_finding)},
    {OF_SESSION(relation) " AND s.other_session_id BETWEEN c.first AND c.last"},
};
/* clang-format on */

static const char *
expression_of(const char *table, const char *column)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (strcmp(columns[i].table, table) == 0 && strcmp(columns[i].column, column) == 0)
			return columns[i].expression;
	return NULL;
}

/* What a statement about one table needs: its columns, where each comes from, and whether a row m
 * of ours is row s of the shard. */
struct lists {
	sqlite3_str *names, *values, *same;
};

static void
add_column(struct lists *l, const char *table, const char *column, const char *key)
{
	const char *expression = expression_of(table, column);
	const char *comma = sqlite3_str_length(l->names) > 0 ? ", " : "";
	char plain[128];

	snprintf(plain, sizeof(plain), "s.\"%s\"", column);
	if (expression == NULL)
		expression = plain;
	sqlite3_str_appendf(l->names, "%s\"%w\"", comma, column);
	sqlite3_str_appendf(l->values, "%s%s", comma, expression);
	/* its index is over those that are not NULL */
	const char *is = strcmp(column, "digest") == 0 ? "=" : "IS";
	if (key == NULL || strcmp(key, column) == 0)
		sqlite3_str_appendf(l->same, "%sm.\"%w\" %s %s",
				    sqlite3_str_length(l->same) > 0 ? " AND " : "", column, is,
				    expression);
}

/* dictionary: without its own id. */
static bool
list_columns(struct merge *m, struct lists *l, const char *table, bool dictionary, const char *key)
{
	struct database *d = &m->store->d;
	sqlite3_stmt *stmt = NULL;
	int rc = SQLITE_DONE;

	if (!database_prepare(d, "SELECT name FROM pragma_table_info(?1, 'main')", &stmt))
		return false;
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(stmt, 0);

		if (!dictionary || strcmp(column, "id") != 0)
			add_column(l, table, column, key);
	}
	bool ok = rc == SQLITE_DONE || database_sqlite_fault(d);
	sqlite3_finalize(stmt);
	return ok;
}

static void
lists_init(struct merge *m, struct lists *l)
{
	l->names = sqlite3_str_new(m->store->d.db);
	l->values = sqlite3_str_new(m->store->d.db);
	l->same = sqlite3_str_new(m->store->d.db);
}

static void
lists_finish(struct lists *l)
{
	sqlite3_free(sqlite3_str_finish(l->names));
	sqlite3_free(sqlite3_str_finish(l->values));
	sqlite3_free(sqlite3_str_finish(l->same));
}

static bool
run(struct merge *m, char *sql)
{
	bool ok = sql != NULL ? database_exec(&m->store->d, sql)
			      : database_fault(&m->store->d, "out of memory");

	sqlite3_free(sql);
	return ok;
}

static bool
copy_dictionary(struct merge *m, enum merge_kind kind, const char *key)
{
	const char *table = merge_kind_names[kind];
	struct lists l;

	lists_init(m, &l);
	bool ok = list_columns(m, &l, table, true, key);
	const char *names = sqlite3_str_value(l.names), *values = sqlite3_str_value(l.values);
	const char *same = sqlite3_str_value(l.same);
	ok = ok &&
	     run(m, sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM shard.%s s WHERE NOT "
				    "EXISTS (SELECT 1 FROM main.%s m WHERE %s)",
				    table, names, values, table, table, same)) &&
	     run(m, sqlite3_mprintf("INSERT INTO temp.merge_%s SELECT s.id, (SELECT min(m.id) FROM "
				    "main.%s m WHERE %s) FROM shard.%s s",
				    table, table, same, table));
	lists_finish(&l);
	return ok;
}

static bool
copy_table(struct merge *m, const char *table, const char *from)
{
	struct lists l;

	lists_init(m, &l);
	bool ok =
	    list_columns(m, &l, table, false, NULL) &&
	    run(m, sqlite3_mprintf("INSERT INTO main.%s (%s) SELECT %s FROM %s", table,
				   sqlite3_str_value(l.names), sqlite3_str_value(l.values), from));
	lists_finish(&l);
	return ok;
}

/* What a dictionary's rows are made of; of known ones it is there. */
static bool
copy_parts(struct merge *m, const char *table)
{
	struct lists l;

	lists_init(m, &l);
	bool ok = list_columns(m, &l, table, false, NULL) &&
		  run(m, sqlite3_mprintf(
			     "INSERT OR IGNORE INTO main.%s (%s) SELECT %s FROM shard.%s s", table,
			     sqlite3_str_value(l.names), sqlite3_str_value(l.values), table));
	lists_finish(&l);
	return ok;
}

bool
merge_rows_copy(struct merge *m)
{
	for (size_t i = 0; i < sizeof(dictionaries) / sizeof(dictionaries[0]); i++)
		if (!copy_dictionary(m, dictionaries[i].kind, dictionaries[i].key))
			return false;
	if (!copy_parts(m, "request_item") || !copy_parts(m, "finding"))
		return false;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!copy_table(m, tables[i].table, tables[i].from))
			return false;
	return true;
}

bool
merge_rows_copy_comparisons(struct merge *m)
{
	return copy_table(m, "comparison",
			  "temp.merge_run r CROSS JOIN shard.comparison s ON s.run = r.old");
}
