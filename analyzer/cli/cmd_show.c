/*
 * cmd_show.c - mtlscope show: one session. Sentence, three answers, cause and what to change,
 * ladder, and what to take along.
 * The parts are title.c, answers.c, cause.c, ladder.c and details.c; story.c loads.
 */
#include "analyzer/cli/answers.h"
#include "analyzer/cli/cause.h"
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/details.h"
#include "analyzer/cli/ladder.h"
#include "analyzer/cli/output.h"
#include "analyzer/cli/related.h"
#include "analyzer/cli/title.h"

#include <string.h>

static void
print_take_along(struct term *out, const struct story *s)
{
	const char *stream = story_text(s, "stream");
	const char *transport = story_text(s, "transport");
	bool tcp = transport != NULL && strcmp(transport, "tcp") == 0;
	const char *filter = story_text(s, "display_filter");

	if (stream != NULL)
		term_putf(out, TERM_PLAIN, "wireshark  %s.stream eq %s", tcp ? "tcp" : "udp",
			  stream);
	else if (filter != NULL)
		term_putf(out, TERM_PLAIN, "wireshark  %s", filter);
	term_end(out);
}

static void
print_page(struct term *out, const struct story *s, bool all)
{
	title_print(out, s);
	term_end(out);
	answers_print(out, s);
	term_end(out);
	cause_print(out, s);
	related_print(out, s);
	term_end(out);
	ladder_print(out, s, all);
	if (all)
		details_print(out, s);
	if (s->messages.rows > 0 || all)
		term_end(out);
	print_take_along(out, s);
}

static void
print_json(struct term *out, const struct story *s)
{
	struct json j = {.out = out->file};

	json_open(&j, '{');
	output_json_members(&j, &s->session, 0);
	output_json_array(&j, "attempts", &s->attempts);
	output_json_array(&j, "facts", &s->facts);
	output_json_array(&j, "messages", &s->messages);
	output_json_array(&j, "certificates", &s->certificates);
	output_json_array(&j, "certificate_requests", &s->requests);
	output_json_array(&j, "findings", &s->findings);
	output_json_array(&j, "related", &s->related);
	json_close(&j, '}');
	fputc('\n', out->file);
}

static void
say_unknown(struct command_io *io, struct query *q, const char *key)
{
	struct result r;
	const char *sql = "SELECT min(session_id) AS low, max(session_id) AS high FROM sessions";

	if (!result_load(&r, q, sql, NULL, 0)) {
		message_error(&io->err, "show", "no session %s", key);
		return;
	}
	const char *low = result_text(&r, 0, "low"), *high = result_text(&r, 0, "high");
	if (low == NULL)
		message_error(&io->err, "show", "no session %s; this database has none", key);
	else
		message_error(&io->err, "show", "no session %s; this database has %s to %s", key,
			      low, high);
	result_finish(&r);
}

static int
show(struct command_io *io, struct query *q, const char *key, enum output_format format, bool all)
{
	struct story s;

	switch (story_load(&s, q, key)) {
	case STORY_UNKNOWN:
		say_unknown(io, q, key);
		return COMMAND_FAILED;
	case STORY_FAULT:
		message_error(&io->err, "show", "%s", query_error(q));
		return COMMAND_FAILED;
	case STORY_FOUND:
		break;
	}
	if (format == OUTPUT_TABLE)
		print_page(&io->out, &s, all);
	else
		print_json(&io->out, &s);
	story_finish(&s);
	return COMMAND_DONE;
}

static int
run(struct command_io *io, const struct options *o)
{
	char **args = o->args;
	size_t n_args = o->n_args;
	enum output_format format;

	if (!output_choose(io, o, &format))
		return COMMAND_FAILED;
	if (format == OUTPUT_CSV) {
		message_error(&io->err, "--format",
			      "show prints text or json; for csv use failures or query");
		return COMMAND_FAILED;
	}
	const char *path = dbfile_choose(&args, &n_args, n_args < 2);
	if (n_args != 1) {
		message_error(&io->err, "show",
			      n_args == 0 ? "which session? mtlscope show [DB] SESSION"
					  : "one session at a time: mtlscope show [DB] SESSION");
		return COMMAND_FAILED;
	}
	struct query *q = dbfile_open(io, path, "show");
	if (q == NULL)
		return COMMAND_FAILED;
	int status = show(io, q, args[0], format, options_has(o, "all"));
	query_destroy(q);
	return status;
}

static const struct options_row rows[] = {
    {"all", 0, NULL, "every message, certificate and fact"},
    {"format", 0, "FORMAT", "text, or json: one object (text)"},
};

const struct command cmd_show = {
    .name = "show",
    .group = "Look",
    .line = "one session: messages, evidence, cause, fix",
    .usage = "[options] [DB] SESSION",
    .about = "One session: what was asked, sent and answered, why it failed, what to change.\n"
	     "SESSION is a session_id or a session_key.",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
