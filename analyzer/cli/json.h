/*
 * json.h - a JSON writer (RFC 8259) that streams: commas and nesting are its business.
 * Used by rows.c and by the commands that print one object.
 */
#ifndef ANALYZER_CLI_JSON_H
#define ANALYZER_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH_MAX = 32 };

/* Start with {.out = file}. */
struct json {
	FILE *out;
	unsigned depth;
	bool started[JSON_DEPTH_MAX]; /* something stands at this depth: the next needs a comma */
	bool after_key;
};

void json_open(struct json *j, char bracket);  /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);
/* NULL becomes null. Broken UTF-8 becomes U+FFFD; what could steer a terminal is escaped. */
void json_text(struct json *j, const char *s);
void json_integer(struct json *j, int64_t v);
void json_real(struct json *j, double v); /* null where JSON has no number */
void json_null(struct json *j);

#endif
