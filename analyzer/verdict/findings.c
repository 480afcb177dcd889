/*
 * findings.c - the rules at work, and their order. See findings.h.
 * Order (contract, `findings`): severity, then what explains the decisive event, then certainty,
 * then the order of the rows.
 */
#include "analyzer/verdict/findings.h"

enum { LIST_MAX = 8 }; /* with the 0 that ends it */
enum severity { FAILURE, WARNING, NOTE };
enum certainty { PROVEN, LIKELY, POSSIBLE };
enum explains { BY_ALERT, ALWAYS, NEVER };
/* Messages that prove a finding. */
enum proof_of {
	PROOF_END_OF_LIST,
	PROOF_NOTHING,
	PROOF_HELLO,  /* ClientHello */
	PROOF_FLIGHT, /* what showed whether it was asked */
	PROOF_SERVER_CERT,
	PROOF_REQUEST,
	PROOF_CERT,
	PROOF_ANSWER, /* the client's Certificate, or what it sent instead */
	PROOF_VERIFY,
	PROOF_END,     /* the alert or close that decided */
	PROOF_FOREIGN, /* the server's bytes that are no TLS */
	/* frames that are no messages of the session */
	PROOF_OCSP,
	PROOF_CRL,
	PROOF_HOLE, /* the first and the last repetition */
	PROOF_HOLE_END,
};

static const char *const severities[] = {"failure", "warning", "note"};
static const char *const certainties[] = {"proven", "likely", "possible"};

/* What findings are made of, small: all rules are held against each session. */
struct rule {
	struct condition_set all, none;
	int16_t alert;
	uint8_t cause, severity, certainty, explains;
	uint8_t proof[LIST_MAX];
	const char *sentence;
};

/* A list, and the set of its conditions. A list that is too long does not compile. */
#define BIT(w, c) ((c) != IF_NONE && (c) / 64 == (w) ? UINT64_C(1) << (c) % 64 : 0)
#define BITS(w, a, b, c, d, e, f, g, ...) \
	(BIT(w, a) | BIT(w, b) | BIT(w, c) | BIT(w, d) | BIT(w, e) | BIT(w, f) | BIT(w, g))
#define SET(...)                                                       \
	{                                                              \
		{                                                      \
			BITS(0, __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0),     \
			    BITS(1, __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0), \
		}                                                      \
	}
#define LIST(...)              \
	{                      \
		__VA_ARGS__, 0 \
	}
#define PROOF LIST

static const struct rule rules[] = {
#define ALL SET
#define NOT SET
#define FINDING(cause, severity, certainty, explains, alert, all, not, proof, sentence) \
	{all, not, alert, CAUSE_##cause, severity, certainty, explains, proof, sentence},
#include "analyzer/verdict/cause_rules.def"
#undef ALL
#undef NOT
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

/* The same sets in the order in which they are written, for people. */
static const struct {
	uint8_t all[LIST_MAX], not [LIST_MAX];
} lists[] = {
#define ALL                                                                             LIST
#define NOT                                                                             LIST
#define FINDING(cause, severity, certainty, explains, alert, all, not, proof, sentence) {all, not },
#include "analyzer/verdict/cause_rules.def"
#undef ALL
#undef NOT
};

/* A finding before it is put into words; small, for many are kept. */
struct found {
	uint8_t rule; /* index */
	bool explains;
	uint8_t certainty; /* of the rule, or less: inference proves nothing */
};
static_assert(RULES <= UINT8_MAX, "an index of a rule fits");

bool
findings_rule(size_t i, struct finding_rule *out)
{
	if (i >= RULES)
		return false;
	*out = (struct finding_rule){.cause = (enum cause)rules[i].cause,
				     .severity = severities[rules[i].severity],
				     .certainty = certainties[rules[i].certainty],
				     .sentence = rules[i].sentence,
				     .alert = rules[i].alert,
				     .all = lists[i].all,
				     .not = lists[i].not };
	return true;
}

/* --- which rules fit -------------------------------------------------------------------------- */

static bool
fits(const struct rule *r, const struct finding_case *c)
{
	for (size_t i = 0; i < CONDITION_WORDS; i++) {
		uint64_t holds = c->holds.word[i];
		if (((r->all.word[i] & ~holds) | (r->none.word[i] & holds)) != 0)
			return false;
	}
	return r->alert == 0 || r->alert == c->alert;
}

/* An alert that was read decides by its dictionary. Without one, what is wrong with the certificate
 * explains a refusal as well as anything. */
static bool
explains(const struct rule *r, const struct finding_case *c)
{
	if (r->explains != BY_ALERT)
		return r->explains == ALWAYS;
	return c->alert < 0 || stack_alert_means(c->server_stack, c->session->version, c->alert,
						 (enum cause)r->cause);
}

static bool
taken(const struct found *found, size_t n, enum cause cause)
{
	for (size_t i = 0; i < n; i++)
		if (rules[found[i].rule].cause == cause)
			return true;
	return false;
}

static bool
before(const struct found *a, const struct found *b)
{
	uint8_t first = rules[a->rule].severity, second = rules[b->rule].severity;

	if (first != second)
		return first < second;
	if (a->explains != b->explains)
		return a->explains;
	return a->certainty < b->certainty;
}

/* Stable: equals stay in the order of the rows. */
static void
insert(struct found *found, size_t n, struct found one)
{
	size_t at = n;

	while (at > 0 && before(&one, &found[at - 1])) {
		found[at] = found[at - 1];
		at--;
	}
	found[at] = one;
}

static size_t
collect(const struct finding_case *c, struct found found[static CAUSE_COUNT])
{
	size_t n = 0;

	for (size_t i = 0; i < RULES; i++) {
		/* in this order: few fit */
		if (!fits(&rules[i], c) || taken(found, n, (enum cause)rules[i].cause))
			continue;
		struct found one = {(uint8_t)i, explains(&rules[i], c), rules[i].certainty};
		if (c->verdict->evidence == EVIDENCE_INFERRED && one.certainty == PROVEN)
			one.certainty = LIKELY;
		/* What is not sure and does not explain the alert is no help. */
		if (rules[i].explains == BY_ALERT && !one.explains && rules[i].certainty != PROVEN)
			continue;
		insert(found, n++, one);
	}
	return n;
}

static_assert(CONDITION_WORDS == 2, "question_of() holds every condition");

/* All that collect() asks. */
static struct memo_question
question_of(const struct finding_case *c)
{
	bool inferred = c->verdict->evidence == EVIDENCE_INFERRED;

	return (struct memo_question){
	    .word = {c->holds.word[0], c->holds.word[1],
		     (uint64_t)(uint16_t)c->alert | (uint64_t)(uint16_t)c->session->version << 16 |
			 (uint64_t)c->server_stack << 32 | (uint64_t)inferred << 63}};
}

/* Most sessions of a capture are like one before. An answer is how many there are, then those. */
static size_t
collect_known(const struct finding_case *c, struct found found[static CAUSE_COUNT])
{
	const struct memo_question q = question_of(c);
	struct memo_slot *s = memo_slot(&c->session->run->findings, &q);

	if (memo_knows(s, &q)) {
		memcpy(found, s->answer + 1, s->answer[0] * sizeof(found[0]));
		return s->answer[0];
	}
	size_t n = collect(c, found);
	if (1 + n * sizeof(found[0]) <= sizeof(s->answer)) {
		*s = (struct memo_slot){.question = q, .used = true, .answer = {(uint8_t)n}};
		memcpy(s->answer + 1, found, n * sizeof(found[0]));
	}
	return n;
}

/* --- proof ------------------------------------------------------------------------------------ */

static const struct step *
proof_step(const struct finding_case *c, enum proof_of p)
{
	const struct step *const *seen = c->attempt->seen;

	switch (p) {
	case PROOF_HELLO:
		return seen[EVENT_CLIENT_HELLO];
	case PROOF_FLIGHT:
		return c->facts->requested.steps[0];
	case PROOF_SERVER_CERT:
		return seen[EVENT_SERVER_CERT];
	case PROOF_REQUEST:
		return c->request_step != NULL ? c->request_step : c->facts->requested.steps[0];
	case PROOF_CERT:
		return c->cert != NULL ? c->cert : c->facts->client_cert.steps[0];
	case PROOF_ANSWER:
		return c->facts->answer != NULL ? c->facts->answer : c->facts->client_cert.steps[0];
	case PROOF_VERIFY:
		return seen[EVENT_CERT_VERIFY];
	case PROOF_FOREIGN:
		return c->session->trace.side[TLS_SERVER].first;
	case PROOF_END:
		return c->facts->alert != NULL ? c->facts->alert : c->facts->end_step;
	default:
		return NULL;
	}
}

static uint64_t
proof_frame(const struct finding_case *c, enum proof_of p)
{
	const struct network *n = &c->network;
	const struct step *step = proof_step(c, p);

	switch (p) {
	case PROOF_OCSP:
		return n->ocsp.failed.mark.frame;
	case PROOF_CRL:
		return n->crl.failed.mark.frame;
	case PROOF_HOLE:
	case PROOF_HOLE_END:
		if (n->hole == NETWORK_HOLE_NONE)
			return 0;
		return p == PROOF_HOLE
			   ? session_direction(c->session, n->hole_sender)->stuck.first_frame
			   : session_direction(c->session, n->hole_sender)->stuck.last_frame;
	default:
		return step != NULL ? step->mark.frame : 0;
	}
}

static void
add_frame(struct outcome_frames *frames, uint64_t frame)
{
	if (frame == 0 || frames->count == OUTCOME_FRAMES_MAX)
		return;
	for (unsigned i = 0; i < frames->count; i++)
		if (frames->frame[i] == frame)
			return;
	frames->frame[frames->count++] = frame;
}

static struct outcome_frames
frames_of(const struct rule *r, const struct finding_case *c)
{
	struct outcome_frames frames = {0};

	for (size_t i = 0; i < LIST_MAX && r->proof[i] != PROOF_END_OF_LIST; i++)
		add_frame(&frames, proof_frame(c, (enum proof_of)r->proof[i]));
	return frames;
}

/* --- words ------------------------------------------------------------------------------------ */

static const char *
sentence_of(const struct finding_case *c, const struct rule *r, uint16_t *named_at)
{
	struct arena_writer to;

	if (c->verdict->evidence != EVIDENCE_INFERRED)
		return findings_text(c, r->sentence, named_at);
	arena_write_begin(&to, &c->session->arena);
	arena_write_text(&to, "Inferred, not read: ");
	findings_write(&to, c, r->sentence);
	*named_at = findings_named_at(&to);
	return arena_written(&to);
}

static struct outcome_finding
finding_of(const struct finding_case *c, const struct found *found, unsigned attempt_no,
	   unsigned rank)
{
	const struct rule *r = &rules[found->rule];
	const struct cause_row *cause = cause_row((enum cause)r->cause);
	struct outcome_finding f = {.attempt_no = attempt_no,
				    .rank = rank,
				    .explains = found->explains,
				    .cause = cause->name,
				    .certainty = certainties[found->certainty],
				    .severity = severities[r->severity],
				    .named_frame =
					c->request_step != NULL ? c->request_step->mark.frame : 0,
				    .frames = frames_of(r, c),
				    .constants = OUTCOME_CONSTANT_WORDS};

	f.explanation = sentence_of(c, r, &f.named_at[0]);
	f.server_fix = findings_fix(c, &cause->server_fix, &f.named_at[1]);
	f.client_fix = findings_fix(c, &cause->client_fix, &f.named_at[2]);
	/* without {words} they are as they stand in the tables */
	if (f.explanation == r->sentence)
		f.constants |= OUTCOME_CONSTANT_EXPLANATION;
	if (f.server_fix == cause->server_fix.text)
		f.constants |= OUTCOME_CONSTANT_SERVER_FIX;
	if (f.client_fix == cause->client_fix.text)
		f.constants |= OUTCOME_CONSTANT_CLIENT_FIX;
	return f;
}

size_t
findings_of(const struct finding_case *c, unsigned attempt_no,
	    struct outcome_finding to[static CAUSE_COUNT])
{
	struct found found[CAUSE_COUNT];
	size_t n = collect_known(c, found);

	for (size_t i = 0; i < n; i++)
		to[i] = finding_of(c, &found[i], attempt_no, (unsigned)i + 1);
	return n;
}

bool
findings_add(struct tls_session *s, const struct mutual_auth *m, const struct facts *f,
	     const struct verdict_result *v, struct outcome *out)
{
	struct finding_case c;
	struct outcome_finding to[CAUSE_COUNT];

	conditions_of(&c, s, m, out->headline, f, v);
	out->client_stack = stack_name(c.client_stack);
	out->server_stack = stack_name(c.server_stack);
	out->n_findings = findings_of(&c, (unsigned)out->headline + 1, to);
	out->findings = arena_copy(&s->arena, to, out->n_findings * sizeof(to[0]));
	return out->findings != NULL;
}
