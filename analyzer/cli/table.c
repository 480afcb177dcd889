/*
 * table.c - aligned columns without a frame: two spaces between them, numbers right, text left.
 * Used by rows.c (query), cmd_failures.c and cmd_schema.c.
 */
#include "analyzer/cli/table.h"

#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, NARROWEST = 8 };

void
table_add(struct table *t, const struct term *out, const char *const *cells)
{
	for (size_t i = 0; i < t->count; i++) {
		struct str clean = {0};

		t->cells = memory_grow(t->cells, t->n_cells, &t->room, sizeof(*t->cells));
		if (cells[i] != NULL) {
			str_add_escaped(&clean, cells[i], out->utf8);
			str_add(&clean, "");
		}
		t->cells[t->n_cells++] = clean.data;
	}
}

size_t
table_rows(const struct table *t)
{
	return t->n_cells / t->count;
}

static bool
is_marked(const struct table_column *c, const char *cell)
{
	return c->gutter && cell != NULL && cell[0] == '~';
}

static int
cell_width(const struct table_column *c, const char *cell)
{
	return cell == NULL ? 1 : str_width(cell + (is_marked(c, cell) ? 1 : 0));
}

static int
total_width(const struct table *t)
{
	int total = 0;

	for (size_t i = 0; i < t->count; i++)
		total += t->widths[i] + (i > 0 ? GAP : 0);
	return total;
}

/* The widest column that may still lose a character, or count. */
static size_t
widest(const struct table *t)
{
	size_t at = t->count;

	for (size_t i = 0; i < t->count; i++) {
		const struct table_column *c = &t->columns[i];
		int title = str_width(c->title), floor = c->width > 0 ? c->width : NARROWEST;

		floor = title > floor ? title : floor;

		if (!c->keep && !c->right && t->widths[i] > floor &&
		    (at == t->count || t->widths[i] > t->widths[at]))
			at = i;
	}
	return at;
}

static void
measure(struct table *t, int limit)
{
	t->widths = memory_resize(NULL, t->count, sizeof(*t->widths));
	for (size_t i = 0; i < t->count; i++) {
		int title = str_width(t->columns[i].title);
		t->widths[i] = title > t->columns[i].width ? title : t->columns[i].width;
	}
	for (size_t i = 0; i < t->n_cells; i++) {
		int w = cell_width(&t->columns[i % t->count], t->cells[i]);
		if (w > t->widths[i % t->count])
			t->widths[i % t->count] = w;
	}
	for (int over = total_width(t) - limit; over > 0; over--) {
		size_t i = widest(t);
		if (i == t->count)
			break;
		t->widths[i]--;
	}
}

static void
put_cell(const struct table *t, size_t i, const char *cell, enum term_style style, struct term *out)
{
	const struct table_column *c = &t->columns[i];
	struct str shown = {0};

	if (cell == NULL)
		str_add(&shown, term_glyph(out, TERM_NULL));
	else if (c->keep || c->right)
		str_add(&shown, cell);
	else
		str_add_cut(&shown, cell, t->widths[i], c->cut, term_glyph(out, TERM_ELLIPSIS));
	if (c->right)
		term_to(out, out->column + t->widths[i] - str_width(str_string(&shown)));
	term_put(out, style, str_string(&shown));
	str_finish(&shown);
}

static void
put_row(const struct table *t, const char *const *cells, bool head, struct term *out)
{
	int column = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct table_column *c = &t->columns[i];
		const char *cell = head ? c->title : cells[i];
		bool marked = !head && is_marked(c, cell);
		enum term_style style = marked                           ? TERM_INFERRED
					: head || c->dim || cell == NULL ? TERM_DIM
									 : TERM_PLAIN;

		/* A cell that could not shrink pushes the next one, but never touches it. */
		if (i > 0 && out->column + 1 + (marked ? 1 : 0) > column)
			column = out->column + 1 + (marked ? 1 : 0);
		term_to(out, marked ? column - 1 : column);
		if (marked)
			term_put(out, style, "~");
		put_cell(t, i, marked ? cell + 1 : cell, style, out);
		column += t->widths[i] + GAP;
	}
	term_end(out);
}

static void
forget_rows(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	t->n_cells = 0;
}

void
table_print(struct table *t, struct term *out)
{
	if (t->widths == NULL) {
		measure(t, out->width);
		put_row(t, NULL, true, out);
	}
	for (size_t i = 0; i < t->n_cells; i += t->count)
		put_row(t, (const char *const *)t->cells + i, false, out);
	forget_rows(t);
}

void
table_finish(struct table *t)
{
	forget_rows(t);
	free(t->cells);
	free(t->widths);
	*t = (struct table){.columns = t->columns, .count = t->count};
}
