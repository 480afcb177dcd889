/*
 * cmd_explain.c - mtlscope explain: the offline dictionary of causes, verdicts and alerts.
 * Rows are in words.def, advice.def and alert_help.def; names of alerts are the dissector's.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/memory.h"
#include "analyzer/cli/words.h"
#include "analyzer/verdict/findings.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_AT = 2, ADVICE_AT = 12, STACK_AT = 14 };

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
			str_add(&text, strncmp(template, "{cn}", 4) == 0        ? "the certificate"
				       : strncmp(template, "{request}", 9) == 0 ? "the request"
										: "...");
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

/* One row of a stack: what else it sends the alert for, and the causes. */
static void
put_meaning(struct term *out, const struct stack_meaning *m)
{
	struct str line = {0};

	for (size_t i = 0; i < STACK_CAUSES_MAX && m->causes[i] != CAUSE_none; i++)
		str_addf(&line, "%s%s", i > 0 ? ", " : "", cause_row(m->causes[i])->name);
	if (m->note[0] != '\0')
		str_addf(&line, "; it sends it %s", m->note);
	if (m->versions != (STACK_TO_12 | STACK_ONLY_13))
		str_add(&line, m->versions == STACK_TO_12 ? " (up to TLS 1.2)" : " (TLS 1.3)");
	term_to(out, TEXT_AT);
	term_put(out, TERM_BOLD, stack_name(m->stack));
	term_to(out, STACK_AT);
	term_wrap(out, TERM_PLAIN, str_string(&line), STACK_AT, out->width - 1);
	term_end(out);
	str_finish(&line);
}

/* By stack: what the alert of a server stands for after the client's answer. */
static void
put_dictionary(struct term *out, int alert, enum stack stack)
{
	size_t count, shown = 0;
	const struct stack_meaning *rows = stack_meanings(&count);

	for (size_t i = 0; i < count; i++) {
		if (!stack_meaning_fits(&rows[i], stack, TLS_VERSION_UNKNOWN, alert))
			continue;
		if (shown++ == 0)
			put_paragraph(
			    out, "From a server, after the client's answer, by its TLS stack:");
		put_meaning(out, &rows[i]);
	}
	if (shown == 0 && stack != STACK_NONE)
		put_paragraph(out, "That stack is not known to send it for a client certificate.");
}

static void
put_settings(struct term *out, const char *settings)
{
	if (settings[0] == '\0')
		return;
	term_to(out, ADVICE_AT);
	term_wrap(out, TERM_DIM, settings, ADVICE_AT, out->width - 1);
	term_end(out);
}

/* Which alerts of the stack may mean the cause. */
static void
put_alerts(struct term *out, enum cause cause, enum stack stack)
{
	size_t count;
	const struct stack_meaning *rows = stack_meanings(&count);
	struct str line = {0};

	for (size_t i = 0; i < count; i++) {
		bool fits = stack == STACK_NONE || rows[i].stack == stack;
		for (size_t k = 0; fits && k < STACK_CAUSES_MAX && rows[i].causes[k]; k++)
			if (rows[i].causes[k] == cause)
				str_addf(&line, "%s%s %d", line.len > 0 ? ", " : "Alerts: ",
					 stack_name(rows[i].stack), rows[i].alert);
	}
	if (line.len > 0)
		put_paragraph(out, str_string(&line));
	str_finish(&line);
}

/* "proven, failure, when the client presented one; the leaf had expired" */
static void
put_rule(struct term *out, const struct finding_rule *rule)
{
	struct str line = {0};
	const char *comma = "";

	str_addf(&line, "%s (%s) when ", rule->certainty, rule->severity);
	for (size_t i = 0; rule->all[i] != IF_NONE; i++, comma = "; ")
		str_addf(&line, "%s%s", comma, condition_meaning(rule->all[i]));
	if (rule->alert != 0)
		str_addf(&line, "%salert %d", comma, rule->alert);
	for (size_t i = 0; rule->not [i] != IF_NONE; i++)
		str_addf(&line, "%s%s", i == 0 ? "; not when " : "; ",
			 condition_meaning(rule->not [i]));
	put_paragraph(out, str_string(&line));
	str_finish(&line);
}

/* A cause of causes.def: how sure it can be, what to change and where. */
static void
explain_cause(struct term *out, enum cause c, enum stack stack)
{
	const struct cause_row *row = cause_row(c);
	struct finding_rule rule;

	term_put(out, TERM_BOLD, row->name);
	term_putf(out, TERM_PLAIN, "  %s", row->words);
	term_end(out);
	if (row->hidden != NULL) {
		struct str line = {0};
		str_addf(&line, "No finding of one session: %s.", row->hidden);
		put_paragraph(out, str_string(&line));
		str_finish(&line);
	}
	for (size_t i = 0; findings_rule(i, &rule); i++)
		if (rule.cause == c)
			put_rule(out, &rule);
	put_alerts(out, c, stack);
	put_advice(out, "client:", row->client);
	put_settings(out, row->client_settings);
	put_advice(out, "server:", row->server);
	put_settings(out, row->server_settings);
}

static void
explain_alert(struct term *out, const struct alert_name *a, enum stack stack)
{
	term_put(out, TERM_BOLD, a->name);
	term_putf(out, TERM_PLAIN, "  alert %d, %s", a->code, a->reference);
	term_end(out);
	for (size_t i = 0; i < sizeof(alert_help) / sizeof(alert_help[0]); i++) {
		if (alert_help[i].code != a->code)
			continue;
		put_paragraph(out, alert_help[i].meaning);
		put_dictionary(out, a->code, stack);
		if (alert_help[i].sub_reason == NULL || stack != STACK_NONE)
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
	const char **names = memory_resize(NULL, 3 * count + ALERTS + CAUSE_COUNT, sizeof(*names));

	for (enum cause c = CAUSE_none + 1; c < CAUSE_COUNT; c++)
		names[n++] = cause_row(c)->name;
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

static int
unknown_stack(struct command_io *io, const char *name)
{
	struct str known = {0};

	for (enum stack s = STACK_NONE + 1; s < STACK_COUNT; s++)
		str_addf(&known, "%s%s", s > 1 ? ", " : "", stack_key(s));
	message_error(&io->err, "--stack", "no stack is called \"%s\"; there are %s", name,
		      str_string(&known));
	str_finish(&known);
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
	for (enum cause c = CAUSE_none + 1; c < CAUSE_COUNT; c++)
		fprintf(out->file, "  %-36s %s\n", cause_row(c)->name, cause_row(c)->words);
	term_put(out, TERM_BOLD, "What happened");
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
	enum stack stack = STACK_NONE;

	if (options_has(o, "stack")) {
		stack = stack_find(options_value(o, "stack"));
		if (stack == STACK_NONE)
			return unknown_stack(io, options_value(o, "stack"));
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
	enum cause cause = cause_find(o->args[0]);
	if (cause != CAUSE_none)
		explain_cause(&io->out, cause, stack);
	else if (alert != NULL)
		explain_alert(&io->out, alert, stack);
	else if (words != NULL)
		explain_words(&io->out, words);
	else
		return unknown(io, o->args[0]);
	return COMMAND_DONE;
}

static const struct options_row rows[] = {
    {"stack", 0, "NAME", "as this TLS stack means it: openssl, go, jsse ..."}};

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
