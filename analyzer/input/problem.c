/*
 * problem.c - the one line that says what was wrong with a capture.
 * Written by the readers of this folder, read by source.c.
 */
#include "analyzer/input/problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *
problem_escape(const void *data, size_t len, char *buf, size_t size)
{
	const uint8_t *p = data;
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		bool plain = p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\';
		if (n + (plain ? 1 : 4) >= size)
			break;
		if (plain)
			buf[n++] = (char)p[i];
		else
			n += (size_t)snprintf(buf + n, size - n, "\\x%02x", p[i]);
	}
	if (size > 0)
		buf[n] = '\0';
	return buf;
}

void
problem_add(struct problem *p, const char *format, ...)
{
	if (p->count++ > 0)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(p->first, sizeof p->first, format, args);
	va_end(args);
	/* Texts quote other libraries, which may quote the file. */
	for (char *c = p->first; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
}

void
problem_cause(struct problem *p, const char *cause)
{
	char first[PROBLEM_TEXT_MAX];
	uint64_t count = p->count;
	if (count == 0) {
		problem_add(p, "%s", cause);
		return;
	}
	snprintf(first, sizeof first, "%s", p->first);
	p->count = 0;
	problem_add(p, "%s; %s", cause, first);
	p->count = count;
}

const char *
problem_line(struct problem *p)
{
	if (p->count == 0)
		return NULL;
	if (p->count == 1)
		return p->first;
	snprintf(p->line, sizeof p->line, "%s (and %" PRIu64 " more)", p->first, p->count - 1);
	return p->line;
}
