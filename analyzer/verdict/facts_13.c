/*
 * facts_13.c - see facts_13.h.
 */
#include "analyzer/verdict/facts_13.h"

#include "analyzer/verdict/ending.h"

bool
facts_13_readable(const struct mutual_auth *m, enum tls_side side, uint64_t from, uint64_t to)
{
	const struct trace *t = &m->session->trace;

	if (!tls_version_is_13(m->session->version))
		return true;
	if (trace_hole(t, side, from, to))
		return false;
	for (const struct step *p = t->side[side].first; p != NULL; p = p->next)
		if (p->kind == STEP_APPLICATION && !p->decrypted && p->at < to && p->end > from)
			return false;
	return true;
}

struct fact
facts_13_requested(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *hello = a->seen[EVENT_SERVER_HELLO_13];
	const struct step *finished = a->seen[EVENT_SERVER_FINISHED];
	const struct step *client = a->seen[EVENT_CLIENT_FINISHED];

	if (finished != NULL && a->seen[EVENT_ENCRYPTED_EXTENSIONS] != NULL &&
	    facts_13_readable(m, TLS_SERVER, hello->end, finished->at))
		return fact_read(ANSWER_NO,
				 "the server's flight is complete, without CertificateRequest",
				 hello, finished);
	if (client != NULL && a->seen[EVENT_CLIENT_CERT] == NULL &&
	    a->seen[EVENT_CLIENT_CERT_EMPTY] == NULL && a->seen[EVENT_CLIENT_HELLO] != NULL &&
	    facts_13_readable(m, TLS_CLIENT, a->seen[EVENT_CLIENT_HELLO]->end, client->at))
		return (struct fact){
		    .value = ANSWER_NO,
		    .evidence = EVIDENCE_INFERRED,
		    .confidence = CONFIDENCE_HIGH,
		    .basis = "a client that is asked sends Certificate (RFC 8446 4.4.2)",
		    .steps = {client}};
	return (struct fact){.value = ANSWER_UNKNOWN};
}

const struct step *
facts_13_reaction(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *client = a->seen[EVENT_CLIENT_FINISHED];

	if (client == NULL)
		return NULL;
	for (const struct step *p = m->session->trace.side[TLS_SERVER].first; p != NULL;
	     p = p->next)
		if (p->decrypted && p->kind != STEP_ALERT && step_knew(p, client))
			return p;
	return NULL;
}

static struct fact
server_finished(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *went_on = facts_13_reaction(m, a), *alert = a->seen[EVENT_SERVER_ALERT];

	if (went_on != NULL)
		return fact_read(ANSWER_YES, "the server went on after the client's Finished",
				 a->seen[EVENT_CLIENT_FINISHED], went_on);
	if (alert != NULL && !ending_client_first(f, alert))
		return fact_read(ANSWER_NO, "the server answered with a fatal alert", alert, NULL);
	return (struct fact){.value = ANSWER_UNKNOWN};
}

struct fact
facts_13_finished(const struct mutual_auth *m, const struct attempt *a, const struct facts *f,
		  enum tls_side side)
{
	const struct step *finished = a->seen[EVENT_CLIENT_FINISHED];

	if (side == TLS_SERVER)
		return server_finished(m, a, f);
	if (finished != NULL && finished == m->session->finished_right[TLS_CLIENT])
		return fact_read(ANSWER_YES, "Finished was decrypted, and its verify_data is right",
				 finished, NULL);
	if (finished != NULL)
		return fact_read(ANSWER_YES, "Finished was decrypted", finished, NULL);
	if (a->kind == ATTEMPT_INITIAL && a->seen[EVENT_CLIENT_HELLO] != NULL &&
	    f->end_step != NULL && ending_side_complete(m->session, TLS_CLIENT) &&
	    facts_13_readable(m, TLS_CLIENT, a->seen[EVENT_CLIENT_HELLO]->end, UINT64_MAX))
		return fact_read(ANSWER_NO, "the client sent no Finished", f->end_step, NULL);
	return (struct fact){.value = ANSWER_UNKNOWN};
}
