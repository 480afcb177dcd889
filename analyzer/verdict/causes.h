/*
 * causes.h - the causes of failed mutual authentication, by the rows of causes.def.
 * Used by findings.c and stack.c, and by cli/ for words and `explain`.
 */
#ifndef ANALYZER_VERDICT_CAUSES_H
#define ANALYZER_VERDICT_CAUSES_H

#include <stddef.h>

enum cause {
	CAUSE_none,
#define CAUSE(name, number, words, server, server_settings, client, client_settings, hidden) \
	CAUSE_##name,
#include "analyzer/causes.def"
	CAUSE_COUNT,
};

struct cause_row {
	const char *name;
	int number; /* of the project's list of causes; 0: not of it */
	const char *words;
	const char *server, *server_settings, *client, *client_settings; /* settings: "" without */
	struct cause_fix {
		const char *text; /* what to change, and where */
		size_t words_len; /* {words} stand in this much of it */
	} server_fix, client_fix;
	const char *hidden; /* why one session cannot show it; NULL when it can */
};

/* NULL for CAUSE_none and beyond the last. */
const struct cause_row *cause_row(enum cause c);
/* By its machine name; CAUSE_none when there is none. */
enum cause cause_find(const char *name);

#endif
