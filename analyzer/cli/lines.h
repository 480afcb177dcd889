/*
 * lines.h - a file of lines: paths of --files-from, passphrases of --passphrase-file.
 * Used by cmd_analyze.c. "-" is stdin.
 */
#ifndef ANALYZER_CLI_LINES_H
#define ANALYZER_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	char *text; /* with a NUL behind each line */
	size_t size;
	const char **at; /* borrows text */
	size_t count, room;
};

enum lines_kind {
	LINES_PATHS,  /* separated by NUL, where there is one, else by line ends */
	LINES_SECRETS /* separated by line ends; wiped by lines_finish */
};

/* Zero-initialises. Empty lines are left out; a carriage return before a line end goes with it.
 * False: errno says why. */
bool lines_read(struct lines *l, const char *path, enum lines_kind kind);
void lines_finish(struct lines *l); /* takes a zeroed one */

#endif
