/*
 * inputs.h - the list of captures that the command line stands for.
 * Between cli (arguments) and source.c (one path at a time): files as named, directories walked,
 * "-" for stdin. Nothing is opened here; what a file is, source_open finds out.
 */
#ifndef ANALYZER_INPUT_INPUTS_H
#define ANALYZER_INPUT_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUTS_DEPTH_MAX = 128 }; /* nested directories; deeper ones are recorded, not walked */

/* One path to open. named: given on the command line, so that a text or empty file is a problem;
 * found in a directory it is only counted. */
struct input {
	const char *path;
	bool named;
};

/* A path that can't be an input, with one line (without the path) that says why. */
struct input_problem {
	const char *path;
	const char *text;
};

struct inputs;

/* NULL: out of memory. */
struct inputs *inputs_create(void);
void inputs_destroy(struct inputs *in);
/* Add a path: a file, "-", or a directory, which is walked in the order of its names (bytewise).
 * In a directory symbolic links are not followed (a target inside the tree is found by itself) and
 * devices, sockets and pipes are left out. Trouble with a path is an input_problem. False: out of
 * memory. */
bool inputs_add(struct inputs *in, const char *path);

size_t inputs_count(const struct inputs *in);
struct input inputs_get(const struct inputs *in, size_t i); /* borrows from `in` */
size_t inputs_problems(const struct inputs *in);
struct input_problem inputs_problem(const struct inputs *in, size_t i);
/* Links and special files that a walk left out. */
uint64_t inputs_skipped(const struct inputs *in);

#endif
