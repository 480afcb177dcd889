/*
 * problem.h - what was wrong with a capture, as one line: the first trouble and how many followed.
 * Filled by the readers of this folder, stored in captures.problem. Trouble is evidence, not a
 * fault: reading goes on where it can.
 */
#ifndef ANALYZER_INPUT_PROBLEM_H
#define ANALYZER_INPUT_PROBLEM_H

#include <stddef.h>
#include <stdint.h>

enum { PROBLEM_TEXT_MAX = 320 };

/* Zero-initialised: no problem. */
struct problem {
	uint64_t count;
	char first[PROBLEM_TEXT_MAX];
	char line[PROBLEM_TEXT_MAX + 32];
};

/* The text is cut at PROBLEM_TEXT_MAX; control bytes in it become "?". */
void problem_add(struct problem *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What all of it comes from: put before the first trouble, the only one where there is none. */
void problem_cause(struct problem *p, const char *cause);
/* NULL when there is none. Valid until the next problem_add or problem_line. */
const char *problem_line(struct problem *p);

/* Copy bytes as printable ASCII, without quotes and backslashes, with \xNN escapes; stops before an
 * escape that does not fit. NUL-terminates, returns buf. */
const char *problem_escape(const void *data, size_t len, char *buf, size_t size);

#endif
