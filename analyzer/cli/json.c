/*
 * json.c - a JSON writer (RFC 8259) that streams: commas and nesting are its business.
 * Used by rows.c and by the commands that print one object.
 */
#include "analyzer/cli/json.h"

#include "analyzer/cli/str.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>

static void
separate(struct json *j)
{
	if (j->started[j->depth] && !j->after_key)
		fputc(',', j->out);
	j->started[j->depth] = true;
	j->after_key = false;
}

void
json_open(struct json *j, char bracket)
{
	separate(j);
	fputc(bracket, j->out);
	assert(j->depth + 1 < JSON_DEPTH_MAX);
	j->started[++j->depth] = false;
}

void
json_close(struct json *j, char bracket)
{
	j->depth--;
	fputc(bracket, j->out);
}

/* RFC 8259 section 7. Code points beyond the basic plane are two escapes (UTF-16 surrogates). */
static void
put_escape(FILE *out, uint32_t code)
{
	if (code >= 0x10000) {
		fprintf(out, "\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)));
		code = 0xdc00 + ((code - 0x10000) & 0x3ff);
	}
	fprintf(out, "\\u%04x", (unsigned)code);
}

static void
put_string(FILE *out, const char *s)
{
	fputc('"', out);
	while (*s != '\0') {
		uint32_t code;
		size_t len = str_decode(s, &code);

		if (len == 0)
			put_escape(out, 0xfffd);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", out);
		else if (str_is_hostile(code))
			put_escape(out, code);
		else
			fwrite(s, 1, len, out);
		s += len > 0 ? len : 1;
	}
	fputc('"', out);
}

void
json_key(struct json *j, const char *key)
{
	separate(j);
	put_string(j->out, key);
	fputc(':', j->out);
	j->after_key = true;
}

void
json_null(struct json *j)
{
	separate(j);
	fputs("null", j->out);
}

void
json_text(struct json *j, const char *s)
{
	if (s == NULL) {
		json_null(j);
		return;
	}
	separate(j);
	put_string(j->out, s);
}

void
json_integer(struct json *j, int64_t v)
{
	separate(j);
	fprintf(j->out, "%" PRId64, v);
}

void
json_real(struct json *j, double v)
{
	if (!isfinite(v)) {
		json_null(j);
		return;
	}
	separate(j);
	fprintf(j->out, "%.17g", v);
}
