/*
 * ending.c - the end of an attempt. See ending.h.
 */
#include "analyzer/verdict/ending.h"

#include "analyzer/verdict/reset.h"
#include "dissectors/tls/alert.h"

bool
ending_side_complete(const struct tls_session *s, enum tls_side side)
{
	const struct flow_direction *d = session_direction(s, side);

	if (d->packets == 0 || d->missing > 0 || d->gap || d->snaplen || d->limit)
		return false;
	/* FIN itself takes one place of the sequence space. */
	uint64_t end = d->highest + (d->fin.frame != 0 ? 1 : 0);
	if (d->acked > end || d->sent > end)
		return false;
	if (d->fin.frame != 0)
		return d->fin_at == d->highest;
	return d->rst.frame == 0 || d->rst_at == d->highest || d->rst_at == 0;
}

bool
ending_after(const struct step *end, const struct step *answer)
{
	/* A RST often acknowledges nothing; then the capture's order has to do. */
	if (end->kind == STEP_RST)
		return end->mark.frame > answer->mark.frame;
	return step_knew(end, answer);
}

/* Kinds of which one may end the connection; messages and records never do. */
static bool
may_end(const struct step *step)
{
	const unsigned kinds =
	    1u << STEP_ALERT | 1u << STEP_SEALED_ALERT | 1u << STEP_FIN | 1u << STEP_RST;

	return (kinds >> step->kind & 1) != 0;
}

/* A RST that somebody else probably made ends the connection, but decides nothing. */
static bool
ends(const struct tls_session *s, const struct step *step)
{
	if (step->kind == STEP_ALERT)
		return step->level == TLS_LEVEL_fatal || step->code == TLS_ALERT_close_notify;
	if (step->kind == STEP_RST)
		return reset_decides(s, step);
	return step->kind == STEP_SEALED_ALERT || step->kind == STEP_FIN;
}

static bool
is_alert(const struct step *step)
{
	return step->kind == STEP_ALERT && step->code != TLS_ALERT_close_notify;
}

/* Alerts by which a client refuses the server's certificate (RFC 8446 section 6.2, RFC 6066 section
 * 8). */
static bool
about_certificate(const struct step *s)
{
	switch (s->code) {
	case TLS_ALERT_bad_certificate:
	case TLS_ALERT_unsupported_certificate:
	case TLS_ALERT_certificate_revoked:
	case TLS_ALERT_certificate_expired:
	case TLS_ALERT_certificate_unknown:
	case TLS_ALERT_unknown_ca:
	case TLS_ALERT_decrypt_error:
	case TLS_ALERT_bad_certificate_status_response:
		return s->kind == STEP_ALERT;
	default:
		return false;
	}
}

/* Whoever finds the connection closed under it says so by an alert (OpenSSL decode_error, GnuTLS
 * unexpected_message, JSSE handshake_failure). Where a server may wait for more, in TLS 1.3 and
 * after its Finished, such an alert is no reply to the certificate. */
static bool
is_echo(const struct step *alert, const struct step *close, bool may_wait)
{
	return may_wait && alert->sender == TLS_SERVER && step_knew(alert, close) &&
	       !about_certificate(alert) && alert->code != TLS_ALERT_access_denied &&
	       alert->code != TLS_ALERT_certificate_required;
}

/* Does an alert count although the other side had ended the attempt before? Of two ends that
 * crossed on the wire the alert does; and the server's does even when the client had left before it
 * came, if the client had answered: it is the reply to that. */
static bool
overrides(const struct mutual_auth *m, const struct attempt *a, const struct step *alert,
	  const struct step *first)
{
	bool answered =
	    a->seen[EVENT_CLIENT_CERT] != NULL || a->seen[EVENT_CLIENT_CERT_EMPTY] != NULL;
	bool may_wait = tls_version_is_13(m->session->version) || a->server_finished != NULL;

	if (!is_alert(alert) || is_alert(first) || alert->sender == first->sender ||
	    is_echo(alert, first, may_wait))
		return false;
	return !step_knew(alert, first) || (alert->sender == TLS_SERVER && answered);
}

/* The first step that ends the attempt. A close belongs to the attempt during which it happened. */
static const struct step *
first_end(struct facts *f, const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *first = NULL;
	size_t index = (size_t)(a - m->attempts);

	for (size_t i = 0; i < m->n_steps; i++) {
		const struct step *s = m->steps[i];
		if (m->attempt_of[i] != index || !may_end(s))
			continue;
		if (!ends(m->session, s)) {
			if (s->kind == STEP_RST)
				f->modifiers |= MODIFIER_RESET_INJECTED_SUSPECTED;
			continue;
		}
		if (first == NULL)
			first = s;
		else if (overrides(m, a, s, first))
			return s;
	}
	return first;
}

static enum ended_by
name_end(const struct attempt *a, const struct step *s)
{
	bool client = s->sender == TLS_CLIENT;
	bool finished = a->server_finished != NULL; /* of a full handshake it is the last message */

	switch (s->kind) {
	case STEP_FIN:
		return client ? ENDED_BY_CLIENT_FIN : ENDED_BY_SERVER_FIN;
	case STEP_RST:
		return client ? ENDED_BY_CLIENT_RST : ENDED_BY_SERVER_RST;
	default:
		break;
	}
	/* An encrypted alert after a finished handshake is named by its place. */
	if (s->kind == STEP_SEALED_ALERT ? finished : s->code == TLS_ALERT_close_notify)
		return client ? ENDED_BY_CLIENT_CLOSE_NOTIFY : ENDED_BY_SERVER_CLOSE_NOTIFY;
	return client ? ENDED_BY_CLIENT_ALERT : ENDED_BY_SERVER_ALERT;
}

static enum ending
class_of(const struct step *s)
{
	bool close = s->kind == STEP_FIN || s->kind == STEP_RST ||
		     (s->kind == STEP_ALERT && s->code == TLS_ALERT_close_notify);

	if (s->sender == TLS_SERVER)
		return close ? ENDING_SERVER_CLOSE : ENDING_SERVER_ALERT;
	if (close)
		return ENDING_CLIENT_CLOSE;
	return about_certificate(s) ? ENDING_CLIENT_CERT_ALERT : ENDING_CLIENT_ALERT;
}

/* Nothing ended it: the capture did, or the table's patience. */
static enum ended_by
name_no_end(enum flow_end why)
{
	return why == FLOW_END_CAPTURE ? ENDED_BY_CAPTURE_END : ENDED_BY_IDLE;
}

bool
ending_client_first(const struct facts *f, const struct step *alert)
{
	return f->end_step != NULL && f->end_step->sender == TLS_CLIENT &&
	       step_knew(alert, f->end_step);
}

void
ending_find(struct facts *f, const struct mutual_auth *m, const struct attempt *a,
	    enum flow_end why)
{
	const struct step *s = first_end(f, m, a);

	if (s == NULL) {
		if (a == &m->attempts[m->n_attempts - 1] &&
		    (f->modifiers & MODIFIER_RESET_INJECTED_SUSPECTED) == 0)
			f->ended_by.value = (int)name_no_end(why);
		return;
	}
	f->end_step = s;
	f->ended_by =
	    (struct fact){.value = (int)name_end(a, s),
			  .evidence = s->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_OBSERVED,
			  .confidence = CONFIDENCE_CERTAIN,
			  .basis = "the first alert or close",
			  .steps = {s}};
	f->ending = class_of(s);
	if (is_alert(s))
		f->alert = s;
}

struct ending_farewell
ending_farewell(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *finished = a->server_finished, *first = NULL, *client_bye = NULL;
	struct ending_farewell bye = {0};

	if (finished == NULL || m->session->trace.side[TLS_SERVER].application_first != NULL)
		return bye;
	for (const struct step *s = finished->next; s != NULL && first == NULL; s = s->next)
		if (ends(m->session, s))
			first = s;
		else if (s->kind != STEP_GAP)
			return bye;
	if (first == NULL)
		return bye;
	for (const struct step *s = m->session->trace.side[TLS_CLIENT].first; s != NULL;
	     s = s->next)
		if (ends(m->session, s) && client_bye == NULL)
			client_bye = s;
	bye.soon = first->mark.time_ns - finished->mark.time_ns <= ENDING_SOON_NS;
	bye.alert = bye.soon && (first->kind == STEP_SEALED_ALERT ||
				 !ending_side_complete(m->session, TLS_SERVER));
	bye.polite = client_bye != NULL &&
		     (step_knew(first, client_bye) || client_bye->mark.frame < first->mark.frame);
	return bye;
}
