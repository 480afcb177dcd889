/*
 * reaction.c - see reaction.h.
 */
#include "analyzer/verdict/reaction.h"

#include "analyzer/verdict/ending.h"
#include "analyzer/verdict/network.h"

/* The step after which the server's reaction counts: the client's answer; when it is not known, the
 * end of the server's flight. */
const struct step *
reaction_since(const struct attempt *a, const struct facts *f)
{
	const struct step *answer = a->seen[EVENT_CLIENT_CERT];

	if (answer == NULL)
		answer = a->seen[EVENT_CLIENT_CERT_EMPTY];
	if (answer == NULL && f->client_cert.value == CLIENT_CERT_NONE_SENT)
		answer = a->seen[EVENT_CLIENT_KEY_EXCHANGE];
	return answer;
}

/* Verification after the handshake: Finished and tickets, then the refusal, decrypted. */
static const struct step *
late_refusal(const struct attempt *a, const struct facts *f)
{
	const struct step *alert = a->seen[EVENT_SERVER_ALERT];
	const struct step *from = a->server_finished;

	if (alert == NULL || !alert->decrypted || ending_client_first(f, alert))
		return NULL;
	for (const struct step *p = from; p != NULL && p != alert; p = p->next)
		if (p->kind == STEP_APPLICATION || p->kind == STEP_GAP)
			return NULL;
	return alert;
}

static struct fact
accepted(const struct mutual_auth *m, const struct attempt *a, struct facts *f)
{
	struct ending_farewell bye = ending_farewell(m, a);
	const struct step *alert = late_refusal(a, f);

	if (alert != NULL)
		return fact_read(REACTION_REJECTED,
				 "the server's first word after the handshake is a fatal alert",
				 reaction_since(a, f), alert);

	if (bye.alert && !bye.polite) {
		f->modifiers |= MODIFIER_DROPPED_AFTER_ACCEPT;
		return (struct fact){.value = REACTION_UNKNOWN};
	}
	if (bye.soon && !bye.alert && !bye.polite)
		f->modifiers |= MODIFIER_DROPPED_AFTER_ACCEPT;
	return (struct fact){.value = REACTION_ACCEPTED,
			     .evidence = f->server_finished.evidence,
			     .confidence = CONFIDENCE_CERTAIN,
			     .basis = "the server finished the handshake after the client's answer",
			     .steps = {f->server_finished.steps[0], f->server_finished.steps[1]}};
}

struct fact
reaction_fact(const struct mutual_auth *m, const struct attempt *a, struct facts *f)
{
	const struct step *alert = a->seen[EVENT_SERVER_ALERT], *since = reaction_since(a, f);
	const struct step *end = f->end_step;

	if (f->requested.value == ANSWER_NO)
		return (struct fact){.value = REACTION_NOT_APPLICABLE,
				     .evidence = f->requested.evidence,
				     .confidence = f->requested.confidence,
				     .basis = "nothing was asked for",
				     .steps = {f->requested.steps[0]}};
	if (f->requested.value != ANSWER_YES)
		return (struct fact){.value = REACTION_UNKNOWN};
	if (f->server_finished.value == ANSWER_YES)
		return accepted(m, a, f);
	if (alert != NULL && since != NULL && !ending_client_first(f, alert))
		return fact_read(REACTION_REJECTED,
				 "the server's fatal alert follows the client's answer", since,
				 alert);
	/* Of a client's bytes that are missing the last may be its goodbye. */
	if (since == NULL || end == NULL || f->ending != ENDING_SERVER_CLOSE ||
	    !ending_side_complete(m->session, TLS_SERVER) ||
	    !ending_side_complete(m->session, TLS_CLIENT) || !ending_after(end, since) ||
	    network_swallowed(m->session, since))
		return (struct fact){.value = REACTION_UNKNOWN};
	return fact_state(REACTION_DROPPED_NO_REPLY, EVIDENCE_OBSERVED, CONFIDENCE_MEDIUM,
			  "the server closed after the client's answer, without any record", since,
			  end);
}
