/*
 * csv.h - comma-separated values as RFC 4180 has them. Used by rows.c.
 */
#ifndef ANALYZER_CLI_CSV_H
#define ANALYZER_CLI_CSV_H

#include <stdbool.h>
#include <stdio.h>

/* One field; NULL is an empty one, the empty text "". Characters that would steer a terminal are
 * escaped as everywhere; tabs and line ends stay, in quotes. */
void csv_field(FILE *out, const char *s, bool first);
void csv_end(FILE *out);

#endif
