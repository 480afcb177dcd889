/*
 * cause.c - the middle of `show`: why, the frames that prove it, and what each side may change.
 * Between story.c and cmd_show.c. Labels stand under the evidence, as compilers do it.
 */
#include "analyzer/cli/cause.h"

#include "analyzer/cli/moment.h"

#include <stdio.h>
#include <string.h>

enum { NAME_AT = 2, VALUE_AT = 22, SHOWN_CAS = 4, TAG_RIGHT = 3 };

/* The block's left margin: wide enough for the largest frame number in it. */
struct margin {
	struct term *out;
	int width;
};

static void
margin_line(const struct margin *m, const char *frame)
{
	if (frame != NULL)
		term_right(m->out, TERM_PLAIN, frame, m->width);
	term_to(m->out, m->width + 1);
	term_put(m->out, TERM_DIM, term_glyph(m->out, TERM_WALL));
}

/* " 12 | Certificate         CN=stranger": name may be NULL, or lean right ("issued by"). */
static void
proof_line(const struct margin *m, const char *frame, const char *name, bool lean,
	   const char *value)
{
	struct term *out = m->out;
	int left = m->width + 1;

	margin_line(m, frame);
	if (name != NULL && lean)
		term_right(out, TERM_PLAIN, name, left + VALUE_AT - 1);
	else if (name != NULL) {
		bool inferred = name[0] == '~';
		term_to(out, left + NAME_AT - (inferred ? 1 : 0));
		term_put(out, inferred ? TERM_INFERRED : TERM_PLAIN, name);
	}
	term_to(out, left + VALUE_AT);
	term_fit(out, TERM_PLAIN, value, out->width - 2 - out->column, STR_CUT_MIDDLE);
	term_end(out);
}

/* "^^^^^ label" under the first `width` columns of a value. */
static void
proof_label(const struct margin *m, int width, const char *label)
{
	struct str marks = {0};

	margin_line(m, NULL);
	term_to(m->out, m->width + 1 + VALUE_AT);
	for (int i = 0; i < width; i++)
		str_add(&marks, "^");
	term_put(m->out, TERM_FAIL, str_string(&marks));
	term_put(m->out, TERM_PLAIN, " ");
	term_put(m->out, TERM_FAIL, label);
	term_end(m->out);
	str_finish(&marks);
}

static const char *
message_frame(const struct story *s, long message)
{
	return message >= 0 ? result_text(&s->messages, (size_t)message, "frame") : NULL;
}

/* Validity against the packet's time: shown only where it is violated. */
static void
print_validity(const struct margin *m, const struct story *s)
{
	struct str value = {0}, label = {0};
	int64_t from, until;
	bool early =
	    moment_parse(story_text(s, "client_not_before"), &from) && s->started_ns < from;
	bool late =
	    moment_parse(story_text(s, "client_not_after"), &until) && s->started_ns > until;

	if (early || late) {
		moment_add_second(&value, late ? until : from);
		int width = (int)value.len;
		str_add(&value, " UTC");
		str_add(&label, "packet: ");
		moment_add_second(&label, s->started_ns);
		str_add(&label, " UTC");
		proof_line(m, NULL, late ? "not after" : "not before", true, str_string(&value));
		proof_label(m, width, str_string(&label));
	}
	str_finish(&value);
	str_finish(&label);
}

/* What an inferred fact rests on; NULL for a read one. */
static const char *
inferred_basis(const struct story *s, const char *fact)
{
	long row = story_fact(s, fact);

	if (row < 0 || !result_is(&s->facts, (size_t)row, "evidence", "inferred"))
		return NULL;
	return result_text(&s->facts, (size_t)row, "basis");
}

static const char *
fact_frame(const struct story *s, const char *fact)
{
	long row = story_fact(s, fact);
	const char *frames = row >= 0 ? result_text(&s->facts, (size_t)row, "frames") : NULL;

	return frames != NULL && strchr(frames, ',') == NULL ? frames : NULL;
}

static void
print_certificate(const struct margin *m, const struct story *s)
{
	const char *basis = inferred_basis(s, "client_cert");

	if (basis != NULL) {
		proof_line(m, fact_frame(s, "client_cert"), "~Certificate", false, basis);
		return;
	}
	long message = story_message(s, "client", "handshake", "Certificate");
	const char *subject = story_text(s, "client_subject");
	const char *issuer = story_text(s, "client_issuer");

	if (story_is(s, "client_cert", "empty"))
		proof_line(m, message_frame(s, message), "Certificate", false,
			   "empty: no certificate");
	else if (subject != NULL) {
		proof_line(m, message_frame(s, message), "Certificate", false, subject);
		if (issuer != NULL)
			proof_line(m, NULL, "issued by", true, issuer);
		print_validity(m, s);
	}
}

static void
print_request(const struct margin *m, const struct story *s)
{
	long message = story_message(s, "server", "handshake", "CertificateRequest");
	long total = story_requested(s, s->attempt_no, "ca_name"), shown = 0;

	if (total == 0)
		proof_line(m, message_frame(s, message), "CertificateRequest", false,
			   "no CA names");
	for (size_t i = 0; i < s->requests.rows && shown < SHOWN_CAS; i++) {
		const char *value = result_text(&s->requests, i, "value");
		if (result_number(&s->requests, i, "attempt_no") != s->attempt_no ||
		    !result_is(&s->requests, i, "kind", "ca_name"))
			continue;
		proof_line(m, shown == 0 ? message_frame(s, message) : NULL,
			   shown == 0 ? "CertificateRequest" : NULL, false,
			   value != NULL ? value : "(no name)");
		shown++;
	}
	if (shown == SHOWN_CAS && total > shown) {
		struct str more = {0};
		str_addf(&more, "and %ld more", total - shown);
		proof_line(m, NULL, NULL, false, str_string(&more));
		str_finish(&more);
	}
}

static void
print_alert(const struct margin *m, const struct story *s)
{
	const char *alert = story_text(s, "alert");
	const char *basis = inferred_basis(s, "outcome");
	struct str value = {0};

	if (alert == NULL) {
		if (basis != NULL && story_is(s, "outcome", "rejected"))
			proof_line(m, fact_frame(s, "outcome"), "~Alert-sized record", false,
				   basis);
		return;
	}
	long message = story_message(s, story_text(s, "alert_from"), "alert", alert);
	const char *level =
	    message >= 0 ? result_text(&s->messages, (size_t)message, "level") : NULL;
	str_addf(&value, "%s%s%s", level != NULL ? level : "", level != NULL ? " " : "", alert);
	if (story_text(s, "alert_code") != NULL)
		str_addf(&value, " (%s)", story_text(s, "alert_code"));
	if (story_text(s, "alert_from") != NULL)
		str_addf(&value, ", from the %s", story_text(s, "alert_from"));
	proof_line(m, message_frame(s, message), "Alert", false, str_string(&value));
	str_finish(&value);
}

static void
print_close(const struct margin *m, const struct story *s)
{
	const char *ended = story_text(s, "ended_by");

	if (!story_is(s, "outcome", "dropped_no_reply") || ended == NULL ||
	    strncmp(ended, "server_", 7) != 0)
		return;
	bool reset = strcmp(ended, "server_rst") == 0;
	long message = story_message(s, "server", "tcp", reset ? "RST" : "FIN");
	proof_line(m, message_frame(s, message), reset ? "TCP RST" : "TCP FIN", false,
		   "from the server, after the client's answer");
}

void
cause_add_advice(struct str *t, const struct story *s, const char *template)
{
	const char *request =
	    message_frame(s, story_message(s, "server", "handshake", "CertificateRequest"));
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

static void
advice_line(const struct margin *m, const struct story *s, const char *label, const char *text)
{
	struct str line = {0};
	struct term *out = m->out;

	if (text == NULL)
		return;
	cause_add_advice(&line, s, text);
	term_to(out, m->width + 1);
	term_put(out, TERM_DIM, "= ");
	term_put(out, TERM_BOLD, label);
	term_to(out, m->width + 11);
	term_wrap(out, TERM_PLAIN, str_string(&line), m->width + 11, out->width - 2);
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

static void
print_sentence(struct term *out, const struct story *s, const char *label, const char *sentence)
{
	enum words_certainty certainty =
	    words_certainty(story_text(s, "evidence"), story_text(s, "confidence"));
	const char *tag = words_tag(certainty);
	int right = out->width - TAG_RIGHT, width = (int)strlen(tag);
	bool unknown = s->words->kind == WORDS_UNKNOWN;
	int indent = (int)strlen(label) + 1;
	term_put(out, TERM_BOLD, label);
	term_put(out, TERM_PLAIN, " ");
	term_wrap(out, TERM_PLAIN, sentence, indent, right);
	if (!unknown) {
		if (out->column + 2 + width > right)
			term_end(out);
		term_right(out, TERM_DIM, tag, right);
	}
	term_end(out);
}

static void
print_proof(const struct margin *m, const struct story *s)
{
	struct term *out = m->out;

	term_to(out, m->width);
	term_put(out, TERM_DIM, "--> ");
	term_fit(out, TERM_DIM, story_file_name(story_text(s, "capture_path")),
		 out->width - 2 - out->column, STR_CUT_MIDDLE);
	term_end(out);
	margin_line(m, NULL);
	term_end(out);
	print_certificate(m, s);
	print_request(m, s);
	print_alert(m, s);
	print_close(m, s);
	margin_line(m, NULL);
	term_end(out);
}

static int
margin_width(const struct story *s)
{
	const char *last = story_text(s, "last_frame");
	int digits = last != NULL ? (int)strlen(last) + 1 : 0;
	return digits > 3 ? digits : 3;
}

void
cause_print(struct term *out, const struct story *s)
{
	const struct margin m = {out, margin_width(s)};
	const struct words_advice *advice = words_advice_find(
	    story_text(s, "verdict"), story_text(s, "sub_reason"), story_text(s, "modifiers"));
	const char *finding = result_text(&s->findings, 0, "explanation");
	const char *server_fix = result_text(&s->findings, 0, "server_fix");
	const char *client_fix = result_text(&s->findings, 0, "client_fix");
	const char *explanation = story_text(s, "explanation");
	/* The explanation is the verdict's; a modifier that made it a failure has its own. */
	bool modified = s->words->sub_reason != NULL &&
			words_in_list(story_text(s, "modifiers"), s->words->sub_reason);
	const char *sentence = finding != NULL                    ? finding
			       : explanation != NULL && !modified ? explanation
								  : advice->meaning;

	if (s->words->kind == WORDS_UNKNOWN) {
		print_sentence(out, s, "missing:", sentence);
		term_end(out);
		advice_line(&m, s, "next:", next_step(s));
		return;
	}
	print_sentence(out, s, s->words->kind == WORDS_FAILURE ? "cause:" : "verdict:", sentence);
	print_proof(&m, s);
	advice_line(&m, s, "client:", client_fix != NULL ? client_fix : advice->client);
	advice_line(&m, s, "server:", server_fix != NULL ? server_fix : advice->server);
	advice_line(&m, s, "note:", finding != NULL ? NULL : advice->note);
}
