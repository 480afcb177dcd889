/*
 * ladder_rows.h - the steps of a session as the messages users see.
 */
#ifndef ANALYZER_VERDICT_LADDER_ROWS_H
#define ANALYZER_VERDICT_LADDER_ROWS_H

#include "analyzer/verdict/mutual_auth.h"

/* Sets out->messages; false when memory is short. */
bool ladder_rows(struct tls_session *s, const struct mutual_auth *m, struct outcome *out);

#endif
