/*
 * judge.c - arranges what was found into an outcome. See judge.h.
 */
#include "analyzer/verdict/judge.h"

#include "analyzer/packet/community_id.h"
#include "analyzer/verdict/explain.h"
#include "analyzer/verdict/fact_rows.h"
#include "analyzer/verdict/findings.h"
#include "analyzer/verdict/infer_facts.h"
#include "analyzer/verdict/ladder_rows.h"
#include "analyzer/verdict/notes.h"
#include "analyzer/verdict/proof.h"
#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/names.h"

struct judged {
	struct facts facts;
	struct verdict_result verdict;
};

/* The last attempt in which a certificate was requested; else the last whose request can't be
 * known; else the initial one (contract, `sessions`). */
static size_t
headline(const struct judged *j, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (j[i - 1].facts.requested.value == ANSWER_YES)
			return i - 1;
	for (size_t i = n; i > 0; i--)
		if (j[i - 1].facts.requested.value == ANSWER_UNKNOWN)
			return i - 1;
	return 0;
}

static void
fill_attempt(struct tls_session *s, struct outcome_attempt *to, const struct judged *j,
	     enum attempt_kind kind, unsigned number)
{
	const struct facts *f = &j->facts;
	const struct step *alert = f->alert;

	*to = (struct outcome_attempt){.attempt_no = number,
				       .kind = kind,
				       .resumed = (enum answer)f->resumed.value,
				       .client_cert_requested = (enum answer)f->requested.value,
				       .client_cert = (enum client_cert)f->client_cert.value,
				       .proof = (enum proof)f->proof.value,
				       .client_finished = (enum answer)f->client_finished.value,
				       .server_finished = (enum answer)f->server_finished.value,
				       .outcome = (enum reaction)f->outcome.value,
				       .ended_by = (enum ended_by)f->ended_by.value,
				       .alert_code = -1,
				       .capture_state = f->capture_state,
				       .evidence = j->verdict.evidence,
				       .confidence = j->verdict.confidence};
	(void)s;
	if (alert == NULL || alert->kind != STEP_ALERT)
		return;
	to->alert_code = alert->code;
	to->alert = tls_alert_name(alert->code);
	to->alert_from = alert->sender;
}

static bool
judge_attempts(struct tls_session *s, const struct mutual_auth *m, enum flow_end why,
	       struct judged *j, struct outcome *out)
{
	struct outcome_attempt *attempts = arena_room(&s->arena, m->n_attempts * sizeof(*attempts));

	if (attempts == NULL)
		return false;
	for (size_t i = 0; i < m->n_attempts; i++) {
		facts_of(&j[i].facts, m, i, why);
		j[i].verdict = verdict_of(&j[i].facts, i > 0);
		fill_attempt(s, &attempts[i], &j[i], m->attempts[i].kind, (unsigned)i + 1);
	}
	out->attempts = attempts;
	out->n_attempts = m->n_attempts;
	out->headline = headline(j, m->n_attempts);
	return true;
}

/* --- what the session is called
 * --------------------------------------------------------------------------- */

static struct outcome_endpoint
endpoint_of(const struct flow *f, enum flow_dir d)
{
	struct outcome_endpoint e = {.family = f->from[d].family, .port = f->from[d].port};

	memcpy(e.addr, f->from[d].addr, sizeof(e.addr));
	memcpy(e.mac, f->mac[d], sizeof(e.mac));
	e.has_mac = f->has_mac && f->dir[d].packets > 0;
	return e;
}

static const char *
version_text(const struct tls_session *s)
{
	if (session_foreign_is_sslv2(s))
		return "SSLv2";
	return s->version != TLS_VERSION_UNKNOWN ? tls_version_name((uint16_t)s->version) : NULL;
}

static void
fill_hellos(struct tls_session *s, struct outcome *out)
{
	const struct client_hello_detail *ch = s->client_hello;
	const struct server_hello_detail *sh = s->server_hello;

	out->ech = ECH_UNKNOWN;
	out->constants |= OUTCOME_CONSTANT_NAME;
	if (ch != NULL) {
		out->sni = ch->sni;
		out->ja4 = ch->ja4[0] != '\0' ? ch->ja4 : NULL;
		out->ech = ch->ech ? ECH_OFFERED : ECH_NONE;
		out->client_random = ch->has_random ? ch->random : NULL;
	}
	if (sh == NULL)
		return;
	out->alpn = sh->alpn != NULL ? sh->alpn : s->encrypted_alpn;
	out->server_random = sh->random;
	out->cipher_suite = tls_cipher_name(sh->cipher_suite);
	if (out->cipher_suite != NULL)
		return;
	out->cipher_suite = arena_format(&s->arena, "0x%04x", sh->cipher_suite);
	out->constants &= (uint8_t)~OUTCOME_CONSTANT_NAME;
}

static void
fill_session(struct tls_session *s, struct outcome *out)
{
	const struct flow *f = s->flow;
	char *community = arena_room(&s->arena, COMMUNITY_ID_SIZE);

	out->transport = TRANSPORT_TCP;
	out->client = endpoint_of(f, s->client);
	out->server = endpoint_of(f, !s->client);
	out->vlan = f->vlan;
	if (community != NULL &&
	    community_id_text(s->run->hasher, 6, &f->from[0], &f->from[1], community))
		out->community_id = community;
	out->stream = f->stream;
	out->first_frame = s->first_frame;
	out->last_frame = s->last_frame;
	out->started_ns = s->first_ns;
	out->ended_ns = s->last_ns;
	out->tls_version = version_text(s);
	fill_hellos(s, out);
}

/* --- certificates and requests
 * --------------------------------------------------------------------------------- */

static bool
is_chain(const struct step *p)
{
	return p->kind == STEP_MESSAGE && p->detail != NULL &&
	       (p->type == TLS_HS_certificate || p->type == TLS_HS_compressed_certificate);
}

static bool
is_request(const struct step *p)
{
	return p->kind == STEP_MESSAGE && p->detail != NULL &&
	       p->type == TLS_HS_certificate_request;
}

/* How many of them there are: whoever looks for them need not look behind the last. */
struct shown {
	size_t certificates, requests;
};

static struct shown
count_shown(const struct mutual_auth *m)
{
	struct shown n = {0};

	for (size_t i = 0; i < m->n_steps; i++) {
		const struct step *p = m->steps[i];
		if (is_chain(p))
			n.certificates += ((const struct chain_detail *)p->detail)->count;
		n.requests += is_request(p);
	}
	if (n.requests > SESSION_REQUESTS_MAX)
		n.requests = SESSION_REQUESTS_MAX;
	return n;
}

static size_t
fill_links(struct outcome_chain_link *to, const struct step *p, unsigned attempt_no)
{
	const struct chain_detail *d = p->detail;

	for (size_t k = 0; k < d->count; k++)
		to[k] = (struct outcome_chain_link){.attempt_no = attempt_no,
						    .role = p->sender,
						    .position = (unsigned)k,
						    .certificate = d->certificates[k]};
	return d->count;
}

static bool
fill_chain(struct tls_session *s, const struct mutual_auth *m, size_t count, struct outcome *out)
{
	struct outcome_chain_link *links = arena_room(&s->arena, (count + 1) * sizeof(*links));

	if (links == NULL)
		return false;
	for (size_t i = 0; i < m->n_steps && out->n_chain < count; i++) {
		const struct step *p = m->steps[i];
		if (is_chain(p))
			out->n_chain += fill_links(links + out->n_chain, p, m->attempt_of[i] + 1u);
	}
	out->chain = links;
	return true;
}

static bool
fill_requests(struct tls_session *s, const struct mutual_auth *m, size_t count, struct outcome *out)
{
	struct outcome_request *to = arena_room(&s->arena, (count + 1) * sizeof(*to));

	if (to == NULL)
		return false;
	for (size_t i = 0; i < m->n_steps && out->n_requests < count; i++) {
		const struct step *p = m->steps[i];
		if (!is_request(p))
			continue;
		const struct request *q = p->detail;
		struct outcome_request *r = &to[out->n_requests++];
		*r = (struct outcome_request){
		    .attempt_no = m->attempt_of[i] + 1u, .items = q->items, .count = q->count};
		memcpy(r->digest, q->digest, sizeof(r->digest));
	}
	out->requests = to;
	return true;
}

bool
judge_session(struct tls_session *s, enum flow_end why, struct outcome *out)
{
	struct mutual_auth m;
	struct judged judged[ATTEMPTS_MAX];

	proof_expect(s);
	*out = (struct outcome){0};
	if (!mutual_auth_run(&m, s) || !infer_attempts(&m) ||
	    !judge_attempts(s, &m, why, judged, out))
		return false;
	fill_session(s, out);
	const struct judged *j = &judged[out->headline];
	out->verdict = j->verdict.verdict;
	out->sub_reason = j->verdict.sub_reason;
	out->modifiers = j->facts.modifiers;
	infer_note(&out->notes, &m, out->headline, &j->facts);
	notes_of(&out->notes, &m, &judged[0].facts);
	out->explanation = explain_verdict(s, &j->facts, &j->verdict);
	if ((out->modifiers & MODIFIER_APP_LAYER_REFUSAL) != 0)
		out->explanation =
		    arena_format(&s->arena, "%s The server then said, above TLS: \"%s\".",
				 out->explanation, s->refusal);
	if (out->explanation == explain_template(out->verdict))
		out->constants |= OUTCOME_CONSTANT_EXPLANATION;
	const struct shown shown = count_shown(&m);
	if (!fill_chain(s, &m, shown.certificates, out) ||
	    !fill_requests(s, &m, shown.requests, out) || !ladder_rows(s, &m, out) ||
	    !findings_add(s, &m, &j->facts, &j->verdict, out))
		return false;
	for (size_t i = 0; i < m.n_attempts; i++)
		if (!fact_rows(s, &m, i, &judged[i].facts, out))
			return false;
	return !s->arena.failed;
}
