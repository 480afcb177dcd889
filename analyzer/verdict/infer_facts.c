/*
 * infer_facts.c - see infer_facts.h.
 */
#include "analyzer/verdict/infer_facts.h"

#include <string.h>

#include "analyzer/verdict/infer_source.h"

/* --- from records back to steps --------------------------------------------------------------- */

static struct fact
fact_of(struct arena *a, const struct infer_source *source, const struct infer_fact *f)
{
	struct fact to = {.value = f->value, .evidence = f->evidence, .confidence = f->confidence};

	if (f->evidence == EVIDENCE_NONE)
		return (struct fact){0};
	to.basis = arena_text(a, f->basis, strlen(f->basis));
	to.written = true;
	for (size_t i = 0; i < INFER_RECORDS_MAX && i < FACT_STEPS_MAX; i++)
		to.steps[i] = infer_source_step(source, f->records[i]);
	return to;
}

static const struct inferred *
keep(struct mutual_auth *m, const struct infer_source *source, const struct infer_output *out)
{
	struct arena *a = &m->session->arena;
	struct inferred *to = arena_room(a, sizeof(*to));

	if (to == NULL)
		return NULL;
	to->requested = fact_of(a, source, &out->requested);
	to->client_cert = fact_of(a, source, &out->client_cert);
	to->proof = fact_of(a, source, &out->proof);
	to->outcome = fact_of(a, source, &out->outcome);
	to->client_finished = fact_of(a, source, &out->client_finished);
	to->modifiers = out->modifiers;
	to->client_left = out->client_left;
	to->answer = infer_source_step(source, out->answer);
	to->alert = infer_source_step(source, out->alert);
	to->notes = out->notes;
	return to;
}

/* --- attempts --------------------------------------------------------------------------------- */

/* All steps from this one on belong to the new attempt. */
static void
reassign(struct mutual_auth *m, const struct step *from, size_t attempt)
{
	bool behind = false;

	for (size_t i = 0; i < m->n_steps; i++) {
		behind |= m->steps[i] == from;
		if (behind)
			m->attempt_of[i] = (uint8_t)attempt;
	}
}

static bool
add_late(struct mutual_auth *m, const struct infer_source *source)
{
	const struct step *answer = m->attempts[0].inferred->answer;
	struct infer_late late;
	uint64_t from = answer != NULL ? answer->end : UINT64_MAX;

	while (infer_post_handshake(&source->input, from, &late)) {
		if (m->n_attempts == ATTEMPTS_MAX) {
			m->limit = true;
			return true;
		}
		struct attempt *a = &m->attempts[m->n_attempts++];
		*a = (struct attempt){.kind = ATTEMPT_POST_HANDSHAKE};
		a->inferred = keep(m, source, &late.output);
		if (a->inferred == NULL)
			return false;
		reassign(m, infer_source_step(source, late.request), m->n_attempts - 1);
		from = a->inferred->answer->end;
	}
	return true;
}

static bool
infer_13(struct mutual_auth *m)
{
	struct infer_source source;
	struct infer_output out;

	if (!infer_source_handshake(&source, m))
		return true;
	infer_handshake(&source.input, &out);
	m->attempts[0].inferred = keep(m, &source, &out);
	if (m->attempts[0].inferred == NULL)
		return false;
	/* What was decrypted says itself what came after the handshake. */
	return m->session->opened > 0 || out.client_left || add_late(m, &source);
}

static bool
infer_12(struct mutual_auth *m, size_t i)
{
	struct infer_source source;
	struct infer_output out;

	if (!infer_source_renegotiation(&source, m, i))
		return false;
	infer_renegotiation(&source.input, &out);
	m->attempts[i].inferred = keep(m, &source, &out);
	return m->attempts[i].inferred != NULL;
}

bool
infer_attempts(struct mutual_auth *m)
{
	if (tls_version_is_13(m->session->version))
		return infer_13(m);
	for (size_t i = 1; i < m->n_attempts; i++)
		if (m->attempts[i].kind == ATTEMPT_RENEGOTIATION && !infer_12(m, i))
			return false;
	return true;
}

/* --- facts ------------------------------------------------------------------------------------ */

static bool
known(const struct fact *f)
{
	return f->evidence != EVIDENCE_NONE;
}

static bool
disagree(const struct fact *read, const struct fact *inferred)
{
	return known(read) && known(inferred) && read->value != inferred->value;
}

/* Nothing was sent, either way. */
static bool
both_without(const struct fact *a, const struct fact *b)
{
	return (a->value == CLIENT_CERT_NONE_SENT ||
		a->value == CLIENT_CERT_NOT_IN_THIS_HANDSHAKE) &&
	       (b->value == CLIENT_CERT_NONE_SENT || b->value == CLIENT_CERT_NOT_IN_THIS_HANDSHAKE);
}

static void
fill(struct fact *to, const struct fact *from)
{
	if (!known(to) && known(from))
		*to = *from;
}

static struct fact
follows(const struct fact *from, int value, const char *basis)
{
	struct fact f = *from;

	f.value = value;
	f.basis = basis;
	return f;
}

static void
fill_dependent(struct facts *f, const struct inferred *i)
{
	if (f->requested.value == ANSWER_NO && !known(&f->client_cert))
		f->client_cert =
		    follows(&f->requested, CLIENT_CERT_NONE_SENT, "it was not asked for one");
	if (f->requested.value == ANSWER_NO && !known(&f->outcome))
		f->outcome =
		    follows(&f->requested, REACTION_NOT_APPLICABLE, "nothing was asked for");
	if (f->requested.value == ANSWER_YES)
		fill(&f->outcome, &i->outcome);
	if (f->outcome.value == REACTION_ACCEPTED && !known(&f->server_finished))
		f->server_finished = follows(&f->outcome, ANSWER_YES, f->outcome.basis);
	fill(&f->proof, &i->proof);
	if (!known(&f->proof) && known(&f->client_cert) &&
	    f->client_cert.value != CLIENT_CERT_PRESENTED &&
	    f->client_cert.value != CLIENT_CERT_UNKNOWN)
		f->proof = follows(&f->client_cert, PROOF_NOT_SEEN,
				   "without a certificate there is nothing to prove");
}

/* An alert told by its size ended the attempt. */
static void
fill_ending(struct facts *f, const struct inferred *i)
{
	const struct fact *by = i->client_left ? &i->client_cert : &i->outcome;

	if (i->alert == NULL || (f->end_step != NULL && f->end_step->kind == STEP_ALERT))
		return;
	bool client = i->alert->sender == TLS_CLIENT;
	f->end_step = i->alert;
	f->ending = client ? ENDING_CLIENT_ALERT : ENDING_SERVER_ALERT;
	f->ended_by = follows(by, client ? ENDED_BY_CLIENT_ALERT : ENDED_BY_SERVER_ALERT,
			      "a record of an alert's size");
	f->ended_by.steps[0] = i->alert;
	f->ended_by.steps[1] = NULL;
}

void
infer_fill(struct facts *f, const struct attempt *a)
{
	const struct inferred *i = a->inferred;

	if (i == NULL || disagree(&f->requested, &i->requested) ||
	    (disagree(&f->client_cert, &i->client_cert) &&
	     !both_without(&f->client_cert, &i->client_cert)))
		return;
	fill(&f->requested, &i->requested);
	fill(&f->client_cert, &i->client_cert);
	fill(&f->client_finished, &i->client_finished);
	bool undecided = !known(&f->outcome);
	fill_dependent(f, i);
	if (!undecided || f->requested.value != ANSWER_YES) {
		if (i->client_left)
			fill_ending(f, i);
		return;
	}
	f->modifiers |= i->modifiers;
	if (f->answer == NULL)
		f->answer = i->answer;
	fill_ending(f, i);
}

bool
infer_client_left(const struct attempt *a)
{
	return a->inferred != NULL && a->inferred->client_left;
}

void
infer_note(struct outcome_notes *to, const struct mutual_auth *m, size_t i, const struct facts *f)
{
	const struct inferred *inferred = m->attempts[i].inferred;
	const struct client_hello_detail *hello = m->session->client_hello;

	if (inferred == NULL || !known(&inferred->outcome) ||
	    f->outcome.basis != inferred->outcome.basis)
		return;
	to->outcome_rule = inferred->notes.outcome_rule;
	to->unsolicited = inferred->notes.unsolicited;
	/* A server that issues tickets gives them to clients that can use them only. */
	to->corroborable = inferred->notes.corroborable && hello != NULL && hello->psk_modes;
}
