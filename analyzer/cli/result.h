/*
 * result.h - the rows of one statement, kept in memory, cells by column name.
 * Between db/query.h and the commands that compose sentences from rows (show, failures, summary).
 */
#ifndef ANALYZER_CLI_RESULT_H
#define ANALYZER_CLI_RESULT_H

#include "db/query.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised by result_load; result_finish takes a zeroed one. */
struct result {
	char **names;
	size_t n_names;
	char **cells;         /* row after row; NULL is SQL NULL, blobs are hex */
	unsigned char *types; /* enum query_type of each cell */
	size_t n_cells, room, types_room;
	size_t rows;
};

/* False on a fault; query_error(q) then says what. The result is empty, not to be finished. */
bool result_load(struct result *r, struct query *q, const char *sql,
		 const struct query_param *params, size_t n_params);
/* What is left of rows that run; they are not finished. */
bool result_take(struct result *r, struct query_rows *rows);
void result_finish(struct result *r);

/* NULL: SQL NULL, no such row or no such column. */
const char *result_text(const struct result *r, size_t row, const char *column);
/* 0 for NULL. */
int64_t result_number(const struct result *r, size_t row, const char *column);
bool result_is(const struct result *r, size_t row, const char *column, const char *value);

/* The current row's cell as text, added to t; false for NULL. Used where rows are streamed. */
struct str;
bool result_cell(const struct query_rows *rows, int column, struct str *t);

#endif
