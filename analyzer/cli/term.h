/*
 * term.h - one output stream of the program: how wide, with colour or without, which glyphs.
 * Between str.c and the commands. Results have one for stdout, messages one for stderr.
 */
#ifndef ANALYZER_CLI_TERM_H
#define ANALYZER_CLI_TERM_H

#include "analyzer/cli/str.h"

#include <stdbool.h>
#include <stdio.h>

enum { TERM_WIDTH_MIN = 72, TERM_WIDTH_MAX = 132, TERM_WIDTH_PIPE = 80 };

/* The 8 ANSI colours and bold only, so that the user's own theme decides. No green: a finished
 * handshake is not praise. */
enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_FAIL, /* the word that says failure, the row where it broke */
	TERM_WARN, /* warnings and silent closes */
	TERM_DECRYPTED,
	TERM_INFERRED,
	TERM_INFERRED_TITLE,
	TERM_STYLES,
};

/* Everything drawn that is not a letter: constant, UTF-8, ASCII. */
#define TERM_GLYPHS(X)             \
	X(TERM_READ, "─", "-")     \
	X(TERM_DOUBLE, "═", "=")   \
	X(TERM_DASH, "╌", ".")     \
	X(TERM_DOT, "·", " ")      \
	X(TERM_WALL, "│", "|")     \
	X(TERM_ELBOW, "╰─", "^")   \
	X(TERM_RIGHT, "▶", ">")    \
	X(TERM_LEFT, "◀", "<")     \
	X(TERM_CROSS, "✗", "X")    \
	X(TERM_ELLIPSIS, "…", ".") \
	X(TERM_NULL, "·", "-")
enum term_glyph {
#define TERM_GLYPH_ENUM(e, utf8, ascii) e,
	TERM_GLYPHS(TERM_GLYPH_ENUM)
#undef TERM_GLYPH_ENUM
};

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

struct term {
	FILE *file;
	int width;
	bool tty, color, utf8;
	int column; /* where the next character goes, from 0 */
};

/* Looks at the stream, the environment (NO_COLOR, TERM) and the locale. */
void term_init(struct term *t, FILE *file, enum term_color color, bool ascii);

const char *term_glyph(const struct term *t, enum term_glyph g);

/* Our own words, printed as they are. */
void term_put(struct term *t, enum term_style style, const char *s);
void term_putf(struct term *t, enum term_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Text of packets, files and users: escaped, whole. */
void term_data(struct term *t, enum term_style style, const char *s);
/* The same, cut down to `width` columns. */
void term_fit(struct term *t, enum term_style style, const char *s, int width, enum str_cut cut);
void term_fill(struct term *t, enum term_style style, enum term_glyph g, int count);
/* Spaces up to a column; none when it is behind us. */
void term_to(struct term *t, int column);
/* s so that it ends before `column`. */
void term_right(struct term *t, enum term_style style, const char *s, int column);
void term_end(struct term *t);
/* Escaped words of s, broken at spaces before column `right`; further lines begin at `indent`. Ends
 * without a line end, at the last word. */
void term_wrap(struct term *t, enum term_style style, const char *s, int indent, int right);

#endif
