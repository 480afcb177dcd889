/*
 * cmd_schema.c - mtlscope schema: views and columns, one line of meaning each.
 * The lines are db/describe.h's; a database is opened only to say that it can be read.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "db/describe.h"

static void
print_row(struct term *out, const struct description *d, bool first)
{
	if (d->column == NULL) {
		if (!first)
			term_end(out);
		term_put(out, TERM_BOLD, d->view);
		term_put(out, TERM_PLAIN, "  ");
		term_wrap(out, TERM_PLAIN, d->meaning, out->column, out->width);
		term_end(out);
		return;
	}
	term_putf(out, TERM_PLAIN, "  %-22s  ", d->column);
	term_putf(out, TERM_DIM, "%-7s  ", d->type != NULL ? d->type : "");
	term_wrap(out, TERM_PLAIN, d->meaning, out->column, out->width);
	term_end(out);
}

static int
run(struct command_io *io, const struct options *o)
{
	char **args = o->args;
	size_t n_args = o->n_args, count;
	const struct description *all = describe_all(&count);

	if (n_args > 0) {
		struct query *q = dbfile_open(io, dbfile_choose(&args, &n_args, false), "schema");
		if (q == NULL)
			return COMMAND_FAILED;
		query_destroy(q);
	}
	if (n_args > 0) {
		message_error(&io->err, "schema", "one database, please: mtlscope schema [DB]");
		return COMMAND_FAILED;
	}
	for (size_t i = 0; i < count; i++)
		print_row(&io->out, &all[i], i == 0);
	return COMMAND_DONE;
}

const struct command cmd_schema = {
    .name = "schema",
    .group = "Database",
    .line = "views and columns, with one line of meaning each",
    .usage = "[DB]",
    .about = "Views and columns of the database, which queries and scripts may rely on.",
    .run = run,
};
