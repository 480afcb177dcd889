/*
 * cmd_explain.c - mtlscope explain: the offline dictionary of causes, verdicts and alerts.
 * Rows are in words.def, advice.def and alert_help.def; names of alerts are the dissector's.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/words.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_AT = 2, ADVICE_AT = 12 };

struct alert_name {
	int code;
	const char *name, *reference;
};

static const struct alert_name alert_names[] = {
#define TLS_ALERT(code, name, reference) {code, #name, reference},
#include "dissectors/tls/iana_alerts.def"
};
enum { ALERTS = sizeof(alert_names) / sizeof(alert_names[0]) };

static const struct {
	int code;
	const char *sub_reason, *meaning;
} alert_help[] = {
#define ALERT_HELP(code, sub_reason, meaning) {code, sub_reason, meaning},
#include "analyzer/cli/alert_help.def"
};

static void
put_paragraph(struct term *out, const char *text)
{
	term_to(out, TEXT_AT);
	term_wrap(out, TERM_PLAIN, text, TEXT_AT, out->width - 1);
	term_end(out);
}

/* Templates name frames of a session; here there is none. */
static void
put_advice(struct term *out, const char *label, const char *template)
{
	struct str text = {0};

	if (template == NULL)
		return;
	while (*template != '\0') {
		size_t plain = strcspn(template, "{");
		str_add_bytes(&text, template, plain);
		template += plain;
		if (*template == '{') {
			str_add(&text, strncmp(template, "{cn}", 4) == 0 ? "the certificate"
									 : "the request");
			template += strcspn(template, "}") + 1;
		}
	}
	term_to(out, TEXT_AT);
	term_put(out, TERM_DIM, "= ");
	term_put(out, TERM_BOLD, label);
	term_to(out, ADVICE_AT);
	term_wrap(out, TERM_PLAIN, str_string(&text), ADVICE_AT, out->width - 1);
	term_end(out);
	str_finish(&text);
}

static void
put_advice_lines(struct term *out, const struct words_advice *a)
{
	put_advice(out, "client:", a->client);
	put_advice(out, "server:", a->server);
	put_advice(out, "note:", a->note);
}

static void
explain_alert(struct term *out, const struct alert_name *a)
{
	term_put(out, TERM_BOLD, a->name);
	term_putf(out, TERM_PLAIN, "  alert %d, %s", a->code, a->reference);
	term_end(out);
	for (size_t i = 0; i < sizeof(alert_help) / sizeof(alert_help[0]); i++) {
		if (alert_help[i].code != a->code)
			continue;
		put_paragraph(out, alert_help[i].meaning);
		if (alert_help[i].sub_reason == NULL)
			return;
		put_paragraph(out, "From a server, after a client certificate:");
		put_advice_lines(
		    out, words_advice_find("client_cert_rejected", alert_help[i].sub_reason, NULL));
		return;
	}
	put_paragraph(out, "Not about client certificates.");
}

static void
explain_words(struct term *out, const struct words *w)
{
	const struct words_advice *a = words_advice_find(w->verdict, w->sub_reason, w->sub_reason);

	term_put(out, TERM_BOLD, w->slug);
	term_putf(out, TERM_PLAIN, "  %s", w->cause);
	term_end(out);
	put_paragraph(out, a->meaning);
	put_advice_lines(out, a);
	struct str where = {0};
	str_addf(&where, "In the database: verdict %s", w->verdict != NULL ? w->verdict : "any");
	if (w->sub_reason != NULL)
		str_addf(&where, ", %s %s",
			 w->verdict != NULL && strncmp(w->verdict, "client_cert_rej", 15) == 0
			     ? "sub_reason"
			     : "modifier",
			 w->sub_reason);
	put_paragraph(out, str_string(&where));
	str_finish(&where);
}

static const struct alert_name *
find_alert(const char *name)
{
	char *end;
	long code = strtol(name, &end, 10);
	bool number = *name != '\0' && *end == '\0';

	for (size_t i = 0; i < ALERTS; i++) {
		if (number ? alert_names[i].code == code : strcmp(alert_names[i].name, name) == 0)
			return &alert_names[i];
	}
	return NULL;
}

/* By slug, verdict or sub-reason, in this order. */
static const struct words *
find_words(const char *name)
{
	size_t count;
	const struct words *all = words_all(&count);

	for (int column = 0; column < 3; column++) {
		for (size_t i = 0; i < count; i++) {
			const char *key = column == 0   ? all[i].slug
					  : column == 1 ? all[i].verdict
							: all[i].sub_reason;
			bool plain = column != 1 || all[i].sub_reason == NULL;
			if (key != NULL && plain && strcmp(key, name) == 0)
				return &all[i];
		}
	}
	return NULL;
}

static int
unknown(struct command_io *io, const char *name)
{
	size_t count, n = 0;
	const struct words *all = words_all(&count);
	const char **names = memory_resize(NULL, 3 * count + ALERTS, sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		names[n++] = all[i].slug;
		if (all[i].verdict != NULL)
			names[n++] = all[i].verdict;
		if (all[i].sub_reason != NULL)
			names[n++] = all[i].sub_reason;
	}
	for (size_t i = 0; i < ALERTS; i++)
		names[n++] = alert_names[i].name;
	const char *near = message_nearest(name, names, n);
	if (near != NULL)
		message_error(&io->err, "explain", "nothing is called \"%s\". Did you mean \"%s\"?",
			      name, near);
	else
		message_error(&io->err, "explain",
			      "nothing is called \"%s\". mtlscope explain lists all names", name);
	free(names);
	return COMMAND_FAILED;
}

static void
list(struct term *out)
{
	size_t count;
	const struct words *all = words_all(&count);
	const char *before = "";

	term_put(out, TERM_BOLD, "Causes");
	term_end(out);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(before, all[i].slug) != 0)
			fprintf(out->file, "  %-34s %s\n", all[i].slug, all[i].cause);
		before = all[i].slug;
	}
	term_put(out, TERM_BOLD, "Alerts");
	term_end(out);
	for (size_t i = 0; i < ALERTS; i++)
		fprintf(out->file, "  %3d  %s\n", alert_names[i].code, alert_names[i].name);
}

static int
run(struct command_io *io, const struct options *o)
{
	if (options_has(o, "stack")) {
		message_error(&io->err, "--stack", "not in this version");
		return COMMAND_FAILED;
	}
	if (o->n_args == 0) {
		list(&io->out);
		return COMMAND_DONE;
	}
	if (o->n_args > 1) {
		message_error(&io->err, "explain",
			      "one name at a time: mtlscope explain unknown_ca");
		return COMMAND_FAILED;
	}
	const struct alert_name *alert = find_alert(o->args[0]);
	const struct words *words = find_words(o->args[0]);
	if (alert != NULL)
		explain_alert(&io->out, alert);
	else if (words != NULL)
		explain_words(&io->out, words);
	else
		return unknown(io, o->args[0]);
	return COMMAND_DONE;
}

static const struct options_row rows[] = {{"stack", 0, "NAME", NULL}};

const struct command cmd_explain = {
    .name = "explain",
    .group = "Look",
    .line = "what a cause or an alert means, offline",
    .usage = "[CAUSE | ALERT]",
    .about = "What a cause, a verdict or an alert (name or number) means. Without one: all.",
    .more = "example: mtlscope explain unknown_ca",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
