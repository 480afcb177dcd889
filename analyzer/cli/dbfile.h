/*
 * dbfile.h - which database a command reads, and opening it.
 * The first positional argument is the database when it names an existing SQLite file; else it is
 * mtlscope.db in the current directory. Between options.c and db/query.h.
 */
#ifndef ANALYZER_CLI_DBFILE_H
#define ANALYZER_CLI_DBFILE_H

#include "analyzer/cli/command.h"
#include "db/query.h"

extern const char dbfile_default[];

/* Takes the database off the front of args (*args, *count). others: the command has further
 * positional arguments, so a first one that is no SQLite file is one of them. */
const char *dbfile_choose(char ***args, size_t *count, bool others);
bool dbfile_is_sqlite(const char *path);

/* NULL: what is wrong was printed. The statement limit is query.h's, or none. */
struct query *dbfile_open(struct command_io *io, const char *path, const char *command);

/* " PATH" for command lines that are suggested, "" for the default. */
void dbfile_add_argument(struct str *t, const char *path);

#endif
