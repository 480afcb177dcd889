/*
 * merge_ids.c - what an id of the shard is called here, as SQL functions for the statements that
 * copy. Used by merge.c. How lists are written is in schema.sql: items begin with a dictionary id,
 * bare or in a string.
 *
 * A shard is input like any other: an id that leads nowhere, or a list that is none, ends the merge
 * of that shard.
 */
#include "db/merge_impl.h"

#include <stdio.h>
#include <string.h>

enum { ID_DIGITS_MAX = 18, VERSION_MAX = 64 };

const char *const merge_kind_names[MERGE_KIND_COUNT] = {
#define X(name) #name,
    MERGE_KINDS(X)
#undef X
};

/* 0: the shard has no such row. */
static int64_t
new_id(struct merge_map *map, int64_t old)
{
	size_t at = (uint64_t)old & (MERGE_CACHED - 1);

	if (old > 0 && map->cached[at].old == old)
		return map->cached[at].new;
	sqlite3_bind_int64(map->find, 1, old);
	int64_t id = sqlite3_step(map->find) == SQLITE_ROW ? sqlite3_column_int64(map->find, 0) : 0;
	sqlite3_reset(map->find);
	if (id != 0) {
		map->cached[at].old = old;
		map->cached[at].new = id;
	}
	return id;
}

static void
fail(sqlite3_context *context, struct merge_map *map, const char *what)
{
	map->merge->damaged = true;
	sqlite3_result_error(context, what, -1);
}

static void
on_id(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct merge_map *map = sqlite3_user_data(context);

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	int64_t id = new_id(map, sqlite3_value_int64(values[0]));
	if (id != 0)
		sqlite3_result_int64(context, id);
	else
		fail(context, map, "an id that leads nowhere");
}

/* The digits at s; 0: none, or too many. */
static size_t
read_id(const char *s, const char *end, int64_t *id)
{
	size_t n = 0;

	*id = 0;
	for (; s + n < end && s[n] >= '0' && s[n] <= '9' && n < ID_DIGITS_MAX; n++)
		*id = *id * 10 + (s[n] - '0');
	return n;
}

/* Where the item that s is in ends: at its comma or bracket. NULL: nowhere. */
static const char *
item_end(const char *s, const char *end, bool in_string)
{
	for (; s < end; s++) {
		if (in_string && *s == '\\')
			s++;
		else if (in_string && *s == '"')
			in_string = false;
		else if (!in_string && (*s == ',' || *s == ']'))
			return s;
	}
	return NULL;
}

static void
put(struct text *t, const char *s, const char *end)
{
	memcpy(t->data + t->len, s, (size_t)(end - s));
	t->len += (size_t)(end - s);
}

/* One item from s on, its id replaced; *next: behind it. NULL, or what is wrong. */
static const char *
put_item(struct merge_map *map, const char *s, const char *end, const char **next)
{
	struct text *t = &map->merge->list;
	bool in_string = s < end && *s == '"';
	int64_t old;

	const char *digits = s + (in_string ? 1 : 0);
	size_t n = read_id(digits, end, &old);
	const char *stop = item_end(digits + n, end, in_string);
	if (n == 0 || stop == NULL)
		return "a list that is none";
	int64_t id = new_id(map, old);
	if (id == 0)
		return "an id that leads nowhere";
	if (!text_reserve(t, (size_t)(stop - s) + TEXT_INT_MAX + 1))
		return "out of memory";
	put(t, s, digits);
	text_put_int(t, id);
	put(t, digits + n, stop + 1);
	*next = stop + 1;
	return NULL;
}

static void
on_list(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct merge_map *map = sqlite3_user_data(context);
	struct text *t = &map->merge->list;
	const char *s = (const char *)sqlite3_value_text(values[0]), *wrong = NULL;

	(void)count;
	if (s == NULL)
		return;
	const char *end = s + sqlite3_value_bytes(values[0]);
	t->len = 0;
	if (*s != '[' || !text_reserve(t, 1))
		wrong = "a list that is none";
	else
		put(t, s, s + 1);
	for (s++; wrong == NULL && s < end;)
		wrong = put_item(map, s, end, &s);
	if (wrong == NULL && (t->len < 2 || t->data[t->len - 1] != ']'))
		wrong = "a list that is none";
	if (wrong != NULL)
		fail(context, map, wrong);
	else
		sqlite3_result_text64(context, t->data, t->len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* --- which of two readings of a capture ---------------------------------------------------------
 */

/* "0.1.0; verify-all": the version is before the first semicolon. */
static void
version_of(const char *program, char out[VERSION_MAX])
{
	snprintf(out, VERSION_MAX, "%.*s", (int)strcspn(program, ";"), program);
}

static int
order_of_programs(const char *a, const char *b)
{
	char versions[2][VERSION_MAX];

	version_of(a, versions[0]);
	version_of(b, versions[1]);
	int order = strverscmp(versions[0], versions[1]);
	if (order != 0)
		return order;
	return (strstr(b, STORE_PROGRAM_FILTER) != NULL) -
	       (strstr(a, STORE_PROGRAM_FILTER) != NULL);
}

static int
order_of(const char *const a[3], const char *const b[3])
{
	int order = order_of_programs(a[0], b[0]);

	for (int i = 1; order == 0 && i < 3; i++)
		order = (a[i][0] != '\0') - (b[i][0] != '\0');
	for (int i = 0; order == 0 && i < 3; i++)
		order = strcmp(a[i], b[i]);
	return order;
}

static void
on_better(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *texts[6];

	for (int i = 0; i < count; i++) {
		texts[i] = (const char *)sqlite3_value_text(values[i]);
		if (texts[i] == NULL)
			texts[i] = "";
	}
	sqlite3_result_int(context, order_of(texts, texts + 3) > 0);
}

/* --- open, clear, close -------------------------------------------------------------------------
 */

static bool
make_map(struct merge *m, enum merge_kind kind)
{
	struct database *d = &m->store->d;
	struct merge_map *map = &m->maps[kind];
	char sql[128], name[64], list[64];

	map->merge = m;
	snprintf(name, sizeof(name), "new_%s", merge_kind_names[kind]);
	snprintf(list, sizeof(list), "new_%s_list", merge_kind_names[kind]);
	snprintf(sql, sizeof(sql),
		 "CREATE TEMP TABLE merge_%s (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
		 merge_kind_names[kind]);
	if (!database_exec(d, sql))
		return false;
	snprintf(sql, sizeof(sql), "SELECT new FROM temp.merge_%s WHERE old = ?1",
		 merge_kind_names[kind]);
	return database_prepare(d, sql, &map->find) &&
	       ((sqlite3_create_function(d->db, name, 1, SQLITE_UTF8, map, on_id, NULL, NULL) ==
		     SQLITE_OK &&
		 sqlite3_create_function(d->db, list, 1, SQLITE_UTF8, map, on_list, NULL, NULL) ==
		     SQLITE_OK) ||
		database_sqlite_fault(d));
}

bool
merge_ids_open(struct merge *m)
{
	struct database *d = &m->store->d;

	for (int i = 0; i < MERGE_KIND_COUNT; i++)
		if (!make_map(m, (enum merge_kind)i))
			return false;
	return sqlite3_create_function(d->db, "is_better", 6, SQLITE_UTF8, m, on_better, NULL,
				       NULL) == SQLITE_OK ||
	       database_sqlite_fault(d);
}

bool
merge_ids_clear(struct merge *m)
{
	char sql[64];

	m->damaged = false;
	for (int i = 0; i < MERGE_KIND_COUNT; i++) {
		memset(m->maps[i].cached, 0, sizeof(m->maps[i].cached));
		snprintf(sql, sizeof(sql), "DELETE FROM temp.merge_%s", merge_kind_names[i]);
		if (!database_exec(&m->store->d, sql))
			return false;
	}
	return true;
}

void
merge_ids_close(struct merge *m)
{
	for (int i = 0; i < MERGE_KIND_COUNT; i++)
		sqlite3_finalize(m->maps[i].find);
	text_finish(&m->list);
}
