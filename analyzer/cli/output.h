/*
 * output.h - the rows of a statement on stdout, as a table, CSV, JSON or JSON lines.
 * Used by query, failures and schema; table.c, csv.c and json.c stand below.
 */
#ifndef ANALYZER_CLI_OUTPUT_H
#define ANALYZER_CLI_OUTPUT_H

#include "analyzer/cli/command.h"
#include "analyzer/cli/json.h"
#include "analyzer/cli/result.h"
#include "db/query.h"

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON, OUTPUT_JSONL, OUTPUT_FORMATS };

/* Of --format; the table when it is absent. False: printed what is wrong. */
bool output_choose(struct command_io *io, const struct options *o, enum output_format *out);

/* Runs to the end. Rows are streamed: a table is laid out by its first 1000 rows. False on a fault
 * of the statement (query_error). */
bool output_rows(struct command_io *io, enum output_format format, struct query_rows *rows,
		 size_t *count);

/* The columns of a kept row as members of the object that is open; row after row as an array. */
void output_json_members(struct json *j, const struct result *r, size_t row);
void output_json_array(struct json *j, const char *key, const struct result *r);

#endif
