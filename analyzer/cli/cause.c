/*
 * cause.c - the middle of `show`: why, the frames that prove it, and what each side may change.
 * Between story.c and cmd_show.c; the proof is proof.c's.
 */
#include "analyzer/cli/cause.h"

#include "analyzer/verdict/stack.h"

#include <string.h>

enum { TAG_RIGHT = 3, ADVICE_AT = 11, OTHERS_SHOWN = 3 };

void
cause_add_advice(struct str *t, const struct story *s, const char *template)
{
	const char *request =
	    proof_frame(s, story_message(s, "server", "handshake", "CertificateRequest"));
	const char *subject = story_text(s, "client_subject");

	while (*template != '\0') {
		size_t plain = strcspn(template, "{");
		str_add_bytes(t, template, plain);
		template += plain;
		if (strncmp(template, "{request}", 9) == 0)
			str_addf(t, "%s%s", request != NULL ? "frame " : "the request",
				 request != NULL ? request : "");
		else if (strncmp(template, "{cn}", 4) == 0 && subject != NULL)
			story_add_name(t, subject);
		else if (strncmp(template, "{cn}", 4) == 0)
			str_add(t, "the certificate");
		template += strcspn(template, "}");
		template += *template != '\0' ? 1 : 0;
	}
}

void
cause_advice(const struct proof_margin *m, const struct story *s, const char *label,
	     const char *text)
{
	struct str line = {0};
	struct term *out = m->out;

	if (text == NULL)
		return;
	cause_add_advice(&line, s, text);
	term_to(out, m->width + 1);
	term_put(out, TERM_DIM, "= ");
	term_put(out, TERM_BOLD, label);
	term_to(out, m->width + ADVICE_AT);
	term_wrap(out, TERM_PLAIN, str_string(&line), m->width + ADVICE_AT, out->width - 2);
	term_end(out);
	str_finish(&line);
}

/* How to get what a verdict of "cannot tell" lacks. */
static const char *
next_step(const struct story *s)
{
	static const char *const rows[][2] = {
	    {"only_client", "capture again at a point that sees both directions"},
	    {"only_server", "capture again at a point that sees both directions"},
	    {"gap_client",
	     "capture again with -s 0 on a host that does not drop packets; tcpdump prints "
	     "\"packets dropped by kernel\" when it does"},
	    {"gap_server",
	     "capture again with -s 0 on a host that does not drop packets; tcpdump prints "
	     "\"packets dropped by kernel\" when it does"},
	    {"snaplen", "capture again with -s 0, so that packets are whole"},
	    {"midstream", "start the capture before the connection does"},
	    {"ends_early", "let the capture run until the connection ends"},
	};
	const char *state = story_text(s, "capture_state");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (words_in_list(state, rows[i][0]))
			return rows[i][1];
	}
	return "the logs of client and server say what encryption hides here";
}

/* tag: how sure it is, at the right; NULL for none. */
static void
print_sentence(struct term *out, const char *label, const char *sentence, const char *tag)
{
	int right = out->width - TAG_RIGHT, width = tag != NULL ? (int)strlen(tag) : 0;
	int indent = (int)strlen(label) + 1;

	term_put(out, TERM_BOLD, label);
	term_put(out, TERM_PLAIN, " ");
	term_wrap(out, TERM_PLAIN, sentence, indent, right);
	if (tag != NULL) {
		if (out->column + 2 + width > right)
			term_end(out);
		term_right(out, TERM_DIM, tag, right);
	}
	term_end(out);
}

/* Fix and settings are one text in the database: "fix. Settings: nginx ...". */
static void
print_fix(const struct proof_margin *m, const struct story *s, const char *label, const char *fix)
{
	static const char mark[] = ". Settings: ";
	const char *settings = fix != NULL ? strstr(fix, mark) : NULL;
	struct str plain = {0};
	struct term *out = m->out;

	if (fix == NULL)
		return;
	str_add_bytes(&plain, fix, settings != NULL ? (size_t)(settings - fix) : strlen(fix));
	cause_advice(m, s, label, str_string(&plain));
	if (settings != NULL) {
		term_to(out, m->width + ADVICE_AT);
		term_wrap(out, TERM_DIM, settings + sizeof(mark) - 1, m->width + ADVICE_AT,
			  out->width - 2);
		term_end(out);
	}
	str_finish(&plain);
}

/* What else fits, or is wrong besides. */
static void
print_others(const struct proof_margin *m, const struct story *s)
{
	size_t shown = 0;

	for (size_t i = 1; i < s->findings.rows && shown < OTHERS_SHOWN; i++, shown++) {
		bool failure = result_is(&s->findings, i, "severity", "failure");
		bool other = failure && !result_is(&s->findings, i, "certainty", "proven");
		cause_advice(m, s,
			     other     ? "or:"
			     : failure ? "and:"
				       : "note:",
			     result_text(&s->findings, i, "explanation"));
	}
}

/* What this server's stack means by its alert, where it is not what the name says. False: nothing.
 */
static bool
print_stack_note(const struct proof_margin *m, const struct story *s)
{
	const char *name = story_text(s, "server_stack");
	enum stack stack = name != NULL ? stack_find(name) : STACK_NONE;
	int alert = (int)result_number(&s->session, 0, "alert_code");
	size_t count;
	const struct stack_meaning *rows = stack_meanings(&count);

	/* OpenSSL's alerts are what their names say, but where the cause is open. */
	bool plain = stack == STACK_OPENSSL && result_is(&s->findings, 0, "certainty", "proven");
	if (stack == STACK_NONE || plain || !story_is(s, "alert_from", "server"))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct str note = {0};
		if (!stack_meaning_fits(&rows[i], stack, TLS_VERSION_UNKNOWN, alert) ||
		    rows[i].note[0] == '\0')
			continue;
		str_addf(&note, "%s, which the server looks like, sends %s %s", name,
			 story_text(s, "alert"), rows[i].note);
		cause_advice(m, s, "note:", str_string(&note));
		str_finish(&note);
		return true;
	}
	return false;
}

static const char *
finding_tag(const struct story *s)
{
	if (story_is(s, "evidence", "inferred"))
		return words_tag(words_certainty("inferred", story_text(s, "confidence")));
	if (result_is(&s->findings, 0, "certainty", "proven"))
		return words_tag(WORDS_CERTAIN);
	return words_tag(result_is(&s->findings, 0, "certainty", "likely") ? WORDS_PROBABLY
									   : WORDS_CANNOT_TELL);
}

static void
print_finding(struct term *out, const struct proof_margin *m, const struct story *s)
{
	print_sentence(out, "cause:", result_text(&s->findings, 0, "explanation"), finding_tag(s));
	proof_print(m, s);
	print_fix(m, s, "client:", result_text(&s->findings, 0, "client_fix"));
	print_fix(m, s, "server:", result_text(&s->findings, 0, "server_fix"));
	print_others(m, s);
	print_stack_note(m, s);
}

static void
print_verdict(struct term *out, const struct proof_margin *m, const struct story *s)
{
	const struct words_advice *advice = words_advice_find(
	    story_text(s, "verdict"), story_text(s, "sub_reason"), story_text(s, "modifiers"));
	const char *explanation = story_text(s, "explanation");
	/* The explanation is the verdict's; a modifier that made it a failure has its own. */
	bool modified = s->words->sub_reason != NULL &&
			words_in_list(story_text(s, "modifiers"), s->words->sub_reason);
	const char *sentence = explanation != NULL && !modified ? explanation : advice->meaning;

	if (s->words->kind == WORDS_UNKNOWN) {
		print_sentence(out, "missing:", sentence, NULL);
		term_end(out);
		cause_advice(m, s, "next:", next_step(s));
		return;
	}
	print_sentence(
	    out, s->words->kind == WORDS_FAILURE ? "cause:" : "verdict:", sentence,
	    words_tag(words_certainty(story_text(s, "evidence"), story_text(s, "confidence"))));
	proof_print(m, s);
	cause_advice(m, s, "client:", advice->client);
	cause_advice(m, s, "server:", advice->server);
	if (!print_stack_note(m, s))
		cause_advice(m, s, "note:", advice->note);
	for (size_t i = 0; i < s->findings.rows; i++)
		if (!result_is(&s->findings, i, "severity", "note"))
			cause_advice(m, s, "also:", result_text(&s->findings, i, "explanation"));
}

void
cause_print(struct term *out, const struct story *s)
{
	const struct proof_margin m = proof_margin(out, s);

	if (s->words->kind != WORDS_UNKNOWN && story_first_finding(s) >= 0)
		print_finding(out, &m, s);
	else
		print_verdict(out, &m, s);
}
