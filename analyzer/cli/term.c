/*
 * term.c - one output stream of the program: how wide, with colour or without, which glyphs.
 * Between str.c and the commands.
 */
#include "analyzer/cli/term.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const styles[TERM_STYLES] = {
    [TERM_PLAIN] = "",
    [TERM_BOLD] = "\033[1m",
    [TERM_DIM] = "\033[2m",
    [TERM_FAIL] = "\033[1;31m",
    [TERM_WARN] = "\033[33m",
    [TERM_DECRYPTED] = "\033[36m",
    [TERM_INFERRED] = "\033[35m",
    [TERM_INFERRED_TITLE] = "\033[1;35m",
};

static const char *const glyphs[][2] = {
#define TERM_GLYPH_ROW(e, utf8, ascii) [e] = {utf8, ascii},
    TERM_GLYPHS(TERM_GLYPH_ROW)
#undef TERM_GLYPH_ROW
};

static bool
color_wanted(const struct term *t, enum term_color color)
{
	const char *no_color = getenv("NO_COLOR");
	const char *type = getenv("TERM");

	if (color != TERM_COLOR_AUTO)
		return color == TERM_COLOR_ALWAYS;
	return t->tty && (no_color == NULL || *no_color == '\0') && type != NULL &&
	       strcmp(type, "dumb") != 0;
}

static int
measure(const struct term *t)
{
	struct winsize size;

	if (!t->tty || ioctl(fileno(t->file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return TERM_WIDTH_PIPE;
	if (size.ws_col < TERM_WIDTH_MIN)
		return TERM_WIDTH_MIN;
	return size.ws_col > TERM_WIDTH_MAX ? TERM_WIDTH_MAX : size.ws_col;
}

void
term_init(struct term *t, FILE *file, enum term_color color, bool ascii)
{
	*t = (struct term){.file = file, .tty = isatty(fileno(file)) == 1};
	t->color = color_wanted(t, color);
	t->width = measure(t);
	t->utf8 = !ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *
term_glyph(const struct term *t, enum term_glyph g)
{
	return glyphs[g][t->utf8 ? 0 : 1];
}

void
term_put(struct term *t, enum term_style style, const char *s)
{
	bool colored = t->color && style != TERM_PLAIN && *s != '\0';

	if (colored)
		fputs(styles[style], t->file);
	fputs(s, t->file);
	if (colored)
		fputs("\033[0m", t->file);
	t->column += str_width(s);
}

void
term_putf(struct term *t, enum term_style style, const char *format, ...)
{
	struct str s = {0};
	va_list args;

	va_start(args, format);
	str_addv(&s, format, args);
	va_end(args);
	term_put(t, style, str_string(&s));
	str_finish(&s);
}

void
term_data(struct term *t, enum term_style style, const char *s)
{
	struct str clean = {0};

	str_add_escaped(&clean, s, t->utf8);
	term_put(t, style, str_string(&clean));
	str_finish(&clean);
}

void
term_fit(struct term *t, enum term_style style, const char *s, int width, enum str_cut cut)
{
	struct str clean = {0}, shown = {0};

	str_add_escaped(&clean, s, t->utf8);
	str_add_cut(&shown, str_string(&clean), width, cut, term_glyph(t, TERM_ELLIPSIS));
	term_put(t, style, str_string(&shown));
	str_finish(&clean);
	str_finish(&shown);
}

void
term_fill(struct term *t, enum term_style style, enum term_glyph g, int count)
{
	struct str line = {0};

	for (int i = 0; i < count; i++)
		str_add(&line, term_glyph(t, g));
	term_put(t, style, str_string(&line));
	str_finish(&line);
}

void
term_to(struct term *t, int column)
{
	if (column > t->column) {
		fprintf(t->file, "%*s", column - t->column, "");
		t->column = column;
	}
}

void
term_right(struct term *t, enum term_style style, const char *s, int column)
{
	term_to(t, column - str_width(s));
	term_put(t, style, s);
}

void
term_end(struct term *t)
{
	fputc('\n', t->file);
	t->column = 0;
}

void
term_wrap(struct term *t, enum term_style style, const char *s, int indent, int right)
{
	struct str clean = {0};

	str_add_escaped(&clean, s, t->utf8);
	for (const char *p = str_string(&clean); *p != '\0';) {
		size_t len = strcspn(p + 1, " ") + 1;
		struct str word = {0};

		str_add_bytes(&word, p, len);
		bool full = t->column + str_width(str_string(&word)) > right;
		if (full && *p == ' ' && t->column > indent) {
			term_end(t);
			term_to(t, indent);
			term_put(t, style, str_string(&word) + 1);
		} else {
			term_put(t, style, str_string(&word));
		}
		str_finish(&word);
		p += len;
	}
	str_finish(&clean);
}
