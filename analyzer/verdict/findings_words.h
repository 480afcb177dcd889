/*
 * findings_words.h - the parts of findings_text.c: what the {words} of templates stand for.
 * Internal to findings_text.c, which knows all of them, and findings_words.c, which has those of
 * the certificate.
 */
#ifndef ANALYZER_VERDICT_FINDINGS_WORDS_H
#define ANALYZER_VERDICT_FINDINGS_WORDS_H

#include "analyzer/verdict/findings.h"

/* A word of the client's certificate; NULL when it is none of these. */
const char *words_of_certificate(const struct finding_case *c, const char *name, size_t len);

/* text, or otherwise when it is NULL or empty. */
const char *words_or(const char *text, const char *otherwise);
const char *words_time(struct arena *a, int64_t at);      /* "2026-11-23 14:27:10 UTC" */
const char *words_span(struct arena *a, int64_t seconds); /* "5.9 years" */

#endif
