/*
 * infer.c - both flights together: what may be claimed of a handshake of TLS 1.3. See infer.h.
 * Two sides that agree strengthen each other, two that disagree cancel each other.
 */
#include "analyzer/verdict/infer.h"

#include <string.h>

#include "analyzer/verdict/infer_parts.h"

static enum confidence
least(enum confidence a, enum confidence b)
{
	return a < b ? a : b;
}

/* Fragments explain a server flight that looks like another: their size was agreed on, or what
 * looks like a request is the first half of the Certificate. */
static bool
explained_by_fragments(const struct infer_view *v, const struct infer_server *s)
{
	return v->in->record_size_limit != 0 || v->in->max_fragment_length != 0 ||
	       s->request_may_be_half;
}

/* False when the sides contradict each other: then nothing is claimed. */
static bool
reconcile(const struct infer_view *v, struct infer_flight *f, struct infer_server *s)
{
	if (s->strange && f->known && f->evidence == EVIDENCE_INFERRED)
		f->confidence = least(f->confidence, CONFIDENCE_MEDIUM);
	if (f->requested == ANSWER_UNKNOWN || s->requested == ANSWER_UNKNOWN ||
	    f->requested == s->requested)
		return true;
	if (!explained_by_fragments(v, s))
		return false;
	s->requested = ANSWER_UNKNOWN;
	f->confidence = least(f->confidence, CONFIDENCE_MEDIUM);
	return true;
}

static void
join_basis(struct infer_fact *to, const char *a, const char *b)
{
	/* Each is complete in itself; what does not fit is left out. */
	size_t used = strnlen(a, sizeof(to->basis) - 1), more = strlen(b);

	memcpy(to->basis, a, used);
	to->basis[used] = '\0';
	if (used == 0 || more == 0 || used + more + 3 > sizeof(to->basis))
		return;
	memcpy(to->basis + used, "; ", 2);
	memcpy(to->basis + used + 2, b, more + 1);
}

static void
state_requested(const struct infer_flight *f, const struct infer_server *s, struct infer_fact *to)
{
	bool client = f->requested != ANSWER_UNKNOWN;
	bool server = s->requested != ANSWER_UNKNOWN && (client || !s->request_may_be_half);

	if (!client && !server)
		return;
	to->value = (int)(client ? f->requested : s->requested);
	to->evidence = EVIDENCE_INFERRED;
	to->confidence = client && server ? CONFIDENCE_VERY_HIGH
			 : client         ? f->confidence
					  : s->confidence;
	/* Padding of both sides is one argument, not two. */
	if (client && server && least(f->confidence, s->confidence) < CONFIDENCE_HIGH)
		to->confidence = f->confidence > s->confidence ? f->confidence : s->confidence;
	join_basis(to, client ? f->basis : s->basis, client && server ? s->basis : "");
	to->records[0] = client ? f->first : s->request != NULL ? s->request : s->finished;
	to->records[1] = client ? f->last : NULL;
	to->records[2] = client && server ? s->request : NULL;
}

static void
state_answer(const struct infer_flight *f, struct infer_output *out)
{
	struct infer_fact *cert = &out->client_cert;

	if (!f->known)
		return;
	cert->value = (int)f->cert;
	cert->evidence = f->evidence;
	cert->confidence = f->confidence;
	join_basis(cert, f->basis, "");
	cert->records[0] = f->first;
	cert->records[1] = f->last;
	out->client_left = f->abort;
	out->answer = f->abort ? NULL : f->last;
	if (f->abort && f->evidence == EVIDENCE_INFERRED)
		out->alert = f->last;
	if (f->finished) {
		out->client_finished = *cert;
		out->client_finished.value = ANSWER_YES;
	}
	if (f->verify != NULL) {
		out->proof = *cert;
		out->proof.value = PROOF_SEEN;
		out->proof.records[0] = f->verify;
		out->proof.records[1] = NULL;
	}
}

static void
note(const struct infer_flight *f, const struct infer_server *s, struct infer_notes *notes)
{
	notes->client_padding = f->padding;
	notes->server_padding = s->padding;
	notes->client_key = f->key;
	notes->certificate_length = f->certificate_length;
	notes->request_length = s->request_length;
	notes->padded_server = s->padded;
}

void
infer_handshake(const struct infer_input *in, struct infer_output *out)
{
	struct infer_view v;
	struct infer_flight f;
	struct infer_server s;

	*out = (struct infer_output){
	    .notes = {.client_padding = INFER_PAD_UNKNOWN, .server_padding = INFER_PAD_UNKNOWN}};
	if (!infer_view_make(&v, in))
		return;
	infer_client_flight(&v, &f);
	infer_server_flight(&v, &s);
	infer_client_padded(&v, s.requested, &f);
	note(&f, &s, &out->notes);
	if (!reconcile(&v, &f, &s))
		return;
	state_requested(&f, &s, &out->requested);
	state_answer(&f, out);
	if (f.known && !f.abort && out->requested.value == ANSWER_YES)
		infer_outcome(&v, &f, &s, out);
}
