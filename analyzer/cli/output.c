/*
 * output.c - the rows of a statement on stdout, as a table, CSV, JSON or JSON lines.
 * Used by query, failures and schema.
 */
#include "analyzer/cli/output.h"

#include "analyzer/cli/csv.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/table.h"

#include <stdlib.h>
#include <string.h>

enum { LAYOUT_ROWS = 1000 };

static const char *const format_names[OUTPUT_FORMATS] = {"table", "csv", "json", "jsonl"};

bool
output_choose(struct command_io *io, const struct options *o, enum output_format *out)
{
	const char *name = options_value(o, "format");

	*out = OUTPUT_TABLE;
	if (name == NULL || strcmp(name, "text") == 0)
		return true;
	for (int i = 0; i < OUTPUT_FORMATS; i++) {
		if (strcmp(name, format_names[i]) == 0) {
			*out = (enum output_format)i;
			return true;
		}
	}
	message_error(&io->err, "--format", "\"%s\" is not table, csv, json or jsonl", name);
	return false;
}

/* A table being laid out: which columns hold only numbers is known after the first rows. */
struct layout {
	struct table table;
	struct table_column *columns;
	bool *numbers;
	char **cells; /* first rows, unescaped, until the table is made */
	size_t n_cells, room;
	bool made;
};

static void
layout_init(struct layout *l, const struct query_rows *rows)
{
	size_t count = (size_t)query_columns(rows);

	*l = (struct layout){0};
	l->columns = memory_resize(NULL, count, sizeof(*l->columns));
	l->numbers = memory_resize(NULL, count, sizeof(*l->numbers));
	for (size_t i = 0; i < count; i++) {
		l->columns[i] =
		    (struct table_column){.title = memory_copy(query_name(rows, (int)i))};
		l->numbers[i] = true;
	}
	l->table = (struct table){.columns = l->columns, .count = count};
}

static void
layout_take(struct layout *l, const struct query_rows *rows)
{
	for (size_t i = 0; i < l->table.count; i++) {
		enum query_type type = query_type(rows, (int)i);
		struct str cell = {0};

		result_cell(rows, (int)i, &cell);
		if (type == QUERY_TEXT || type == QUERY_BLOB)
			l->numbers[i] = false;
		l->cells = memory_grow(l->cells, l->n_cells, &l->room, sizeof(*l->cells));
		l->cells[l->n_cells++] = cell.data;
	}
}

static void
layout_flush(struct layout *l, struct term *out)
{
	for (size_t i = 0; !l->made && i < l->table.count; i++)
		l->columns[i].right = l->numbers[i];
	l->made = true;
	for (size_t i = 0; i < l->n_cells; i += l->table.count)
		table_add(&l->table, out, (const char *const *)l->cells + i);
	table_print(&l->table, out);
	for (size_t i = 0; i < l->n_cells; i++)
		free(l->cells[i]);
	l->n_cells = 0;
}

static void
layout_finish(struct layout *l)
{
	for (size_t i = 0; i < l->table.count; i++)
		free((char *)l->columns[i].title);
	for (size_t i = 0; i < l->n_cells; i++)
		free(l->cells[i]);
	table_finish(&l->table);
	free(l->columns);
	free(l->numbers);
	free(l->cells);
}

static bool
table_rows_out(struct term *out, struct query_rows *rows, size_t *count)
{
	struct layout l;
	enum query_step step;

	layout_init(&l, rows);
	while ((step = query_next(rows)) == QUERY_ROW) {
		layout_take(&l, rows);
		if (++*count % LAYOUT_ROWS == 0)
			layout_flush(&l, out);
	}
	if (step == QUERY_DONE && (!l.made || l.n_cells > 0))
		layout_flush(&l, out);
	layout_finish(&l);
	return step == QUERY_DONE;
}

static bool
csv_rows_out(struct term *out, struct query_rows *rows, size_t *count)
{
	int columns = query_columns(rows);
	enum query_step step;

	for (int i = 0; i < columns; i++)
		csv_field(out->file, query_name(rows, i), i == 0);
	csv_end(out->file);
	while ((step = query_next(rows)) == QUERY_ROW) {
		for (int i = 0; i < columns; i++) {
			struct str cell = {0};
			bool value = result_cell(rows, i, &cell);
			csv_field(out->file, value ? str_string(&cell) : NULL, i == 0);
			str_finish(&cell);
		}
		csv_end(out->file);
		++*count;
	}
	return step == QUERY_DONE;
}

static void
json_cell(struct json *j, const struct query_rows *rows, int i)
{
	enum query_type type = query_type(rows, i);
	struct str cell = {0};

	json_key(j, query_name(rows, i));
	if (type == QUERY_INTEGER)
		json_integer(j, query_int(rows, i));
	else if (type == QUERY_REAL)
		json_real(j, query_real(rows, i));
	else
		json_text(j, result_cell(rows, i, &cell) ? str_string(&cell) : NULL);
	str_finish(&cell);
}

/* lines: JSON lines, one object each; else one array, one line per object all the same. */
static bool
json_rows_out(struct term *out, struct query_rows *rows, size_t *count, bool lines)
{
	int columns = query_columns(rows);
	enum query_step step;

	while ((step = query_next(rows)) == QUERY_ROW) {
		struct json j = {.out = out->file};
		if (!lines)
			fputs(*count == 0 ? "[\n" : ",\n", out->file);
		json_open(&j, '{');
		for (int i = 0; i < columns; i++)
			json_cell(&j, rows, i);
		json_close(&j, '}');
		if (lines)
			fputc('\n', out->file);
		++*count;
	}
	if (!lines)
		fputs(*count == 0 ? "[]\n" : "\n]\n", out->file);
	return step == QUERY_DONE;
}

void
output_json_members(struct json *j, const struct result *r, size_t row)
{
	for (size_t i = 0; i < r->n_names; i++) {
		const char *cell = r->cells[row * r->n_names + i];
		unsigned char type = r->types[row * r->n_names + i];

		json_key(j, r->names[i]);
		if (type == QUERY_INTEGER)
			json_integer(j, strtoll(cell, NULL, 10));
		else if (type == QUERY_REAL)
			json_real(j, strtod(cell, NULL));
		else
			json_text(j, cell);
	}
}

void
output_json_array(struct json *j, const char *key, const struct result *r)
{
	json_key(j, key);
	json_open(j, '[');
	for (size_t i = 0; i < r->rows; i++) {
		json_open(j, '{');
		output_json_members(j, r, i);
		json_close(j, '}');
	}
	json_close(j, ']');
}

bool
output_rows(struct command_io *io, enum output_format format, struct query_rows *rows,
	    size_t *count)
{
	*count = 0;
	switch (format) {
	case OUTPUT_TABLE:
		return table_rows_out(&io->out, rows, count);
	case OUTPUT_CSV:
		return csv_rows_out(&io->out, rows, count);
	case OUTPUT_JSON:
	case OUTPUT_JSONL:
	case OUTPUT_FORMATS:
		break;
	}
	return json_rows_out(&io->out, rows, count, format == OUTPUT_JSONL);
}
