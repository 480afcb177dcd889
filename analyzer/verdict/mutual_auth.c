/*
 * mutual_auth.c - phase x event. See mutual_auth.h.
 */
#include "analyzer/verdict/mutual_auth.h"

#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"

static const char *const event_names[] = {
#define EVENT(e, text) [EVENT_##e] = text,
#include "analyzer/verdict/events.def"
};

const char *
event_name(enum event e)
{
	return e < EVENT_COUNT ? event_names[e] : "nothing";
}

/* --- which event a step is
 * ------------------------------------------------------------------------ */

/* A Certificate without a certificate: list length 0 (RFC 5246 section 7.4.6). The length alone
 * tells, so a message whose body is missing or malformed is told, too. */
static bool
is_empty_certificate(const struct step *step, enum tls_version v)
{
	const struct chain_detail *d = step->detail;

	if (d != NULL)
		return d->count == 0 && !d->cut;
	return step->length <= (step->decrypted && tls_version_is_13(v) ? 4 : 3);
}

static enum event
hello_event(const struct step *step)
{
	const struct server_hello_detail *d = step->detail;

	if (d == NULL)
		return EVENT_SERVER_HELLO;
	if (d->hello_retry_request)
		return EVENT_HELLO_RETRY;
	return tls_version_is_13(d->version) ? EVENT_SERVER_HELLO_13 : EVENT_SERVER_HELLO;
}

/* By HandshakeType: the event when the client or the server sends it. EVENT_NONE is none. */
struct senders {
	bool known;
	uint8_t client, server; /* enum event */
};
static const struct senders message_events[UINT8_MAX + 1] = {
    [TLS_HS_hello_request] = {true, EVENT_NONE, EVENT_HELLO_REQUEST},
    [TLS_HS_client_hello] = {true, EVENT_CLIENT_HELLO, EVENT_NONE},
    [TLS_HS_server_hello] = {true, EVENT_NONE, EVENT_SERVER_HELLO},
    [TLS_HS_new_session_ticket] = {true, EVENT_NONE, EVENT_NEW_SESSION_TICKET},
    [TLS_HS_end_of_early_data] = {true, EVENT_END_OF_EARLY_DATA, EVENT_NONE},
    [TLS_HS_encrypted_extensions] = {true, EVENT_NONE, EVENT_ENCRYPTED_EXTENSIONS},
    [TLS_HS_certificate] = {true, EVENT_CLIENT_CERT, EVENT_SERVER_CERT},
    [TLS_HS_compressed_certificate] = {true, EVENT_CLIENT_CERT, EVENT_SERVER_CERT},
    [TLS_HS_server_key_exchange] = {true, EVENT_NONE, EVENT_SERVER_KEY_EXCHANGE},
    [TLS_HS_certificate_request] = {true, EVENT_NONE, EVENT_CERT_REQUEST},
    [TLS_HS_server_hello_done] = {true, EVENT_NONE, EVENT_SERVER_HELLO_DONE},
    [TLS_HS_certificate_verify] = {true, EVENT_CERT_VERIFY, EVENT_SERVER_CERT_VERIFY},
    [TLS_HS_client_key_exchange] = {true, EVENT_CLIENT_KEY_EXCHANGE, EVENT_NONE},
    [TLS_HS_finished] = {true, EVENT_CLIENT_FINISHED, EVENT_SERVER_FINISHED},
};

static enum event
message_event(const struct step *step, enum tls_version v)
{
	const struct senders *by = &message_events[step->type];
	enum event e = !by->known                   ? EVENT_NONE
		       : step->sender == TLS_CLIENT ? by->client
						    : by->server;

	if (e == EVENT_SERVER_HELLO)
		return hello_event(step);
	if (e == EVENT_CLIENT_CERT && is_empty_certificate(step, v))
		return EVENT_CLIENT_CERT_EMPTY;
	return e;
}

static enum event
alert_event(const struct tls_session *s, const struct step *step)
{
	const struct tls_alert a = {.level = step->level, .description = step->code};

	/* SSLv3's way to say "no certificate" (RFC 6101 section 5.6.6). */
	if (a.description == TLS_ALERT_no_certificate && step->sender == TLS_CLIENT &&
	    a.level == TLS_LEVEL_warning)
		return EVENT_CLIENT_CERT_EMPTY;
	if (!tls_alert_is_fatal(&a, s->version))
		return EVENT_NONE;
	return step->sender == TLS_CLIENT ? EVENT_CLIENT_ALERT : EVENT_SERVER_ALERT;
}

enum event
mutual_auth_event(const struct tls_session *s, const struct step *step)
{
	bool client = step->sender == TLS_CLIENT;

	switch (step->kind) {
	case STEP_MESSAGE:
		return message_event(step, s->version);
	case STEP_ALERT:
		return alert_event(s, step);
	case STEP_CCS:
	case STEP_SEALED_CCS:
		return client ? EVENT_CLIENT_CCS : EVENT_SERVER_CCS;
	case STEP_SEALED_HANDSHAKE:
		return client ? EVENT_CLIENT_SEALED : EVENT_SERVER_SEALED;
	case STEP_APPLICATION:
		return client ? EVENT_CLIENT_APPLICATION : EVENT_SERVER_APPLICATION;
	default:
		return EVENT_NONE;
	}
}

/* --- the table
 * ------------------------------------------------------------------------------------ */

/* An empty cell is an event out of order: the phase stays and an anomaly is stored. Rows and cells
 * in the order of RFC 5246 section 7.3, figures 1 and 2. A fatal alert in the clear ends every
 * phase. */
#define NEXT(e, p) [EVENT_##e] = PHASE_##p
static const uint8_t next_phase[PHASE_COUNT][EVENT_COUNT] = {
    [PHASE_START] = {NEXT(CLIENT_HELLO, HELLO), NEXT(SERVER_HELLO, NEGOTIATED),
		     NEXT(SERVER_HELLO_13, SEALED), NEXT(CERT_REQUEST, ASKED_13)},
    [PHASE_HELLO] = {NEXT(HELLO_RETRY, RETRIED), NEXT(SERVER_HELLO, NEGOTIATED),
		     NEXT(SERVER_HELLO_13, SEALED), NEXT(CLIENT_CCS, HELLO),
		     NEXT(CLIENT_APPLICATION, HELLO)},
    [PHASE_RETRIED] = {NEXT(CLIENT_HELLO, HELLO), NEXT(CLIENT_CCS, RETRIED),
		       NEXT(SERVER_CCS, RETRIED), NEXT(CLIENT_APPLICATION, RETRIED)},
    [PHASE_NEGOTIATED] = {NEXT(SERVER_CERT, FLIGHT), NEXT(SERVER_KEY_EXCHANGE, FLIGHT),
			  NEXT(CERT_REQUEST, REQUESTED), NEXT(SERVER_HELLO_DONE, UNASKED),
			  NEXT(NEW_SESSION_TICKET, NEGOTIATED), NEXT(SERVER_CCS, RESUMING)},
    [PHASE_FLIGHT] = {NEXT(SERVER_KEY_EXCHANGE, FLIGHT), NEXT(CERT_REQUEST, REQUESTED),
		      NEXT(SERVER_HELLO_DONE, UNASKED)},
    [PHASE_REQUESTED] = {NEXT(SERVER_HELLO_DONE, ASKED)},
    [PHASE_UNASKED] = {NEXT(CLIENT_KEY_EXCHANGE, KEYED)},
    [PHASE_ASKED] = {NEXT(CLIENT_CERT, OFFERED), NEXT(CLIENT_CERT_EMPTY, DECLINED),
		     NEXT(CLIENT_KEY_EXCHANGE, KEYED)},
    [PHASE_OFFERED] = {NEXT(CLIENT_KEY_EXCHANGE, KEYED)},
    [PHASE_DECLINED] = {NEXT(CLIENT_KEY_EXCHANGE, KEYED)},
    [PHASE_KEYED] = {NEXT(CERT_VERIFY, PROVED), NEXT(CLIENT_CCS, CLIENT_CHANGED)},
    [PHASE_PROVED] = {NEXT(CLIENT_CCS, CLIENT_CHANGED)},
    [PHASE_CLIENT_CHANGED] = {NEXT(CLIENT_SEALED, CLIENT_FINISHED),
			      NEXT(CLIENT_FINISHED, CLIENT_FINISHED)},
    [PHASE_CLIENT_FINISHED] = {NEXT(NEW_SESSION_TICKET, CLIENT_FINISHED),
			       NEXT(SERVER_CCS, SERVER_CHANGED),
			       NEXT(CLIENT_APPLICATION, CLIENT_FINISHED)}, /* RFC 7918 */
    [PHASE_SERVER_CHANGED] = {NEXT(SERVER_SEALED, FINISHED), NEXT(SERVER_FINISHED, FINISHED),
			      NEXT(CLIENT_APPLICATION, SERVER_CHANGED)},
    [PHASE_RESUMING] = {NEXT(SERVER_SEALED, RESUMED), NEXT(SERVER_FINISHED, RESUMED)},
    [PHASE_RESUMED] = {NEXT(CLIENT_CCS, RESUMED_CHANGED), NEXT(SERVER_APPLICATION, RESUMED)},
    [PHASE_RESUMED_CHANGED] = {NEXT(CLIENT_SEALED, FINISHED), NEXT(CLIENT_FINISHED, FINISHED),
			       NEXT(SERVER_APPLICATION, RESUMED_CHANGED)},
    [PHASE_FINISHED] = {NEXT(CLIENT_APPLICATION, FINISHED), NEXT(SERVER_APPLICATION, FINISHED),
			NEXT(NEW_SESSION_TICKET, FINISHED), NEXT(CLIENT_CCS, FINISHED)},
    /* RFC 8446 section 2, figure 1; what a side's secrets don't open is missing */
    [PHASE_EXTENDED] = {NEXT(CERT_REQUEST, ASKED_13), NEXT(SERVER_CERT, EXTENDED),
			NEXT(SERVER_CERT_VERIFY, EXTENDED), NEXT(SERVER_FINISHED, UNASKED_13),
			NEXT(CLIENT_CCS, EXTENDED), NEXT(SERVER_CCS, EXTENDED),
			NEXT(CLIENT_APPLICATION, EXTENDED)},
    [PHASE_ASKED_13] = {NEXT(SERVER_CERT, ASKED_13), NEXT(SERVER_CERT_VERIFY, ASKED_13),
			NEXT(SERVER_FINISHED, ASKED_13), NEXT(CLIENT_CERT, OFFERED_13),
			NEXT(CLIENT_CERT_EMPTY, DECLINED_13), NEXT(CLIENT_CCS, ASKED_13),
			NEXT(CLIENT_APPLICATION, ASKED_13), NEXT(SERVER_APPLICATION, ASKED_13)},
    [PHASE_UNASKED_13] = {NEXT(END_OF_EARLY_DATA, UNASKED_13), NEXT(CLIENT_FINISHED, FINISHED),
			  NEXT(NEW_SESSION_TICKET, UNASKED_13), NEXT(CLIENT_CCS, UNASKED_13),
			  NEXT(CLIENT_APPLICATION, UNASKED_13),
			  NEXT(SERVER_APPLICATION, UNASKED_13)},
    [PHASE_OFFERED_13] = {NEXT(CERT_VERIFY, PROVED_13), NEXT(SERVER_APPLICATION, OFFERED_13)},
    [PHASE_DECLINED_13] = {NEXT(CLIENT_FINISHED, FINISHED), NEXT(SERVER_APPLICATION, DECLINED_13)},
    [PHASE_PROVED_13] = {NEXT(CLIENT_FINISHED, FINISHED), NEXT(SERVER_APPLICATION, PROVED_13)},
    [PHASE_SEALED] = {NEXT(ENCRYPTED_EXTENSIONS, EXTENDED), NEXT(CLIENT_CERT, OFFERED_13),
		      NEXT(CLIENT_CERT_EMPTY, DECLINED_13), NEXT(CLIENT_FINISHED, FINISHED),
		      NEXT(CLIENT_CCS, SEALED), NEXT(SERVER_CCS, SEALED),
		      NEXT(CLIENT_APPLICATION, SEALED), NEXT(SERVER_APPLICATION, SEALED)},
};
#undef NEXT

/* Nothing leads back to PHASE_START: as a cell it means that there is none. */
static bool
step_phase(enum phase *phase, enum event e)
{
	if (e == EVENT_CLIENT_ALERT || e == EVENT_SERVER_ALERT) {
		*phase = PHASE_ENDED;
		return true;
	}
	enum phase to = next_phase[*phase][e];
	if (to == PHASE_START)
		return false;
	*phase = to;
	return true;
}

/* --- attempts
 * -------------------------------------------------------------------------------------- */

static void
note_anomaly(struct attempt *a, enum event e, const struct step *step)
{
	if (a->n_anomalies < ANOMALIES_MAX)
		a->anomalies[a->n_anomalies++] =
		    (struct anomaly){.event = e, .phase = a->phase, .step = step};
}

/* An encrypted handshake record is Finished when it is its sender's first. */
static bool
is_finished(struct attempt *a, enum event e, const struct step *step)
{
	bool client = e == EVENT_CLIENT_SEALED || e == EVENT_CLIENT_FINISHED;
	const struct step **slot = client ? &a->client_finished : &a->server_finished;

	if (*slot != NULL)
		return false;
	*slot = step;
	return true;
}

static struct attempt *
next_attempt(struct mutual_auth *m, enum attempt_kind kind)
{
	if (m->n_attempts == ATTEMPTS_MAX) {
		m->limit = true;
		return &m->attempts[ATTEMPTS_MAX - 1];
	}
	struct attempt *a = &m->attempts[m->n_attempts++];
	*a = (struct attempt){.kind = kind};
	return a;
}

/* Encrypted handshake records after a finished handshake are a renegotiation; all of it is one
 * attempt until both sides have switched keys again. Before TLS 1.3 only: there they are
 * application data. */
static bool
begins_renegotiation(const struct attempt *a, enum event e)
{
	if (e != EVENT_CLIENT_SEALED && e != EVENT_SERVER_SEALED)
		return false;
	if (a->kind == ATTEMPT_INITIAL)
		return a->client_finished != NULL && a->server_finished != NULL;
	return a->seen[EVENT_CLIENT_CCS] != NULL && a->seen[EVENT_SERVER_CCS] != NULL &&
	       a->client_finished != NULL && a->server_finished != NULL;
}

/* In a renegotiation only its key switches show; Finished follows each. */
static void
follow_renegotiation(struct attempt *a, enum event e, const struct step *step)
{
	if (e == EVENT_CLIENT_SEALED && a->seen[EVENT_CLIENT_CCS] != NULL)
		is_finished(a, e, step);
	if (e == EVENT_SERVER_SEALED && a->seen[EVENT_SERVER_CCS] != NULL)
		is_finished(a, e, step);
	if (a->client_finished != NULL && a->server_finished != NULL)
		a->phase = PHASE_FINISHED;
}

/* What was decrypted says by itself what it begins. */
static struct attempt *
begin_opened(struct mutual_auth *m, struct attempt *a, enum event e)
{
	bool done = a->client_finished != NULL && a->server_finished != NULL;

	if (tls_version_is_13(m->session->version))
		return e == EVENT_CERT_REQUEST && m->attempts[0].seen[EVENT_SERVER_FINISHED] != NULL
			   ? next_attempt(m, ATTEMPT_POST_HANDSHAKE)
			   : a;
	return done && (e == EVENT_HELLO_REQUEST || e == EVENT_CLIENT_HELLO)
		   ? next_attempt(m, ATTEMPT_RENEGOTIATION)
		   : a;
}

/* Of several requests after the handshake the first without an answer is answered; Certificate,
 * CertificateVerify and Finished come in a row (RFC 8446 section 4.6.2). */
static struct attempt *
answered_by(struct mutual_auth *m, struct attempt *a, enum event e)
{
	if (a->kind != ATTEMPT_POST_HANDSHAKE)
		return a;
	if (e == EVENT_CLIENT_CERT || e == EVENT_CLIENT_CERT_EMPTY) {
		m->answering = a;
		for (size_t i = m->n_attempts; i > 1; i--)
			if (m->attempts[i - 1].seen[EVENT_CLIENT_CERT] == NULL &&
			    m->attempts[i - 1].seen[EVENT_CLIENT_CERT_EMPTY] == NULL)
				m->answering = &m->attempts[i - 1];
		return m->answering;
	}
	if ((e == EVENT_CERT_VERIFY || e == EVENT_CLIENT_FINISHED) && m->answering != NULL)
		return m->answering;
	return a;
}

static void
follow_finished(struct attempt *a, enum event e, const struct step *step)
{
	if (a->kind == ATTEMPT_RENEGOTIATION && !a->opened)
		follow_renegotiation(a, e, step);
	else if (e == EVENT_CLIENT_SEALED || e == EVENT_SERVER_SEALED ||
		 e == EVENT_CLIENT_FINISHED || e == EVENT_SERVER_FINISHED)
		is_finished(a, e, step);
}

/* *current is the latest attempt; the one that the step belongs to is given. */
static struct attempt *
take_step(struct mutual_auth *m, struct attempt **current, const struct step *step)
{
	enum event e = mutual_auth_event(m->session, step);

	if (e == EVENT_NONE)
		return *current;
	if (step->decrypted)
		*current = begin_opened(m, *current, e);
	else if (begins_renegotiation(*current, e))
		*current = next_attempt(m, ATTEMPT_RENEGOTIATION);
	struct attempt *a = answered_by(m, *current, e);
	a->opened |= step->decrypted && step->kind == STEP_MESSAGE;
	follow_finished(a, e, step);
	if ((a->kind == ATTEMPT_INITIAL || a->opened) && e != EVENT_HELLO_REQUEST &&
	    !step_phase(&a->phase, e))
		note_anomaly(a, e, step);
	if (a->seen[e] == NULL)
		a->seen[e] = step;
	return a;
}

bool
mutual_auth_run(struct mutual_auth *m, struct tls_session *s)
{
	/* attempts[] is cleared as they begin */
	m->session = s;
	m->n_attempts = 0;
	m->answering = NULL;
	m->limit = false;
	m->kinds = 0;
	m->steps = trace_merge(&s->trace, &s->arena, &m->n_steps);
	m->attempt_of = arena_room(&s->arena, m->n_steps + 1);
	if (m->steps == NULL || m->attempt_of == NULL)
		return false;
	struct attempt *a = next_attempt(m, ATTEMPT_INITIAL);
	for (size_t i = 0; i < m->n_steps; i++) {
		const struct step *p = m->steps[i];
		m->kinds |= mutual_auth_kind(p->sender, p->kind);
		struct attempt *of = take_step(m, &a, p);
		m->attempt_of[i] = (uint8_t)(of - m->attempts);
	}
	return true;
}
