/*
 * readable.h - opening a database that is only read, wherever it lies.
 * Between query.c, merge.c and SQLite. Works in read-only directories and on read-only files.
 */
#ifndef DB_READABLE_H
#define DB_READABLE_H

#include "db/database.h"

/* Opens d->path read-only. Foreign, empty, newer and older files are faults. immutable (may be
 * NULL): it could be opened only as a file that nobody writes. */
bool readable_open(struct database *d, bool *immutable);

#endif
