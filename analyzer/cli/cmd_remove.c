/*
 * cmd_remove.c - mtlscope remove: an incident, or one capture, with everything below it.
 * db/store.h deletes; here is asked whether there is such a thing.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/incident.h"
#include "analyzer/cli/result.h"
#include "db/store.h"

#include <limits.h>
#include <string.h>

/* What is to go: an incident, or a capture when it is NULL. */
struct target {
	const char *incident;
	long capture;
};

static bool
choose(struct command_io *io, const struct options *o, struct target *t)
{
	struct str wrong = {0};

	*t = (struct target){.incident = options_value(o, "incident")};
	bool one = (t->incident != NULL) != options_has(o, "capture");
	if (!one)
		str_add(&wrong, "remove: say what: --incident ID, or --capture ID");
	bool good = one && options_number(o, "capture", LONG_MAX, &t->capture, &wrong);
	if (!good)
		message_error(&io->err, NULL, "%s", str_string(&wrong));
	str_finish(&wrong);
	return good;
}

static bool
has_capture(struct command_io *io, struct query *q, long id)
{
	char text[24];
	struct result r = {0};

	snprintf(text, sizeof(text), "%ld", id);
	const struct query_param params[] = {{"id", text}};
	if (!result_load(
		&r, q,
		"SELECT count(*) AS captures, min(capture_id) AS first, max(capture_id) AS "
		"last, coalesce(sum(capture_id = CAST(:id AS INTEGER)), 0) AS found FROM "
		"captures",
		params, 1)) {
		message_error(&io->err, "remove", "%s", query_error(q));
		return false;
	}
	bool found = result_number(&r, 0, "found") > 0;
	if (!found && result_number(&r, 0, "captures") == 0)
		message_error(&io->err, "remove", "no capture %ld; this database has none", id);
	else if (!found)
		message_error(&io->err, "remove", "no capture %ld; this database has %lld to %lld",
			      id, (long long)result_number(&r, 0, "first"),
			      (long long)result_number(&r, 0, "last"));
	result_finish(&r);
	return found;
}

/* Asked before anything is opened for writing. */
static bool
is_there(struct command_io *io, const char *path, const struct target *t)
{
	struct query *q = dbfile_open(io, path, "remove");

	if (q == NULL)
		return false;
	bool found = t->incident != NULL ? incident_exists(io, q, "remove", t->incident)
					 : has_capture(io, q, t->capture);
	query_destroy(q);
	return found;
}

static bool
remove_from(struct store *s, const char *path, const struct target *t, struct store_totals *removed)
{
	return store_open(s, path) &&
	       (t->incident != NULL ? store_remove_incident(s, t->incident, removed)
				    : store_remove_capture(s, t->capture, removed)) &&
	       store_close(s);
}

static void
print_removed(struct command_io *io, const struct target *t, const struct store_totals *r)
{
	struct str line = {0};

	if (t->incident != NULL)
		str_addf(&line, "incident %s", t->incident);
	else
		str_addf(&line, "capture %ld", t->capture);
	str_addf(&line, " removed: %llu capture%s, %llu session%s", (unsigned long long)r->captures,
		 r->captures == 1 ? "" : "s", (unsigned long long)r->sessions,
		 r->sessions == 1 ? "" : "s");
	term_put(&io->out, TERM_PLAIN, str_string(&line));
	term_end(&io->out);
	str_finish(&line);
}

static int
run(struct command_io *io, const struct options *o)
{
	struct target t;
	struct store_totals removed;
	char **args = o->args;
	size_t n_args = o->n_args;
	const char *path = dbfile_choose(&args, &n_args, false);

	if (n_args > 0) {
		message_error(&io->err, "remove",
			      "one database, please: mtlscope remove [DB] --incident ID");
		return COMMAND_FAILED;
	}
	if (!choose(io, o, &t) || !is_there(io, path, &t))
		return COMMAND_FAILED;
	struct store *s = store_create();
	bool good = s != NULL && remove_from(s, path, &t, &removed);
	if (good)
		print_removed(io, &t, &removed);
	else
		message_error(&io->err, NULL, "%s", s != NULL ? store_error(s) : "out of memory");
	store_destroy(s);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

static const struct options_row rows[] = {
    {"incident", 0, "ID", "all captures of this incident"},
    {"capture", 0, "ID", "one capture: the capture_id of the view captures"},
};

const struct command cmd_remove = {
    .name = "remove",
    .group = "Database",
    .line = "an incident or a capture, with all that is known of it",
    .usage = "[DB] (--incident ID | --capture ID)",
    .about = "Take an incident, or one capture, out of the database, with everything that is\n"
	     "known of it. Capture files are not touched; analyze reads them again when told.",
    .more = "The database keeps its size and uses the room again.\n\n"
	    "example: mtlscope remove --incident INC-4711",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
