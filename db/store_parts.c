/*
 * store_parts.c - captures that a ring buffer cut into files: their parts, and what they replace.
 * Driven by cli/ between the begin and the end of a capture.
 */
#include "db/store_impl.h"

bool
store_part(struct store *s, const struct store_part *p)
{
	sqlite3_stmt *stmt = s->statements[STORE_PART_INSERT];

	if (s->failed)
		return false;
	if (!s->in_capture)
		return database_fault(&s->d, "no capture has begun");
	sqlite3_bind_int64(stmt, 1, s->capture_id);
	sqlite3_bind_int64(stmt, 2, p->part_no);
	sqlite3_bind_text(stmt, 3, p->path, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 4, p->xxh3, sizeof(p->xxh3), SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 5, (int64_t)p->size);
	sqlite3_bind_int64(stmt, 6, (int64_t)p->first_frame);
	s->parts++;
	s->failed = !database_run(&s->d, stmt) ||
		    !store_put_name(s, s->capture_id, p->path, p->abs_path, p->file, p->part_no);
	return !s->failed;
}

/* Captures with a name that a part of this one has, no name that none has, and no content that is
 * not in this one. The last piece of such a capture may have grown since. */
static const char covered_sql[] =
    "WITH own AS (SELECT n.abs_path, p.part_no, p.xxh3, p.size FROM capture_name n "
    " JOIN capture_part p ON p.capture_id = n.capture_id AND p.part_no = n.part_no "
    " WHERE n.capture_id = ?1), "
    "other AS (SELECT DISTINCT capture_id AS id FROM capture_name "
    " WHERE capture_id <> ?1 AND abs_path IN (SELECT abs_path FROM own)), "
    "piece AS (SELECT o.id, p.part_no, p.xxh3, p.size FROM other o "
    " JOIN capture_part p ON p.capture_id = o.id "
    " UNION ALL SELECT o.id, NULL, c.xxh3, c.size FROM other o JOIN capture c ON c.id = o.id "
    " WHERE NOT EXISTS (SELECT 1 FROM capture_part p WHERE p.capture_id = o.id)) "
    "SELECT min(o.id) FROM other o WHERE o.id > ?2 "
    "AND NOT EXISTS (SELECT 1 FROM capture_name n WHERE n.capture_id = o.id "
    " AND n.abs_path NOT IN (SELECT abs_path FROM own)) "
    "AND NOT EXISTS (SELECT 1 FROM piece p WHERE p.id = o.id "
    " AND NOT EXISTS (SELECT 1 FROM own q WHERE q.xxh3 = p.xxh3 AND q.size = p.size) "
    " AND NOT (p.part_no IS (SELECT max(l.part_no) FROM piece l WHERE l.id = p.id) "
    "  AND EXISTS (SELECT 1 FROM capture_name n JOIN own q ON q.abs_path = n.abs_path "
    "  WHERE n.capture_id = p.id AND n.part_no IS p.part_no AND q.size > p.size)))";

static bool
next_covered(struct store *s, sqlite3_stmt *stmt, int64_t *id)
{
	sqlite3_bind_int64(stmt, 1, s->capture_id);
	sqlite3_bind_int64(stmt, 2, *id);
	bool ok = sqlite3_step(stmt) == SQLITE_ROW || database_sqlite_fault(&s->d);
	*id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return ok;
}

bool
store_supersede(struct store *s)
{
	sqlite3_stmt *stmt = NULL;
	int64_t id = 0;

	bool ok = database_prepare(&s->d, covered_sql, &stmt);
	while (ok && (ok = next_covered(s, stmt, &id)) && id != 0)
		ok = store_keep_incident(s, id) && store_capture_delete(s, id);
	sqlite3_finalize(stmt);
	return ok;
}
