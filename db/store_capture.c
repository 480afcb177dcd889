/*
 * store_capture.c - captures and files: the end of one, its names, what is known already.
 * Driven by cli/ around the pipeline; rules of identity are the contract's.
 */
#include "db/store_impl.h"

#include <string.h>

static void
bind_text(sqlite3_stmt *stmt, int column, const char *s)
{
	sqlite3_bind_text(stmt, column, s, -1, SQLITE_STATIC);
}

static void
bind_time(sqlite3_stmt *stmt, int column, int64_t ns)
{
	if (ns == INT64_MIN)
		sqlite3_bind_null(stmt, column);
	else
		sqlite3_bind_int64(stmt, column, ns);
}

/* Sizes and inodes are unsigned; SQLite keeps the 64 bits. */
static void
bind_file(sqlite3_stmt *stmt, const struct store_file *f)
{
	bind_text(stmt, 1, f->path);
	sqlite3_bind_int64(stmt, 2, (int64_t)f->size);
	sqlite3_bind_int64(stmt, 3, f->mtime_ns);
	sqlite3_bind_int64(stmt, 4, (int64_t)f->inode);
	sqlite3_bind_int64(stmt, 5, (int64_t)f->device);
}

struct file_row {
	int64_t id; /* 0: not known */
	bool done, same;
};

static bool
find_file_row(struct store *s, const struct store_file *f, struct file_row *out)
{
	sqlite3_stmt *stmt = s->statements[STORE_FILE_FIND];

	*out = (struct file_row){0};
	bind_file(stmt, f);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*out = (struct file_row){sqlite3_column_int64(stmt, 0),
					 sqlite3_column_int(stmt, 1) != 0,
					 sqlite3_column_int(stmt, 2) != 0};
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(&s->d);
	sqlite3_reset(stmt);
	return ok;
}

/* The row of this state of the file. A changed file loses its captures: they were of the old. */
static bool
file_id(struct store *s, const struct store_file *f, int64_t *id)
{
	struct file_row row;

	*id = 0;
	if (f == NULL)
		return true;
	if (!find_file_row(s, f, &row))
		return false;
	if (row.id != 0 && !row.same) {
		sqlite3_bind_int64(s->statements[STORE_FILE_UNLINK], 1, row.id);
		if (!database_run(&s->d, s->statements[STORE_FILE_UNLINK]))
			return false;
	}
	if (row.id == 0 || !row.same) {
		bind_file(s->statements[STORE_FILE_UPSERT], f);
		if (!database_run(&s->d, s->statements[STORE_FILE_UPSERT]) ||
		    !find_file_row(s, f, &row))
			return false;
	}
	*id = row.id;
	return true;
}

bool
store_put_name(struct store *s, int64_t capture_id, const char *path, const char *abs_path,
	       const struct store_file *file, unsigned part_no)
{
	sqlite3_stmt *stmt = s->statements[STORE_NAME_UPSERT];
	int64_t id;

	if (!file_id(s, file, &id))
		return false;
	sqlite3_bind_int64(stmt, 1, capture_id);
	bind_text(stmt, 2, abs_path);
	bind_text(stmt, 3, path);
	if (id != 0)
		sqlite3_bind_int64(stmt, 4, id);
	else
		sqlite3_bind_null(stmt, 4);
	if (part_no != 0)
		sqlite3_bind_int64(stmt, 5, part_no);
	else
		sqlite3_bind_null(stmt, 5);
	return database_run(&s->d, stmt);
}

static bool
go_by_first_name(struct store *s, int64_t capture_id)
{
	sqlite3_bind_int64(s->statements[STORE_FIRST_NAME], 1, capture_id);
	return database_run(&s->d, s->statements[STORE_FIRST_NAME]);
}

/* Runs `what` in a transaction of its own, or in the capture's when one is open. */
static bool
finish_own(struct store *s, bool own, bool ok)
{
	if (own && ok)
		ok = database_run(&s->d, s->statements[STORE_COMMIT]);
	if (own && !ok && sqlite3_get_autocommit(s->d.db) == 0)
		sqlite3_exec(s->d.db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

static bool
begin_own(struct store *s, bool *own)
{
	*own = !s->in_capture;
	if (s->in_capture)
		return !s->failed;
	return database_run(&s->d, s->statements[STORE_BEGIN]);
}

bool
store_add_part_name(struct store *s, int64_t capture_id, const char *path, const char *abs_path,
		    const struct store_file *file, unsigned part_no)
{
	bool own;

	if (!begin_own(s, &own))
		return false;
	return finish_own(s, own,
			  store_put_name(s, capture_id, path, abs_path, file, part_no) &&
			      go_by_first_name(s, capture_id));
}

bool
store_add_name(struct store *s, int64_t capture_id, const char *path, const char *abs_path,
	       const struct store_file *file)
{
	return store_add_part_name(s, capture_id, path, abs_path, file, 0);
}

bool
store_file_done(struct store *s, const struct store_file *file)
{
	sqlite3_stmt *stmt = s->statements[STORE_FILE_DONE];
	int64_t id;
	bool own;

	if (!begin_own(s, &own))
		return false;
	bool ok = file_id(s, file, &id);
	if (ok) {
		sqlite3_bind_int64(stmt, 1, id);
		ok = database_run(&s->d, stmt);
	}
	return finish_own(s, own, ok);
}

bool
store_set_sha256(struct store *s, int64_t capture_id, const char *sha256)
{
	sqlite3_stmt *stmt = s->statements[STORE_SET_SHA256];

	sqlite3_bind_int64(stmt, 1, capture_id);
	bind_text(stmt, 2, sha256);
	return database_run(&s->d, stmt);
}

static const char *
column_text(sqlite3_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt, column);
}

/* Columns: id, size, xxh3, sha256, abs_path, program, secrets, trust, of_part. */
static bool
each_capture(struct store *s, sqlite3_stmt *stmt, store_capture_each *each, void *ctx)
{
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_capture c = {
		    .id = sqlite3_column_int64(stmt, 0),
		    .size = (uint64_t)sqlite3_column_int64(stmt, 1),
		    .sha256 = column_text(stmt, 3),
		    .path = column_text(stmt, 4),
		    .parameters = {column_text(stmt, 5), column_text(stmt, 6),
				   column_text(stmt, 7)},
		    .of_part = sqlite3_column_int(stmt, 8) != 0,
		};
		if (sqlite3_column_bytes(stmt, 2) == (int)sizeof(c.xxh3))
			memcpy(c.xxh3, sqlite3_column_blob(stmt, 2), sizeof(c.xxh3));
		if (!each(ctx, &c))
			break;
	}
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(&s->d);
	sqlite3_reset(stmt);
	return ok;
}

bool
store_find_file(struct store *s, const struct store_file *file, bool *done,
		store_capture_each *each, void *ctx)
{
	struct file_row row;

	*done = false;
	if (!find_file_row(s, file, &row))
		return false;
	*done = row.done && row.same;
	if (!*done)
		return true;
	sqlite3_bind_int64(s->statements[STORE_FIND_BY_FILE], 1, row.id);
	return each_capture(s, s->statements[STORE_FIND_BY_FILE], each, ctx);
}

bool
store_find_content(struct store *s, uint64_t size, const uint8_t xxh3[16], store_capture_each *each,
		   void *ctx)
{
	sqlite3_stmt *stmt = s->statements[STORE_FIND_BY_CONTENT];

	sqlite3_bind_blob(stmt, 1, xxh3, 16, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, (int64_t)size);
	return each_capture(s, stmt, each, ctx);
}

bool
store_each_random(struct store *s, int64_t capture_id, store_random_each *each, void *ctx)
{
	sqlite3_stmt *stmt = s->statements[STORE_RANDOMS];
	int rc;

	sqlite3_bind_int64(stmt, 1, capture_id);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		if (sqlite3_column_bytes(stmt, 0) == 32 && !each(ctx, sqlite3_column_blob(stmt, 0)))
			break;
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(&s->d);
	sqlite3_reset(stmt);
	return ok;
}

/* Sessions of a capture are a range of ids, so no index is needed to find them. What is removed
 * shall not be found in free pages of the file either, nor what is swept for it later. */
bool
store_capture_delete(struct store *s, int64_t id)
{
	static const char *const steps[] = {
	    "DELETE FROM revised WHERE session_id BETWEEN ?2 AND ?3",
	    "DELETE FROM revised_fact WHERE session_id BETWEEN ?2 AND ?3",
	    "DELETE FROM revised_finding WHERE session_id BETWEEN ?2 AND ?3",
	    "DELETE FROM relation WHERE session_id IN (SELECT id FROM session WHERE id BETWEEN ?2 "
	    "AND ?3) OR other_session_id IN (SELECT id FROM session WHERE id BETWEEN ?2 AND ?3)",
	    "DELETE FROM comparison WHERE run IN "
	    "(SELECT run FROM comparison_point WHERE capture_id = ?1)",
	    "DELETE FROM comparison_point WHERE run IN "
	    "(SELECT run FROM comparison_point WHERE capture_id = ?1)",
	    "DELETE FROM story WHERE session_id BETWEEN ?2 AND ?3",
	    "DELETE FROM session WHERE id BETWEEN ?2 AND ?3",
	    "DELETE FROM without_tls WHERE capture_id = ?1",
	    "DELETE FROM capture_part WHERE capture_id = ?1",
	    "DELETE FROM capture_name WHERE capture_id = ?1",
	    "DELETE FROM capture WHERE id = ?1",
	    "UPDATE state SET sweep = 1",
	};
	char sql[96];
	int64_t first, last;

	sqlite3_snprintf(sizeof(sql), sql, "SELECT first_session FROM capture WHERE id = %lld",
			 (long long)id);
	if (!database_exec(&s->d, "PRAGMA secure_delete=ON") || !relate_capture_goes(&s->d, id) ||
	    !database_number(&s->d, sql, &first))
		return false;
	sqlite3_snprintf(sizeof(sql), sql, "SELECT last_session FROM capture WHERE id = %lld",
			 (long long)id);
	bool ok = database_number(&s->d, sql, &last);
	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++) {
		sqlite3_stmt *stmt = NULL;

		ok = database_prepare(&s->d, steps[i], &stmt);
		sqlite3_bind_int64(stmt, 1, id);
		sqlite3_bind_int64(stmt, 2, first);
		sqlite3_bind_int64(stmt, 3, last);
		ok = ok && database_run(&s->d, stmt);
		sqlite3_finalize(stmt);
	}
	return ok;
}

/* The rows of `old` go; its names and incident, and what is known of its content, are the new
 * capture's. */
static bool
replace(struct store *s, int64_t old)
{
	char sql[384];

	if (old == 0)
		return true;
	sqlite3_snprintf(
	    sizeof(sql), sql,
	    "UPDATE capture SET sha256 = coalesce(sha256, (SELECT sha256 FROM capture WHERE id = "
	    "%lld)) WHERE id = %lld; INSERT OR IGNORE INTO capture_name (capture_id, abs_path, "
	    "path, file_id, part_no) "
	    "SELECT %lld, abs_path, path, file_id, part_no FROM capture_name WHERE capture_id = "
	    "%lld",
	    (long long)old, (long long)s->capture_id, (long long)s->capture_id, (long long)old);
	return database_exec(&s->d, sql) && store_keep_incident(s, old) &&
	       store_capture_delete(s, old);
}

static bool
put_incident(struct store *s, const struct outcome_capture *c)
{
	sqlite3_stmt *stmt = s->statements[STORE_INCIDENT_UPSERT];

	if (c->incident == NULL)
		return true;
	bind_text(stmt, 1, c->incident);
	bind_text(stmt, 2, c->note);
	return database_run(&s->d, stmt);
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static bool
insert_capture(struct store *s, const struct outcome_capture *c, const struct store_parameters *p)
{
	sqlite3_stmt *stmt = s->statements[STORE_CAPTURE_INSERT];

	sqlite3_bind_int64(stmt, 1, s->capture_id);
	bind_text(stmt, 2, c->path);
	bind_text(stmt, 3, c->abs_path);
	sqlite3_bind_blob(stmt, 4, c->xxh3, sizeof(c->xxh3), SQLITE_STATIC);
	bind_text(stmt, 5, c->sha256);
	sqlite3_bind_int64(stmt, 6, (int64_t)c->size);
	bind_text(stmt, 7, c->format);
	bind_text(stmt, 8, c->link_types);
	sqlite3_bind_int64(stmt, 9, (int64_t)c->packets);
	bind_time(stmt, 10, c->first_ns);
	bind_time(stmt, 11, c->last_ns);
	sqlite3_bind_int64(stmt, 12, s->first_session);
	sqlite3_bind_int64(stmt, 13, s->next_session - 1);
	bind_text(stmt, 14, c->problem);
	bind_text(stmt, 15, c->incident);
	bind_text(stmt, 16, or_empty(p->program));
	bind_text(stmt, 17, or_empty(p->secrets));
	bind_text(stmt, 18, or_empty(p->trust));
	return database_run(&s->d, stmt);
}

static bool
relate(struct store *s, const struct outcome_capture *c)
{
	struct relate_capture *r = &s->sessions.captures[0];

	r->first_id = s->first_session;
	memcpy(r->content, c->xxh3, sizeof(r->content));
	return relate_capture(&s->d, s->dictionary, s->capture_id, &s->sessions);
}

bool
store_end(struct store *s, const struct outcome_capture *c, const struct store_parameters *p,
	  const struct store_file *file, int64_t replaces, int64_t *id)
{
	if (s->failed)
		return false;
	if (!s->in_capture)
		return database_fault(&s->d, "no capture has begun");
	bool ok =
	    store_rows_flush(s) && put_incident(s, c) && insert_capture(s, c, p) &&
	    replace(s, replaces) &&
	    (s->parts > 0 || store_put_name(s, s->capture_id, c->path, c->abs_path, file, 0)) &&
	    (s->parts == 0 || store_supersede(s)) &&
	    (replaces == 0 || go_by_first_name(s, s->capture_id)) && relate(s, c) &&
	    database_run(&s->d, s->statements[STORE_COMMIT]);
	s->failed = !ok;
	if (!ok)
		return false;
	s->in_capture = false;
	if (id != NULL)
		*id = s->capture_id;
	return true;
}
