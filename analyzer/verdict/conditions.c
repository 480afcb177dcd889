/*
 * conditions.c - see conditions.h. One function per group of conditions.def.
 */
#include "analyzer/verdict/conditions.h"

#include <ctype.h>

#include "analyzer/verdict/ending.h"
#include "dissectors/tls/alert.h"

enum { NS_PER_S = 1000 * 1000 * 1000, PLAINTEXT_LOOK = 8 };
enum {
	APP_BITS = MODIFIER_APP_LAYER_REFUSAL | MODIFIER_APP_LAYER_REFUSAL_SUSPECTED |
		   MODIFIER_DROPPED_AFTER_ACCEPT
};

static const char *const meaning_of[IF_COUNT] = {
#define CONDITION(constant, meaning) [IF_##constant] = meaning,
#include "analyzer/verdict/conditions.def"
};

const char *
condition_meaning(enum condition c)
{
	return c > IF_NONE && c < IF_COUNT ? meaning_of[c] : "nothing";
}

/* --- what there is ---------------------------------------------------------------------------- */

static void
find_messages(struct finding_case *c)
{
	const struct attempt *a = c->attempt;
	const struct step *server = a->seen[EVENT_SERVER_CERT];

	c->cert = a->seen[EVENT_CLIENT_CERT];
	c->request_step = a->seen[EVENT_CERT_REQUEST];
	if (c->cert != NULL && c->cert->detail != NULL)
		c->chain = c->cert->detail;
	if (c->chain != NULL && c->chain->count > 0)
		c->leaf = c->chain->certificates[0];
	if (server != NULL && server->detail != NULL)
		c->server_chain = server->detail;
	if (c->request_step != NULL)
		c->request = c->request_step->detail;
}

static int64_t
seconds_of(int64_t ns)
{
	return ns >= 0 ? ns / NS_PER_S : -((-ns + NS_PER_S - 1) / NS_PER_S);
}

static void
find_times(struct finding_case *c)
{
	const struct facts *f = c->facts;
	const struct step *end = f->end_step, *since = f->answer;

	c->now = seconds_of(c->cert != NULL ? c->cert->mark.time_ns : c->session->first_ns);
	if (since != NULL && end != NULL)
		c->stalled = end->mark.time_ns - since->mark.time_ns;
	if (c->request_step != NULL && (since != NULL || end != NULL))
		c->waited =
		    (since != NULL ? since : end)->mark.time_ns - c->request_step->mark.time_ns;
}

static void
find_alert(struct finding_case *c)
{
	const struct step *alert = c->facts->alert;

	c->alert = -1;
	if (alert != NULL && alert->kind == STEP_ALERT && alert->sender == TLS_SERVER)
		c->alert = alert->code;
}

static void
guess_stacks(struct finding_case *c)
{
	bool empty = c->facts->client_cert.value == CLIENT_CERT_EMPTY;

	c->client_stack = stack_of_client(c->session->client_hello);
	c->server_stack = stack_of_server(c->request, c->session->version, empty ? c->alert : -1);
}

static void
check_chain(struct finding_case *c)
{
	struct bytes der[CHAIN_SENT_MAX];
	size_t n = 0;

	c->trust = (struct chain_result){.revoked_at = INT64_MIN, .crl_until = INT64_MIN};
	if (c->leaf == NULL)
		return;
	checks_chain(c->chain->certificates, c->chain->count, c->request, c->now, &c->checks);
	if (c->session->run->trust == NULL || c->chain->raw_public_key)
		return;
	for (; n < c->chain->count && n < CHAIN_SENT_MAX; n++)
		der[n] =
		    bytes_of(c->chain->certificates[n]->der, c->chain->certificates[n]->der_len);
	chain_verify(c->session->run->trust, der, n, c->now, &c->trust);
}

/* --- what holds ------------------------------------------------------------------------------- */

static bool
refused_renegotiation(const struct finding_case *c)
{
	if (!mutual_auth_any(c->m, TLS_CLIENT, STEP_ALERT))
		return false;
	for (const struct step *p = c->session->trace.side[TLS_CLIENT].first; p != NULL;
	     p = p->next)
		if (p->kind == STEP_ALERT && p->code == TLS_ALERT_no_renegotiation)
			return true;
	return false;
}

static void
note(struct finding_case *c, enum condition condition, bool holds)
{
	condition_put(&c->holds, condition, holds);
}

/* What was asked and sent, and how the server took it. */
static void
answer_conditions(struct finding_case *c)
{
	const struct facts *f = c->facts;
	const struct step *empty = c->attempt->seen[EVENT_CLIENT_CERT_EMPTY];
	bool app = (f->modifiers & APP_BITS) != 0, resumed = f->resumed.value == ANSWER_YES;
	bool refused = f->outcome.value == REACTION_REJECTED;
	bool dropped = f->outcome.value == REACTION_DROPPED_NO_REPLY;

	note(c, IF_ASKED, f->requested.value == ANSWER_YES);
	note(c, IF_RESUMED, resumed);
	note(c, IF_NOT_ASKED, f->requested.value == ANSWER_NO && !resumed);
	note(c, IF_EMPTY, f->client_cert.value == CLIENT_CERT_EMPTY);
	note(c, IF_PRESENTED, f->client_cert.value == CLIENT_CERT_PRESENTED);
	note(c, IF_REFUSED, refused);
	note(c, IF_DROPPED, dropped);
	note(c, IF_ACCEPTED, f->outcome.value == REACTION_ACCEPTED && !app);
	note(c, IF_FAILED, refused || dropped || app);
	note(c, IF_APP_READ, (f->modifiers & MODIFIER_APP_LAYER_REFUSAL) != 0);
	note(c, IF_APP_GUESSED, (f->modifiers & MODIFIER_APP_LAYER_REFUSAL_SUSPECTED) != 0);
	note(c, IF_CLOSED_AFTER, (f->modifiers & MODIFIER_DROPPED_AFTER_ACCEPT) != 0);
	note(c, IF_ALERT_HIDDEN, refused && c->alert < 0);
	note(c, IF_PROOF_INVALID, f->proof.value == PROOF_INVALID);
	note(c, IF_WARNING_41, empty != NULL && empty->kind == STEP_ALERT);
	note(c, IF_WAITED, c->waited >= CONDITIONS_WAIT_NS);
	note(c, IF_STALLED, c->stalled >= CONDITIONS_WAIT_NS);
}

static void
end_conditions(struct finding_case *c)
{
	const struct facts *f = c->facts;
	const struct attempt *a = c->attempt;
	bool client_ended = f->end_step != NULL && f->end_step->sender == TLS_CLIENT;
	bool later = a->kind == ATTEMPT_RENEGOTIATION;

	note(c, IF_ON_SERVER_CERT, f->ending == ENDING_CLIENT_CERT_ALERT);
	note(c, IF_ALERT_INSTEAD,
	     f->client_cert.value == CLIENT_CERT_NONE_SENT &&
		 f->ended_by.value == ENDED_BY_CLIENT_ALERT &&
		 f->ended_by.evidence == EVIDENCE_INFERRED);
	note(c, IF_LEFT_AT_ONCE,
	     client_ended && f->server_finished.value == ANSWER_YES &&
		 a->seen[EVENT_CLIENT_APPLICATION] == NULL &&
		 c->session->trace.side[TLS_CLIENT].application_first == NULL);
	note(c, IF_NO_RENEGOTIATION, refused_renegotiation(c));
	note(c, IF_LATER, later);
	note(c, IF_REFUSED_AGAIN,
	     later && a->seen[EVENT_CLIENT_SEALED] == NULL && client_ended &&
		 f->end_step->kind == STEP_SEALED_ALERT);
}

/* Verdicts that are conditions, too. */
static const uint8_t by_verdict[] = {
    [VERDICT_SERVER_CERT_REJECTED_BY_CLIENT] = IF_V_SERVER_CERT,
    [VERDICT_CLIENT_ABORTED_AFTER_SERVER_FLIGHT] = IF_V_LEFT_EARLY,
    [VERDICT_CLIENT_CERT_PROOF_FAILED] = IF_V_PROOF,
    [VERDICT_CLIENT_ABORTED_ON_REQUEST] = IF_V_CLIENT_LEFT,
    [VERDICT_CLIENT_ANSWER_MISSING] = IF_V_CLIENT_LEFT,
    [VERDICT_SERVER_GAVE_UP_WAITING] = IF_V_SERVER_LEFT,
    [VERDICT_NO_CLIENT_CERT_TOLERATED] = IF_V_TOLERATED,
    [VERDICT_HANDSHAKE_FAILED_BEFORE_REQUEST] = IF_V_EARLY,
    [VERDICT_HANDSHAKE_FAILED_OTHER] = IF_V_OTHER,
    [VERDICT_INCOMPLETE_CAPTURE] = IF_V_INCOMPLETE,
    [VERDICT_LATE_REQUEST_UNANSWERED] = IF_V_LATE,
};

static void
verdict_conditions(struct finding_case *c)
{
	size_t v = (size_t)c->verdict->verdict;

	if (v < sizeof(by_verdict) && by_verdict[v] != IF_NONE)
		note(c, (enum condition)by_verdict[v], true);
}

static const struct {
	unsigned check;
	enum condition condition;
} by_check[] = {
    {CHECK_EXPIRED, IF_EXPIRED},
    {CHECK_NOT_YET_VALID, IF_NOT_YET},
    {CHECK_SKEW, IF_SKEW},
    {CHECK_NO_CLIENT_AUTH, IF_NO_CLIENT_AUTH},
    {CHECK_NO_SIGNATURE, IF_NO_SIGNATURE},
    {CHECK_SELF_SIGNED, IF_SELF_SIGNED},
    {CHECK_ISSUER_UNSENT, IF_UNSENT},
    {CHECK_ISSUER_LISTED, IF_LISTED},
    {CHECK_ISSUER_UNLISTED, IF_UNLISTED},
    {CHECK_WEAK_KEY, IF_WEAK_KEY},
    {CHECK_WEAK_DIGEST, IF_WEAK_DIGEST},
    {CHECK_DEEP, IF_DEEP},
    {CHECK_MALFORMED, IF_MALFORMED},
    {CHECK_KEY_NOT_ASKED_FOR, IF_KEY_NOT_ASKED},
    {CHECK_UPPER_EXPIRED, IF_UPPER_EXPIRED},
    {CHECK_STATUS_URL, IF_STATUS_URL},
};

static void
certificate_conditions(struct finding_case *c)
{
	unsigned found = c->checks.found;

	if (found == 0)
		return;
	for (size_t i = 0; i < sizeof(by_check) / sizeof(by_check[0]); i++)
		note(c, by_check[i].condition, (found & by_check[i].check) != 0);
	note(c, IF_SERVER_ONLY,
	     (found & CHECK_NO_CLIENT_AUTH) != 0 && (found & CHECK_NO_SERVER_AUTH) == 0);
}

static void
trust_conditions(struct finding_case *c)
{
	unsigned found = c->trust.found;
	bool checked = c->trust.checked && c->trust.ca_given;

	note(c, IF_CHAIN_GOOD,
	     checked && (found & ~(unsigned)(CHAIN_CRL_MISSING | CHAIN_CRL_EXPIRED |
					     CHAIN_CRL_CURRENT)) == 0);
	note(c, IF_UNTRUSTED, checked && (found & CHAIN_UNTRUSTED) != 0);
	note(c, IF_BY_STORE, checked && (found & CHAIN_INTERMEDIATE) != 0);
	note(c, IF_REVOKED, (found & CHAIN_REVOKED) != 0);
}

static void
request_conditions(struct finding_case *c)
{
	unsigned found = checks_request(c->request);

	note(c, IF_SAW_REQUEST, c->request != NULL);
	note(c, IF_LIST_EMPTY, (found & CHECK_LIST_EMPTY) != 0);
	note(c, IF_LIST_LONG, (found & CHECK_LIST_LONG) != 0);
	note(c, IF_NARROW, (found & CHECK_NARROW) != 0);
	note(c, IF_WITHHOLDS, stack_answer(c->client_stack) == STACK_WITHHOLDS);
	note(c, IF_SENDS_ANYWAY, stack_answer(c->client_stack) == STACK_SENDS);
}

/* Reasons that an alert gives by its number; the others leave it open (RFC 8446 section 6.2). */
static bool
alert_says_why(int alert)
{
	static const int own[] = {TLS_ALERT_unsupported_certificate, TLS_ALERT_certificate_revoked,
				  TLS_ALERT_certificate_expired,     TLS_ALERT_unknown_ca,
				  TLS_ALERT_access_denied,           TLS_ALERT_decrypt_error};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i] == alert)
			return true;
	return false;
}

static void
network_conditions(struct finding_case *c)
{
	const struct step *end = c->facts->end_step;
	const struct fetches_found *ocsp = &c->network.ocsp, *crl = &c->network.crl;

	network_look(&c->network, c->session, c->chain, c->cert != NULL ? c->cert->mark.time_ns : 0,
		     end != NULL ? end->mark.time_ns : c->session->last_ns);
	note(c, IF_OCSP_FAILED, ocsp->failed.kinds != 0 && !ocsp->failed.guessed && !ocsp->done);
	note(c, IF_OCSP_TRIED, ocsp->failed.kinds != 0 && ocsp->failed.guessed && !ocsp->done);
	note(c, IF_OCSP_DONE, ocsp->done);
	note(c, IF_CRL_FAILED, crl->failed.kinds != 0 && !crl->failed.guessed && !crl->done);
	note(c, IF_ALERT_ELSE, alert_says_why(c->alert));
	if (c->facts->stage == STAGE_FINISHED)
		return;
	note(c, IF_SWALLOWED, c->network.hole == NETWORK_HOLE);
	note(c, IF_SWALLOWED_MAYBE, c->network.hole == NETWORK_HOLE_MAYBE);
}

static bool
is_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < PLAINTEXT_LOOK; i++)
		if (!isprint((unsigned char)text[i]) && !isspace((unsigned char)text[i]))
			return false;
	return len >= PLAINTEXT_LOOK;
}

/* The server's stream begins with text, and no ServerHello came: nothing lost, nothing else. */
static bool
answered_in_plaintext(const struct finding_case *c)
{
	const struct tls_session *s = c->session;
	const struct step *first = s->trace.side[TLS_SERVER].first;

	if (s->server_hello != NULL || s->version != TLS_VERSION_UNKNOWN || first == NULL ||
	    first->kind != STEP_FOREIGN || first->at > 1)
		return false;
	return c->attempt->seen[EVENT_CLIENT_HELLO] != NULL && s->foreign_text != NULL &&
	       !session_direction(s, TLS_SERVER)->gap &&
	       is_text(s->foreign_text, s->foreign_text_len);
}

static void
hello_conditions(struct finding_case *c)
{
	const struct client_hello_detail *ch = c->session->client_hello;
	const struct server_hello_detail *sh = c->session->server_hello;
	bool agreed = sh != NULL && sh->client_certificate_type != 0;

	note(c, IF_PORT_443, c->session->flow->from[!c->session->client].port == 443);
	note(c, IF_PLAINTEXT, answered_in_plaintext(c));
	if (c->leaf != NULL && sh != NULL && !tls_version_is_13(c->session->version))
		note(c, IF_OTHER_TYPE, c->chain->raw_public_key != agreed);
	if (sh != NULL && sh->alpn != NULL)
		note(c, IF_H2, strcmp(sh->alpn, "h2") == 0);
	if (ch == NULL || ch->sslv2_format)
		return;
	note(c, IF_NO_SNI, ch->sni == NULL && !ch->ech);
	note(c, IF_NO_ALPN, !ch->has_alpn);
	note(c, IF_NO_LATE_AUTH,
	     tls_version_is_13(c->session->version) && !ch->post_handshake_auth);
}

void
conditions_of(struct finding_case *c, struct tls_session *s, const struct mutual_auth *m,
	      size_t attempt, const struct facts *f, const struct verdict_result *v)
{
	*c = (struct finding_case){
	    .session = s, .m = m, .attempt = &m->attempts[attempt], .facts = f, .verdict = v};
	find_messages(c);
	find_times(c);
	find_alert(c);
	guess_stacks(c);
	check_chain(c);
	answer_conditions(c);
	end_conditions(c);
	verdict_conditions(c);
	certificate_conditions(c);
	trust_conditions(c);
	request_conditions(c);
	hello_conditions(c);
	network_conditions(c);
}
