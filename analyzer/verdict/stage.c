/*
 * stage.c - how far an attempt came, and what its capture lacks. See stage.h.
 */
#include "analyzer/verdict/stage.h"

#include "analyzer/verdict/infer_facts.h"

/* A step of a server that has not said hello, or nothing of TLS at all. */
static bool
without_hello(const struct tls_session *s, const struct step *step)
{
	switch (step->kind) {
	case STEP_ALERT:
	case STEP_FIN:
	case STEP_RST:
		return true;
	case STEP_FOREIGN:
		return !session_foreign_is_tls(s) && !session_foreign_is_sslv2(s);
	default:
		return false;
	}
}

/* The server's direction was captured whole and holds no hello: there was none. */
static bool
no_hello_came(const struct tls_session *s)
{
	if (session_direction(s, TLS_SERVER)->packets == 0)
		return false;
	for (const struct step *p = s->trace.side[TLS_SERVER].first; p != NULL; p = p->next)
		if (!without_hello(s, p))
			return false;
	return true;
}

static enum stage
early_stage(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *hello = a->seen[EVENT_SERVER_HELLO];

	if (hello != NULL)
		return trace_hole(&m->session->trace, TLS_SERVER, hello->end, UINT64_MAX)
			   ? STAGE_UNSEEN
			   : STAGE_SERVER_FLIGHT;
	return a->seen[EVENT_CLIENT_HELLO] != NULL && no_hello_came(m->session) ? STAGE_HELLO
										: STAGE_UNSEEN;
}

static enum stage
stage_13(const struct attempt *a, const struct facts *f)
{
	bool stopped =
	    f->client_finished.value == ANSWER_NO || f->server_finished.value == ANSWER_NO;

	if (infer_client_left(a))
		return STAGE_ANSWER;
	if (!stopped)
		return STAGE_HIDDEN;
	return a->seen[EVENT_SERVER_FINISHED] != NULL || a->kind != ATTEMPT_INITIAL ? STAGE_ANSWER
										    : STAGE_HIDDEN;
}

/* STAGE_ANSWER says that the handshake did not finish; where that is not known it is hidden. */
enum stage
stage_of(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	if (a->kind != ATTEMPT_INITIAL && !a->opened)
		return STAGE_HIDDEN;
	if (f->client_finished.value == ANSWER_YES && f->server_finished.value == ANSWER_YES)
		return STAGE_FINISHED;
	if (f->outcome.value == REACTION_ACCEPTED)
		return STAGE_FINISHED;
	if (tls_version_is_13(m->session->version) && a->seen[EVENT_CLIENT_HELLO] != NULL &&
	    a->seen[EVENT_SERVER_HELLO_13] == NULL)
		return early_stage(m, a);
	if (tls_version_is_13(m->session->version))
		return stage_13(a, f);
	if (a->seen[EVENT_SERVER_HELLO_DONE] != NULL || f->resumed.value == ANSWER_YES)
		return f->client_finished.value == ANSWER_NO ||
			       f->server_finished.value == ANSWER_NO
			   ? STAGE_ANSWER
			   : STAGE_HIDDEN;
	return early_stage(m, a);
}

static unsigned
side_state(const struct mutual_auth *m, enum tls_side side)
{
	const struct tls_session *s = m->session;
	const struct flow_direction *d = session_direction(s, side);
	unsigned bits = 0;

	if (d->packets == 0)
		bits |= side == TLS_CLIENT ? CAPTURE_ONLY_SERVER : CAPTURE_ONLY_CLIENT;
	if (d->gap || mutual_auth_any(m, side, STEP_GAP))
		bits |= side == TLS_CLIENT ? CAPTURE_GAP_CLIENT : CAPTURE_GAP_SERVER;
	if (d->snaplen)
		bits |= CAPTURE_SNAPLEN;
	if (d->limit)
		bits |= CAPTURE_LIMIT;
	return bits;
}

unsigned
stage_capture_state(const struct mutual_auth *m, const struct facts *f, enum flow_end why)
{
	const struct tls_session *s = m->session;
	unsigned bits = side_state(m, TLS_CLIENT) | side_state(m, TLS_SERVER);

	if (s->limit || s->trace.limit || m->limit || why == FLOW_END_LIMIT)
		bits |= CAPTURE_LIMIT;
	if (s->client_hello == NULL && (bits & CAPTURE_ONLY_SERVER) == 0 &&
	    !session_direction(s, TLS_CLIENT)->base_known)
		bits |= CAPTURE_MIDSTREAM;
	if (f->end_step == NULL && why == FLOW_END_CAPTURE && f->stage != STAGE_FINISHED &&
	    (f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) == 0)
		bits |= CAPTURE_ENDS_EARLY;
	return bits;
}
