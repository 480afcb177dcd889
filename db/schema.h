/*
 * schema.h - whose database is it, and is it of this version: recognise, create, upgrade.
 * Called by store.c (all) and query.c (check only).
 */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include "db/database.h"
#include "db/embed.h"

/* A small capture's transaction writes some thirty pages to the log, whole: small ones cost less.
 */
enum { SCHEMA_PAGE_SIZE = 8192 };

enum schema_state { SCHEMA_EMPTY, SCHEMA_OLD, SCHEMA_CURRENT };

/* Foreign and newer files are faults. version: the file's user_version. */
bool schema_check(struct database *d, int newest, enum schema_state *state, int *version);
bool schema_create(struct database *d);
/* Brings the file from `version` to the last row of `scripts` in one transaction, after a copy to
 * PATH.v<version>.bak (mode 0600); views are made anew. */
bool schema_upgrade(struct database *d, int version, const struct embed_upgrade *scripts);

#endif
