/*
 * cmd_analyze.c - mtlscope analyze: captures into the database, then how bad, why, what next.
 * batch.c reads, summary.c prints; here are the options, the problems and the exit status.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/incident.h"
#include "analyzer/cli/lines.h"
#include "analyzer/cli/server_ports.h"
#include "analyzer/cli/summary.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_MAX = 256 };

static const struct options_row rows[] = {
    {"output", 'o', "DB", "database to write (mtlscope.db)"},
    {"incident", 0, "ID", "label for these captures"},
    {"incident-from-folder", 0, "DIR", "label of those in a folder of DIR: its name"},
    {"note", 0, "TEXT", "a line about the incident"},
    {"filter", 0, "BPF", "only packets that match"},
    {"files-from", 0, "FILE", "read more paths from it, one a line or NUL-separated"},
    {"passphrase-file", 0, "FILE", "passphrases of archives, one a line"},
    {"keylog", 0, "FILE", "TLS key log (SSLKEYLOGFILE); may be repeated"},
    {"rsa-key", 0, "FILE", "a server's private key, for RSA key exchange"},
    {"ca", 0, "PATH", "CAs that client chains should lead to; may be repeated"},
    {"crl", 0, "PATH", "revocation lists of them; may be repeated"},
    {"port", 0, "N", "count connections to it without TLS; may be repeated"},
    {"verify-all", 0, NULL, "check every client's signature, not only of failures"},
    {"jobs", 0, "N", "captures read side by side (one per core)"},
    {"max-memory", 0, "SIZE", "what they may hold together, as 4G"},
    {"force", 0, NULL, "read again what is already in the database"},
    {"verify", 0, NULL, "read files again that look unchanged, and compare"},
    {"sha256", 0, NULL, "store SHA-256 of each capture, too"},
    {"no-ndpi", 0, NULL, "no application labels"},
    {"no-rotation", 0, NULL, "files of a ring buffer are captures of their own"},
    {"no-progress", 0, NULL, "no progress on stderr"},
    {"stats", 0, NULL, "counts and speed, on stderr"},
    {"json", 0, NULL, "summary for scripts: one object"},
};

/* What the options add up to. */
struct plan {
	struct batch_settings settings;
	struct capture_filter *filter; /* to see that it is one; each worker has its own */
	struct str program;            /* version, filter, and what else all results depend on */
	struct keys keys;
	struct trust trust;
	struct server_ports ports;
	struct lines passphrases;
	struct inputs *inputs;
	unsigned jobs;
	uint64_t memory; /* 0: not given */
	char *incidents;
};

static void
plan_finish(struct plan *p)
{
	capture_filter_destroy(p->filter);
	inputs_destroy(p->inputs);
	free(p->incidents);
	keys_finish(&p->keys);
	trust_finish(&p->trust);
	server_ports_finish(&p->ports);
	lines_finish(&p->passphrases);
	str_finish(&p->program);
}

static bool
read_jobs(struct command_io *io, const struct options *o, struct plan *p)
{
	struct str wrong = {0};
	cpu_set_t cores;
	long jobs = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
	bool good = options_number(o, "jobs", BATCH_JOBS_MAX, &jobs, &wrong) &&
		    options_size(o, "max-memory", &p->memory, &wrong);

	if (!good)
		message_error(&io->err, NULL, "%s", str_string(&wrong));
	p->jobs = jobs < BATCH_JOBS_MAX ? (unsigned)jobs : BATCH_JOBS_MAX;
	str_finish(&wrong);
	return good;
}

static bool
make_filter(struct command_io *io, const struct options *o, struct plan *p)
{
	const char *expression = options_value(o, "filter");
	char why[WHY_MAX];

	str_add(&p->program, command_version);
	if (options_has(o, "verify-all"))
		str_add(&p->program, "; verify-all");
	server_ports_describe(&p->ports, &p->program);
	if (expression == NULL)
		return true;
	p->filter = capture_filter_create(expression, why, sizeof(why));
	if (p->filter == NULL) {
		message_error(&io->err, "--filter", "%s", why);
		return false;
	}
	const char *note = capture_filter_note(p->filter);
	if (note != NULL)
		message_note(&io->err, "--filter: %s", note);
	/* What was read through another filter is another result. */
	str_addf(&p->program, STORE_PROGRAM_FILTER "%s", expression);
	return true;
}

static bool
load_trust(struct command_io *io, const struct options *o, struct plan *p)
{
	struct str wrong = {0};
	bool good = trust_load(&p->trust, o, &wrong) && server_ports_load(&p->ports, o, &wrong);

	if (!good)
		message_error(&io->err, NULL, "%s", str_string(&wrong));
	str_finish(&wrong);
	return good;
}

/* One option, or none of it, may read stdin. */
static bool
check_stdin(struct command_io *io, const struct options *o)
{
	static const char *const files[] = {"files-from", "passphrase-file"};
	unsigned users = 0;

	for (size_t i = 0; i < o->n_args; i++)
		users += strcmp(o->args[i], "-") == 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *value = options_value(o, files[i]);
		users += value != NULL && strcmp(value, "-") == 0;
	}
	if (users > 1)
		message_error(&io->err, "-", "stdin can be only one of them");
	return users <= 1;
}

static bool
read_lines(struct command_io *io, const struct options *o, const char *name, enum lines_kind kind,
	   struct lines *lines)
{
	const char *path = options_value(o, name);

	*lines = (struct lines){0};
	if (path == NULL || lines_read(lines, path, kind))
		return true;
	message_error(&io->err, path, "--%s: %s", name, strerror(errno));
	lines_finish(lines);
	return false;
}

static bool
make_inputs(struct command_io *io, const struct options *o, struct plan *p)
{
	struct lines list;

	if (!read_lines(io, o, "files-from", LINES_PATHS, &list))
		return false;
	p->inputs = inputs_create();
	bool good = p->inputs != NULL;
	for (size_t i = 0; good && i < o->n_args; i++)
		good = inputs_add(p->inputs, o->args[i]);
	for (size_t i = 0; good && i < list.count; i++)
		good = inputs_add(p->inputs, list.at[i]);
	lines_finish(&list);
	if (!good)
		message_error(&io->err, "analyze", "out of memory");
	return good;
}

static bool
make_plan(struct command_io *io, const struct options *o, struct plan *p)
{
	const char *database = options_value(o, "output");

	*p = (struct plan){0};
	if (o->n_args == 0 && !options_has(o, "files-from")) {
		message_error(&io->err, "analyze",
			      "name a capture, a directory, or - for stdin: mtlscope analyze PATH");
		return false;
	}
	if (!read_jobs(io, o, p) || !check_stdin(io, o) || !incident_folder(io, o, &p->incidents) ||
	    !read_lines(io, o, "passphrase-file", LINES_SECRETS, &p->passphrases) ||
	    !keys_load(&p->keys, io, o) || !load_trust(io, o, p) || !make_filter(io, o, p) ||
	    !make_inputs(io, o, p))
		return false;
	p->settings = (struct batch_settings){
	    .database = database != NULL ? database : dbfile_default,
	    .incident = options_value(o, "incident"),
	    .note = options_value(o, "note"),
	    .incidents = p->incidents,
	    .program = str_string(&p->program),
	    .filter = options_value(o, "filter"),
	    .keys = &p->keys,
	    .trust = &p->trust,
	    .ports = &p->ports,
	    .passphrases = {p->passphrases.at, p->passphrases.count},
	    .force = options_has(o, "force"),
	    .verify = options_has(o, "verify"),
	    .sha256 = options_has(o, "sha256"),
	    .labels = !options_has(o, "no-ndpi"),
	    .rotation = !options_has(o, "no-rotation"),
	    .jobs = p->jobs,
	    .memory = p->memory,
	};
	return true;
}

/* Nothing read: each problem is an error; else a warning that comes after the result. */
static void
print_problems(struct command_io *io, const struct batch *b, const struct summary *s)
{
	for (size_t i = 0; i < b->n_problems; i++) {
		if (b->n_ids == 0)
			message_error(&io->err, b->problems[i].path, "%s", b->problems[i].text);
		else
			message_warning(&io->err, b->problems[i].path, "%s", b->problems[i].text);
	}
	for (size_t i = 0; i < s->problems.rows; i++) {
		int64_t n = result_number(&s->problems, i, "sessions");
		message_warning(&io->err, result_text(&s->problems, i, "path"), "%s; its %lld %s",
				result_text(&s->problems, i, "problem"), (long long)n,
				n == 1 ? "session is kept" : "sessions are kept");
	}
	const char *filtered = batch_filter_problem(b);
	if (filtered != NULL)
		message_warning(&io->err, "--filter", "%s", filtered);
}

/* What was found beside captures, with the names that are easiest to overlook otherwise. */
static void
print_others(struct command_io *io, const struct batch *b)
{
	struct str names = {0};
	size_t shown = 0;

	for (; shown < BATCH_OTHERS_SHOWN && b->others[shown] != NULL; shown++)
		str_addf(&names, "%s%s", shown > 0 ? ", " : "", b->others[shown]);
	if (b->n_not_captures > shown)
		str_add(&names, ", ...");
	if (shown > 0)
		message_note(&io->err, "%llu other file%s, no capture: %s",
			     (unsigned long long)b->n_not_captures,
			     b->n_not_captures == 1 ? "" : "s", str_string(&names));
	str_finish(&names);
}

static void
print_stats(struct term *err, const struct batch *b)
{
	struct pipeline_stats p = batch_stats(b);
	int64_t ms = progress_now_ms() - b->progress.started_ms;
	struct str line = {0};

	str_addf(&line,
		 "%llu captures read, %llu unchanged, %llu copies, %llu files that are none\n",
		 (unsigned long long)b->n_read, (unsigned long long)b->n_skipped,
		 (unsigned long long)b->n_copies, (unsigned long long)b->n_not_captures);
	str_addf(&line, "%llu packets, ", (unsigned long long)b->packets);
	progress_add_size(&line, b->bytes);
	str_addf(&line, " in %.3f s", (double)ms / 1000);
	if (ms > 0) {
		str_add(&line, " (");
		progress_add_size(&line, b->bytes * 1000 / (uint64_t)ms);
		str_add(&line, "/s)");
	}
	str_addf(&line,
		 "\n%llu TCP segments, %llu flows, %llu sessions, %llu malformed, %llu cut, "
		 "%llu of unknown link types\n",
		 (unsigned long long)p.segments, (unsigned long long)p.flows,
		 (unsigned long long)p.sessions, (unsigned long long)p.malformed,
		 (unsigned long long)p.cut, (unsigned long long)p.unknown_link);
	if (p.forgotten_ports > 0)
		str_addf(&line, "%llu server ports without TLS forgotten\n",
			 (unsigned long long)p.forgotten_ports);
	fputs(str_string(&line), err->file);
	str_finish(&line);
}

/* Result to stdout from the committed rows; false: they could not be read back. */
static bool
print_result(struct command_io *io, const struct options *o, const struct batch *b,
	     struct summary *s)
{
	const char *database = b->settings.database;
	struct query *q = dbfile_open(io, database, "failures");

	if (q == NULL)
		return false;
	bool good = summary_load(s, q, b);
	if (!good)
		message_error(&io->err, database, "%s", query_error(q));
	else if (options_has(o, "json"))
		summary_print_json(&io->out, s, b);
	else
		summary_print(&io->out, s, database);
	fflush(stdout);
	query_destroy(q);
	return good;
}

/* Nothing was found that could be read; say so for directories, which are no problem themselves. */
static void
print_nothing(struct command_io *io, const struct options *o, const struct batch *b)
{
	const char *first = o->n_args > 0 ? o->args[0] : options_value(o, "files-from");

	if (b->n_problems > 0 || b->fault != NULL || b->stopped)
		return;
	if (b->n_not_captures > 0)
		message_error(&io->err, first, "no capture in it (%llu other file%s)",
			      (unsigned long long)b->n_not_captures,
			      b->n_not_captures == 1 ? "" : "s");
	else
		message_error(&io->err, first, "no capture in it");
}

static int
finish_run(struct command_io *io, const struct options *o, struct batch *b)
{
	struct summary s = {0};
	bool any = b->n_ids > 0, good = true;

	if (any)
		good = print_result(io, o, b, &s);
	else
		print_nothing(io, o, b);
	print_problems(io, b, &s);
	if (any)
		print_others(io, b);
	bool problem = b->n_problems > 0 || s.problems.rows > 0;
	summary_finish(&s);
	if (b->fault != NULL)
		message_error(&io->err, NULL, "%s%s", b->fault,
			      any ? ". Complete captures are kept; run the same command again to "
				    "continue"
				  : "");
	if (options_has(o, "stats"))
		print_stats(&io->err, b);
	if (b->stopped) {
		message_note(&io->err,
			     "stopped; whole captures are kept, the same command continues");
		return COMMAND_STOPPED;
	}
	if (!any || !good)
		return COMMAND_FAILED;
	return problem || b->fault != NULL ? COMMAND_PROBLEM : COMMAND_DONE;
}

static int
run(struct command_io *io, const struct options *o)
{
	struct plan p;
	struct batch b = {0};
	int status = COMMAND_FAILED;

	if (make_plan(io, o, &p)) {
		bool progress = !options_has(o, "no-progress") && !options_has(o, "json");
		if (batch_init(&b, &p.settings, &io->err, progress)) {
			batch_run(&b, p.inputs);
			status = finish_run(io, o, &b);
		} else {
			message_error(&io->err, "analyze", "out of memory");
		}
		batch_finish(&b);
	}
	plan_finish(&p);
	return status;
}

const struct command cmd_analyze = {
    .name = "analyze",
    .group = "Database",
    .line = "read captures, archives of them, directories, or - for stdin",
    .usage = "[options] PATH...",
    .about = "Read captures into a database. PATH: capture, archive, directory, or -",
    .more = "Safe to interrupt: run it again and it continues. Exit status: 0 done, 1 nothing\n"
	    "could be done, 2 done but an input had a problem. A finding is not an error.\n\n"
	    "example: mtlscope analyze --incident INC-4711 captures/",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
