/*
 * main.c - mtlscope: finds the subcommand, reads its options, runs it.
 * The top of the program; everything it can do is a row of `commands`. Texts and order of --help:
 * how often a person needs them.
 */
#include "analyzer/cli/command.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &cmd_failures, &cmd_show,  &cmd_query,  &cmd_compare, &cmd_explain,
    &cmd_analyze,  &cmd_merge, &cmd_remove, &cmd_schema,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
print_help(struct term *out)
{
	const char *group = "";

	term_put(out, TERM_PLAIN,
		 "mtlscope explains failed mutual TLS from packet captures\n\n"
		 "  mtlscope analyze incident.pcap      read captures into mtlscope.db\n"
		 "  mtlscope failures                   what failed, one line each\n"
		 "  mtlscope show 12                    why session 12 failed, and the fix\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *c = commands[i];
		if (strcmp(group, c->group) != 0)
			fprintf(out->file, "%s\n", c->group);
		group = c->group;
		fprintf(out->file, "  %-9s  %s\n", c->name, c->line);
	}
	fputs("\nmtlscope COMMAND --help tells more.\n", out->file);
}

static void
print_option(struct term *out, const struct options_row *row)
{
	struct str form = {0};

	if (row->letter != 0)
		str_addf(&form, "-%c", row->letter);
	else
		str_addf(&form, "--%s", row->name);
	if (row->value != NULL)
		str_addf(&form, " %s", row->value);
	if (form.len > 22)
		fprintf(out->file, "  %s\n%26s", str_string(&form), "");
	else
		fprintf(out->file, "  %-22s  ", str_string(&form));
	for (const char *s = row->help; *s != '\0'; s++) {
		fputc(*s, out->file);
		if (*s == '\n')
			fprintf(out->file, "%26s", "");
	}
	fputc('\n', out->file);
	str_finish(&form);
}

static void
print_command_help(struct term *out, const struct command *c)
{
	fprintf(out->file, "mtlscope %s %s\n%s\n\n", c->name, c->usage, c->about);
	for (size_t i = 0; i < c->n_options; i++) {
		if (c->options[i].help == NULL)
			continue;
		print_option(out, &c->options[i]);
	}
	fputs("  --color WHEN            auto, always, never (auto: on a terminal)\n"
	      "  --ascii                 no characters outside ASCII\n",
	      out->file);
	if (c->more != NULL)
		fprintf(out->file, "\n%s\n", c->more);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int
unknown_command(struct term *err, const char *name)
{
	const char *names[COMMANDS];

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i]->name;
	const char *near = message_nearest(name, names, COMMANDS);
	const char *what = name[0] == '-' ? "option" : "command";
	if (near != NULL)
		message_error(err, NULL, "unknown %s \"%s\". Did you mean \"%s\"?", what, name,
			      near);
	else
		message_error(err, NULL, "unknown %s \"%s\". mtlscope --help lists the commands",
			      what, name);
	return COMMAND_FAILED;
}

/* False when --color has a value it does not know. */
static bool
set_streams(struct command_io *io, const struct options *o)
{
	static const char *const words[] = {"auto", "always", "never"};
	const char *color = options_value(o, "color");
	size_t when = 0;

	while (color != NULL && when < 3 && strcmp(words[when], color) != 0)
		when++;
	bool known = when < 3;
	term_init(&io->out, stdout, known ? (enum term_color)when : TERM_COLOR_AUTO,
		  options_has(o, "ascii"));
	term_init(&io->err, stderr, known ? (enum term_color)when : TERM_COLOR_AUTO,
		  options_has(o, "ascii"));
	if (!known)
		message_error(&io->err, "--color", "\"%s\" is not auto, always or never", color);
	return known;
}

static int
run(const struct command *c, struct command_io *io, int argc, char **argv)
{
	struct options o;
	struct str wrong = {0};
	int status = COMMAND_FAILED;

	if (!options_parse(&o, c->options, c->n_options, argc, argv, &wrong)) {
		message_error(&io->err, c->name, "%s", str_string(&wrong));
	} else if (options_has(&o, "help")) {
		print_command_help(&io->out, c);
		status = COMMAND_DONE;
	} else if (set_streams(io, &o)) {
		status = c->run(io, &o);
	}
	options_finish(&o);
	str_finish(&wrong);
	return status;
}

static int
dispatch(struct command_io *io, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (name == NULL) {
		message_error(&io->err, NULL,
			      "give a command, such as: mtlscope analyze PATH. mtlscope --help "
			      "lists them");
		return COMMAND_FAILED;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help(&io->out);
		return COMMAND_DONE;
	}
	if (strcmp(name, "--version") == 0) {
		fprintf(stdout, "mtlscope %s\n", command_version);
		return COMMAND_DONE;
	}
	const struct command *c = find(name);
	return c != NULL ? run(c, io, argc - 1, argv + 1) : unknown_command(&io->err, name);
}

int
main(int argc, char **argv)
{
	struct command_io io;

	setlocale(LC_CTYPE, "");
	term_init(&io.out, stdout, TERM_COLOR_AUTO, false);
	term_init(&io.err, stderr, TERM_COLOR_AUTO, false);
	int status = dispatch(&io, argc, argv);
	/* A full disk behind the pipe must not look like success. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		message_error(&io.err, "standard output", "could not be written: %s",
			      strerror(errno));
		return COMMAND_FAILED;
	}
	return status;
}
