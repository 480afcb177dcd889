/*
 * query_impl.h - what the files of the read side share; nobody else includes it.
 */
#ifndef DB_QUERY_IMPL_H
#define DB_QUERY_IMPL_H

#include "db/database.h"
#include "db/query.h"

struct query {
	struct database d;
	unsigned limit_ms;
	int64_t deadline_ns; /* of the step that runs; 0 none */
	bool late;
	char denied[64]; /* what the authorizer refused last, "" nothing */
};

/* Lets only reading through from now on. */
bool query_restrict(struct query *q);

#endif
