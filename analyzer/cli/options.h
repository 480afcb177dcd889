/*
 * options.h - one command's options, read from its table of rows by getopt_long.
 * Between main.c and the commands; says in one line what is wrong with the rest.
 */
#ifndef ANALYZER_CLI_OPTIONS_H
#define ANALYZER_CLI_OPTIONS_H

#include "analyzer/cli/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* letter: 0 for none. value: what --help calls it, NULL for a flag. help: NULL leaves it out of
 * --help (accepted, but not for show). */
struct options_row {
	const char *name;
	char letter;
	const char *value, *help;
};

struct options_hit {
	const struct options_row *row;
	const char *value;
};

struct options {
	struct options_hit *hits; /* in order of the command line */
	size_t n_hits, room;
	char **args; /* what is not an option; borrows argv */
	size_t n_args;
};

/* Rows of every command: --color, --ascii, --help. */
extern const struct options_row options_common[];
extern const size_t options_n_common;

/* argv[0] is the command's name. False: *wrong holds one line for message_error. */
bool options_parse(struct options *o, const struct options_row *rows, size_t count, int argc,
		   char **argv, struct str *wrong);
void options_finish(struct options *o);

bool options_has(const struct options *o, const char *name);
/* The last value given, or NULL. */
const char *options_value(const struct options *o, const char *name);
/* Value after value of a repeated option; *at starts as 0. NULL: no more. */
const char *options_next(const struct options *o, const char *name, size_t *at);
/* Text as a whole number from 1 up to max. False: it is none; *wrong says so of --name. */
bool options_read_number(const char *name, const char *text, long max, long *out,
			 struct str *wrong);
/* The last value given, likewise. Absent leaves *out as it is. */
bool options_number(const struct options *o, const char *name, long max, long *out,
		    struct str *wrong);
/* Bytes: a whole number, with k, M, G or T for powers of 1024. Likewise. */
bool options_size(const struct options *o, const char *name, uint64_t *out, struct str *wrong);

#endif
