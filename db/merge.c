/*
 * merge.c - one database into another: which captures are taken, one transaction per shard.
 * See merge.h for the rules; merge_rows.c copies.
 *
 * The shard is attached read-only, one at a time. Everything is done by statements over whole sets,
 * with what is decided about each capture in temp.merge_capture: memory does not grow with a shard.
 */
#include "db/merge_impl.h"

#include "db/readable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRESS_OPERATIONS = 10000 /* of SQLite's machine between looks at stop */ };

/* clang-format off */

/* old, new: the capture's id there and here; twin: the one of the same content that is here, or NULL;
 * take: its rows are copied (a twin then goes); delta: from session ids there to those here, NULL when
 * the twin is another reading. */
static const char table_sql[] =
	"CREATE TEMP TABLE merge_capture (old INTEGER PRIMARY KEY, new INTEGER, twin INTEGER, take INTEGER NOT NULL,"
	" first INTEGER NOT NULL, last INTEGER NOT NULL, delta INTEGER, incident_id INTEGER, sha256 TEXT);"
	"CREATE TEMP TABLE merge_run (old INTEGER PRIMARY KEY, new INTEGER, pairs INTEGER);"
	"CREATE TEMP TABLE merge_set (id INTEGER PRIMARY KEY)";

/* XXH3 finds, SHA-256 decides where both are known. */
static const char *const decide_sql[] = {
    "DELETE FROM merge_capture",
    "INSERT INTO merge_capture (old, twin, take, first, last) "
    "SELECT s.id, t.id, t.id IS NULL OR is_better(s.program, s.secrets, s.trust, t.program, t.secrets, t.trust),"
    " s.first_session, s.last_session "
    "FROM shard.capture s LEFT JOIN main.capture t ON t.id = (SELECT min(m.id) FROM main.capture m "
    "WHERE m.xxh3 = s.xxh3 AND m.size = s.size AND (m.sha256 IS NULL OR s.sha256 IS NULL OR m.sha256 = s.sha256))",
    "UPDATE merge_capture AS c SET new = t.id,"
    " delta = CASE WHEN (t.program, t.secrets, t.trust) = (s.program, s.secrets, s.trust)"
    " AND t.last_session - t.first_session = c.last - c.first THEN t.first_session - c.first END "
    "FROM main.capture t, shard.capture s WHERE t.id = c.twin AND s.id = c.old AND NOT c.take",
    "UPDATE merge_capture AS c SET new = n.new, delta = n.base - c.first FROM ("
    " SELECT old, (SELECT coalesce(max(id), 0) FROM main.capture) + row_number() OVER (ORDER BY old) AS new,"
    "  (SELECT coalesce(max(id), 0) + 1 FROM main.session) + coalesce(sum(last - first + 1) OVER"
    "  (ORDER BY old ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS base"
    " FROM merge_capture WHERE take) n WHERE n.old = c.old",
};

/* A state of a file that is not the latest is not known any more; names that came from it stay. */
#define STATE(x) "(" x ".mtime_ns, " x ".size, " x ".inode, " x ".device)"
static const char *const files_sql[] = {
    "UPDATE main.capture_name SET file_id = NULL WHERE file_id IN (SELECT m.id FROM shard.file s "
    "JOIN main.file m ON m.path = s.path WHERE " STATE("s") " > " STATE("m") ")",
    "INSERT INTO main.file (path, size, mtime_ns, inode, device, done) "
    "SELECT path, size, mtime_ns, inode, device, done FROM shard.file WHERE true "
    "ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode,"
    " device = excluded.device, done = CASE WHEN " STATE("excluded") " = " STATE("file")
    " THEN max(done, excluded.done) ELSE excluded.done END WHERE " STATE("excluded") " >= " STATE("file"),
    "INSERT INTO merge_file SELECT s.id, m.id FROM shard.file s JOIN main.file m ON m.path = s.path "
    "WHERE " STATE("s") " = " STATE("m"),
};

/* Of a capture that is in none yet, or in two, the incident is the first by name. */
static const char *const incidents_sql[] = {
    "INSERT INTO main.incident (name, note) SELECT name, note FROM shard.incident "
    "WHERE id IN (SELECT incident_id FROM shard.capture) "
    "ON CONFLICT (name) DO UPDATE SET note = coalesce(min(note, excluded.note), note, excluded.note)",
    "INSERT INTO merge_incident SELECT s.id, m.id FROM shard.incident s JOIN main.incident m ON m.name = s.name",
    "UPDATE merge_capture AS c SET sha256 = coalesce(s.sha256, (SELECT t.sha256 FROM main.capture t WHERE t.id = c.twin)),"
    " incident_id = (SELECT i.id FROM main.incident i WHERE i.id IN (new_incident(s.incident_id),"
    " (SELECT t.incident_id FROM main.capture t WHERE t.id = c.twin)) ORDER BY i.name LIMIT 1) "
    "FROM shard.capture s WHERE s.id = c.old",
    "UPDATE main.incident SET related = 0 WHERE id IN (SELECT incident_id FROM merge_capture WHERE take "
    "UNION SELECT c.incident_id FROM merge_capture c JOIN main.capture t ON t.id = c.twin WHERE t.incident_id IS NOT c.incident_id "
    "UNION SELECT t.incident_id FROM merge_capture c JOIN main.capture t ON t.id = c.twin WHERE t.incident_id IS NOT c.incident_id)",
    "UPDATE main.capture AS t SET incident_id = c.incident_id, sha256 = c.sha256 FROM merge_capture c WHERE c.new = t.id AND NOT c.take",
};

static const char *const names_sql[] = {
    "INSERT INTO main.capture_name (capture_id, abs_path, path, file_id, part_no) "
    "SELECT c.new, n.abs_path, n.path, n.file_id, n.part_no FROM merge_capture c JOIN main.capture_name n ON n.capture_id = c.twin "
    "WHERE c.take",
    "INSERT INTO main.capture_name (capture_id, abs_path, path, file_id, part_no) "
    "SELECT c.new, n.abs_path, n.path, (SELECT f.new FROM merge_file f WHERE f.old = n.file_id), n.part_no "
    "FROM merge_capture c JOIN shard.capture_name n ON n.capture_id = c.old WHERE true "
    "ON CONFLICT (capture_id, abs_path) DO UPDATE SET path = min(path, excluded.path),"
    " file_id = coalesce(excluded.file_id, file_id)",
    STORE_PATH_OF "IN (SELECT new FROM merge_capture)",
};

/* Rotated captures that share names with those of the shard. */
static const char *const sets_sql[] = {
    "DELETE FROM merge_set",
    "INSERT INTO merge_set SELECT DISTINCT p.capture_id FROM main.capture_part p "
    "JOIN main.capture_name n ON n.capture_id = p.capture_id "
    "WHERE n.abs_path IN (SELECT abs_path FROM main.capture_name WHERE capture_id IN (SELECT new FROM merge_capture))",
};

/* What `compare` found stays when all its captures are here as it read them, and once when both have it. */
static const char *const runs_sql[] = {
    "UPDATE merge_capture SET delta = NULL WHERE new NOT IN (SELECT id FROM main.capture)",
    "DELETE FROM merge_run",
    "WITH there AS (SELECT run, group_concat(point) AS points FROM (SELECT p.run, p.side || c.new AS point "
    "FROM shard.comparison_point p LEFT JOIN merge_capture c ON c.old = p.capture_id AND c.delta IS NOT NULL "
    "ORDER BY p.run, point) GROUP BY run HAVING count(point) = count(*)),"
    " here AS (SELECT run, group_concat(point) AS points FROM (SELECT run, side || capture_id AS point "
    "FROM main.comparison_point ORDER BY run, point) GROUP BY run) "
    "INSERT INTO merge_run SELECT run, (SELECT coalesce(max(run), 0) FROM main.comparison_point)"
    " + row_number() OVER (ORDER BY run), (SELECT coalesce(max(pair), 0) FROM main.comparison) "
    "FROM there WHERE points NOT IN (SELECT points FROM here)",
    "INSERT INTO main.comparison_point (run, side, capture_id) SELECT r.new, p.side, c.new FROM merge_run r "
    "JOIN shard.comparison_point p ON p.run = r.old "
    "JOIN merge_capture c ON c.old = p.capture_id",
};

/* Rows of dictionaries come as a whole; of captures that were not taken some may be of no use. */
static const char sweep_sql[] =
	"UPDATE main.state SET sweep = 1 WHERE EXISTS (SELECT 1 FROM merge_capture WHERE take) "
	"AND EXISTS (SELECT 1 FROM merge_capture WHERE NOT take)";
/* clang-format on */

#define RUN(m, steps) exec_all(&(m)->store->d, steps, sizeof(steps) / sizeof((steps)[0]))

static bool
exec_all(struct database *d, const char *const *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!database_exec(d, steps[i]))
			return false;
	return true;
}

const char *
merge_error(const struct merge *m)
{
	return m->error;
}

static int
on_progress(void *ctx)
{
	struct merge *m = ctx;

	return m->stop != NULL && m->stop(m->stop_ctx);
}

struct merge *
merge_create(struct store *s, merge_stop *stop, void *ctx)
{
	struct merge *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->store = s;
	m->stop = stop;
	m->stop_ctx = ctx;
	sqlite3_progress_handler(s->d.db, PROGRESS_OPERATIONS, on_progress, m);
	if (!database_exec(&s->d, "PRAGMA cache_size=-64000") || !database_exec(&s->d, table_sql) ||
	    !merge_ids_open(m)) {
		merge_destroy(m);
		return NULL;
	}
	return m;
}

void
merge_destroy(struct merge *m)
{
	if (m == NULL)
		return;
	sqlite3_progress_handler(m->store->d.db, 0, NULL, NULL);
	merge_ids_close(m);
	free(m);
}

static bool
check(struct database *d, const char *path, bool *immutable)
{
	bool ok = database_set_path(d, path) &&
		  (access(path, F_OK) == 0 || database_fault(d, "no such file")) &&
		  readable_open(d, immutable);

	database_close(d);
	return ok;
}

bool
merge_check(const char *path, char *error, size_t size)
{
	struct database *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		snprintf(error, size, "out of memory");
		return false;
	}
	bool ok = check(d, path, NULL);
	snprintf(error, size, "%s", d->error);
	free(d);
	return ok;
}

static bool
attach(struct merge *m, bool immutable)
{
	struct database *d = &m->store->d;
	char uri[DATABASE_URI_MAX];
	sqlite3_stmt *stmt = NULL;

	database_uri(m->shard.path, immutable ? "immutable=1" : "mode=ro", uri, sizeof(uri));
	bool ok = database_prepare(d, "ATTACH ?1 AS shard", &stmt);
	if (ok) {
		sqlite3_bind_text(stmt, 1, uri, -1, SQLITE_STATIC);
		ok = database_run(d, stmt);
	}
	sqlite3_finalize(stmt);
	return ok;
}

/* Captures whose rows come from the shard from now on. */
static bool
delete_replaced(struct merge *m)
{
	struct database *d = &m->store->d;
	int64_t id;

	for (;;) {
		if (!database_number(d,
				     "SELECT t.id FROM merge_capture c JOIN main.capture t ON t.id "
				     "= c.twin WHERE c.take LIMIT 1",
				     &id))
			return false;
		if (id == 0)
			return true;
		if (!store_capture_delete(m->store, id))
			return false;
	}
}

/* What is a part, or an earlier state, of a rotated capture goes, whichever database it was in. */
static bool
supersede(struct merge *m)
{
	int64_t id;

	if (!RUN(m, sets_sql))
		return false;
	for (;;) {
		if (!database_number(&m->store->d, "SELECT min(id) FROM merge_set", &id))
			return false;
		if (id == 0)
			return true;
		m->store->capture_id = id;
		if (!store_supersede(m->store) ||
		    !database_exec(
			&m->store->d,
			"DELETE FROM merge_set WHERE id = (SELECT min(id) FROM merge_set)"))
			return false;
	}
}

static bool
count(struct merge *m, struct merge_counts *out)
{
	static const char *const sql[] = {
	    "SELECT count(*) FROM merge_capture WHERE take",
	    "SELECT sum(last - first + 1) FROM merge_capture WHERE take",
	    "SELECT count(*) FROM merge_capture WHERE take AND twin IS NOT NULL",
	    "SELECT count(*) FROM merge_capture WHERE NOT take",
	};
	int64_t n[4];

	for (int i = 0; i < 4; i++)
		if (!database_number(&m->store->d, sql[i], &n[i]))
			return false;
	*out =
	    (struct merge_counts){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3]};
	return true;
}

static bool
take_all(struct merge *m, struct merge_counts *counts)
{
	struct database *d = &m->store->d;

	return RUN(m, decide_sql) && count(m, counts) && RUN(m, files_sql) &&
	       RUN(m, incidents_sql) && (counts->captures == 0 || merge_rows_copy(m)) &&
	       RUN(m, names_sql) && delete_replaced(m) && supersede(m) && RUN(m, runs_sql) &&
	       merge_rows_copy_comparisons(m) && database_exec(d, sweep_sql);
}

/* Whose fault was it? What our statements cannot be to blame for was the shard's contents. */
static enum merge_result
whose_fault(struct merge *m)
{
	struct database *d = &m->store->d;
	int rc = sqlite3_errcode(d->db);
	char why[256];

	snprintf(why, sizeof(why), "%s", sqlite3_errmsg(d->db));
	if (rc == SQLITE_INTERRUPT)
		return MERGE_STOPPED;
	if (!m->damaged && rc != SQLITE_CONSTRAINT && rc != SQLITE_MISMATCH && rc != SQLITE_ERROR &&
	    rc != SQLITE_CORRUPT) {
		snprintf(m->error, sizeof(m->error), "%s", d->error);
		return MERGE_FAULT;
	}
	database_fault(&m->shard, "damaged (%s). Nothing of it was taken", why);
	snprintf(m->error, sizeof(m->error), "%s", m->shard.error);
	return MERGE_SHARD;
}

static enum merge_result
in_transaction(struct merge *m, struct merge_counts *counts)
{
	struct database *d = &m->store->d;
	bool ok = merge_ids_clear(m) && database_exec(d, "BEGIN IMMEDIATE") &&
		  take_all(m, counts) && database_exec(d, "COMMIT");
	enum merge_result result = ok ? MERGE_DONE : whose_fault(m);

	if (!ok && sqlite3_get_autocommit(d->db) == 0)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	store_forget(m->store);
	return result;
}

static bool
is_itself(const struct merge *m, const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(m->store->d.path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

enum merge_result
merge_shard(struct merge *m, const char *path, struct merge_counts *counts)
{
	bool immutable;

	*counts = (struct merge_counts){0};
	if (!check(&m->shard, path, &immutable) ||
	    (is_itself(m, path) && !database_fault(&m->shard, "is the database to merge into"))) {
		snprintf(m->error, sizeof(m->error), "%s", m->shard.error);
		return MERGE_SHARD;
	}
	if (!attach(m, immutable))
		return whose_fault(m);
	enum merge_result result = in_transaction(m, counts);
	sqlite3_exec(m->store->d.db, "DETACH shard", NULL, NULL, NULL);
	return result;
}
