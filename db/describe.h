/*
 * describe.h - one line of meaning for each view and column of the contract.
 * cli/ prints it (mtlscope schema); the rows are in describe.def, a test holds them to the views.
 */
#ifndef DB_DESCRIBE_H
#define DB_DESCRIBE_H

#include <stddef.h>

struct description {
	const char *view,
	    *column;      /* one of them: a view's own row, or one of its columns' after it */
	const char *type; /* "INTEGER", "TEXT", "BLOB"; NULL for a view */
	const char *meaning;
};

/* Each view's own row comes first, then its columns in order (none for failed_mutual_auth and
 * no_client_certificate, which have those of sessions). */
const struct description *describe_all(size_t *count);

#endif
