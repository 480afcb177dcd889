/*
 * schema.c - recognising, creating and upgrading the database.
 * Called when store.c or query.c opens one. application_id and user_version are SQLite's header
 * fields for this: https://www.sqlite.org/pragma.html#pragma_application_id
 */
#include "db/schema.h"

#include "db/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
schema_check(struct database *d, int newest, enum schema_state *state, int *version)
{
	int64_t application, user, objects;

	if (!database_number(d, "PRAGMA application_id", &application) ||
	    !database_number(d, "PRAGMA user_version", &user) ||
	    !database_number(d, "SELECT count(*) FROM sqlite_schema", &objects))
		return false;
	*version = (int)user;
	*state = user == newest ? SCHEMA_CURRENT : SCHEMA_OLD;
	if (application == 0 && user == 0 && objects == 0)
		*state = SCHEMA_EMPTY;
	else if (application != STORE_APPLICATION_ID)
		return database_fault(d, "an SQLite file, but not from mtlscope");
	else if (user > newest)
		return database_fault(d,
				      "written by a newer mtlscope (schema %lld, this one reads "
				      "%d). Update mtlscope, or analyze again with -o NEW.db",
				      (long long)user, newest);
	return true;
}

/* One transaction around `steps`, rolled back when one fails. */
static bool
in_transaction(struct database *d, const char *const *steps, size_t count)
{
	bool ok = database_exec(d, "BEGIN IMMEDIATE");

	for (size_t i = 0; ok && i < count; i++)
		ok = database_exec(d, steps[i]);
	ok = ok && database_exec(d, "COMMIT");
	if (!ok && sqlite3_get_autocommit(d->db) == 0)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

bool
schema_create(struct database *d)
{
	char header[96], page[48];

	snprintf(page, sizeof(page), "PRAGMA page_size=%d", SCHEMA_PAGE_SIZE);
	snprintf(header, sizeof(header), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 STORE_APPLICATION_ID, STORE_USER_VERSION);
	const char *steps[] = {embed_schema_sql, embed_views_sql, header};
	return database_exec(d, page) && in_transaction(d, steps, 3);
}

/* A whole copy beside the database, under its final name only once it is complete. */
static bool
back_up(struct database *d, int version)
{
	char final[DATABASE_PATH_MAX + 32], part[DATABASE_PATH_MAX + 40];
	sqlite3_stmt *stmt = NULL;

	snprintf(final, sizeof(final), "%s.v%d.bak", d->path, version);
	snprintf(part, sizeof(part), "%s.part", final);
	unlink(part);
	int fd = open(part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return database_fault(d, "no copy before the upgrade: %s: %s", part,
				      strerror(errno));
	close(fd);
	bool ok = database_prepare(d, "VACUUM INTO ?1", &stmt);
	if (ok) {
		sqlite3_bind_text(stmt, 1, part, -1, SQLITE_STATIC);
		ok = database_run(d, stmt);
	}
	sqlite3_finalize(stmt);
	if (ok && rename(part, final) != 0)
		ok = database_fault(d, "no copy before the upgrade: %s", strerror(errno));
	if (!ok)
		unlink(part);
	return ok;
}

static bool
drop_views(struct database *d)
{
	sqlite3_stmt *stmt = NULL;
	char drops[8192] = "";
	size_t used = 0;

	if (!database_prepare(d, "SELECT name FROM sqlite_schema WHERE type = 'view'", &stmt))
		return false;
	while (used < sizeof(drops) && sqlite3_step(stmt) == SQLITE_ROW)
		used += (size_t)snprintf(drops + used, sizeof(drops) - used, "DROP VIEW \"%s\";",
					 (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return database_exec(d, drops);
}

static bool
run_scripts(struct database *d, int version, const struct embed_upgrade *scripts)
{
	char header[48] = "";
	bool ok = drop_views(d);

	for (const struct embed_upgrade *u = scripts; ok && u->to != 0; u++) {
		if (u->to <= version)
			continue;
		ok = database_exec(d, u->sql);
		snprintf(header, sizeof(header), "PRAGMA user_version=%d", u->to);
	}
	return ok && database_exec(d, embed_views_sql) && database_exec(d, header);
}

bool
schema_upgrade(struct database *d, int version, const struct embed_upgrade *scripts)
{
	bool ok = back_up(d, version) && database_exec(d, "BEGIN IMMEDIATE");

	ok = ok && run_scripts(d, version, scripts) && database_exec(d, "COMMIT");
	if (!ok && sqlite3_get_autocommit(d->db) == 0)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}
