/*
 * result.c - the rows of one statement, kept in memory, cells by column name.
 * Between db/query.h and the commands that compose sentences from rows.
 */
#include "analyzer/cli/result.h"

#include "analyzer/cli/memory.h"
#include "analyzer/cli/str.h"

#include <stdlib.h>
#include <string.h>

static void
add_hex(struct str *t, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++)
		str_add_bytes(t, (char[]){digits[data[i] >> 4], digits[data[i] & 15]}, 2);
	str_add(t, "");
}

bool
result_cell(const struct query_rows *rows, int column, struct str *t)
{
	size_t len;

	switch (query_type(rows, column)) {
	case QUERY_NULL:
		return false;
	case QUERY_BLOB: {
		const void *data = query_blob(rows, column, &len);
		add_hex(t, data, len);
		return true;
	}
	case QUERY_INTEGER:
	case QUERY_REAL:
	case QUERY_TEXT:
		break;
	}
	const char *s = query_text(rows, column, &len);
	str_add(t, s != NULL ? s : "");
	return true;
}

static void
take_row(struct result *r, const struct query_rows *rows)
{
	for (size_t i = 0; i < r->n_names; i++) {
		struct str cell = {0};

		r->cells = memory_grow(r->cells, r->n_cells, &r->room, sizeof(*r->cells));
		r->types = memory_grow(r->types, r->n_cells, &r->types_room, 1);
		result_cell(rows, (int)i, &cell);
		r->types[r->n_cells] = (unsigned char)query_type(rows, (int)i);
		r->cells[r->n_cells++] = cell.data;
	}
	r->rows++;
}

bool
result_take(struct result *r, struct query_rows *rows)
{
	enum query_step step;

	*r = (struct result){.n_names = (size_t)query_columns(rows)};
	r->names = memory_resize(NULL, r->n_names, sizeof(*r->names));
	for (size_t i = 0; i < r->n_names; i++)
		r->names[i] = memory_copy(query_name(rows, (int)i));
	while ((step = query_next(rows)) == QUERY_ROW)
		take_row(r, rows);
	if (step == QUERY_FAULT)
		result_finish(r);
	return step == QUERY_DONE;
}

bool
result_load(struct result *r, struct query *q, const char *sql, const struct query_param *params,
	    size_t n_params)
{
	struct query_rows rows;

	*r = (struct result){0};
	if (!query_run(q, sql, params, n_params, &rows))
		return false;
	bool good = result_take(r, &rows);
	query_finish(&rows);
	return good;
}

void
result_finish(struct result *r)
{
	for (size_t i = 0; i < r->n_cells; i++)
		free(r->cells[i]);
	for (size_t i = 0; i < r->n_names; i++)
		free(r->names[i]);
	free(r->cells);
	free(r->types);
	free(r->names);
	*r = (struct result){0};
}

const char *
result_text(const struct result *r, size_t row, const char *column)
{
	for (size_t i = 0; row < r->rows && i < r->n_names; i++) {
		if (strcmp(r->names[i], column) == 0)
			return r->cells[row * r->n_names + i];
	}
	return NULL;
}

int64_t
result_number(const struct result *r, size_t row, const char *column)
{
	const char *s = result_text(r, row, column);
	return s != NULL ? strtoll(s, NULL, 10) : 0;
}

bool
result_is(const struct result *r, size_t row, const char *column, const char *value)
{
	const char *s = result_text(r, row, column);
	return s != NULL && strcmp(s, value) == 0;
}
