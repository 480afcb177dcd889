/*
 * infer_pha.c - post-handshake authentication of TLS 1.3 by its sizes. See infer.h.
 * RFC 8446 section 4.6.2: only a client that offered post_handshake_auth is asked; it answers with
 * Certificate, [CertificateVerify,] Finished in a row, its Certificate repeating the request's
 * context. Application data may look the same, so nothing here is better than medium, but for a
 * certificate with its proof.
 */
#include "analyzer/verdict/infer_parts.h"
#include "dissectors/tls/record.h"

static const uint8_t contexts[] = {
#define INFER_CONTEXT(bytes) bytes,
#include "analyzer/verdict/infer_sizes.def"
};

enum { ALERTS_MAX = 2 };

#define SAY(f, ...) infer_say((f)->basis, __VA_ARGS__)

static bool
usable(const struct infer_record *r)
{
	return r->joined && !r->cut && r->repeat == 0 && r->type == TLS_CONTENT_application_data;
}

/* The server's last record before this answer: it must have come since the client last spoke, or
 * the client was not asked. NULL: none. */
static const struct infer_record *
request_before(const struct infer_view *v, const struct infer_record *answer, uint64_t heard)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	const struct infer_record *last = NULL;

	for (size_t i = 0; i < server->count; i++)
		if (server->records[i].type == TLS_CONTENT_application_data &&
		    server->records[i].end <= answer->ack)
			last = &server->records[i];
	return last != NULL && last->end > heard && last->repeat == 0 && !last->cut &&
		       last->length > infer_length(v, INFER_EMPTY, 0)
		   ? last
		   : NULL;
}

static bool
is_empty_with_context(const struct infer_view *v, uint32_t length, int padding)
{
	for (size_t i = 0; i < sizeof(contexts); i++)
		if (length == infer_length(v, INFER_EMPTY, padding) + contexts[i])
			return true;
	return false;
}

/* Both left in one go; or the server refused between them, by its last word (GnuTLS writes each
 * message apart). */
static bool
together(const struct infer_view *v, const struct infer_record *a, const struct infer_record *b)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	const struct infer_record *last =
	    server->count > 0 ? &server->records[server->count - 1] : NULL;

	if (a->ack == b->ack)
		return true;
	return last != NULL && usable(last) &&
	       infer_is(v, last, INFER_ALERT) != INFER_PAD_UNKNOWN && a->ack == last->at &&
	       b->ack == last->end;
}

/* Records of the answer that ends with the Finished r[i]; 0: it is none. */
static size_t
answer_length(const struct infer_view *v, const struct infer_record *r, size_t i, size_t from,
	      int padding)
{
	if (!usable(&r[i]) || i < from + 1 || !usable(&r[i - 1]) ||
	    !together(v, &r[i - 1], &r[i]) ||
	    !infer_is_padded(v, r[i].length, INFER_FINISHED, padding))
		return 0;
	if (is_empty_with_context(v, r[i - 1].length, padding))
		return 2;
	if (i >= from + 2 && usable(&r[i - 2]) && together(v, &r[i - 2], &r[i - 1]) &&
	    infer_verify_key(v, r[i - 1].length, padding) != NULL &&
	    r[i - 2].length >= infer_sealed(v, INFER_CERTIFICATE_LEAST, padding))
		return 3;
	return 0;
}

static void
state_answer(const struct infer_record *r, size_t n, struct infer_output *out)
{
	struct infer_fact *cert = &out->client_cert;

	cert->evidence = EVIDENCE_INFERRED;
	cert->records[0] = &r[0];
	cert->records[1] = &r[n - 1];
	if (n == 2) {
		cert->value = CLIENT_CERT_EMPTY;
		cert->confidence = CONFIDENCE_MEDIUM;
		SAY(cert,
		    "after the handshake the client sent a %u-byte and a %u-byte record "
		    "together: an empty Certificate with a context, and Finished",
		    r[0].length, r[1].length);
	} else {
		cert->value = CLIENT_CERT_PRESENTED;
		cert->confidence = CONFIDENCE_HIGH;
		SAY(cert,
		    "after the handshake the client sent records of %u, %u and %u bytes "
		    "together: a Certificate, CertificateVerify and Finished",
		    r[0].length, r[1].length, r[2].length);
		out->proof = *cert;
		out->proof.value = PROOF_SEEN;
	}
	out->requested = *cert;
	out->requested.value = ANSWER_YES;
	out->client_finished = *cert;
	out->client_finished.value = ANSWER_YES;
	out->answer = &r[n - 1];
}

static void
state_outcome(const struct infer_view *v, const struct infer_record *begin,
	      const struct infer_record *answer, int padding, struct infer_output *out)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	const struct infer_record *first = NULL;
	size_t count = 0, alerts = 0;

	for (size_t i = 0; i < server->count; i++) {
		const struct infer_record *r = &server->records[i];
		bool alert = r->repeat == 0 && infer_is_padded(v, r->length, INFER_ALERT, padding);
		if (r->ack < (alert ? begin : answer)->end)
			continue;
		if (!usable(r) && r->repeat == 0)
			return;
		first = first == NULL ? r : first;
		count += 1 + r->repeat;
		alerts += alert;
	}
	if (first == NULL)
		return;
	bool refused =
	    first->repeat == 0 && infer_is_padded(v, first->length, INFER_ALERT, padding);
	bool early = first->ack < answer->end; /* only a refusal does not wait for the rest */
	if (refused && (alerts != count || count > ALERTS_MAX || !(early || server->complete)))
		return;
	out->outcome.value = refused ? REACTION_REJECTED : REACTION_ACCEPTED;
	out->outcome.evidence = EVIDENCE_INFERRED;
	out->outcome.confidence = CONFIDENCE_MEDIUM;
	out->outcome.records[0] = answer;
	out->outcome.records[1] = first;
	out->alert = refused ? first : NULL;
	out->notes.outcome_rule = refused ? INFER_RULE_ALERTS : INFER_RULE_FIRST_RECORD;
	SAY(&out->outcome,
	    "the server's first record after the client's answer has %u bytes; an "
	    "alert has %u",
	    first->length, infer_length(v, INFER_ALERT, padding));
}

bool
infer_post_handshake(const struct infer_input *in, uint64_t from, struct infer_late *late)
{
	const struct infer_side *client = &in->side[TLS_CLIENT];
	struct infer_view v;
	size_t first = 0;

	if (!in->post_handshake_auth || !client->started || !infer_view_make(&v, in))
		return false;
	*late = (struct infer_late){0};
	while (first < client->count && client->records[first].at < from)
		first++;
	for (size_t i = first; i < client->count; i++) {
		int padding;
		for (unsigned p = 0; infer_any_padding(&padding, p); p++) {
			size_t n = answer_length(&v, client->records, i, first, padding);
			if (n == 0)
				continue;
			const struct infer_record *r = &client->records[i + 1 - n];
			uint64_t heard = r > client->records ? r[-1].ack : 0;
			late->request = request_before(&v, r, heard);
			if (late->request == NULL)
				continue;
			late->first = r;
			state_answer(r, n, &late->output);
			state_outcome(&v, r, &client->records[i], padding, &late->output);
			return true;
		}
	}
	return false;
}
