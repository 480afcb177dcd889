/*
 * table.h - aligned columns without a frame: two spaces between them, numbers right, text left.
 * Used by rows.c (query), cmd_failures.c and cmd_schema.c. One line per row, always; what is wider
 * than the terminal shrinks at its widest text columns first.
 */
#ifndef ANALYZER_CLI_TABLE_H
#define ANALYZER_CLI_TABLE_H

#include "analyzer/cli/term.h"

#include <stdbool.h>
#include <stddef.h>

struct table_column {
	const char *title;
	int width;   /* least width, also when it shrinks; 0: the title's */
	bool right;  /* numbers */
	bool keep;   /* addresses, frames, alerts: never cut */
	bool gutter; /* a leading '~' of a cell stands in the space before it */
	bool dim;
	enum str_cut cut;
};

/* Zero-initialise all but columns, count. */
struct table {
	const struct table_column *columns;
	size_t count;
	char **cells; /* escaped, row after row; NULL prints the null glyph */
	size_t n_cells, room;
	int *widths;
};

/* Takes a copy of each cell, escaped for the terminal. */
void table_add(struct table *t, const struct term *out, const char *const *cells);
size_t table_rows(const struct table *t);
/* Prints head (the first time) and rows and forgets the rows; widths stay for what follows. */
void table_print(struct table *t, struct term *out);
void table_finish(struct table *t);

#endif
