/*
 * describe.h - one line of meaning for each view and column of the contract.
 * cli/ prints it (mtlscope schema); the rows are in describe.def, a test holds them to the views.
 */
#ifndef DB_DESCRIBE_H
#define DB_DESCRIBE_H

#include <stddef.h>

struct description {
	const char *view, *column; /* column NULL: the line is about the view */
	const char *type;          /* "INTEGER", "TEXT", "BLOB"; NULL for a view */
	const char *meaning;
};

/* Each view's own row comes first, then its columns in order. */
const struct description *describe_all(size_t *count);

#endif
