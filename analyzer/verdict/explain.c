/*
 * explain.c - sentences from explanations.def with their {words} filled in. See explain.h.
 */
#include "analyzer/verdict/explain.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "analyzer/verdict/reset.h"
#include "dissectors/tls/alert.h"

static const char *const sentences[] = {
#define EXPLAIN(v, text) [VERDICT_##v] = text,
#include "analyzer/verdict/explanations.def"
};

static const char *const alerts[UINT8_MAX + 1] = {
#define TLS_ALERT(code, name, reference) [code] = #name " (" #code ")",
#include "dissectors/tls/iana_alerts.def"
#undef TLS_ALERT
};

const char *
explain_alert(struct arena *a, const struct step *alert)
{
	if (alert == NULL || alert->kind != STEP_ALERT)
		return "an alert that cannot be read";
	const char *text = alerts[alert->code];
	return text != NULL ? text : arena_format(a, "unassigned alert (%u)", alert->code);
}

static void
put_end(struct arena_writer *to, const struct facts *f)
{
	const struct step *end = f->end_step;

	if (end == NULL) {
		arena_write_text(to, "no end was captured");
		return;
	}
	if (end->kind == STEP_FIN)
		arena_write_text(to, "TCP FIN");
	else if (end->kind == STEP_RST)
		arena_write_text(to, "TCP RST");
	else
		arena_write_text(to, explain_alert(to->arena, end));
	arena_write_text(to, end->sender == TLS_CLIENT ? " from the client" : " from the server");
}

static void
put_milliseconds(struct arena_writer *to, uint64_t us)
{
	uint64_t rest = us % 1000;

	arena_write_number(to, us / 1000);
	arena_write_text(to, rest < 10 ? ".00" : rest < 100 ? ".0" : ".");
	arena_write_number(to, rest);
	arena_write_text(to, " ms");
}

static void
put_after(struct arena_writer *to, const struct facts *f)
{
	if (f->answer == NULL || f->end_step == NULL) {
		arena_write_text(to, "some time");
		return;
	}
	int64_t us = (f->end_step->mark.time_ns - f->answer->mark.time_ns) / 1000;
	if (us < 0)
		arena_write_text(to, "at once,");
	else if (us < 1000 * 1000)
		put_milliseconds(to, (uint64_t)us);
	else
		arena_write_format(to, "%lld.%01lld s", (long long)(us / 1000000),
				   (long long)(us / 100000 % 10));
}

/* What the capture lacks, by the bit of capture_state; the first that is set is said. */
static const struct {
	unsigned bit;
	const char *words;
} lacks[] = {
    {CAPTURE_ONLY_CLIENT, "only the client's direction was captured; capture where both pass"},
    {CAPTURE_ONLY_SERVER, "only the server's direction was captured; capture where both pass"},
    {CAPTURE_MIDSTREAM, "the capture began after the handshake; start it earlier"},
    {CAPTURE_GAP_CLIENT,
     "bytes of the client are missing; capture on a host that does not drop packets"},
    {CAPTURE_GAP_SERVER,
     "bytes of the server are missing; capture on a host that does not drop packets"},
    {CAPTURE_SNAPLEN, "packets were cut short; capture with -s 0"},
    {CAPTURE_LIMIT, "a memory limit of this program was reached"},
    {CAPTURE_ENDS_EARLY, "the capture ends before the handshake does; capture longer"},
};

static const char *
hidden_words(const struct tls_session *s, const struct facts *f)
{
	if ((f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) != 0)
		return "the connection was cut before it was decided";
	if ((f->modifiers & MODIFIER_DROPPED_AFTER_ACCEPT) != 0)
		return "what decides is encrypted: the server's last alert";
	if (tls_version_is_13(s->version))
		return "what decides is encrypted: TLS 1.3 encrypts the request and the answer; a "
		       "key log (SSLKEYLOGFILE) opens them";
	return "what decides is encrypted: a renegotiation; a key log (SSLKEYLOGFILE) opens it";
}

static const char *
missing_words(const struct tls_session *s, const struct facts *f, const struct verdict_result *v)
{
	if (v->verdict != VERDICT_INCOMPLETE_CAPTURE)
		return hidden_words(s, f);
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
		if ((f->capture_state & lacks[i].bit) != 0)
			return lacks[i].words;
	return "part of the handshake";
}

static const char *
reason_words(const struct facts *f)
{
	const char *words = f->alert != NULL && f->alert->kind == STEP_ALERT
				? verdict_reason_words(f->alert->code)
				: NULL;

	if (words != NULL)
		return words;
	return f->alert != NULL && f->alert->kind == STEP_ALERT ? "the alert names no reason"
								: "so its reason is not known";
}

struct explained {
	const struct tls_session *session;
	const struct facts *facts;
	const struct verdict_result *verdict;
};

static void
put_word(struct arena_writer *to, const struct explained *x, const char *name, size_t len)
{
	const struct facts *f = x->facts;

	if (len == 5 && memcmp(name, "alert", len) == 0)
		arena_write_text(
		    to, explain_alert(to->arena, f->alert != NULL ? f->alert : f->end_step));
	else if (len == 3 && memcmp(name, "end", len) == 0)
		put_end(to, f);
	else if (len == 5 && memcmp(name, "after", len) == 0)
		put_after(to, f);
	else if (len == 6 && memcmp(name, "reason", len) == 0)
		arena_write_text(to, reason_words(f));
	else if (len == 7 && memcmp(name, "missing", len) == 0)
		arena_write_text(to, missing_words(x->session, f, x->verdict));
}

static void
put_sentence(struct arena_writer *to, const struct explained *x)
{
	const char *p = sentences[x->verdict->verdict], *open, *close;

	for (; (open = strchr(p, '{')) != NULL; p = close + 1) {
		close = strchr(open, '}');
		assert(close != NULL); /* our own table */
		arena_write(to, p, (size_t)(open - p));
		put_word(to, x, open + 1, (size_t)(close - open) - 1);
	}
	arena_write_text(to, p);
}

/* --- what only sizes say ---------------------------------------------------------------------- */

/* A claim that was not read says so first. */
static void
put_certainty(struct arena_writer *to, const struct verdict_result *v)
{
	arena_write_text(to, v->confidence >= CONFIDENCE_HIGH ? "Inferred with high confidence"
							      : "Probably (inferred)");
	arena_write_text(to, ", not read: ");
}

/* ... and names what it rests on. */
static void
put_bases(struct arena_writer *to, const struct facts *f)
{
	const struct fact *claims[] = {&f->client_cert, &f->outcome, &f->requested};
	bool said = false;

	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		const char *basis = claims[i]->basis;
		if (claims[i] == &f->outcome && f->outcome.value == REACTION_NOT_APPLICABLE)
			continue;
		if (claims[i]->evidence != EVIDENCE_INFERRED || basis == NULL || basis[0] == '\0' ||
		    (said && i == 2) || to->len + strlen(basis) + 4 >= OUTCOME_TEXT_MAX)
			continue;
		said = true;
		arena_write(to, (char[]){' ', (char)toupper((unsigned char)basis[0])}, 2);
		arena_write_text(to, basis + 1);
		arena_write_text(to, ".");
	}
}

const char *
explain_template(enum verdict v)
{
	return sentences[v];
}

const char *
explain_verdict(struct tls_session *s, const struct facts *f, const struct verdict_result *v)
{
	const struct explained x = {s, f, v};
	const char *reset =
	    (f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) != 0 ? reset_explain(s) : NULL;
	bool inferred = v->evidence == EVIDENCE_INFERRED;
	struct arena_writer to;
	size_t start;

	if (!inferred && reset == NULL && strchr(sentences[v->verdict], '{') == NULL)
		return sentences[v->verdict];
	arena_write_begin(&to, &s->arena);
	if (inferred)
		put_certainty(&to, v);
	start = to.len;
	put_sentence(&to, &x);
	if (inferred && to.len > start) {
		to.text[start] = (char)tolower((unsigned char)to.text[start]);
		put_bases(&to, f);
	}
	if (reset != NULL) {
		arena_write_text(&to, " ");
		arena_write_text(&to, reset);
	}
	return arena_written(&to);
}
