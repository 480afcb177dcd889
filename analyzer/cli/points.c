/*
 * points.c - which captures the two PATHs of `compare` are. See points.h.
 */
#include "analyzer/cli/points.h"

#include "analyzer/cli/batch.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/result.h"
#include "analyzer/input/identity.h"
#include "analyzer/input/inputs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const options[POINTS] = {"--near", "--far"};

static void
add_id(struct points *p, int point, int64_t id)
{
	for (size_t i = 0; i < p->count[point]; i++)
		if (p->ids[point][i] == id)
			return;
	p->ids[point] =
	    memory_grow(p->ids[point], p->count[point], &p->room[point], sizeof(int64_t));
	p->ids[point][p->count[point]++] = id;
}

/* --- in the database -------------------------------------------------------------------------- */

/* Members of an archive have its path before a '!'. */
static const char sql_file[] =
    "SELECT n.capture_id AS id, f.size AS size, f.mtime_ns AS mtime FROM capture_name n "
    "LEFT JOIN file f ON f.id = n.file_id "
    "WHERE n.abs_path = :path OR substr(n.abs_path, 1, length(:path) + 1) = :path || '!' "
    "ORDER BY 1";
/* What is not there any more is known by any of its names. */
static const char sql_name[] =
    "SELECT DISTINCT capture_id AS id FROM capture_names WHERE path = :path OR abs_path = :path "
    "OR substr(abs_path, -length(:path) - 1) = '/' || :path ORDER BY 1";

/* Rows of the file as it is now. One that changed has none; a capture of what it was before is not
 * linked to it any more. Where no row is linked (they came from elsewhere) the path has to do. */
static size_t
current_rows(const struct result *r, const struct identity_stat *stat, bool *linked)
{
	size_t current = 0;

	*linked = false;
	for (size_t i = 0; i < r->rows; i++) {
		if (result_text(r, i, "size") == NULL)
			continue;
		*linked = true;
		current += result_number(r, i, "size") == (int64_t)stat->size &&
			   result_number(r, i, "mtime") == stat->mtime_ns;
	}
	return *linked ? current : r->rows;
}

/* False: not in the database as it is now. */
static bool
find_file(struct points *p, int point, struct query *q, const char *path)
{
	char *absolute = realpath(path, NULL);
	const struct query_param param = {"path", absolute};
	struct identity_stat stat;
	struct result r;
	bool found = false;

	if (absolute != NULL && identity_stat(absolute, &stat) &&
	    result_load(&r, q, sql_file, &param, 1)) {
		bool linked;
		found = current_rows(&r, &stat, &linked) > 0;
		for (size_t i = 0; found && i < r.rows; i++)
			if (!linked || result_text(&r, i, "size") != NULL)
				add_id(p, point, result_number(&r, i, "id"));
		result_finish(&r);
	}
	free(absolute);
	return found;
}

static bool
find_name(struct points *p, int point, struct query *q)
{
	const struct query_param param = {"path", p->path[point]};
	struct result r;
	bool found = false;

	if (!result_load(&r, q, sql_name, &param, 1))
		return false;
	found = r.rows == 1;
	if (found)
		add_id(p, point, result_number(&r, 0, "id"));
	result_finish(&r);
	return found;
}

/* Takes what q has off the list; how many are left. q may be NULL. */
static size_t
find_point(struct points *p, int point, struct query *q, struct inputs *all, struct inputs *left)
{
	size_t missing = 0;

	if (inputs_count(all) == 0 && q != NULL && find_name(p, point, q))
		return 0;
	for (size_t i = 0; i < inputs_count(all); i++) {
		const char *path = inputs_get(all, i).path;
		if (q != NULL && find_file(p, point, q, path))
			continue;
		missing++;
		if (!inputs_add(left, path))
			return missing;
	}
	return missing + (inputs_count(all) == 0);
}

/* --- read into it ----------------------------------------------------------------------------- */

static void
say_problems(struct points *p, struct command_io *io, const struct batch *b)
{
	for (size_t i = 0; i < b->n_problems; i++) {
		if (b->n_ids == 0)
			message_error(&io->err, b->problems[i].path, "%s", b->problems[i].text);
		else
			message_warning(&io->err, b->problems[i].path, "%s", b->problems[i].text);
		p->problem = true;
	}
	if (b->fault != NULL)
		message_error(&io->err, NULL, "%s", b->fault);
}

static int
read_point(struct points *p, int point, struct command_io *io, const struct inputs *inputs)
{
	static const struct trust no_trust = {0};
	static const struct server_ports no_ports = {0};
	const struct batch_settings settings = {.database = p->database,
						.program = command_version,
						.trust = &no_trust,
						.ports = &no_ports,
						.labels = true};
	struct batch b;
	int status = COMMAND_DONE;

	if (!batch_init(&b, &settings, &io->err, io->err.tty)) {
		message_error(&io->err, "compare", "out of memory");
		return COMMAND_FAILED;
	}
	batch_run(&b, inputs);
	for (size_t i = 0; i < b.n_ids; i++)
		add_id(p, point, b.ids[i]);
	say_problems(p, io, &b);
	if (b.stopped)
		status = COMMAND_STOPPED;
	else if (b.fault != NULL)
		status = COMMAND_FAILED;
	batch_finish(&b);
	return status;
}

/* --- the database ----------------------------------------------------------------------------- */

static bool
make_temporary(struct points *p, struct command_io *io)
{
	const char *tmp = getenv("TMPDIR");
	struct str path = {0};

	str_addf(&path, "%s/mtlscope-XXXXXX", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
	p->temporary = path.data;
	if (mkdtemp(p->temporary) == NULL) {
		message_error(&io->err, p->temporary, "cannot be made: %s", strerror(errno));
		free(p->temporary);
		p->temporary = NULL;
		return false;
	}
	struct str file = {0};
	str_addf(&file, "%s/compare.db", p->temporary);
	p->database = file.data;
	return true;
}

static void
remove_temporary(struct points *p)
{
	static const char *const tails[] = {"", "-wal", "-shm", "-journal"};

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		struct str file = {0};
		str_addf(&file, "%s%s", p->database, tails[i]);
		unlink(str_string(&file));
		str_finish(&file);
	}
	rmdir(p->temporary);
	free((char *)p->database);
	free(p->temporary);
}

void
points_finish(struct points *p)
{
	if (p->temporary != NULL)
		remove_temporary(p);
	free(p->ids[POINTS_NEAR]);
	free(p->ids[POINTS_FAR]);
	*p = (struct points){0};
}

/* --- the whole -------------------------------------------------------------------------------- */

struct lists {
	struct inputs *all[POINTS], *left[POINTS];
	size_t missing[POINTS];
};

static bool
make_lists(struct lists *l, const struct points *p)
{
	bool good = true;

	for (int i = 0; i < POINTS; i++) {
		l->all[i] = inputs_create();
		l->left[i] = inputs_create();
		good = good && l->all[i] != NULL && l->left[i] != NULL &&
		       inputs_add(l->all[i], p->path[i]);
	}
	return good;
}

static void
finish_lists(struct lists *l)
{
	for (int i = 0; i < POINTS; i++) {
		inputs_destroy(l->all[i]);
		inputs_destroy(l->left[i]);
	}
}

static bool
look_up(struct points *p, struct lists *l, struct command_io *io, const char *database)
{
	struct query *q = NULL;

	if (access(database, F_OK) == 0 && (q = dbfile_open(io, database, "compare")) == NULL)
		return false;
	for (int i = 0; i < POINTS; i++)
		l->missing[i] = find_point(p, i, q, l->all[i], l->left[i]);
	query_destroy(q);
	return true;
}

/* What the default database does not have whole is not half taken from it. */
static bool
choose(struct points *p, struct lists *l, struct command_io *io, const char *database)
{
	const char *place = database != NULL ? database : dbfile_default;

	if (!look_up(p, l, io, place))
		return false;
	p->database = place;
	if (database != NULL || l->missing[POINTS_NEAR] + l->missing[POINTS_FAR] == 0)
		return true;
	p->count[POINTS_NEAR] = p->count[POINTS_FAR] = 0;
	finish_lists(l);
	if (!make_lists(l, p) || !make_temporary(p, io))
		return false;
	return look_up(p, l, io, p->database);
}

static int
read_missing(struct points *p, struct lists *l, struct command_io *io)
{
	int status = COMMAND_DONE;

	for (int i = 0; i < POINTS && status == COMMAND_DONE; i++) {
		if (l->missing[i] == 0)
			continue;
		/* with the reason, when there is nothing to read */
		status = read_point(p, i, io, inputs_count(l->all[i]) > 0 ? l->left[i] : l->all[i]);
		if (status == COMMAND_DONE && p->count[i] == 0) {
			if (!p->problem)
				message_error(&io->err, options[i], "no capture in %s", p->path[i]);
			status = COMMAND_FAILED;
		}
	}
	return status;
}

static bool
are_two(const struct points *p, struct command_io *io)
{
	for (size_t i = 0; i < p->count[POINTS_NEAR]; i++) {
		for (size_t j = 0; j < p->count[POINTS_FAR]; j++) {
			if (p->ids[POINTS_NEAR][i] != p->ids[POINTS_FAR][j])
				continue;
			message_error(&io->err, "--far",
				      "%s holds the same packets as --near. Give the capture of "
				      "another point",
				      p->path[POINTS_FAR]);
			return false;
		}
	}
	return true;
}

int
points_resolve(struct points *p, struct command_io *io, const char *database)
{
	struct lists l = {0};
	int status = COMMAND_FAILED;

	if (!make_lists(&l, p))
		message_error(&io->err, "compare", "out of memory");
	else if (choose(p, &l, io, database))
		status = read_missing(p, &l, io);
	if (status == COMMAND_DONE && !are_two(p, io))
		status = COMMAND_FAILED;
	finish_lists(&l);
	return status;
}
