/*
 * command.h - what a subcommand is: its help, its options, its function.
 * Each cmd_<verb>.c defines one; main.c has the table and runs them.
 */
#ifndef ANALYZER_CLI_COMMAND_H
#define ANALYZER_CLI_COMMAND_H

#include "analyzer/cli/message.h"
#include "analyzer/cli/options.h"
#include "analyzer/cli/term.h"

/* Exit statuses of the contract. A finding is not an error. */
enum {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1,   /* nothing could be done */
	COMMAND_PROBLEM = 2,  /* done, but an input had a problem */
	COMMAND_STOPPED = 130 /* SIGINT; whole captures are committed */
};

/* What a running command prints to. */
struct command_io {
	struct term out, err;
};

struct command {
	const char *name, *group, *line; /* line: one line for mtlscope --help */
	const char *usage;               /* after the name: "[options] PATH..." */
	const char *about, *more;        /* lines above and below the options; more may be NULL */
	const struct options_row *options;
	size_t n_options;
	int (*run)(struct command_io *io, const struct options *o);
};

extern const struct command cmd_analyze, cmd_failures, cmd_show, cmd_query, cmd_compare, cmd_schema,
    cmd_explain, cmd_merge, cmd_remove;

/* Version of the program, as --version prints it and store.h keeps it. */
extern const char command_version[];

#endif
