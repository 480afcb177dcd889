/*
 * str.h - growing text, its width on a terminal, shortening, and the escaping of hostile bytes.
 * Below term.c and everything that prints. Whatever came from a packet passes str_add_escaped()
 * before it reaches a terminal, so that no name can colour, move or hide anything.
 */
#ifndef ANALYZER_CLI_STR_H
#define ANALYZER_CLI_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; str_finish releases. data is NULL until something is added: print
 * str_string(). */
struct str {
	char *data;
	size_t len, size;
};

void str_finish(struct str *t);
void str_clear(struct str *t); /* empty, memory kept */
const char *str_string(const struct str *t);

void str_add(struct str *t, const char *s);
void str_add_bytes(struct str *t, const char *s, size_t len);
void str_addf(struct str *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *t, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Control characters, broken UTF-8 and characters that steer or hide text become \x1b or \u{202e}.
 * utf8 false: every character outside ASCII does. */
void str_add_escaped(struct str *t, const char *s, bool utf8);

/* Decodes the code point at s, which is not at its end. Returns its length in bytes, or 0 where s
 * does not hold well-formed UTF-8 (RFC 3629). */
size_t str_decode(const char *s, uint32_t *code);
/* Would this code point steer, hide or imitate other text? */
bool str_is_hostile(uint32_t code);

/* Columns that escaped text takes. The locale must be set (wcwidth). */
int str_width(const char *s);

enum str_cut { STR_CUT_MIDDLE, STR_CUT_END };

/* Adds s, cut down to `width` columns with `ellipsis` where something is left out. Names and files
 * lose their middle, notes their end. */
void str_add_cut(struct str *t, const char *s, int width, enum str_cut cut, const char *ellipsis);

#endif
