/*
 * fact_rows.h - the known facts of an attempt as the rows users query.
 */
#ifndef ANALYZER_VERDICT_FACT_ROWS_H
#define ANALYZER_VERDICT_FACT_ROWS_H

#include "analyzer/verdict/facts.h"

/* Appends to out->facts, which has room for FACT_ROWS_MAX rows per attempt; allocates it when NULL.
 * False when memory is short. */
bool fact_rows(struct tls_session *s, const struct mutual_auth *m, size_t attempt,
	       const struct facts *f, struct outcome *out);

enum { FACT_ROWS_MAX = 24 };

#endif
