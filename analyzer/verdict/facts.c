/*
 * facts.c - evidence to facts. See facts.h.
 * Each function below states one fact, with the bytes that prove it; an absence ("no", "none_sent")
 * is stated only when the bytes in which the thing would stand were all captured.
 */
#include "analyzer/verdict/facts.h"

#include "analyzer/verdict/ending.h"
#include "analyzer/verdict/facts_13.h"
#include "analyzer/verdict/infer_facts.h"
#include "analyzer/verdict/proof.h"
#include "analyzer/verdict/reaction.h"
#include "analyzer/verdict/reset.h"
#include "analyzer/verdict/stage.h"
#include "dissectors/tls/names.h"

static const struct step *
seen(const struct attempt *a, enum event e)
{
	return a->seen[e];
}

/* --- resumed
 * ---------------------------------------------------------------------------------------- */

/* Messages that only a full handshake has (RFC 5246 figure 1). */
static const enum event full_only[] = {EVENT_SERVER_HELLO_DONE, EVENT_SERVER_CERT,
				       EVENT_SERVER_KEY_EXCHANGE, EVENT_CERT_REQUEST,
				       EVENT_CLIENT_KEY_EXCHANGE};

static const struct step *
full_handshake_step(const struct attempt *a)
{
	for (size_t i = 0; i < sizeof(full_only) / sizeof(full_only[0]); i++)
		if (a->seen[full_only[i]] != NULL)
			return a->seen[full_only[i]];
	return NULL;
}

static struct fact
resumed_13(const struct step *hello)
{
	const struct server_hello_detail *d = hello->detail;

	if (d->pre_shared_key)
		return fact_read(ANSWER_YES, "ServerHello selects a pre-shared key", hello, NULL);
	return fact_read(ANSWER_NO, "ServerHello selects no pre-shared key", hello, NULL);
}

static struct fact
resumed(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *hello = seen(a, EVENT_SERVER_HELLO), *ccs = seen(a, EVENT_SERVER_CCS);
	const struct step *full = full_handshake_step(a);

	if (seen(a, EVENT_SERVER_HELLO_13) != NULL)
		return resumed_13(seen(a, EVENT_SERVER_HELLO_13));
	if (full != NULL)
		return fact_read(ANSWER_NO, "messages of a full handshake were sent", full, NULL);
	if (hello != NULL && hello->detail != NULL && ccs != NULL && !ccs->resynced &&
	    !trace_hole(&m->session->trace, TLS_SERVER, hello->end, ccs->at))
		return fact_read(ANSWER_YES, "ChangeCipherSpec follows the ServerHello at once",
				 hello, ccs);
	return (struct fact){.value = ANSWER_UNKNOWN};
}

/* --- requested
 * ---------------------------------------------------------------------------------------- */

/* The last server message before CertificateRequest's place that was read. */
static const struct step *
before_request(const struct attempt *a)
{
	static const enum event order[] = {EVENT_SERVER_KEY_EXCHANGE, EVENT_SERVER_CERT,
					   EVENT_SERVER_HELLO};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a->seen[order[i]] != NULL)
			return a->seen[order[i]];
	return NULL;
}

static struct fact
requested_13(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *hello = seen(a, EVENT_SERVER_HELLO_13);
	const struct server_hello_detail *d = hello->detail;

	if (f->resumed.value == ANSWER_YES && !d->cert_with_psk)
		return fact_read(ANSWER_NO,
				 "a server that selects a PSK does not ask (RFC 8446 4.3.2)", hello,
				 NULL);
	return facts_13_requested(m, a);
}

/* What was sent in this attempt can be read: it is the first, or was decrypted. */
static bool
readable(const struct attempt *a)
{
	return a->kind == ATTEMPT_INITIAL || a->opened;
}

static struct fact
requested(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *request = seen(a, EVENT_CERT_REQUEST),
			  *done = seen(a, EVENT_SERVER_HELLO_DONE);
	const struct step *before = before_request(a), *cert = seen(a, EVENT_CLIENT_CERT);

	if (!readable(a))
		return (struct fact){.value = ANSWER_UNKNOWN};
	if (request != NULL)
		return fact_read(ANSWER_YES, "the server sent a CertificateRequest", request, NULL);
	if (seen(a, EVENT_SERVER_HELLO_13) != NULL)
		return requested_13(m, a, f);
	if (f->resumed.value == ANSWER_YES)
		return fact_read(ANSWER_NO, "an abbreviated handshake has no CertificateRequest",
				 f->resumed.steps[0], f->resumed.steps[1]);
	if (done != NULL && before != NULL && !done->resynced &&
	    !trace_hole(&m->session->trace, TLS_SERVER, before->end, done->at))
		return fact_read(ANSWER_NO,
				 "the server's flight is complete, without CertificateRequest",
				 before, done);
	if (cert == NULL)
		cert = seen(a, EVENT_CLIENT_CERT_EMPTY);
	if (cert != NULL)
		return fact_state(ANSWER_YES, EVIDENCE_INFERRED, CONFIDENCE_HIGH,
				  "a client sends Certificate only when asked (RFC 5246 7.4.6)",
				  cert, NULL);
	return (struct fact){.value = ANSWER_UNKNOWN};
}

/* --- the client's answer
 * -------------------------------------------------------------------------------- */

static const struct step *
client_hello_step(const struct attempt *a)
{
	return seen(a, EVENT_CLIENT_HELLO);
}

/* All bytes of the client between its hello and `to` were captured. */
static bool
client_complete_to(const struct mutual_auth *m, const struct attempt *a, uint64_t to)
{
	const struct step *hello = client_hello_step(a);

	if (a->kind == ATTEMPT_POST_HANDSHAKE)
		hello = client_hello_step(&m->attempts[0]);
	return hello != NULL && !trace_hole(&m->session->trace, TLS_CLIENT, hello->end, to) &&
	       facts_13_readable(m, TLS_CLIENT, hello->end, to);
}

/* The client left without an answer: its alert was read, or its close stands right behind bytes
 * that were all captured. A RST in its name proves that only when its own stack made it: a
 * middlebox may have cut the connection before the answer came by. */
static bool
left_without_answer(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *end = f->end_step;

	if (end == NULL || end->sender != TLS_CLIENT ||
	    seen(a, EVENT_CLIENT_KEY_EXCHANGE) != NULL || !client_complete_to(m, a, end->at))
		return false;
	switch (end->kind) {
	case STEP_ALERT:
		return true;
	case STEP_FIN:
		return ending_side_complete(m->session, TLS_CLIENT);
	case STEP_RST:
		return reset_is_own(m->session, end) &&
		       ending_side_complete(m->session, TLS_CLIENT);
	default:
		return false;
	}
}

/* The server left first, and had received everything the client sent: no answer was among it. */
static bool
server_left_unanswered(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *end = f->end_step;
	const struct flow_direction *d = session_direction(m->session, TLS_CLIENT);
	/* Its FIN, after that of the server, is no answer; it takes a place of the sequence space.
	 */
	uint64_t sent = d->highest + (d->fin.frame != 0 ? 1 : 0);

	if (end == NULL || end->sender != TLS_SERVER || seen(a, EVENT_CLIENT_KEY_EXCHANGE) != NULL)
		return false;
	/* A RST says nothing of what had been received: then the client's own FIN must prove that
	 * there was nothing. */
	if (end->kind == STEP_RST &&
	    (d->fin.frame == 0 || !ending_side_complete(m->session, TLS_CLIENT)))
		return false;
	return client_complete_to(m, a, UINT64_MAX) && d->acked <= sent && d->missing == 0;
}

static struct fact
client_cert(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *cert = seen(a, EVENT_CLIENT_CERT),
			  *empty = seen(a, EVENT_CLIENT_CERT_EMPTY);
	const struct step *went_on = seen(a, EVENT_CLIENT_KEY_EXCHANGE);

	if (went_on == NULL)
		went_on = seen(a, EVENT_CLIENT_FINISHED);
	if (cert != NULL)
		return fact_read(CLIENT_CERT_PRESENTED,
				 "the client's Certificate holds a certificate", cert, NULL);
	if (empty != NULL && empty->kind == STEP_ALERT)
		return fact_read(CLIENT_CERT_EMPTY,
				 "the client answered with the alert no_certificate", empty, NULL);
	if (empty != NULL)
		return fact_read(CLIENT_CERT_EMPTY, "the client's Certificate holds no certificate",
				 empty, NULL);
	if (f->resumed.value == ANSWER_YES && f->requested.value == ANSWER_NO)
		return fact_read(CLIENT_CERT_NOT_IN_THIS_HANDSHAKE,
				 "a resumed session exchanges no certificate", f->resumed.steps[0],
				 NULL);
	if (f->requested.value == ANSWER_NO)
		return fact_read(CLIENT_CERT_NONE_SENT, "it was not asked for one",
				 f->requested.steps[0], f->requested.steps[1]);
	if (f->requested.value != ANSWER_YES)
		return (struct fact){.value = CLIENT_CERT_UNKNOWN};
	if (went_on != NULL && !went_on->resynced && client_complete_to(m, a, went_on->at))
		return fact_read(CLIENT_CERT_NONE_SENT, "the client went on without a Certificate",
				 went_on, NULL);
	if (left_without_answer(m, a, f))
		return fact_read(CLIENT_CERT_NONE_SENT, "the client left without an answer",
				 f->end_step, NULL);
	if (server_left_unanswered(m, a, f))
		return fact_read(CLIENT_CERT_NONE_SENT,
				 "the server left before there was an answer", f->end_step, NULL);
	return (struct fact){.value = CLIENT_CERT_UNKNOWN};
}

/* --- proof
 * ------------------------------------------------------------------------------------------------
 */

/* With a fixed (EC)DH certificate there is no CertificateVerify (RFC 5246 section 7.4.8). */
static bool
fixed_dh(const struct mutual_auth *m)
{
	const struct server_hello_detail *d = m->session->server_hello;
	const struct tls_cipher *c = d != NULL ? tls_cipher_find(d->cipher_suite) : NULL;

	return c != NULL && (c->kx == TLS_KX_DH || c->kx == TLS_KX_ECDH);
}

/* A signature is checked where the attempt failed, or where the session was opened for a close
 * look. An accepted one that seems not to fit is our mistake, not the server's. */
static struct fact
verified(const struct mutual_auth *m, const struct attempt *a, const struct facts *f,
	 const struct step *verify)
{
	const struct step *cert = seen(a, EVENT_CLIENT_CERT);
	const struct tls_session *s = m->session;
	enum proof p = PROOF_SEEN;

	if (f->outcome.value != REACTION_ACCEPTED || s->opened > 0 || s->run->verify_all)
		p = proof_check(m, a);
	if (p == PROOF_VALID)
		return fact_read(PROOF_VALID,
				 "the signature in CertificateVerify fits the certificate's key",
				 cert, verify);
	if (p == PROOF_INVALID && f->outcome.value != REACTION_ACCEPTED)
		return fact_read(
		    PROOF_INVALID,
		    "the signature in CertificateVerify does not fit the certificate's "
		    "key",
		    cert, verify);
	return fact_read(PROOF_SEEN, "CertificateVerify was sent; not verified here", verify, NULL);
}

static struct fact
proof(const struct mutual_auth *m, const struct attempt *a, const struct facts *f)
{
	const struct step *verify = seen(a, EVENT_CERT_VERIFY), *ccs = seen(a, EVENT_CLIENT_CCS);

	if (verify != NULL)
		return verified(m, a, f, verify);
	if (ccs == NULL)
		ccs = seen(a, EVENT_CLIENT_FINISHED);
	if (f->client_cert.value == CLIENT_CERT_UNKNOWN)
		return (struct fact){.value = PROOF_UNKNOWN};
	if (f->client_cert.value != CLIENT_CERT_PRESENTED)
		return (struct fact){.value = PROOF_NOT_SEEN,
				     .evidence = f->client_cert.evidence,
				     .confidence = f->client_cert.confidence,
				     .basis = "without a certificate there is nothing to prove",
				     .steps = {f->client_cert.steps[0]}};
	if (ccs == NULL || !client_complete_to(m, a, ccs->at))
		return (struct fact){.value = PROOF_UNKNOWN};
	if (fixed_dh(m))
		return fact_read(PROOF_IMPLICIT,
				 "a fixed Diffie-Hellman key proves itself by its use",
				 seen(a, EVENT_CLIENT_CERT), ccs);
	return fact_read(PROOF_NOT_SEEN, "the client went on without CertificateVerify",
			 seen(a, EVENT_CLIENT_CERT), ccs);
}

/* --- who finished
 * ------------------------------------------------------------------------------------------ */

static struct fact
finished(const struct mutual_auth *m, const struct attempt *a, const struct facts *f,
	 enum tls_side side)
{
	const struct step *ccs = seen(a, side == TLS_CLIENT ? EVENT_CLIENT_CCS : EVENT_SERVER_CCS);
	const struct step *sealed = side == TLS_CLIENT ? a->client_finished : a->server_finished;
	const struct step *data =
	    seen(a, side == TLS_CLIENT ? EVENT_CLIENT_APPLICATION : EVENT_SERVER_APPLICATION);

	if (tls_version_is_13(m->session->version))
		return facts_13_finished(m, a, f, side);
	if (sealed != NULL && sealed->decrypted)
		return fact_read(ANSWER_YES,
				 sealed == m->session->finished_right[side]
				     ? "Finished was decrypted, and its verify_data is right"
				     : "Finished was decrypted",
				 sealed, NULL);
	if (sealed != NULL)
		return fact_read(ANSWER_YES,
				 "an encrypted handshake record follows its ChangeCipherSpec",
				 ccs != NULL ? ccs : sealed, sealed);
	if (data != NULL && ccs != NULL)
		return fact_read(ANSWER_YES, "application data follows its ChangeCipherSpec", ccs,
				 data);
	/* A server that the client did not wait for may have finished out of sight. */
	if (side == TLS_SERVER && f->end_step != NULL && f->end_step->sender == TLS_CLIENT &&
	    f->client_finished.value != ANSWER_NO)
		return (struct fact){.value = ANSWER_UNKNOWN};
	if (ccs == NULL && a->kind == ATTEMPT_INITIAL && f->end_step != NULL &&
	    ending_side_complete(m->session, side))
		return fact_read(ANSWER_NO, "it never switched to the negotiated keys", f->end_step,
				 NULL);
	return (struct fact){.value = ANSWER_UNKNOWN};
}

void
facts_of(struct facts *f, const struct mutual_auth *m, size_t i, enum flow_end why)
{
	const struct attempt *a = &m->attempts[i];

	*f = (struct facts){0};
	ending_find(f, m, a, why);
	f->resumed = resumed(m, a);
	f->requested = requested(m, a, f);
	f->client_cert = client_cert(m, a, f);
	f->client_finished = finished(m, a, f, TLS_CLIENT);
	f->server_finished = finished(m, a, f, TLS_SERVER);
	f->outcome = reaction_fact(m, a, f);
	f->proof = proof(m, a, f);
	/* Who was not asked for a certificate is refused for another reason. */
	if (m->session->refusal != NULL &&
	    (f->requested.value == ANSWER_YES || f->resumed.value == ANSWER_YES))
		f->modifiers |= MODIFIER_APP_LAYER_REFUSAL;
	f->answer = reaction_since(a, f);
	infer_fill(f, a);
	f->stage = stage_of(m, a, f);
	f->capture_state = stage_capture_state(m, f, why);
}
