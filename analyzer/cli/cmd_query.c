/*
 * cmd_query.c - mtlscope query: a named question, or one read-only SQL statement.
 * Questions come from db/named.h; rows go out through output.c.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/incident.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/output.h"
#include "db/named.h"

#include <stdlib.h>
#include <string.h>

/* "expiring [days=30]" */
static void
add_form(struct str *t, const struct named *n)
{
	str_add(t, n->name);
	for (size_t i = 0; i < n->param_count; i++) {
		const struct named_param *p = &n->params[i];
		str_addf(t, " [%s=%s]", p->name, p->value != NULL ? p->value : "...");
	}
}

static int
list(struct term *out)
{
	size_t count, width = 27;
	const struct named *all = named_all(&count);
	const char *group = "";

	for (size_t i = 0; i < count; i++) {
		struct str form = {0};
		if (strcmp(group, all[i].group) != 0) {
			group = all[i].group;
			term_put(out, TERM_BOLD, group);
			term_end(out);
		}
		add_form(&form, &all[i]);
		term_putf(out, TERM_PLAIN, "  %-*s  %s", (int)width, str_string(&form),
			  all[i].title);
		term_end(out);
		str_finish(&form);
	}
	fputs("ask:      mtlscope query NAME [PARAMETER=VALUE]\n"
	      "its SQL:  mtlscope query --sql NAME\n"
	      "of one incident: add incident=ID, or --incident ID\n",
	      out->file);
	return COMMAND_DONE;
}

static int
unknown_question(struct command_io *io, const char *name)
{
	const char *near = named_nearest(name);

	if (near != NULL)
		message_error(&io->err, "query", "no question \"%s\". Did you mean \"%s\"?", name,
			      near);
	else
		message_error(&io->err, "query",
			      "no question \"%s\". mtlscope query --list shows them", name);
	return COMMAND_FAILED;
}

static int
show_sql(struct command_io *io, const char *name)
{
	const struct named *n = named_find(name);

	if (n == NULL)
		return unknown_question(io, name);
	fputs(n->sql, io->out.file);
	if (n->sql[0] != '\0' && n->sql[strlen(n->sql) - 1] != '\n')
		fputc('\n', io->out.file);
	return COMMAND_DONE;
}

/* The parameter an argument sets: "name=value", or a bare value for the next one in order. */
static struct query_param *
param_for(struct query_param *params, const struct named *n, const char *arg, size_t position,
	  const char **value)
{
	const char *equals = strchr(arg, '=');

	for (size_t i = 0; equals != NULL && i < n->param_count; i++) {
		size_t len = strlen(n->params[i].name);
		if (len == (size_t)(equals - arg) && strncmp(arg, n->params[i].name, len) == 0) {
			*value = equals + 1;
			return &params[i];
		}
	}
	*value = arg;
	return equals == NULL && position < n->param_count ? &params[position] : NULL;
}

/* False: printed what is wrong. */
static bool
fill_params(struct command_io *io, const struct named *n, char **args, size_t n_args,
	    struct query_param *params)
{
	for (size_t i = 0; i < n->param_count; i++)
		params[i] = (struct query_param){n->params[i].name, n->params[i].value};
	for (size_t i = 0; i < n_args; i++) {
		const char *value;
		struct query_param *p = param_for(params, n, args[i], i, &value);
		if (p == NULL) {
			struct str form = {0};
			add_form(&form, n);
			message_error(&io->err, "query", "%s takes no \"%s\". It is: %s", n->name,
				      args[i], str_string(&form));
			str_finish(&form);
			return false;
		}
		p->value = value;
	}
	return true;
}

static int
run_statement(struct command_io *io, const struct options *o, struct query *q, const char *sql,
	      const struct query_param *params, size_t n_params)
{
	enum output_format format;
	struct query_rows rows = {0};
	size_t count = 0;

	if (!output_choose(io, o, &format))
		return COMMAND_FAILED;
	bool good = query_run(q, sql, params, n_params, &rows);
	if (good) {
		good = output_rows(io, format, &rows, &count);
		query_finish(&rows);
	}
	fflush(stdout);
	if (!good)
		message_error(&io->err, "query", "%s", query_error(q));
	else if (format == OUTPUT_TABLE)
		fprintf(io->err.file, "%zu %s\n", count, count == 1 ? "row" : "rows");
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

/* A word is a question's name; anything with a space in it is SQL. */
static int
ask(struct command_io *io, const struct options *o, struct query *q, char **args, size_t n_args)
{
	struct query_param params[NAMED_PARAMS_MAX];
	const struct named *n = named_find(args[0]);

	if (n != NULL) {
		if (!fill_params(io, n, args + 1, n_args - 1, params))
			return COMMAND_FAILED;
		return run_statement(io, o, q, n->sql, params, n->param_count);
	}
	if (strpbrk(args[0], " \t\n;(") == NULL)
		return unknown_question(io, args[0]);
	if (n_args > 1) {
		message_error(&io->err, "query",
			      "one statement, please; quote it for the shell: 'SELECT ...'");
		return COMMAND_FAILED;
	}
	return run_statement(io, o, q, args[0], NULL, 0);
}

/* --incident ID, or incident=ID as a parameter that every question has; NULL for all. */
static const char *
take_incident(const struct options *o, char **args, size_t *n_args)
{
	static const char prefix[] = "incident=";
	const char *incident = options_value(o, "incident");
	size_t kept = 0;

	for (size_t i = 0; i < *n_args; i++) {
		if (i > 0 && strncmp(args[i], prefix, sizeof(prefix) - 1) == 0)
			incident = args[i] + sizeof(prefix) - 1;
		else
			args[kept++] = args[i];
	}
	*n_args = kept;
	return incident;
}

static int
run(struct command_io *io, const struct options *o)
{
	char **args = o->args;
	size_t n_args = o->n_args;

	if (options_has(o, "list"))
		return list(&io->out);
	if (options_has(o, "sql"))
		return show_sql(io, options_value(o, "sql"));
	const char *path = dbfile_choose(&args, &n_args, true);
	if (n_args == 0) {
		message_error(&io->err, "query",
			      "name a question or give SQL. mtlscope query --list shows the "
			      "questions");
		return COMMAND_FAILED;
	}
	if (n_args > 1 && named_find(args[0]) == NULL && named_find(args[1]) != NULL)
		path = *args++,
		n_args--; /* meant as a database: let opening it say what is wrong */
	struct query *q = dbfile_open(io, path, "query");
	if (q == NULL)
		return COMMAND_FAILED;
	const char *incident = take_incident(o, args, &n_args);
	int status = incident_narrow(io, q, "query", incident) ? ask(io, o, q, args, n_args)
							       : COMMAND_FAILED;
	query_destroy(q);
	return status;
}

static const struct options_row rows[] = {
    {"incident", 0, "ID", "only captures of this incident"},
    {"format", 0, "FORMAT", "table, csv, json, jsonl (table)"},
    {"list", 0, NULL, "the named questions"},
    {"sql", 0, "NAME", "the SQL behind a question"},
};

const struct command cmd_query = {
    .name = "query",
    .group = "Look",
    .line = "named questions, or read-only SQL",
    .usage = "[options] [DB] (NAME [PARAMETER=VALUE]... | 'SQL')",
    .about = "Ask the database: a named question, or one read-only statement of SQL.",
    .more = "mtlscope schema lists views and columns.\n\n"
	    "example: mtlscope query \"SELECT client_ip, count(*) FROM failed_mutual_auth GROUP "
	    "BY 1\"",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
