/*
 * readable.c - opening a database that is only read. See readable.h.
 */
#include "db/readable.h"

#include "db/schema.h"
#include "db/store.h"

#include <stdio.h>
#include <sys/stat.h>

/* A log or journal beside the file means its last writer did not end well, and we cannot help. */
static bool
has_leftovers(const struct database *d)
{
	static const char *const suffixes[] = {"-wal", "-journal"};
	char name[DATABASE_PATH_MAX + 16];
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s%s", d->path, suffixes[i]);
		if (stat(name, &st) == 0 && st.st_size > 0)
			return true;
	}
	return false;
}

static bool
open_immutable(struct database *d)
{
	char uri[DATABASE_URI_MAX];

	if (has_leftovers(d))
		return database_fault(d, "its last writer was interrupted, and this directory is "
					 "read-only. Copy it with its -wal file elsewhere");
	database_close(d);
	database_uri(d->path, "immutable=1", uri, sizeof(uri));
	return database_open(d, uri, SQLITE_OPEN_READONLY);
}

/* In a read-only directory SQLite cannot open a database left in WAL mode; as immutable it can. */
static bool
open_anywhere(struct database *d, bool *immutable)
{
	int64_t objects;

	*immutable = false;
	if (!database_open(d, NULL, SQLITE_OPEN_READONLY))
		return false;
	sqlite3_busy_timeout(d->db, DATABASE_BUSY_MS);
	if (database_number(d, "SELECT count(*) FROM sqlite_schema", &objects))
		return true;
	int rc = sqlite3_errcode(d->db);
	*immutable = rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY;
	return *immutable && open_immutable(d);
}

static bool
check_version(struct database *d)
{
	enum schema_state state;
	int version;

	if (!schema_check(d, STORE_USER_VERSION, &state, &version))
		return false;
	if (state == SCHEMA_EMPTY)
		return database_fault(d, "an empty database. Fill it: mtlscope analyze PATH");
	if (state == SCHEMA_OLD)
		return database_fault(d,
				      "written by an older mtlscope (schema %d, this one reads "
				      "%d). Any mtlscope analyze -o %.512s PATH upgrades it",
				      version, STORE_USER_VERSION, d->path);
	return true;
}

bool
readable_open(struct database *d, bool *immutable)
{
	bool as_immutable;

	if (!open_anywhere(d, &as_immutable) || !check_version(d))
		return false;
	if (immutable != NULL)
		*immutable = as_immutable;
	return true;
}
