/*
 * database.h - what the write and the read side share: a connection and its last fault in words.
 * Between sqlite3 and store.c, query.c, schema.c.
 *
 * All functions that return bool give false for a fault and leave one line in `error`.
 */
#ifndef DB_DATABASE_H
#define DB_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATABASE_ERROR_MAX = 1024, DATABASE_PATH_MAX = 4096, DATABASE_BUSY_MS = 10000 };
enum { DATABASE_URI_MAX = 3 * DATABASE_PATH_MAX + 64 };

enum { DATABASE_KEPT = 256 }; /* a power of two */

struct database {
	sqlite3 *db;
	sqlite3_stmt *kept[DATABASE_KEPT]; /* by their SQL, see database_kept */
	char path[DATABASE_PATH_MAX];
	char error[DATABASE_ERROR_MAX];
};

/* Sets "PATH: text" and returns false. */
bool database_fault(struct database *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Sets "PATH: " and what the connection's last error means for the user; returns false. */
bool database_sqlite_fault(struct database *d);

/* The folder the database is in, as the user wrote it; buf is for it. */
const char *database_folder(const struct database *d, char *buf, size_t size);

bool database_set_path(struct database *d, const char *path);
/* SQLite's URI of a path, with a query such as "mode=ro". */
void database_uri(const char *path, const char *query, char *buf, size_t size);
/* Opens d->path (or uri, when not NULL). flags as sqlite3_open_v2. */
bool database_open(struct database *d, const char *uri, int flags);
void database_close(struct database *d);

/* Any number of statements without parameters. */
bool database_exec(struct database *d, const char *sql);
/* A statement to keep (SQLITE_PREPARE_PERSISTENT). */
bool database_prepare(struct database *d, const char *sql, sqlite3_stmt **out);
/* The same, kept until the database is closed or another takes its place: for SQL that is run for
 * every capture. The caller binds, runs, resets; it is not finalized. */
bool database_kept(struct database *d, const char *sql, sqlite3_stmt **out);
/* Runs a statement that gives no rows, and resets it. */
bool database_run(struct database *d, sqlite3_stmt *stmt);
/* First column of the first row; 0 when there is no row. */
bool database_number(struct database *d, const char *sql, int64_t *out);
/* The same with a kept statement. */
bool database_number_kept(struct database *d, const char *sql, int64_t *out);

#endif
