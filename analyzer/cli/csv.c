/*
 * csv.c - comma-separated values as RFC 4180 section 2 has them: CRLF, quotes doubled.
 * Used by rows.c.
 */
#include "analyzer/cli/csv.h"

#include "analyzer/cli/str.h"

#include <string.h>

/* Escapes for the terminal, but keeps what RFC 4180 allows inside quotes. */
static void
add_clean(struct str *t, const char *s)
{
	while (*s != '\0') {
		size_t plain = strcspn(s, "\t\r\n");
		struct str piece = {0};

		str_add_bytes(&piece, s, plain);
		str_add_escaped(t, str_string(&piece), true);
		str_finish(&piece);
		s += plain;
		if (*s != '\0')
			str_add_bytes(t, s++, 1);
	}
}

static void
put_quoted(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

void
csv_field(FILE *out, const char *s, bool first)
{
	struct str clean = {0};

	if (!first)
		fputc(',', out);
	if (s == NULL)
		return;
	add_clean(&clean, s);
	const char *c = str_string(&clean);
	if (*c == '\0' || *c == ' ' || c[clean.len - 1] == ' ' || strpbrk(c, ",\"\r\n\t") != NULL)
		put_quoted(out, c);
	else
		fputs(c, out);
	str_finish(&clean);
}

void
csv_end(FILE *out)
{
	fputs("\r\n", out);
}
