/*
 * proof.c - messages that prove a cause, as compilers show source: labels stand under what is
 * wrong. See proof.h.
 */
#include "analyzer/cli/proof.h"

#include "analyzer/cli/moment.h"

#include <string.h>

enum { NAME_AT = 2, VALUE_AT = 22, SHOWN_CAS = 4 };

static void
margin_line(const struct proof_margin *m, const char *frame)
{
	if (frame != NULL)
		term_right(m->out, TERM_PLAIN, frame, m->width);
	term_to(m->out, m->width + 1);
	term_put(m->out, TERM_DIM, term_glyph(m->out, TERM_WALL));
}

/* " 12 | Certificate         CN=stranger": name may be NULL, or lean right ("issued by"). */
static void
proof_line(const struct proof_margin *m, const char *frame, const char *name, bool lean,
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
proof_label(const struct proof_margin *m, int width, const char *label)
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

const char *
proof_frame(const struct story *s, long message)
{
	return message >= 0 ? result_text(&s->messages, (size_t)message, "frame") : NULL;
}

/* Validity against the packet's time: shown only where it is violated. */
static void
print_validity(const struct proof_margin *m, const struct story *s)
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

	if (frames != NULL && strcmp(fact, "outcome") == 0)
		return story_last_frame(frames);
	return frames != NULL && strchr(frames, ',') == NULL ? frames : NULL;
}

/* --- labels under the certificate ------------------------------------------------------------- */

/* Cause, the certificate's column that shows it, what to call that (NULL: the issuer's line, which
 * is there anyway), and what is wrong with it. Of several rows of a cause the first whose column
 * has a value. */
static const struct {
	const char *cause, *column, *name, *label;
} labels[] = {
    {"client_cert_wrong_eku", "eku", "purpose", "not for TLS clients"},
    {"client_cert_wrong_eku", "key_usage", "key usage", "not for signing"},
    {"client_cert_revoked", "serial", "serial", "revoked"},
    {"client_cert_self_signed", "issuer", NULL, "its own issuer"},
    {"client_cert_unknown_ca", "issuer", NULL, "not trusted by the server"},
    {"missing_intermediate", "issuer", NULL, "not sent along"},
    {"crl_missing_or_expired", "issuer", NULL, "named by the server"},
    {"advertised_list_differs_from_trusted", "issuer", NULL, "named by the server"},
    {"key_type_not_in_request", "key_type", "key", "not asked for"},
    {"identity_not_authorised", "san", "names", NULL},
};
enum { LABELS = sizeof(labels) / sizeof(labels[0]) };

static const char *
leaf_column(const struct story *s, const char *column)
{
	long leaf = story_leaf(s, "client", s->attempt_no);

	return leaf >= 0 ? result_text(&s->certificates, (size_t)leaf, column) : NULL;
}

static bool
is_listed(const struct story *s, const char *name)
{
	for (size_t i = 0; i < s->requests.rows; i++)
		if (result_number(&s->requests, i, "attempt_no") == s->attempt_no &&
		    result_is(&s->requests, i, "kind", "ca_name") &&
		    result_is(&s->requests, i, "value", name))
			return true;
	return false;
}

/* Why the issuer is not trusted, as far as the request shows it. */
static void
add_issuer_label(struct str *label, const struct story *s, const char *plain)
{
	const char *issuer = story_text(s, "client_issuer");
	const char *frame =
	    proof_frame(s, story_message(s, "server", "handshake", "CertificateRequest"));
	bool listed = issuer != NULL && is_listed(s, issuer);

	if (strcmp(plain, "not trusted by the server") == 0 && !listed && frame != NULL &&
	    story_requested(s, s->attempt_no, "ca_name") > 0)
		str_addf(label, "not in the list of frame %s", frame);
	else
		str_add(label, plain);
}

/* "named by the server", and the request does not. */
static bool
is_denied(const struct story *s, const char *label, const char *name)
{
	return strcmp(label, "named by the server") == 0 && !is_listed(s, name);
}

static int
shown_width(const struct proof_margin *m, const char *value)
{
	int room = m->out->width - 2 - (m->width + 1 + VALUE_AT), width = str_width(value);

	return width < room ? width : room;
}

static void
print_labels(const struct proof_margin *m, const struct story *s)
{
	const char *cause =
	    story_first_finding(s) >= 0 ? result_text(&s->findings, 0, "cause") : NULL;

	for (size_t i = 0; cause != NULL && i < LABELS; i++) {
		const char *value =
		    strcmp(labels[i].cause, cause) == 0 ? leaf_column(s, labels[i].column) : NULL;
		struct str label = {0};
		if (value == NULL)
			continue;
		if (labels[i].name != NULL)
			proof_line(m, NULL, labels[i].name, true, value);
		if (labels[i].label != NULL && !is_denied(s, labels[i].label, value)) {
			add_issuer_label(&label, s, labels[i].label);
			int room =
			    m->out->width - 2 - (m->width + 1 + VALUE_AT) - (int)label.len - 1;
			int width = shown_width(m, value);
			proof_label(m, width < room ? width : room, str_string(&label));
		}
		str_finish(&label);
		return;
	}
}

/* What the record is in which an inferred answer was seen. */
static const char *
inferred_answer(const struct story *s)
{
	if (story_is(s, "client_cert_requested", "no"))
		return "~Finished";
	if (!story_is(s, "client_cert", "none_sent"))
		return "~Certificate";
	return story_is(s, "ended_by", "client_alert") ? "~Alert-sized record" : "~No answer";
}

static void
print_certificate(const struct proof_margin *m, const struct story *s)
{
	const char *basis = inferred_basis(s, "client_cert");

	if (basis != NULL) {
		proof_line(m, fact_frame(s, "client_cert"), inferred_answer(s), false, basis);
		return;
	}
	long message = story_message(s, "client", "handshake", "Certificate");
	const char *subject = story_text(s, "client_subject");
	const char *issuer = story_text(s, "client_issuer");

	if (story_is(s, "client_cert", "empty"))
		proof_line(m, proof_frame(s, message), "Certificate", false,
			   "empty: no certificate");
	else if (subject != NULL) {
		proof_line(m, proof_frame(s, message), "Certificate", false, subject);
		if (issuer != NULL)
			proof_line(m, NULL, "issued by", true, issuer);
		print_labels(m, s);
		print_validity(m, s);
	}
}

static void
print_request(const struct proof_margin *m, const struct story *s)
{
	long message = story_message(s, "server", "handshake", "CertificateRequest");
	long total = story_requested(s, s->attempt_no, "ca_name"), shown = 0;

	if (total == 0)
		proof_line(m, proof_frame(s, message), "CertificateRequest", false, "no CA names");
	for (size_t i = 0; i < s->requests.rows && shown < SHOWN_CAS; i++) {
		const char *value = result_text(&s->requests, i, "value");
		if (result_number(&s->requests, i, "attempt_no") != s->attempt_no ||
		    !result_is(&s->requests, i, "kind", "ca_name"))
			continue;
		proof_line(m, shown == 0 ? proof_frame(s, message) : NULL,
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
print_alert(const struct proof_margin *m, const struct story *s)
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
	proof_line(m, proof_frame(s, message), "Alert", false, str_string(&value));
	str_finish(&value);
}

/* Text where the ServerHello should be. */
static void
print_foreign(const struct proof_margin *m, const struct story *s)
{
	long message = story_message(s, "server", "application", "bytes that are not TLS");

	if (message >= 0 && story_message(s, "server", "handshake", "ServerHello") < 0)
		proof_line(m, proof_frame(s, message), "no ServerHello", false,
			   "bytes that are not TLS, from the server");
}

static void
print_close(const struct proof_margin *m, const struct story *s)
{
	const char *ended = story_text(s, "ended_by");

	if (!story_is(s, "outcome", "dropped_no_reply") || ended == NULL ||
	    strncmp(ended, "server_", 7) != 0)
		return;
	bool reset = strcmp(ended, "server_rst") == 0;
	long message = story_message(s, "server", "tcp", reset ? "RST" : "FIN");
	proof_line(m, proof_frame(s, message), reset ? "TCP RST" : "TCP FIN", false,
		   "from the server, after the client's answer");
}

void
proof_print(const struct proof_margin *m, const struct story *s)
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
	print_foreign(m, s);
	print_close(m, s);
	margin_line(m, NULL);
	term_end(out);
}

struct proof_margin
proof_margin(struct term *out, const struct story *s)
{
	const char *last = story_text(s, "last_frame");
	int digits = last != NULL ? (int)strlen(last) + 1 : 0;

	return (struct proof_margin){out, digits > 3 ? digits : 3};
}
