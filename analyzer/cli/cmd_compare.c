/*
 * cmd_compare.c - mtlscope compare: the same traffic captured at two points, near the client and
 * far from it. What happened to each session between, and who must change what. points.c finds or
 * reads the captures, pairs.c compares, pairs_print.c prints.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/interrupt.h"
#include "analyzer/cli/output.h"
#include "analyzer/cli/pairs.h"
#include "analyzer/cli/result.h"

#include <stdio.h>
#include <string.h>

/* The rows of this run, with keys that mean something without this database, too. */
static const char sql_rows[] =
    "SELECT c.pair, c.near_session, c.far_session, c.finding, c.certainty, c.evidence, "
    "c.server_fix, c.client_fix, c.between_fix, n.session_key AS near_session_key, "
    "f.session_key AS far_session_key FROM comparison c "
    "LEFT JOIN sessions n ON n.session_id = c.near_session "
    "LEFT JOIN sessions f ON f.session_id = c.far_session "
    "WHERE c.run = (SELECT max(run) FROM comparison_point) ORDER BY c.id";

static const char sql_problem[] =
    "SELECT path, problem FROM captures WHERE capture_id = CAST(:id AS INTEGER) AND problem IS NOT "
    "NULL";

static bool
check_usage(struct command_io *io, const struct options *o)
{
	static const char *const points[] = {"near", "far"};

	for (size_t i = 0; i < 2; i++) {
		if (options_value(o, points[i]) != NULL)
			continue;
		message_error(&io->err, "compare",
			      "--%s is missing: mtlscope compare [DB] --near CAPTURE --far CAPTURE",
			      points[i]);
		return false;
	}
	if (strcmp(options_value(o, "near"), options_value(o, "far")) == 0) {
		message_error(&io->err, "--far",
			      "the same as --near. Give the capture of another point");
		return false;
	}
	if (o->n_args > 1) {
		message_error(&io->err, "compare",
			      "one database at most: mtlscope compare [DB] --near CAPTURE --far "
			      "CAPTURE");
		return false;
	}
	return true;
}

/* Hundreds of thousands of sessions take their time. */
static struct query *
open_points(struct command_io *io, const struct points *points)
{
	struct query *q = query_create();

	if (q != NULL && query_open(q, points->database, 0))
		return q;
	message_error(&io->err, NULL, "%s", q != NULL ? query_error(q) : "out of memory");
	query_destroy(q);
	return NULL;
}

static int
store_rows(struct command_io *io, const struct pairs *p, const struct points *points)
{
	struct store *s = store_create();
	bool opened = s != NULL && store_open(s, points->database);
	bool good = opened && pairs_store(p, s, points);

	good = opened && store_close(s) && good;
	if (!good)
		message_error(&io->err, NULL, "%s", s != NULL ? store_error(s) : "out of memory");
	store_destroy(s);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

static int
print_rows(struct command_io *io, struct query *q, enum output_format format)
{
	struct query_rows rows = {0};
	size_t count;
	bool good = query_run(q, sql_rows, NULL, 0, &rows);

	if (good) {
		good = output_rows(io, format, &rows, &count);
		query_finish(&rows);
	}
	if (!good)
		message_error(&io->err, "compare", "%s", query_error(q));
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

static void
say_not_loaded(struct command_io *io, struct query *q, enum pairs_loaded why)
{
	if (why == PAIRS_FAULT)
		message_error(&io->err, "compare", "%s", query_error(q));
	else if (why == PAIRS_TOO_MANY)
		message_error(&io->err, "compare",
			      "more than %d sessions at one point. Read a part of them: mtlscope "
			      "analyze --filter BPF -o PART.db PATH...",
			      PAIRS_SESSIONS_MAX);
	else
		message_error(&io->err, "compare", "out of memory");
}

/* Captures that were not read whole, whenever that was; a problem is told after the result. */
static bool
say_problems(struct command_io *io, struct query *q, const struct points *points)
{
	bool found = false;

	for (int side = 0; side < POINTS; side++) {
		for (size_t i = 0; i < points->count[side]; i++) {
			char id[24];
			const struct query_param param = {"id", id};
			struct result r;
			snprintf(id, sizeof(id), "%lld", (long long)points->ids[side][i]);
			if (!result_load(&r, q, sql_problem, &param, 1))
				continue;
			if (r.rows > 0)
				message_warning(&io->err, result_text(&r, 0, "path"), "%s",
						result_text(&r, 0, "problem"));
			found |= r.rows > 0;
			result_finish(&r);
		}
	}
	return found;
}

static int
print_result(struct command_io *io, const struct pairs *p, const struct points *points,
	     enum output_format format)
{
	struct query *q = open_points(io, points);
	int status = COMMAND_DONE;

	if (q == NULL)
		return COMMAND_FAILED;
	if (format == OUTPUT_TABLE)
		pairs_print(&io->out, p, points->temporary == NULL);
	else
		status = print_rows(io, q, format);
	fflush(stdout);
	if (status == COMMAND_DONE && pairs_swapped(p))
		message_warning(&io->err, "compare",
				"--near and --far are probably the wrong way round: the servers' "
				"answers come sooner at near");
	if (say_problems(io, q, points) && status == COMMAND_DONE)
		status = COMMAND_PROBLEM;
	query_destroy(q);
	return status;
}

/* Stored before it is printed: what was printed is in the database. */
static int
compare(struct command_io *io, const struct points *points, enum output_format format)
{
	struct pairs p = {0};
	struct query *q = open_points(io, points);
	int status = COMMAND_FAILED;

	if (q == NULL)
		return COMMAND_FAILED;
	enum pairs_loaded loaded = pairs_load(&p, q, points);
	if (loaded != PAIRS_LOADED)
		say_not_loaded(io, q, loaded);
	query_destroy(q);
	if (loaded == PAIRS_LOADED && interrupt_seen())
		status = COMMAND_STOPPED;
	else if (loaded == PAIRS_LOADED)
		status = store_rows(io, &p, points);
	if (status == COMMAND_DONE)
		status = print_result(io, &p, points, format);
	pairs_finish(&p);
	return status;
}

static int
run(struct command_io *io, const struct options *o)
{
	struct points points = {.path = {options_value(o, "near"), options_value(o, "far")}};
	enum output_format format;

	if (!check_usage(io, o) || !output_choose(io, o, &format))
		return COMMAND_FAILED;
	int status = points_resolve(&points, io, o->n_args == 1 ? o->args[0] : NULL);
	if (status == COMMAND_DONE && interrupt_seen())
		status = COMMAND_STOPPED;
	if (status == COMMAND_DONE)
		status = compare(io, &points, format);
	if (status == COMMAND_DONE && points.problem)
		status = COMMAND_PROBLEM;
	points_finish(&points);
	return status;
}

static const struct options_row rows[] = {
    {"near", 0, "PATH", "capture at the point nearer to the clients, or a directory"},
    {"far", 0, "PATH", "capture at the point nearer to the servers, or a directory"},
    {"format", 0, "FORMAT", "text, csv, json, jsonl (text)"},
};

const struct command cmd_compare = {
    .name = "compare",
    .group = "Look",
    .line = "the same traffic at two points",
    .usage = "[options] [DB] --near PATH --far PATH",
    .about = "The same traffic captured at two points: what happens to TLS between them.",
    .more = "Captures that are in DB are taken as they stand there (with the keys they were read\n"
	    "with); others are read into it. Without DB: mtlscope.db when it has both, else\n"
	    "nothing is kept. Rows go to the view comparisons.\n\n"
	    "example: mtlscope compare --near front.pcap --far back.pcap",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
