/*
 * incident.h - naming an incident: is there one, and what a person meant; the name a folder gives.
 * Used by the commands that take --incident.
 */
#ifndef ANALYZER_CLI_INCIDENT_H
#define ANALYZER_CLI_INCIDENT_H

#include "analyzer/cli/command.h"
#include "db/query.h"

/* False: printed for `command` what incidents there are, and which one was probably meant. */
bool incident_exists(struct command_io *io, struct query *q, const char *command, const char *name);
/* From here on q sees this incident only; name may be NULL: everything. False as above. */
bool incident_narrow(struct command_io *io, struct query *q, const char *command, const char *name);

/* --incident-from-folder as an absolute path without links, to be freed; NULL without. False:
 * printed. */
bool incident_folder(struct command_io *io, const struct options *o, char **folder);
/* The name of the folder directly below `folder` that `path` is in; both absolute, without links.
 * NULL: it is in none. The result is to be freed. */
char *incident_of_path(const char *folder, const char *path);

#endif
