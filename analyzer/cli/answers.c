/*
 * answers.c - the three answers of `show` (asked, sent, answer): how each is known, in which frame.
 * Between story.c and cmd_show.c. A fact's own evidence counts; the session's where it has none.
 */
#include "analyzer/cli/answers.h"

#include "analyzer/cli/moment.h"

#include <string.h>

enum {
	LABEL_AT = 2,
	VALUE_AT = 10,
	VALUE_WIDTH = 26,
	EVIDENCE_WIDTH = 11,
	FRAME_WIDTH = 11,
	NOTE_WIDTH = 24, /* a longer basis is told below */
	LINES = 5
};

/* One line: label, value, evidence, frame, note. */
struct answer {
	const char *label;
	struct str value, frame, note;
	const char *basis;    /* what an inferred answer rests on; NULL for a read one */
	const char *evidence; /* machine name; NULL leaves the word out */
	bool inferred;
};

static void
answer_finish(struct answer *a)
{
	str_finish(&a->value);
	str_finish(&a->frame);
	str_finish(&a->note);
}

/* Text for a column's value. */
static const char *
value_words(const char *const rows[][2], const char *value)
{
	size_t i = 0;

	while (rows[i][0] != NULL && (value == NULL || strcmp(rows[i][0], value) != 0))
		i++;
	return rows[i][1];
}

static const char *const asked_words[][2] = {{"yes", "yes"}, {"no", "no"}, {NULL, "?"}};
static const char *const sent_words[][2] = {
    {"presented", "a certificate"},
    {"empty", "no certificate"},
    {"none_sent", "nothing"},
    {"not_in_this_handshake", "not in this handshake"},
    {NULL, "?"},
};
static const char *const proof_words[][2] = {
    {"valid", "signature verified"},       {"invalid", "signature does not fit"},
    {"seen", "signature seen, unchecked"}, {"not_seen", "no signature seen"},
    {"implicit", "by the key exchange"},   {NULL, "?"},
};

/* Why something is not known, in short. */
static const char *
reason_unknown(const struct story *s)
{
	static const char *const rows[][2] = {
	    {"gap_client", "bytes missing"},       {"gap_server", "bytes missing"},
	    {"only_client", "one direction only"}, {"only_server", "one direction only"},
	    {"midstream", "starts too late"},      {"snaplen", "packets cut short"},
	    {"ends_early", "ends too early"},      {"limit", "limit reached"},
	};
	const char *state = story_text(s, "capture_state");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (words_in_list(state, rows[i][0]))
			return rows[i][1];
	}
	const char *version = story_text(s, "tls_version");
	return version != NULL && strstr(version, "1.3") != NULL ? "hidden by encryption" : "";
}

/* Evidence and frame: of the fact, else of the message that shows it. */
static void
ground(struct answer *a, const struct story *s, const char *fact, long message, bool known)
{
	long row = story_fact(s, fact);
	const char *frames = row >= 0 ? result_text(&s->facts, (size_t)row, "frames") : NULL;

	if (!known) {
		a->evidence = "none";
		str_add(&a->note, reason_unknown(s));
		return;
	}
	if (row >= 0)
		a->evidence = result_text(&s->facts, (size_t)row, "evidence");
	else if (message >= 0)
		a->evidence = result_text(&s->messages, (size_t)message, "evidence");
	else
		a->evidence = story_text(s, "evidence");
	a->inferred = a->evidence != NULL && strcmp(a->evidence, "inferred") == 0;
	if (message >= 0)
		frames = result_text(&s->messages, (size_t)message, "frame");
	else if (frames != NULL && strcmp(fact, "outcome") == 0)
		frames = story_last_frame(frames);
	if (frames != NULL)
		str_addf(&a->frame, "frame %.*s", (int)strcspn(frames, ","), frames);
}

/* What an inferred answer rests on, instead of what a read one shows. */
static bool
note_basis(struct answer *a, const struct story *s, const char *fact)
{
	long row = story_fact(s, fact);
	const char *basis = row >= 0 ? result_text(&s->facts, (size_t)row, "basis") : NULL;

	if (!a->inferred || basis == NULL)
		return false;
	if (str_width(basis) <= NOTE_WIDTH)
		str_add(&a->note, basis);
	else
		a->basis = basis;
	return true;
}

static void
note_ca_names(struct str *note, long count)
{
	if (count == 0)
		str_add(note, "no CA names");
	else if (count > 0)
		str_addf(note, "%ld CA name%s", count, count == 1 ? "" : "s");
}

static void
answer_asked(struct answer *a, const struct story *s)
{
	const char *asked = story_text(s, "client_cert_requested");
	long request = story_message(s, "server", "handshake", "CertificateRequest");

	a->label = "asked";
	str_add(&a->value, value_words(asked_words, asked));
	ground(a, s, "client_cert_requested", request,
	       asked != NULL && strcmp(asked, "unknown") != 0);
	if (note_basis(a, s, "client_cert_requested"))
		return;
	if (story_is(s, "client_cert_requested", "yes"))
		note_ca_names(&a->note, story_requested(s, s->attempt_no, "ca_name"));
	else if (story_is(s, "resumed", "yes"))
		str_add(&a->note, "resumed");
}

static void
answer_sent(struct answer *a, const struct story *s)
{
	const char *sent = story_text(s, "client_cert");
	const char *subject = story_text(s, "client_subject");
	bool shown = sent != NULL && (strcmp(sent, "presented") == 0 || strcmp(sent, "empty") == 0);
	long message = shown ? story_message(s, "client", "handshake", "Certificate") : STORY_NONE;

	a->label = "sent";
	str_add(&a->value, value_words(sent_words, sent));
	ground(a, s, "client_cert", message, sent != NULL && strcmp(sent, "unknown") != 0);
	if (note_basis(a, s, "client_cert"))
		return;
	if (shown && strcmp(sent, "empty") == 0)
		str_add(&a->note, "empty Certificate");
	else if (shown && subject != NULL)
		story_add_name(&a->note, subject);
	else if (sent != NULL && strcmp(sent, "none_sent") == 0)
		str_add(&a->note, "no Certificate");
}

static void
answer_proof(struct answer *a, const struct story *s)
{
	const char *proof = story_text(s, "proof");
	long message = story_message(s, "client", "handshake", "CertificateVerify");

	a->label = "proof";
	str_add(&a->value, value_words(proof_words, proof));
	ground(a, s, "proof", message, true);
	note_basis(a, s, "proof");
}

/* The alert that decided, or the server's closing step, or its Finished. */
static long
answer_message(const struct story *s)
{
	const char *alert = story_text(s, "alert");
	long row = STORY_NONE;

	if (alert != NULL)
		row = story_message(s, story_text(s, "alert_from"), "alert", alert);
	else if (story_is(s, "outcome", "dropped_no_reply"))
		row = story_message(s, "server", "tcp",
				    story_is(s, "ended_by", "server_rst") ? "RST" : "FIN");
	else if (story_is(s, "outcome", "accepted"))
		row = story_message(s, "server", "handshake", "Finished");
	return row;
}

static void
add_reaction(struct str *t, const struct story *s)
{
	bool alert = story_text(s, "alert") != NULL;
	bool by_client = story_is(s, "alert_from", "client");

	if (alert && by_client && !story_is(s, "outcome", "accepted"))
		str_add(t, story_is(s, "verdict", "server_cert_rejected_by_client")
			       ? "client refused"
			       : "client ended it");
	else if (story_is(s, "outcome", "rejected"))
		str_add(t, "refused");
	else if (alert && !story_is(s, "outcome", "accepted"))
		str_add(t, "failed");
	else if (story_is(s, "outcome", "accepted"))
		str_add(t, "TLS finished");
	else if (story_is(s, "outcome", "dropped_no_reply"))
		str_add(t, "closed, no TLS reply");
	else if (story_is(s, "outcome", "not_applicable") && story_is(s, "server_finished", "yes"))
		str_add(t, "TLS finished");
	else
		str_add(t, "?");
	if (alert && !story_is(s, "outcome", "accepted"))
		story_add_alert(t, s);
}

/* "0.834 ms later": after the last message before it from the other side. */
static void
note_delay(struct str *note, const struct story *s, long answer)
{
	const char *sender = result_text(&s->messages, (size_t)answer, "sender");

	for (long i = answer - 1; i >= 0 && sender != NULL; i--) {
		if (result_is(&s->messages, (size_t)i, "sender", sender))
			continue;
		int64_t span =
		    story_since_start(s, (size_t)answer) - story_since_start(s, (size_t)i);
		if (span < 0)
			return;
		moment_add_span(note, span);
		str_add(note, " later");
		return;
	}
}

/* A long alert keeps its line narrow by leaving its number to the note. */
static void
move_long_code(struct answer *a, const struct story *s)
{
	char *code = a->value.len > VALUE_WIDTH - 1 ? strstr(a->value.data, " (") : NULL;

	if (code == NULL || story_text(s, "alert_code") == NULL)
		return;
	*code = '\0';
	a->value.len = (size_t)(code - a->value.data);
	str_addf(&a->note, "alert %s", story_text(s, "alert_code"));
}

static void
answer_answer(struct answer *a, const struct story *s)
{
	long message = answer_message(s);

	a->label = "answer";
	add_reaction(&a->value, s);
	move_long_code(a, s);
	bool known = strcmp(str_string(&a->value), "?") != 0;
	ground(a, s, "outcome", message, known);
	if (known && a->note.len == 0 && !note_basis(a, s, "outcome") && message >= 0)
		note_delay(&a->note, s, message);
}

static void
answer_then(struct answer *a, const struct story *s)
{
	bool read = words_in_list(story_text(s, "modifiers"), "app_layer_refusal");

	a->label = "then";
	if (words_in_list(story_text(s, "modifiers"), "dropped_after_accept"))
		str_add(&a->value, "closed at once");
	else
		str_add(&a->value, "application refused");
	ground(a, s, "app_layer_refusal", STORY_NONE, true);
	a->inferred =
	    !read && words_in_list(story_text(s, "modifiers"), "app_layer_refusal_suspected");
	if (a->inferred)
		a->evidence = "inferred";
}

static size_t
collect(struct answer *lines, const struct story *s)
{
	const char *modifiers = story_text(s, "modifiers");
	const char *proof = story_text(s, "proof");
	size_t n = 0;

	answer_asked(&lines[n++], s);
	if (!story_is(s, "client_cert_requested", "no"))
		answer_sent(&lines[n++], s);
	if (story_is(s, "client_cert", "presented") && proof != NULL &&
	    strcmp(proof, "unknown") != 0)
		answer_proof(&lines[n++], s);
	answer_answer(&lines[n++], s);
	if (words_in_list(modifiers, "app_layer_refusal") ||
	    words_in_list(modifiers, "app_layer_refusal_suspected") ||
	    words_in_list(modifiers, "dropped_after_accept"))
		answer_then(&lines[n++], s);
	return n;
}

static void
print_answer(struct term *out, const struct answer *a, int value_width)
{
	const struct words_evidence *e = words_evidence(a->evidence);
	enum term_style style = a->inferred ? e->style : TERM_PLAIN;
	int at = VALUE_AT + value_width;

	term_put(out, style, a->inferred ? " ~" : "  ");
	term_put(out, style, a->label);
	term_to(out, VALUE_AT);
	term_data(out, a->inferred ? style : TERM_BOLD, str_string(&a->value));
	term_to(out, at);
	term_put(out, e->style, e->word);
	if (a->frame.len > 0 || a->note.len > 0) {
		term_to(out, at + EVIDENCE_WIDTH);
		term_put(out, style, str_string(&a->frame));
	}
	if (a->note.len > 0) {
		term_to(out, at + EVIDENCE_WIDTH + FRAME_WIDTH - 1);
		term_to(out, out->column + 1);
		term_fit(out, TERM_DIM, str_string(&a->note), out->width - 1 - out->column,
			 a->inferred ? STR_CUT_END : STR_CUT_MIDDLE);
	}
	term_end(out);
}

/* The sizes that inferred answers rest on, each sentence once. */
static void
print_bases(struct term *out, const struct answer *lines, size_t n)
{
	const char *last = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *basis = lines[i].basis;
		if (basis == NULL || (last != NULL && strcmp(basis, last) == 0))
			continue;
		if (last == NULL)
			term_end(out);
		last = basis;
		term_put(out, TERM_PLAIN, "  ");
		term_put(out, TERM_PLAIN, lines[i].label);
		term_to(out, VALUE_AT);
		term_wrap(out, TERM_DIM, basis, VALUE_AT, out->width - 1);
		term_end(out);
	}
}

void
answers_print(struct term *out, const struct story *s)
{
	struct answer lines[LINES] = {{0}};
	size_t n = collect(lines, s);
	int width = VALUE_WIDTH;

	for (size_t i = 0; i < n; i++) {
		int w = str_width(str_string(&lines[i].value)) + 1;
		width = w > width ? w : width;
	}
	for (size_t i = 0; i < n; i++)
		print_answer(out, &lines[i], width);
	print_bases(out, lines, n);
	for (size_t i = 0; i < n; i++)
		answer_finish(&lines[i]);
}
