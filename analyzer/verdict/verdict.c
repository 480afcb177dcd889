/*
 * verdict.c - the rule table at work. See verdict.h; rows are in verdicts.def.
 */
#include "analyzer/verdict/verdict.h"

#include "dissectors/tls/alert.h"

/* The words of verdicts.def as bits. */
enum {
	ANY = 0xff,
	HELLO = 1 << STAGE_HELLO,
	FLIGHT = 1 << STAGE_SERVER_FLIGHT,
	ANSWER = 1 << STAGE_ANSWER,
	HIDDEN = 1 << STAGE_HIDDEN,
	UNKNOWN = 1 << ANSWER_UNKNOWN,
	NO = 1 << ANSWER_NO,
	YES = 1 << ANSWER_YES,
	NONE = 1 << CLIENT_CERT_NONE_SENT,
	EMPTY = 1 << CLIENT_CERT_EMPTY,
	SHOWN = 1 << CLIENT_CERT_PRESENTED,
	OPEN = 1 << REACTION_UNKNOWN,
	ACCEPTED = 1 << REACTION_ACCEPTED,
	REJECTED = 1 << REACTION_REJECTED,
	DROPPED = 1 << REACTION_DROPPED_NO_REPLY,
	C_CERT = 1 << ENDING_CLIENT_CERT_ALERT,
	C_ALERT = 1 << ENDING_CLIENT_ALERT,
	C_CLOSE = 1 << ENDING_CLIENT_CLOSE,
	S_ALERT = 1 << ENDING_SERVER_ALERT,
	S_CLOSE = 1 << ENDING_SERVER_CLOSE,
	NO_ALERT = 1 << 0,
	NO_CERT = 1 << 1, /* an alert that servers send when there is no certificate */
	PROOF = 1 << 2,   /* decrypt_error */
	OTHER = 1 << 3,
};

struct rule {
	enum verdict verdict;
	uint8_t stage, resumed, requested, client_cert, outcome, ending, alert;
	const char *reference;
};

static const struct rule rules[] = {
#define RULE(v, stage, resumed, requested, cert, outcome, ending, alert, reference) \
	{VERDICT_##v, stage, resumed, requested, cert, outcome, ending, alert, reference},
#include "analyzer/verdict/verdicts.def"
};

static const struct {
	int code;
	const char *name, *words;
} reasons[] = {
#define REASON(code, name, words) {code, name, words},
#include "analyzer/verdict/reasons.def"
};

static unsigned
alert_bit(const struct facts *f)
{
	const struct step *alert = f->alert;

	if (f->proof.value == PROOF_INVALID)
		return PROOF;
	if (alert == NULL || alert->kind != STEP_ALERT)
		return alert == NULL ? NO_ALERT : OTHER;
	switch (alert->code) {
	case TLS_ALERT_decrypt_error:
		return PROOF;
	case TLS_ALERT_handshake_failure:
	case TLS_ALERT_no_certificate:
	case TLS_ALERT_bad_certificate:
	case TLS_ALERT_certificate_required:
	case TLS_ALERT_decode_error:
		return NO_CERT;
	default:
		return OTHER;
	}
}

static bool
fits(const struct rule *r, const struct facts *f, unsigned alert)
{
	/* what tells most rules apart first */
	return (r->requested & 1u << f->requested.value) != 0 &&
	       (r->client_cert & 1u << f->client_cert.value) != 0 &&
	       (r->outcome & 1u << f->outcome.value) != 0 && (r->stage & 1u << f->stage) != 0 &&
	       (r->resumed & 1u << f->resumed.value) != 0 && (r->ending & 1u << f->ending) != 0 &&
	       (r->alert & alert) != 0;
}

/* A cell that is not ANY made its fact part of the verdict: the verdict is as weak as that fact. */
static void
weigh(struct verdict_result *v, unsigned cell, const struct fact *fact, unsigned unknown_bit)
{
	if (cell == ANY || (cell & unknown_bit) != 0)
		return;
	if (fact->evidence < v->evidence)
		v->evidence = fact->evidence;
	if (fact->confidence < v->confidence)
		v->confidence = fact->confidence;
}

static struct verdict_result
apply(const struct rule *r, const struct facts *f)
{
	struct verdict_result v = {.verdict = r->verdict,
				   .reference = r->reference,
				   .evidence = EVIDENCE_OBSERVED,
				   .confidence = CONFIDENCE_CERTAIN};

	weigh(&v, r->resumed, &f->resumed, UNKNOWN);
	weigh(&v, r->requested, &f->requested, UNKNOWN);
	weigh(&v, r->client_cert, &f->client_cert, 1 << CLIENT_CERT_UNKNOWN);
	weigh(&v, r->outcome, &f->outcome, OPEN);
	return v;
}

static const char *
sub_reason(const struct facts *f)
{
	for (size_t i = 0; f->alert != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (f->alert->kind == STEP_ALERT && reasons[i].code == f->alert->code)
			return reasons[i].name;
	return f->alert != NULL && f->alert->kind == STEP_ALERT ? "generic"
								: "unspecified_inferred";
}

const char *
verdict_reason_words(int alert_code)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == alert_code)
			return reasons[i].words;
	return NULL;
}

/* No rule fits: what is missing was lost, or is hidden, or never came. */
static struct verdict_result
cannot_tell(const struct facts *f, bool later)
{
	struct verdict_result v = {.verdict = VERDICT_NOT_ENOUGH_EVIDENCE};

	if (f->capture_state != 0)
		v.verdict = VERDICT_INCOMPLETE_CAPTURE;
	else if (f->requested.value == ANSWER_YES && f->ending == ENDING_NONE &&
		 f->client_cert.value == CLIENT_CERT_UNKNOWN &&
		 (f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) == 0 &&
		 f->requested.evidence != EVIDENCE_INFERRED)
		v.verdict = later ? VERDICT_LATE_REQUEST_UNANSWERED : VERDICT_CLIENT_ANSWER_MISSING;
	return v;
}

struct verdict_result
verdict_of(const struct facts *f, bool later)
{
	const unsigned alert = alert_bit(f);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!fits(&rules[i], f, alert))
			continue;
		struct verdict_result v = apply(&rules[i], f);
		if (v.verdict == VERDICT_CLIENT_CERT_REJECTED)
			v.sub_reason = sub_reason(f);
		if (later && v.verdict == VERDICT_SERVER_GAVE_UP_WAITING)
			v.verdict = VERDICT_LATE_REQUEST_UNANSWERED;
		return v;
	}
	return cannot_tell(f, later);
}
