/*
 * explain.c - sentences from explanations.def with their {words} filled in. See explain.h.
 */
#include "analyzer/verdict/explain.h"

#include <ctype.h>
#include <stdio.h>
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

static const char *
end_words(struct arena *a, const struct facts *f)
{
	const struct step *end = f->end_step;

	if (end == NULL)
		return "no end was captured";
	bool client = end->sender == TLS_CLIENT;
	switch (end->kind) {
	case STEP_FIN:
		return client ? "TCP FIN from the client" : "TCP FIN from the server";
	case STEP_RST:
		return client ? "TCP RST from the client" : "TCP RST from the server";
	default:
		return arena_format(a, "%s from the %s", explain_alert(a, end),
				    client ? "client" : "server");
	}
}

static const char *
after_words(struct arena *a, const struct facts *f)
{
	if (f->answer == NULL || f->end_step == NULL)
		return "some time";
	int64_t us = (f->end_step->mark.time_ns - f->answer->mark.time_ns) / 1000;
	if (us < 0)
		return "at once,";
	if (us < 1000 * 1000)
		return arena_format(a, "%lld.%03lld ms", (long long)(us / 1000),
				    (long long)(us % 1000));
	return arena_format(a, "%lld.%01lld s", (long long)(us / 1000000),
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

static const char *
word(struct tls_session *s, const struct facts *f, const struct verdict_result *v, const char *name,
     size_t len)
{
	if (len == 5 && memcmp(name, "alert", len) == 0)
		return explain_alert(&s->arena, f->alert != NULL ? f->alert : f->end_step);
	if (len == 3 && memcmp(name, "end", len) == 0)
		return end_words(&s->arena, f);
	if (len == 5 && memcmp(name, "after", len) == 0)
		return after_words(&s->arena, f);
	if (len == 6 && memcmp(name, "reason", len) == 0)
		return reason_words(f);
	if (len == 7 && memcmp(name, "missing", len) == 0)
		return missing_words(s, f, v);
	return NULL;
}

/* --- what only sizes say ---------------------------------------------------------------------- */

/* A claim that was not read says so first, and names what it rests on. */
static const char *
inferred_sentence(struct tls_session *s, const struct facts *f, const struct verdict_result *v,
		  const char *sentence)
{
	const char *certainty = v->confidence >= CONFIDENCE_HIGH ? "Inferred with high confidence"
								 : "Probably (inferred)";
	const struct fact *claims[] = {&f->client_cert, &f->outcome, &f->requested};
	const char *text = arena_format(&s->arena, "%s, not read: %c%s", certainty,
					tolower((unsigned char)sentence[0]), sentence + 1);
	const char *said = NULL;

	for (size_t i = 0; text != NULL && i < sizeof(claims) / sizeof(claims[0]); i++) {
		const char *basis = claims[i]->basis;
		if (claims[i] == &f->outcome && f->outcome.value == REACTION_NOT_APPLICABLE)
			continue;
		if (claims[i]->evidence != EVIDENCE_INFERRED || basis == NULL ||
		    (said != NULL && i == 2) ||
		    strlen(text) + strlen(basis) + 4 >= OUTCOME_TEXT_MAX)
			continue;
		said = basis;
		text = arena_format(&s->arena, "%s %c%s.", text, toupper((unsigned char)basis[0]),
				    basis + 1);
	}
	return text;
}

static const char *
fill_words(struct tls_session *s, const struct facts *f, const struct verdict_result *v)
{
	char out[OUTCOME_TEXT_MAX];
	size_t used = 0;
	const char *p = sentences[v->verdict];

	if (strchr(p, '{') == NULL)
		return p;
	while (*p != '\0' && used < sizeof(out) - 1) {
		const char *close = *p == '{' ? strchr(p, '}') : NULL;
		const char *filled =
		    close != NULL ? word(s, f, v, p + 1, (size_t)(close - p - 1)) : NULL;
		if (filled == NULL) {
			out[used++] = *p++;
			continue;
		}
		size_t len = strnlen(filled, sizeof(out) - 1 - used);
		memcpy(out + used, filled, len);
		used += len;
		p = close + 1;
	}
	return arena_text(&s->arena, out, used);
}

const char *
explain_verdict(struct tls_session *s, const struct facts *f, const struct verdict_result *v)
{
	const char *sentence = fill_words(s, f, v), *reset = NULL;

	if (v->evidence == EVIDENCE_INFERRED && sentence != NULL)
		sentence = inferred_sentence(s, f, v, sentence);
	if ((f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) != 0)
		reset = reset_explain(s);
	return reset != NULL && sentence != NULL ? arena_format(&s->arena, "%s %s", sentence, reset)
						 : sentence;
}
