/*
 * named.h - the named questions: db/queries/<name>.sql, embedded at build time.
 * cli/ lists them (query --list), shows their SQL, fills in parameters and runs them with query.h.
 */
#ifndef DB_NAMED_H
#define DB_NAMED_H

#include <stddef.h>

enum { NAMED_PARAMS_MAX = 4 };

struct named_param {
	const char *name, *value, *meaning; /* value: the default */
};

struct named {
	const char *name, *group, *title;
	const char *sql; /* the whole file, comments included */
	struct named_param params[NAMED_PARAMS_MAX];
	size_t param_count;
};

/* All questions, in the order of --list; groups are contiguous. */
const struct named *named_all(size_t *count);
const struct named *named_find(const char *name); /* NULL: none */
/* The nearest name, for "Did you mean"; NULL when nothing is near. */
const char *named_nearest(const char *name);

#endif
