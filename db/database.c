/*
 * database.c - opening a connection, running statements, and faults in words.
 * Used by store.c, query.c and schema.c; the words are those of the design's error list.
 * SQLite result codes: https://www.sqlite.org/rescode.html
 */
#include "db/database.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool
database_fault(struct database *d, const char *format, ...)
{
	va_list args;
	int n = snprintf(d->error, sizeof(d->error), "%.512s: ", d->path);

	va_start(args, format);
	vsnprintf(d->error + n, sizeof(d->error) - (size_t)n, format, args);
	va_end(args);
	return false;
}

const char *
database_folder(const struct database *d, char *buf, size_t size)
{
	const char *slash = strrchr(d->path, '/');

	if (slash == NULL)
		return ".";
	snprintf(buf, size, "%.*s", slash == d->path ? 1 : (int)(slash - d->path), d->path);
	return buf;
}

static bool
no_space(struct database *d)
{
	char buf[512];

	return database_fault(d,
			      "no space left on %s. Complete captures are kept; make room and run "
			      "the same command again to continue",
			      database_folder(d, buf, sizeof(buf)));
}

/* The other writer's age is that of its write-ahead log: SQLite makes it when a writer opens. */
static bool
busy(struct database *d)
{
	char wal[DATABASE_PATH_MAX + 8], since[48] = "";
	struct statx st;

	snprintf(wal, sizeof(wal), "%s-wal", d->path);
	if (statx(AT_FDCWD, wal, 0, STATX_BTIME, &st) == 0 && (st.stx_mask & STATX_BTIME) != 0)
		snprintf(since, sizeof(since), " (since %lld s)",
			 (long long)(time(NULL) - st.stx_btime.tv_sec));
	return database_fault(d,
			      "another mtlscope is writing to it%s. Wait for it, or use -o "
			      "OTHER.db and merge later",
			      since);
}

static bool
cannot_open(struct database *d, int error)
{
	struct stat st;

	if (stat(d->path, &st) == 0 && S_ISDIR(st.st_mode))
		return database_fault(d, "a directory, not a database");
	return database_fault(d, "cannot be opened: %s", strerror(error != 0 ? error : EACCES));
}

static bool
io_fault(struct database *d, int error)
{
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		return no_space(d);
	if (error == EISDIR)
		return database_fault(d, "a directory, not a database");
	return database_fault(d, "read or write error: %s", strerror(error));
}

bool
database_sqlite_fault(struct database *d)
{
	int system_error = errno; /* a commit that fails leaves it there only */

	if (d->db != NULL && sqlite3_system_errno(d->db) != 0)
		system_error = sqlite3_system_errno(d->db);

	switch (d->db != NULL ? sqlite3_errcode(d->db) : SQLITE_NOMEM) {
	case SQLITE_FULL:
		return no_space(d);
	case SQLITE_IOERR:
		return io_fault(d, system_error);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return busy(d);
	case SQLITE_READONLY:
		return database_fault(d, "cannot be written to: it or its directory is read-only. "
					 "Use -o OTHER.db");
	case SQLITE_CANTOPEN:
		return cannot_open(d, system_error);
	case SQLITE_NOTADB:
		return database_fault(d, "not an SQLite file");
	case SQLITE_CORRUPT:
		return database_fault(d, "damaged (%s). Analyze again with -o NEW.db",
				      sqlite3_errmsg(d->db));
	case SQLITE_NOMEM:
		return database_fault(d, "out of memory");
	default:
		return database_fault(d, "%s", sqlite3_errmsg(d->db));
	}
}

bool
database_set_path(struct database *d, const char *path)
{
	d->error[0] = '\0';
	if ((size_t)snprintf(d->path, sizeof(d->path), "%s", path) >= sizeof(d->path))
		return database_fault(d, "name too long");
	return true;
}

void
database_uri(const char *path, const char *query, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "file:");

	while (path[0] == '/' && path[1] == '/')
		path++; /* two slashes would begin the name of a host */
	for (; *path != '\0' && used + 64 < size; path++) {
		unsigned char c = (unsigned char)*path;
		const char *format = isalnum(c) || strchr("/._-", c) != NULL ? "%c" : "%%%02x";

		used += (size_t)snprintf(buf + used, size - used, format, c);
	}
	snprintf(buf + used, size - used, "?%s", query);
}

bool
database_open(struct database *d, const char *uri, int flags)
{
	if (uri != NULL)
		flags |= SQLITE_OPEN_URI;
	if (sqlite3_open_v2(uri != NULL ? uri : d->path, &d->db, flags | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return database_sqlite_fault(d);
	return true;
}

void
database_close(struct database *d)
{
	for (size_t i = 0; i < DATABASE_KEPT; i++) {
		sqlite3_finalize(d->kept[i]);
		d->kept[i] = NULL;
	}
	sqlite3_close_v2(d->db);
	d->db = NULL;
}

bool
database_exec(struct database *d, const char *sql)
{
	if (sqlite3_exec(d->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_sqlite_fault(d);
	return true;
}

bool
database_prepare(struct database *d, const char *sql, sqlite3_stmt **out)
{
	if (sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK)
		return database_sqlite_fault(d);
	return true;
}

/* By words: statements are long, and pass 2 asks for dozens with each capture. */
static uint64_t
hash_of(const char *sql)
{
	uint64_t h = 0, word = 0;

	for (size_t left = strlen(sql), n; left > 0; left -= n, sql += n) {
		n = left < sizeof(word) ? left : sizeof(word);
		memcpy(&word, sql, n);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h;
}

/* In one of a few slots; a new one takes the first that is free, else the first. */
bool
database_kept(struct database *d, const char *sql, sqlite3_stmt **out)
{
	enum { TRIES = 8 };
	uint64_t h = hash_of(sql);
	sqlite3_stmt **slot = &d->kept[h & (DATABASE_KEPT - 1)];

	for (size_t i = 0; i < TRIES; i++) {
		sqlite3_stmt **try = &d->kept[(h + i) & (DATABASE_KEPT - 1)];

		if (*try == NULL) {
			slot = try;
			break;
		}
		if (strcmp(sqlite3_sql(*try), sql) == 0) {
			*out = *try;
			return true;
		}
	}
	sqlite3_finalize(*slot);
	*slot = NULL;
	if (!database_prepare(d, sql, slot))
		return false;
	*out = *slot;
	return true;
}

bool
database_run(struct database *d, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);
	bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW || database_sqlite_fault(d);

	sqlite3_reset(stmt);
	return ok;
}

/* The first column of what the statement gives. */
static bool
step_number(struct database *d, sqlite3_stmt *stmt, int64_t *out)
{
	int rc = sqlite3_step(stmt);

	*out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	return rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(d);
}

bool
database_number(struct database *d, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return database_sqlite_fault(d);
	bool ok = step_number(d, stmt, out);
	sqlite3_finalize(stmt);
	return ok;
}

bool
database_number_kept(struct database *d, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt;

	if (!database_kept(d, sql, &stmt))
		return false;
	bool ok = step_number(d, stmt, out);
	sqlite3_reset(stmt);
	return ok;
}
