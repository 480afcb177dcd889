/*
 * ladder_rows.c - what stands in each row of the ladder: name, what matters beside it, where it
 * broke, where encryption begins, and what folds together.
 * Between story.c and ladder.c, which draws.
 */
#include "analyzer/cli/ladder.h"
#include "analyzer/cli/memory.h"

#include <stdlib.h>
#include <string.h>

enum { HARD_LIMIT = 400 }; /* rows of a hostile session without --all */

/* Where the handshake broke: a message and the words below it. */
struct breakage {
	long message;
	const char *words;
	enum term_style style;
};

static struct ladder_row *
add_row(struct ladder *l)
{
	l->rows = memory_grow(l->rows, l->count, &l->room, sizeof(*l->rows));
	l->rows[l->count] =
	    (struct ladder_row){.bytes = -1, .evidence = words_evidence("observed")};
	return &l->rows[l->count++];
}

void
ladder_finish(struct ladder *l)
{
	for (size_t i = 0; i < l->count; i++) {
		str_finish(&l->rows[i].name);
		str_finish(&l->rows[i].detail);
		str_finish(&l->rows[i].longer);
	}
	free(l->rows);
	*l = (struct ladder){0};
}

/* The last message of the headline attempt that fits. */
static long
last_message(const struct story *s, const char *sender, const char *kind, const char *name)
{
	for (long i = (long)s->messages.rows - 1; i >= 0; i--) {
		size_t row = (size_t)i;
		int64_t no = result_number(&s->messages, row, "attempt_no");
		if ((no == s->attempt_no || no == 0) &&
		    result_is(&s->messages, row, "sender", sender) &&
		    result_is(&s->messages, row, "kind", kind) &&
		    (name == NULL || result_is(&s->messages, row, "name", name)))
			return i;
	}
	return STORY_NONE;
}

static struct breakage
broken_by_alert(const struct story *s)
{
	const char *from = story_text(s, "alert_from");
	const char *alert = story_text(s, "alert");
	bool refused = story_is(s, "outcome", "rejected") ||
		       story_is(s, "verdict", "server_cert_rejected_by_client");
	bool probably = alert == NULL;

	return (struct breakage){
	    last_message(s, from != NULL ? from : "server", "alert", alert),
	    probably  ? "probably refused here, alert not visible"
	    : refused ? "refused here"
		      : "failed here",
	    TERM_FAIL,
	};
}

/* The TCP step with which a side closed. */
static struct breakage
broken_by_close(const struct story *s, const char *words)
{
	const char *ended = story_text(s, "ended_by");
	const char *side = ended != NULL && strncmp(ended, "client", 6) == 0 ? "client" : "server";
	bool reset = ended != NULL && strstr(ended, "_rst") != NULL;
	long first = story_message(s, side, "tcp", reset ? "RST" : "FIN");

	return (struct breakage){first, words, TERM_WARN};
}

/* The server's goodbye: its alert, which nobody can read, or the close. */
static struct breakage
broken_after_accept(const struct story *s)
{
	long alert = last_message(s, "server", "alert", NULL);
	struct breakage close = broken_by_close(s, "closed here");

	if (alert >= 0)
		close.message = alert;
	return close;
}

/* The first RST: who sent it is in doubt. */
static struct breakage
broken_between(const struct story *s)
{
	long client = story_message(s, "client", "tcp", "RST");
	long server = story_message(s, "server", "tcp", "RST");
	long first = client < 0 || (server >= 0 && server < client) ? server : client;

	return (struct breakage){first, "cut here, perhaps by something between", TERM_WARN};
}

static struct breakage
find_break(const struct story *s)
{
	if (words_in_list(story_text(s, "modifiers"), "reset_injected_suspected"))
		return broken_between(s);
	if (words_in_list(story_text(s, "modifiers"), "dropped_after_accept"))
		return broken_after_accept(s);
	if (story_text(s, "alert") != NULL && !story_is(s, "outcome", "accepted"))
		return broken_by_alert(s);
	if (story_is(s, "outcome", "rejected"))
		return broken_by_alert(s);
	if (story_is(s, "outcome", "dropped_no_reply"))
		return broken_by_close(s, "closed here");
	if (story_is(s, "verdict", "client_aborted_on_request"))
		return broken_by_close(s, "left here");
	if (story_is(s, "verdict", "server_gave_up_waiting"))
		return broken_by_close(s, "gave up here");
	return (struct breakage){STORY_NONE, NULL, TERM_PLAIN};
}

static void
add_count(struct str *t, long n, const char *one, const char *many)
{
	if (n > 0)
		str_addf(t, "%ld %s", n, n == 1 ? one : many);
	else
		str_addf(t, "no %s", many);
}

static void
detail_request(struct ladder_row *r, const struct story *s, int64_t attempt)
{
	long cas = story_requested(s, attempt, "ca_name");
	long schemes = story_requested(s, attempt, "sigalg");

	if (cas < 0)
		return;
	add_count(&r->detail, cas, "CA", "CAs");
	add_count(&r->longer, cas, "CA name", "CA names");
	if (schemes > 0) {
		str_addf(&r->detail, ", %ld sig scheme%s", schemes, schemes == 1 ? "" : "s");
		str_addf(&r->longer, ", %ld signature scheme%s", schemes, schemes == 1 ? "" : "s");
	}
}

static void
detail_certificate(struct ladder_row *r, const struct story *s, int64_t attempt)
{
	long leaf = story_leaf(s, r->from_client ? "client" : "server", attempt);
	const char *subject =
	    leaf >= 0 ? result_text(&s->certificates, (size_t)leaf, "subject") : NULL;

	if (subject != NULL)
		story_add_name(&r->detail, subject);
	else if (r->from_client && attempt == s->attempt_no && story_is(s, "client_cert", "empty"))
		str_add(&r->detail, r->evidence->line == TERM_DASH ? "size of an empty one"
								   : "empty: no certificate");
}

static void
detail_server_hello(struct ladder_row *r, const struct story *s)
{
	const char *version = story_text(s, "tls_version"), *cipher = story_text(s, "cipher_suite");

	if (version == NULL)
		return;
	story_add_version(&r->detail, version);
	if (cipher != NULL) {
		story_add_version(&r->longer, version);
		str_addf(&r->longer, ", %s", strncmp(cipher, "TLS_", 4) == 0 ? cipher + 4 : cipher);
	}
}

static bool
is_13(const struct story *s)
{
	const char *version = story_text(s, "tls_version");
	return version != NULL && strstr(version, "1.3") != NULL;
}

/* What matters beside a message's name. */
static void
add_detail(struct ladder_row *r, const struct story *s, size_t message)
{
	const char *name = result_text(&s->messages, message, "name");
	int64_t attempt = result_number(&s->messages, message, "attempt_no");
	int64_t repeated = result_number(&s->messages, message, "repeated");

	if (repeated > 0)
		str_addf(&r->detail, "%lld times", (long long)repeated + 1);
	else if (name == NULL || r->kind == LADDER_TCP)
		return;
	else if (strcmp(name, "ClientHello") == 0 && story_text(s, "sni") != NULL)
		str_addf(&r->detail, "SNI %s", story_text(s, "sni"));
	else if (strcmp(name, "ServerHello") == 0)
		detail_server_hello(r, s);
	else if (strcmp(name, "Certificate") == 0)
		detail_certificate(r, s, attempt);
	else if (strcmp(name, "CertificateRequest") == 0)
		detail_request(r, s, attempt);
	else if (strcmp(name, "Finished") == 0 && r->evidence->line == TERM_DASH)
		str_add(&r->detail, is_13(s) ? "size of Finished" : "encrypted, named by position");
}

static void
add_name(struct str *t, const struct story *s, size_t row)
{
	const struct result *messages = &s->messages;
	const char *name = result_text(messages, row, "name");
	const char *code = result_text(messages, row, "code");

	if (result_is(messages, row, "kind", "tcp"))
		str_addf(t, "TCP %s", name != NULL ? name : "step");
	else if (result_is(messages, row, "kind", "alert") && code != NULL)
		str_addf(t, "Alert %s (%s)", name != NULL ? name : "unknown", code);
	else if (result_is(messages, row, "kind", "alert"))
		str_add(t, is_13(s) ? "Alert-sized record" : "Alert, encrypted");
	else if (result_is(messages, row, "kind", "application"))
		str_add(t, name != NULL ? name : "Application data");
	else if (result_is(messages, row, "kind", "ccs"))
		str_add(t, name != NULL ? name : "ChangeCipherSpec");
	else
		str_add(t, name != NULL ? name : "encrypted handshake message");
}

static void
add_message(struct ladder *l, const struct story *s, size_t message, const struct breakage *b)
{
	struct ladder_row *r = add_row(l);
	const struct result *m = &s->messages;

	r->kind = result_is(m, message, "kind", "tcp") ? LADDER_TCP : LADDER_TLS;
	r->frame = result_number(m, message, "frame");
	r->since_ns = story_since_start(s, message);
	r->from_client = result_is(m, message, "sender", "client");
	r->evidence = words_evidence(result_text(m, message, "evidence"));
	r->bytes = r->kind == LADDER_TCP ? -1 : result_number(m, message, "length");
	if (result_is(m, message, "name", "bytes missing")) {
		r->kind = LADDER_MARKER;
		str_addf(&r->name, "bytes of the %s missing", r->from_client ? "client" : "server");
		return;
	}
	add_name(&r->name, s, message);
	add_detail(r, s, message);
	if (b->message == (long)message) {
		r->broken = b->words;
		r->broken_style = b->style;
	}
}

static bool
folds(const struct story *s, size_t message, const struct breakage *b)
{
	return b->message != (long)message &&
	       (result_is(&s->messages, message, "kind", "application") ||
		result_is(&s->messages, message, "name", "NewSessionTicket"));
}

/* One row for a run of application data and tickets in both directions. */
static size_t
add_fold(struct ladder *l, const struct story *s, size_t from, const struct breakage *b)
{
	int64_t records = 0, bytes = 0;
	size_t i = from;

	for (; i < s->messages.rows && folds(s, i, b); i++) {
		records += 1 + result_number(&s->messages, i, "repeated");
		bytes += result_number(&s->messages, i, "length");
	}
	if (i - from < 3) {
		for (size_t k = from; k < i; k++)
			add_message(l, s, k, b);
		return i;
	}
	struct ladder_row *r = add_row(l);
	r->kind = LADDER_MARKER;
	r->frame = result_number(&s->messages, from, "frame");
	r->since_ns = story_since_start(s, from);
	r->bytes = bytes;
	str_addf(&r->name, "%lld records of application data, folded", (long long)records);
	return i;
}

/* TLS 1.3 hides everything after the ServerHello: the border is marked. */
static void
add_border(struct ladder *l, const struct story *s)
{
	struct ladder_row *r = add_row(l);
	bool keys = false, inferred = false;

	for (size_t i = 0; i < s->messages.rows; i++) {
		keys |= result_is(&s->messages, i, "evidence", "decrypted");
		inferred |= result_is(&s->messages, i, "evidence", "inferred");
	}
	r->kind = LADDER_MARKER;
	str_add(&r->name, keys       ? "encrypted from here, keys given"
			  : inferred ? "encrypted from here, no keys: names from sizes"
				     : "encrypted from here, no keys");
}

/* The ServerHello after which a TLS 1.3 session is encrypted, or STORY_NONE. */
static long
border(const struct story *s)
{
	return is_13(s) ? last_message(s, "server", "handshake", "ServerHello") : STORY_NONE;
}

void
ladder_make(struct ladder *l, const struct story *s, bool all)
{
	struct breakage b = find_break(s);
	bool fold = !all && s->messages.rows > LADDER_UNFOLDED;
	long hidden_after = border(s);

	*l = (struct ladder){0};
	for (size_t i = 0; i < s->messages.rows;) {
		if (fold && folds(s, i, &b)) {
			i = add_fold(l, s, i, &b);
			continue;
		}
		if (fold && l->count >= HARD_LIMIT) {
			struct ladder_row *r = add_row(l);
			r->kind = LADDER_MARKER;
			str_addf(&r->name, "%zu more messages, --all shows them",
				 s->messages.rows - i);
			break;
		}
		add_message(l, s, i, &b);
		if ((long)i == hidden_after)
			add_border(l, s);
		i++;
	}
}
