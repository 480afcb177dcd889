/*
 * explain.h - a verdict as one sentence. Rows in explanations.def.
 */
#ifndef ANALYZER_VERDICT_EXPLAIN_H
#define ANALYZER_VERDICT_EXPLAIN_H

#include "analyzer/verdict/verdict.h"

/* In the session's arena, or explain_template() itself when there is nothing to fill in; NULL when
 * memory is short. */
const char *explain_verdict(struct tls_session *s, const struct facts *f,
			    const struct verdict_result *v);
const char *explain_template(enum verdict v);
/* "unknown_ca (48)"; "an alert that cannot be read" for an encrypted one. */
const char *explain_alert(struct arena *a, const struct step *alert);

#endif
