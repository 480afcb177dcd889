/*
 * relate_impl.h - what relate.c and relate_apply.c share; nobody else includes it.
 */
#ifndef DB_RELATE_IMPL_H
#define DB_RELATE_IMPL_H

#include "db/relate.h"

#include <string.h>

/* A parameter: text, or the number when text is NULL. */
struct relate_value {
	const char *text;
	int64_t number;
};

/* One statement with its parameters ?1, ?2 ... */
bool relate_exec(struct database *d, const char *sql, const struct relate_value *values,
		 size_t count);
bool relate_exec_all(struct database *d, const char *const *steps, size_t count);

/* relate_change (session_id, modifiers, raised) becomes new answers and conclusions; what was
 * there goes to `revised`. */
bool relate_apply(struct database *d);

#endif
