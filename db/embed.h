/*
 * embed.h - the SQL of this folder as the build embeds it (embed.py).
 * Used by schema.c and named.c.
 */
#ifndef DB_EMBED_H
#define DB_EMBED_H

#include "db/named.h"

#include <stddef.h>

extern const char embed_schema_sql[];
extern const char embed_views_sql[];
extern const char embed_indexes_sql[];

/* upgrade/NNN.sql brings a database from version NNN - 1 to NNN. The table ends with {0, NULL}. */
struct embed_upgrade {
	int to;
	const char *sql;
};
extern const struct embed_upgrade embed_upgrades[];

extern const struct named embed_named[];
extern const size_t embed_named_count;

#endif
