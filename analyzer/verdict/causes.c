/*
 * causes.c - see causes.h.
 */
#include "analyzer/verdict/causes.h"

#include <string.h>

#define FIX(change, settings)                                                                      \
	{                                                                                          \
		sizeof(settings) > 1 ? change ". Settings: " settings : change, sizeof(change) - 1 \
	}

static const struct cause_row rows[CAUSE_COUNT] = {
#define CAUSE(name, number, words, server, server_settings, client, client_settings, hidden) \
	[CAUSE_##name] = {#name,                                                             \
			  number,                                                            \
			  words,                                                             \
			  server,                                                            \
			  server_settings,                                                   \
			  client,                                                            \
			  client_settings,                                                   \
			  FIX(server, server_settings),                                      \
			  FIX(client, client_settings),                                      \
			  hidden},
#include "analyzer/causes.def"
};

const struct cause_row *
cause_row(enum cause c)
{
	return c > CAUSE_none && c < CAUSE_COUNT ? &rows[c] : NULL;
}

enum cause
cause_find(const char *name)
{
	for (enum cause c = CAUSE_none + 1; c < CAUSE_COUNT; c++)
		if (strcmp(rows[c].name, name) == 0)
			return c;
	return CAUSE_none;
}
