/*
 * compare_text.c - the {words} of compare.def. See compare_parts.h.
 */
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "analyzer/verdict/compare_parts.h"

enum { PIECES_MAX = 32 };

static const char * or (const char *text, const char *instead)
{
	return text != NULL ? text : instead;
}

/* --- frames ----------------------------------------------------------------------------------- */

static const char *
frame_of(const struct compare_case *c, const struct compare_step *s)
{
	return s != NULL ? arena_format(c->arena, "%" PRIu64, s->frame) : "unknown";
}

/* The step of the lowest or the highest frame. */
static const struct compare_step *
edge(const struct compare_session *s, bool last)
{
	const struct compare_step *found = NULL;

	for (size_t i = 0; i < s->n_steps; i++) {
		const struct compare_step *step = &s->steps[i];
		if (found == NULL ||
		    (last ? step->frame > found->frame : step->frame < found->frame))
			found = step;
	}
	return found;
}

/* Encrypted messages have no name: then where the side's answer began. */
static const char *
frame_of_message(const struct compare_case *c, const struct compare_session *s,
		 enum tls_side sender, const char *name)
{
	const struct compare_step *step = compare_find(s, sender, name);

	if (step == NULL && sender == TLS_SERVER)
		step = compare_find(s, TLS_SERVER, "ServerHello");
	return frame_of(c, step != NULL ? step : compare_find(s, sender, NULL));
}

/* The alert that decided, or the last thing the server did. */
static const char *
frame_of_answer(const struct compare_case *c, const struct compare_session *s)
{
	const struct compare_step *last = edge(s, true);

	if (s->alert != NULL && compare_find(s, TLS_SERVER, s->alert) != NULL)
		return frame_of(c, compare_find(s, TLS_SERVER, s->alert));
	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].sender == TLS_SERVER)
			last = &s->steps[i];
	return frame_of(c, last);
}

/* --- pieces of sentences ---------------------------------------------------------------------- */

static const char *
alert_of(const struct compare_case *c, const struct compare_session *s)
{
	return s->alert != NULL ? arena_format(c->arena, ", %s,", s->alert) : "";
}

/* The session's own sentence, at the end of ours. */
static const char *
why(const struct compare_case *c, const struct compare_session *s)
{
	size_t len = s->explanation != NULL ? strlen(s->explanation) : 0;

	while (len > 0 && s->explanation[len - 1] == '.')
		len--;
	return len > 0 ? arena_format(c->arena, ". There: %.*s", (int)len, s->explanation) : "";
}

static const char *
sent_by(const struct compare_session *s)
{
	if (compare_is(s->client_cert, "presented"))
		return "one was presented";
	return compare_is(s->client_cert, "empty") || compare_is(s->client_cert, "none_sent")
		   ? "none was sent"
		   : "whether one was sent is not known";
}

static const char *
endpoint(const struct compare_case *c, const char *ip, int64_t port)
{
	const char *form = ip != NULL && strchr(ip, ':') != NULL ? "[%s]:%" PRId64 : "%s:%" PRId64;

	return ip != NULL ? arena_format(c->arena, form, ip, port) : "the server";
}

static const char *
missing_names(const struct compare_case *c, enum tls_side side)
{
	const struct compare_lane *l = &c->lane[side];

	if (l->missing == NULL)
		return "";
	if (l->n_missing <= 1)
		return l->missing->name;
	return arena_format(c->arena, "%s and what follows it (%zu in all)", l->missing->name,
			    l->n_missing);
}

static const char *
last_of(const struct compare_case *c, enum tls_side side)
{
	const struct compare_step *last = c->lane[side].last;

	return last != NULL
		   ? arena_format(c->arena, "%s (frame %" PRIu64 ")", last->name, last->frame)
		   : "the connection's opening";
}

/* The step that a flawed capture lacks, as the other point has it. */
static const struct compare_step *
missed(const struct compare_case *c, bool near)
{
	const struct compare_lane *client = &c->lane[TLS_CLIENT], *server = &c->lane[TLS_SERVER];

	if (client->state == (near ? LANE_MISSED_ORIGIN : LANE_MISSED_TARGET))
		return client->missing;
	return server->missing;
}

static const char *
milliseconds(const struct compare_case *c, int64_t ns)
{
	return arena_format(c->arena, "%" PRId64 " ms", ns / 1000000);
}

/* Which of the marks of a TLS session are not the same. */
static const char *
differences(const struct compare_case *c)
{
	const struct compare_session *n = c->near, *f = c->far;
	const struct {
		bool differs;
		const char *words;
	} marks[] = {
	    {compare_text_differs(n->client_random, f->client_random), "client random"},
	    {compare_text_differs(n->server_random, f->server_random), "server random"},
	    {compare_text_differs(n->server_cert_sha256, f->server_cert_sha256),
	     "server certificate"},
	    {compare_text_differs(n->tls_version, f->tls_version), "TLS version"},
	};
	const char *list = NULL;
	size_t found = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!marks[i].differs)
			continue;
		list = list == NULL ? marks[i].words
				    : arena_format(c->arena, "%s, %s", list, marks[i].words);
		found++;
	}
	return arena_format(c->arena, "%s %s", or (list, "they"), found == 1 ? "is" : "are");
}

static const char *
addresses(const struct compare_case *c)
{
	const struct compare_session *n = c->near, *f = c->far;
	bool client =
	    compare_text_differs(n->client_ip, f->client_ip) || n->client_port != f->client_port;
	bool server =
	    compare_text_differs(n->server_ip, f->server_ip) || n->server_port != f->server_port;

	if (!client && !server)
		return "";
	return arena_format(c->arena, "; its %s %s translated (NAT)",
			    client && server ? "addresses"
			    : client         ? "client's address"
					     : "server's address",
			    client && server ? "are" : "is");
}

/* TTL and IP-ID of a RST, and whether they tell it from its sender's other packets. */
static const char *
fields(const struct compare_case *c, const struct compare_session *s,
       const struct compare_step *reset)
{
	const char *values = reset != NULL ? s->reset[reset->sender] : NULL;
	bool foreign = reset != NULL && compare_in_list(s->modifiers, "reset_injected_suspected");

	if (values == NULL)
		return foreign ? "; it differs from this sender's other packets" : "";
	return arena_format(
	    c->arena, foreign ? "; it differs from this sender's other packets (%s)" : " (%s)",
	    values);
}

static const char *
ended(const struct compare_case *c, const char *point, bool unsure)
{
	if (!unsure && !c->reset_unsure)
		return "";
	return arena_format(c->arena, "; the %s capture may have ended before", point);
}

static const char *
frames(const struct compare_case *c)
{
	bool near = c->pairing->near != NULL;
	const struct compare_session *s = near ? c->near : c->far;

	return arena_format(c->arena, "%s frames %s to %s", near ? "near" : "far",
			    frame_of(c, edge(s, false)), frame_of(c, edge(s, true)));
}

/* --- the table -------------------------------------------------------------------------------- */

#define CLIENT_LANE (&c->lane[TLS_CLIENT])
#define SERVER_LANE (&c->lane[TLS_SERVER])
/* clang-format off */
#define WORDS(X) \
	X(reset_near, frame_of(c, c->reset_near)) \
	X(reset_far, frame_of(c, c->reset_far)) \
	X(fields_near, fields(c, c->near, c->reset_near)) \
	X(fields_far, fields(c, c->far, c->reset_far)) \
	X(ended_near, ended(c, "near", c->lane[TLS_SERVER].unsure)) \
	X(ended_far, ended(c, "far", c->lane[TLS_CLIENT].unsure)) \
	X(lost_client, missing_names(c, TLS_CLIENT)) \
	X(lost_server, missing_names(c, TLS_SERVER)) \
	X(lost_client_frame, frame_of(c, CLIENT_LANE->missing)) \
	X(lost_server_frame, frame_of(c, SERVER_LANE->missing)) \
	X(last_client, last_of(c, TLS_CLIENT)) \
	X(last_server, last_of(c, TLS_SERVER)) \
	X(late_client, CLIENT_LANE->late_origin != NULL ? CLIENT_LANE->late_origin->name : "") \
	X(late_server, SERVER_LANE->late_origin != NULL ? SERVER_LANE->late_origin->name : "") \
	X(late_client_by, milliseconds(c, CLIENT_LANE->late_ns)) \
	X(late_server_by, milliseconds(c, SERVER_LANE->late_ns)) \
	X(late_client_near, frame_of(c, CLIENT_LANE->late_origin)) \
	X(late_client_far, frame_of(c, CLIENT_LANE->late_target)) \
	X(late_server_near, frame_of(c, SERVER_LANE->late_target)) \
	X(late_server_far, frame_of(c, SERVER_LANE->late_origin)) \
	X(differences, differences(c)) \
	X(addresses, addresses(c)) \
	X(first_near, frame_of(c, edge(c->near, false))) \
	X(last_near, frame_of(c, edge(c->near, true))) \
	X(first_far, frame_of(c, edge(c->far, false))) \
	X(last_far, frame_of(c, edge(c->far, true))) \
	X(hello_near, frame_of_message(c, c->near, TLS_CLIENT, "ClientHello")) \
	X(hello_far, frame_of_message(c, c->far, TLS_CLIENT, "ClientHello")) \
	X(request_near, frame_of_message(c, c->near, TLS_SERVER, "CertificateRequest")) \
	X(request_far, frame_of_message(c, c->far, TLS_SERVER, "CertificateRequest")) \
	X(cert_near, frame_of_message(c, c->near, TLS_CLIENT, "Certificate")) \
	X(cert_far, frame_of_message(c, c->far, TLS_CLIENT, "Certificate")) \
	X(subject_near, or(c->near->client_subject, "one")) \
	X(subject_far, or(c->far->client_subject, "another")) \
	X(sent_near, sent_by(c->near)) \
	X(sent_far, sent_by(c->far)) \
	X(why_near, why(c, c->near)) \
	X(why_far, why(c, c->far)) \
	X(client_fix_near, or(c->near->client_fix, "its own verdict says more: mtlscope show")) \
	X(client_fix_far, or(c->far->client_fix, "correct its certificate, key or CA")) \
	X(server_fix_near, or(c->near->server_fix, "its rules for clients decide")) \
	X(server_fix_far, or(c->far->server_fix, "check what it expects of its clients")) \
	X(answer_frame_near, frame_of_answer(c, c->near)) \
	X(alert_far, alert_of(c, c->far)) \
	X(answer_far, frame_of_answer(c, c->far)) \
	X(answer_near, compare_is(c->near->outcome, "unknown") ? "has no visible end" : "finished") \
	X(server_far, endpoint(c, c->far->server_ip, c->far->server_port)) \
	X(state_near, or(c->near->capture_state, "")) \
	X(state_far, or(c->far->capture_state, "")) \
	X(missed_near, frame_of(c, missed(c, true))) \
	X(missed_far, frame_of(c, missed(c, false))) \
	X(missed_near_name, missed(c, true) != NULL ? missed(c, true)->name : "") \
	X(missed_far_name, missed(c, false) != NULL ? missed(c, false)->name : "") \
	X(count, arena_format(c->arena, "%zu", CLIENT_LANE->common + SERVER_LANE->common)) \
	X(this, c->pairing->near != NULL ? "near" : "far") \
	X(other, c->pairing->near != NULL ? "far" : "near") \
	X(frames, frames(c))
/* clang-format on */

#define WORD_FUNCTION(name, value)                                   \
	static const char *word_##name(const struct compare_case *c) \
	{                                                            \
		return value;                                        \
	}
WORDS(WORD_FUNCTION)
#undef WORD_FUNCTION

static const struct {
	const char *name;
	const char *(*value)(const struct compare_case *);
} words[] = {
#define WORD_ROW(name, value) {#name, word_##name},
    WORDS(WORD_ROW)
#undef WORD_ROW
};

static const char *
word_value(const struct compare_case *c, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
			return or (words[i].value(c), "");
	assert(!"a word that compare_text.c does not know");
	return "";
}

const char *
compare_fill(const struct compare_case *c, const char *template)
{
	struct arena_piece pieces[PIECES_MAX];
	size_t n = 0;

	while (*template != '\0' && n + 2 <= PIECES_MAX) {
		size_t plain = strcspn(template, "{");
		pieces[n++] = (struct arena_piece){template, plain};
		template += plain;
		if (*template != '{')
			continue;
		size_t len = strcspn(template, "}");
		const char *value = word_value(c, template + 1, len - 1);
		pieces[n++] = (struct arena_piece){value, strlen(value)};
		template += len + 1;
	}
	return arena_join(c->arena, pieces, n);
}

const char *
compare_sentence(const struct compare_case *c, enum compare_sure sure, const char *template)
{
	static const char *const starts[] = {[COMPARE_POSSIBLE] = "Possibly ",
					     [COMPARE_LIKELY] = "Probably ",
					     [COMPARE_PROVEN] = ""};
	const char *filled = compare_fill(c, template);

	if (filled == NULL)
		return NULL;
	char *text = arena_format(c->arena, "%s%s", starts[sure], filled);
	if (text != NULL)
		text[0] = (char)toupper((unsigned char)text[0]);
	return text;
}
