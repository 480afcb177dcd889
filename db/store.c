/*
 * store.c - the life of an open database: open, transactions, close.
 * Driven by cli/; captures and files are in store_capture.c, sessions in store_session.c.
 *
 * Foreign keys are declared in the schema and not enforced by this connection: every id comes from
 * a row made in the same transaction, and checking each again would double the cost of a session.
 * The tests run foreign_key_check.
 */
#include "db/store_impl.h"

#include "db/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* clang-format off */
static const char *const statements[STORE_STATEMENT_COUNT] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_DATA_VERSION] = "PRAGMA data_version",
    [STORE_NEXT_IDS] =
	"SELECT (SELECT coalesce(max(id), 0) + 1 FROM capture), (SELECT coalesce(max(id), 0) + 1 FROM session)",
    [STORE_CAPTURE_INSERT] =
	"INSERT INTO capture (id, path, abs_path, xxh3, sha256, size, format, link_types, packets, first_ns, last_ns, "
	"first_session, last_session, problem, incident_id, program, secrets, trust) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
	"?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, (SELECT id FROM incident WHERE name = ?15), ?16, ?17, ?18)",
    [STORE_FINDING_INSERT] =
	"INSERT INTO finding (list_id, rank, attempt_no, diagnosis_id, named, moment_1, moment_2, moment_3, moment_4, "
	"moment_5, moment_6) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    [STORE_REQUEST_ITEM_INSERT] =
	"INSERT INTO request_item (request_id, position, kind, value) VALUES (?1, ?2, ?3, ?4)",
    [STORE_WITHOUT_TLS_INSERT] =
	"INSERT INTO without_tls (capture_id, server_ip, server_port, refused, no_answer, plaintext, first_frame) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [STORE_INCIDENT_UPSERT] =
	"INSERT INTO incident (name, note) VALUES (?1, ?2) "
	"ON CONFLICT (name) DO UPDATE SET note = coalesce(excluded.note, note)",
    [STORE_FILE_FIND] =
	"SELECT id, done, size = ?2 AND mtime_ns = ?3 AND inode = ?4 AND device = ?5 FROM file WHERE path = ?1",
    [STORE_FILE_UPSERT] =
	"INSERT INTO file (path, size, mtime_ns, inode, device, done) VALUES (?1, ?2, ?3, ?4, ?5, 0) "
	"ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
	"inode = excluded.inode, device = excluded.device, done = 0",
    [STORE_FILE_UNLINK] = "UPDATE capture_name SET file_id = NULL WHERE file_id = ?1",
    [STORE_FILE_DONE] = "UPDATE file SET done = 1 WHERE id = ?1",
    [STORE_NAME_UPSERT] =
	"INSERT INTO capture_name (capture_id, abs_path, path, file_id, part_no) VALUES (?1, ?2, ?3, ?4, ?5) "
	"ON CONFLICT (capture_id, abs_path) DO UPDATE SET file_id = coalesce(excluded.file_id, file_id), "
	"part_no = excluded.part_no, "
	"path = min(path, excluded.path)",
    [STORE_FIRST_NAME] =
	STORE_PATH_OF "= ?1",
    [STORE_PART_INSERT] =
	"INSERT INTO capture_part (capture_id, part_no, path, xxh3, size, first_frame) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STORE_FIND_BY_FILE] =
	"SELECT id, size, xxh3, sha256, c.abs_path, program, secrets, trust, n.part_no IS NOT NULL FROM capture_name n "
	"JOIN capture c ON c.id = n.capture_id WHERE n.file_id = ?1 ORDER BY id",
    [STORE_FIND_BY_CONTENT] =
	"SELECT id, size, xxh3, sha256, abs_path, program, secrets, trust, 0 FROM capture "
	"WHERE xxh3 = ?1 AND size = ?2 ORDER BY id",
    [STORE_RANDOMS] =
	"SELECT t.client_random FROM capture c JOIN story t ON t.session_id BETWEEN c.first_session AND c.last_session "
	"WHERE c.id = ?1 AND t.client_random IS NOT NULL ORDER BY t.session_id",
    [STORE_SET_SHA256] = "UPDATE capture SET sha256 = ?2 WHERE id = ?1",
};
/* clang-format on */

/* What statements of many rows would undo if they failed (pass 2 has some for each capture) is kept
 * in memory up to here, and not in a file; SQLite's own limit is 64 KiB, four pages of ours. More
 * it writes in one piece of this size, which must be below 128 KiB: of larger writes SQLite's Unix
 * layer (seekAndWriteFd) takes the length modulo that, and calls the disk full. */
enum { UNDO_IN_MEMORY = (128 << 10) - 1 };

struct store *
store_create(void)
{
	/* for the whole process, and before its first connection; else nothing happens */
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, UNDO_IN_MEMORY);
	/* nobody asks, and each of its allocations would take a lock to count itself */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	struct store *s = calloc(1, sizeof(*s));
	struct dictionary *c = s != NULL ? dictionary_create() : NULL;

	if (c == NULL) {
		free(s);
		return NULL;
	}
	s->dictionary = c;
	if (getrandom(&s->generation, sizeof(s->generation), 0) != sizeof(s->generation))
		s->generation = (uint64_t)(uintptr_t)s;
	s->generation |= 1; /* never 0, which an unstored certificate has */
	return s;
}

static void
finalize(struct store *s)
{
	for (int i = 0; i < STORE_STATEMENT_COUNT; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
	store_rows_close(s);
	dictionary_close(s->dictionary);
}

void
store_destroy(struct store *s)
{
	if (s == NULL)
		return;
	finalize(s);
	database_close(&s->d);
	dictionary_destroy(s->dictionary);
	relate_sessions_finish(&s->sessions);
	store_lists_finish(&s->lists);
	struct text *texts[] = {&s->attempts, &s->chains, &s->requests, &s->chain, &s->sentence};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		text_finish(texts[i]);
	free(s);
}

const char *
store_error(const struct store *s)
{
	return s->d.error;
}

void
store_forget(struct store *s)
{
	dictionary_forget(s->dictionary);
	s->generation += 2;
}

/* SQLite would make the file readable by others. Its -wal and -shm files follow this mode. */
static bool
make_file(struct database *d)
{
	int fd = open(d->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return close(fd) == 0;
	return errno == EEXIST || database_fault(d, "cannot be made: %s", strerror(errno));
}

/* SQLite opens a file it may not write to as read-only, and a folder's turn comes at the first
 * journal: say it now. */
static bool
check_writable(struct database *d)
{
	char buf[512];

	if (sqlite3_db_readonly(d->db, "main") == 0 &&
	    faccessat(AT_FDCWD, database_folder(d, buf, sizeof(buf)), W_OK, AT_EACCESS) == 0)
		return true;
	return database_fault(d, "cannot be written to: it or its directory is read-only. Use -o "
				 "OTHER.db");
}

static bool
bring_up(struct database *d)
{
	enum schema_state state;
	int version;

	if (!schema_check(d, STORE_USER_VERSION, &state, &version))
		return false;
	if (state == SCHEMA_EMPTY)
		return schema_create(d);
	return state == SCHEMA_CURRENT || schema_upgrade(d, version, embed_upgrades);
}

/* WAL lets readers go on; where it cannot work the pragma leaves the old mode standing. */
static bool
use_wal(struct database *d)
{
	sqlite3_stmt *stmt = NULL;

	if (!database_prepare(d, "PRAGMA journal_mode=WAL", &stmt))
		return false;
	bool wal = sqlite3_step(stmt) == SQLITE_ROW &&
		   strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	bool full = sqlite3_errcode(d->db) == SQLITE_FULL;
	if (full)
		database_sqlite_fault(d);
	sqlite3_finalize(stmt);
	return !full &&
	       database_exec(d, wal ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL");
}

static bool
prepare_all(struct store *s)
{
	for (int i = 0; i < STORE_STATEMENT_COUNT; i++)
		if (!database_prepare(&s->d, statements[i], &s->statements[i]))
			return false;
	return store_rows_open(s) && dictionary_open(s->dictionary, &s->d);
}

bool
store_open(struct store *s, const char *path)
{
	struct database *d = &s->d;
	char uri[DATABASE_URI_MAX];

	/* as a URI, so that merge.c may attach one */
	database_uri(path, "mode=rw", uri, sizeof(uri));
	bool ok = database_set_path(d, path) && make_file(d) &&
		  database_open(d, uri, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE);
	if (ok) {
		sqlite3_extended_result_codes(d->db, 0);
		sqlite3_busy_timeout(d->db, DATABASE_BUSY_MS);
		/* secure_delete: on in some builds of SQLite; ours is store_capture_delete()'s.
		 * The cache's size in pages is computed when it is set: once the page size is known
		 */
		ok = check_writable(d) &&
		     database_exec(d, "PRAGMA foreign_keys=OFF; PRAGMA secure_delete=OFF") &&
		     bring_up(d) && database_exec(d, "PRAGMA cache_size=-8000") && use_wal(d) &&
		     prepare_all(s);
	}
	if (!ok) {
		finalize(s);
		database_close(d);
	}
	return ok;
}

void
store_wait(struct store *s, unsigned ms)
{
	sqlite3_busy_timeout(s->d.db, (int)ms);
}

bool
store_close(struct store *s)
{
	struct database *d = &s->d;
	bool ok = !s->in_capture || store_abandon(s);

	ok = ok && relate_incidents(d, s->dictionary) && store_sweep(s) &&
	     database_exec(d, embed_indexes_sql);
	finalize(s);
	/* Others may have it open; then the last to close takes it back. Not a fault. */
	sqlite3_busy_timeout(d->db, 0);
	sqlite3_exec(d->db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE", NULL,
		     NULL, NULL);
	int rc = sqlite3_errcode(d->db);
	if (ok && (rc == SQLITE_FULL || rc == SQLITE_IOERR))
		ok = database_sqlite_fault(d);
	database_close(d);
	return ok;
}

static bool
data_version(struct store *s, int64_t *out)
{
	sqlite3_stmt *stmt = s->statements[STORE_DATA_VERSION];
	bool ok = sqlite3_step(stmt) == SQLITE_ROW || database_sqlite_fault(&s->d);

	*out = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return ok;
}

/* Another process may have written, and swept, since our last transaction. */
static bool
notice_others(struct store *s)
{
	int64_t version;

	if (!data_version(s, &version))
		return false;
	if (version != s->data_version)
		store_forget(s);
	s->data_version = version;
	return true;
}

/* The capture's own row is written at its end: a page written twice in one transaction makes WAL
 * compute the checksums of every page after it again. */
static bool
start_capture(struct store *s)
{
	sqlite3_stmt *next = s->statements[STORE_NEXT_IDS];

	if (!notice_others(s))
		return false;
	if (sqlite3_step(next) != SQLITE_ROW)
		return database_sqlite_fault(&s->d);
	s->capture_id = sqlite3_column_int64(next, 0);
	s->first_session = s->next_session = sqlite3_column_int64(next, 1);
	sqlite3_reset(next);
	return true;
}

bool
store_begin(struct store *s)
{
	if (s->in_capture)
		return database_fault(&s->d, "a capture has begun already");
	if (!database_run(&s->d, s->statements[STORE_BEGIN]))
		return false;
	s->in_capture = true;
	s->parts = 0;
	store_rows_drop(s);
	relate_sessions_reset(&s->sessions);
	s->failed = !start_capture(s) || (relate_sessions_capture(&s->sessions) == NULL &&
					  !database_fault(&s->d, "out of memory"));
	return !s->failed;
}

bool
store_abandon(struct store *s)
{
	if (!s->in_capture)
		return true;
	s->in_capture = false;
	store_rows_drop(s);
	store_forget(s);
	/* a full disk has rolled back already */
	return sqlite3_get_autocommit(s->d.db) != 0 ||
	       database_run(&s->d, s->statements[STORE_ROLLBACK]);
}

bool
store_totals(struct store *s, struct store_totals *out)
{
	int64_t captures, sessions;

	if (!database_number(&s->d, "SELECT count(*) FROM capture", &captures) ||
	    !database_number(&s->d, "SELECT count(*) FROM session", &sessions))
		return false;
	*out = (struct store_totals){(uint64_t)captures, (uint64_t)sessions};
	return true;
}
