/*
 * incident.c - naming an incident. See incident.h.
 */
#include "analyzer/cli/incident.h"

#include "analyzer/cli/memory.h"
#include "analyzer/cli/result.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LISTED_MAX = 5, COMPARED_MAX = 1000 };

/* No incident of that name: the nearest one, or the first few. */
static void
say_unknown(struct command_io *io, const char *command, const char *name, const struct result *r)
{
	const char *names[COMPARED_MAX];
	size_t count = r->rows < COMPARED_MAX ? r->rows : COMPARED_MAX;
	struct str list = {0};

	for (size_t i = 0; i < count; i++) {
		names[i] = result_text(r, i, "incident");
		if (i < LISTED_MAX)
			str_addf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	const char *near = count > 0 ? message_nearest(name, names, count) : NULL;
	if (count == 0)
		message_error(&io->err, command,
			      "no incident \"%s\": no capture here belongs to one. Label them: "
			      "mtlscope analyze --incident ID PATH",
			      name);
	else if (near != NULL)
		message_error(&io->err, command, "no incident \"%s\". Did you mean \"%s\"?", name,
			      near);
	else
		message_error(&io->err, command, "no incident \"%s\". There %s %s%s", name,
			      r->rows == 1 ? "is" : "are", str_string(&list),
			      r->rows > LISTED_MAX ? " ..." : "");
	str_finish(&list);
}

bool
incident_exists(struct command_io *io, struct query *q, const char *command, const char *name)
{
	const struct query_param params[] = {{"name", name}};
	struct result r = {0};

	if (!result_load(&r, q,
			 "SELECT incident, incident = :name AS same FROM incidents "
			 "ORDER BY same DESC, incident LIMIT 1000",
			 params, 1)) {
		message_error(&io->err, command, "%s", query_error(q));
		return false;
	}
	bool found = r.rows > 0 && result_number(&r, 0, "same") != 0;
	if (!found)
		say_unknown(io, command, name, &r);
	result_finish(&r);
	return found;
}

bool
incident_narrow(struct command_io *io, struct query *q, const char *command, const char *name)
{
	if (name == NULL)
		return true;
	if (!incident_exists(io, q, command, name))
		return false;
	if (query_narrow(q, name))
		return true;
	message_error(&io->err, command, "%s", query_error(q));
	return false;
}

bool
incident_folder(struct command_io *io, const struct options *o, char **folder)
{
	const char *path = options_value(o, "incident-from-folder");
	struct stat st;

	*folder = path != NULL ? realpath(path, NULL) : NULL;
	if (path == NULL || (*folder != NULL && stat(*folder, &st) == 0 && S_ISDIR(st.st_mode)))
		return true;
	message_error(&io->err, path, "--incident-from-folder: %s",
		      *folder != NULL ? "not a directory" : strerror(errno));
	free(*folder);
	*folder = NULL;
	return false;
}

char *
incident_of_path(const char *folder, const char *path)
{
	size_t n = strlen(folder);

	while (n > 0 && folder[n - 1] == '/')
		n--;
	if (strncmp(path, folder, n) != 0 || path[n] != '/')
		return NULL;
	const char *name = path + n + 1, *slash = strchr(name, '/');
	if (slash == NULL)
		return NULL;
	char *copy = memory_copy(name);
	copy[slash - name] = '\0';
	return copy;
}
