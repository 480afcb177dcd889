/*
 * moment.h - times as the database writes them (RFC 3339, UTC, nanoseconds) and as people read
 * them. Used by summary, failures and show. Always the capture's time, never today's.
 */
#ifndef ANALYZER_CLI_MOMENT_H
#define ANALYZER_CLI_MOMENT_H

#include "analyzer/cli/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds since 1970. False for NULL and for anything that is no such time. */
bool moment_parse(const char *rfc3339, int64_t *ns);

void moment_add_clock(struct str *t, int64_t ns);  /* 14:27:10 */
void moment_add_minute(struct str *t, int64_t ns); /* 14:27 */
void moment_add_second(struct str *t, int64_t ns); /* 2026-11-23 14:40:40 */
void moment_add_milli(struct str *t, int64_t ns);  /* 2026-11-23 14:45:27.651 */
/* 0.834 ms, 12.3 s, 5 min, 3.2 h, 12 days, 5.9 years; of a positive span. */
void moment_add_span(struct str *t, int64_t ns);
/* "14:27 to 15:05 UTC"; with dates when the two are on different days. */
void moment_add_range(struct str *t, int64_t from, int64_t to);

#endif
