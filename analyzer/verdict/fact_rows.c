/*
 * fact_rows.c - facts as text rows: name, value, evidence, frames. See fact_rows.h.
 * Names are those of the design's verdicts.md, section 1.
 */
#include "analyzer/verdict/fact_rows.h"

#include <stddef.h>

#include "analyzer/verdict/explain.h"
#include "analyzer/verdict/reset.h"
#include "dissectors/tls/alert.h"

static const char *
resumed_text(int v)
{
	return answer_name((enum answer)v);
}

static const char *
client_cert_text(int v)
{
	return client_cert_name((enum client_cert)v);
}

static const char *
proof_text(int v)
{
	return proof_name((enum proof)v);
}

static const char *
outcome_text(int v)
{
	return reaction_name((enum reaction)v);
}

static const char *
ended_by_text(int v)
{
	return ended_by_name((enum ended_by)v);
}

static const struct {
	const char *name;
	size_t at; /* of the struct fact in struct facts */
	const char *(*text)(int value);
} rows[] = {
    {"resumed", offsetof(struct facts, resumed), resumed_text},
    {"client_cert_requested", offsetof(struct facts, requested), resumed_text},
    {"client_cert", offsetof(struct facts, client_cert), client_cert_text},
    {"proof", offsetof(struct facts, proof), proof_text},
    {"handshake_completed.client", offsetof(struct facts, client_finished), resumed_text},
    {"handshake_completed.server", offsetof(struct facts, server_finished), resumed_text},
    {"outcome", offsetof(struct facts, outcome), outcome_text},
    {"terminator", offsetof(struct facts, ended_by), ended_by_text},
};

static struct outcome_fact *
next_row(struct outcome *out)
{
	/* out->facts was allocated here; const is for those who read it. */
	return (struct outcome_fact *)out->facts + out->n_facts++;
}

static void
put_frames(struct outcome_frames *frames, const struct fact *f)
{
	uint64_t last = 0;

	for (size_t i = 0; i < FACT_STEPS_MAX; i++) {
		uint64_t frame = f->steps[i] != NULL ? f->steps[i]->mark.frame : 0;
		if (frame == 0 || frame == last)
			continue;
		frames->frame[frames->count++] = last = frame;
	}
}

static struct outcome_fact *
add_fact(struct outcome *out, unsigned attempt_no, const char *name, const char *value,
	 const struct fact *f)
{
	struct outcome_fact *to = next_row(out);

	*to = (struct outcome_fact){.attempt_no = attempt_no,
				    .fact = name,
				    .value = value,
				    .evidence = f->evidence,
				    .confidence = f->confidence,
				    .basis = f->basis,
				    .constants = OUTCOME_CONSTANT_FACT};
	if (!f->written)
		to->constants |= OUTCOME_CONSTANT_BASIS;
	put_frames(&to->frames, f);
	return to;
}

/* With a value of the program's own, as names of enums are. */
static void
add_constant(struct outcome *out, unsigned attempt_no, const char *name, const char *value,
	     const struct fact *f)
{
	add_fact(out, attempt_no, name, value, f)->constants |= OUTCOME_CONSTANT_VALUE;
}

static struct fact
read_in(const struct step *step, const char *basis)
{
	return (struct fact){.evidence = step->decrypted ? EVIDENCE_DECRYPTED : EVIDENCE_OBSERVED,
			     .confidence = CONFIDENCE_CERTAIN,
			     .basis = basis,
			     .steps = {step}};
}

static void
add_request(const struct step *step, unsigned attempt_no, struct outcome *out)
{
	const struct request *q = step->detail;
	struct fact f = read_in(step, "read in the CertificateRequest");

	add_fact(out, attempt_no, "request.ca_names", q->names_text, &f);
	if (q->types_text != NULL)
		add_fact(out, attempt_no, "request.cert_types", q->types_text, &f);
	if (q->schemes_text != NULL)
		add_fact(out, attempt_no, "request.sigalgs", q->schemes_text, &f);
}

static void
add_version(struct tls_session *s, const struct attempt *a, unsigned attempt_no,
	    struct outcome *out)
{
	const struct step *hello = a->seen[EVENT_SERVER_HELLO];

	if (hello == NULL)
		hello = a->seen[EVENT_SERVER_HELLO_13];
	if (hello == NULL || s->version == TLS_VERSION_UNKNOWN)
		return;
	struct fact f = read_in(hello, "chosen in the ServerHello");
	add_constant(out, attempt_no, "tls_version", tls_version_name((uint16_t)s->version), &f);
}

/* What came of the secrets that were there for this session. */
static const struct {
	const char *value, *basis;
} decryptions[] = {
    {"opened", "its records were opened with a secret that was given"},
    {"partly", "some of its records were opened with a secret that was given"},
    {"wrong_key", "the secrets given for it open none of its records"},
    {"keys_too_late", "its secrets came after more records than can be held back"},
    {"unsupported", "there is a secret, but its cipher suite is not supported"},
};

static void
add_decryption(const struct tls_session *s, struct outcome *out)
{
	size_t i;
	struct fact f = {.evidence = EVIDENCE_OBSERVED, .confidence = CONFIDENCE_CERTAIN};

	if (s->keys == SESSION_KEYS_UNUSABLE)
		i = 4;
	else if (s->keys_too_late)
		i = 3;
	else if (s->opened > 0)
		i = s->not_opened > 0 ? 1 : 0;
	else if (s->not_opened > 0)
		i = 2;
	else
		return;
	f.basis = decryptions[i].basis;
	add_constant(out, 1, "decryption", decryptions[i].value, &f);
}

static void
add_refusal(const struct tls_session *s, struct outcome *out)
{
	struct fact f = {.evidence = EVIDENCE_DECRYPTED,
			 .confidence = CONFIDENCE_CERTAIN,
			 .basis = "application data of the server, decrypted"};

	if (s->refusal != NULL)
		add_fact(out, 1, "app_layer_refusal", s->refusal, &f);
}

static const char *const fits[] = {
    [RESET_FITS] = "nothing speaks against this side having sent the RST",
    [RESET_TTL] = "no other packet of this side had the TTL of the RST",
    [RESET_COUNT] = "the IP-ID of the RST is far from those of this side's other packets",
    [RESET_ZERO] = "the RST has an IP-ID, this side's other packets have none",
};

static void
add_resets(struct tls_session *s, const struct mutual_auth *m, struct outcome *out)
{
	static const char *const names[] = {"reset.client", "reset.server"};

	for (enum tls_side side = TLS_CLIENT; side <= TLS_SERVER; side++) {
		const struct step *p = s->trace.side[side].first;
		if (!mutual_auth_any(m, side, STEP_RST))
			continue;
		while (p->kind != STEP_RST)
			p = p->next;
		struct fact f = read_in(p, fits[reset_fit(s, side)]);
		add_fact(out, 1, names[side], reset_value(s, side), &f);
	}
}

static bool
reserve(struct tls_session *s, const struct mutual_auth *m, struct outcome *out)
{
	if (out->facts == NULL)
		out->facts = arena_room(&s->arena, m->n_attempts * FACT_ROWS_MAX *
						       sizeof(struct outcome_fact));
	return out->facts != NULL;
}

bool
fact_rows(struct tls_session *s, const struct mutual_auth *m, size_t attempt, const struct facts *f,
	  struct outcome *out)
{
	const struct attempt *a = &m->attempts[attempt];
	const struct step *request = a->seen[EVENT_CERT_REQUEST];
	unsigned number = (unsigned)attempt + 1;

	if (!reserve(s, m, out))
		return false;
	if (attempt == 0) {
		add_decryption(s, out);
		add_refusal(s, out);
		add_resets(s, m, out);
	}
	add_version(s, a, number, out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact *fact = (const void *)((const char *)f + rows[i].at);
		if (fact->evidence != EVIDENCE_NONE)
			add_constant(out, number, rows[i].name, rows[i].text(fact->value), fact);
	}
	if (request != NULL && request->detail != NULL)
		add_request(request, number, out);
	if (f->alert != NULL) {
		struct fact alert =
		    read_in(f->alert, f->alert->decrypted ? "decrypted" : "read in the clear");
		struct outcome_fact *row =
		    add_fact(out, number, "alert", explain_alert(&s->arena, f->alert), &alert);
		if (tls_alert_name(f->alert->code) != NULL)
			row->constants |= OUTCOME_CONSTANT_VALUE;
	}
	return true;
}
