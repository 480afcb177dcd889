/*
 * infer_reneg.c - a renegotiation of TLS 1.2 and older by its sizes: the messages are encrypted,
 * their record headers say handshake (RFC 5246 section 7.4, sizes section 6.2.3). See infer.h.
 */
#include "analyzer/verdict/infer_parts.h"
#include "dissectors/tls/record.h"

/* Messages with their headers: HelloRequest and ServerHelloDone have no body; an empty Certificate
 * has a list of length 0. */
enum {
	BARE_MESSAGE = 4,
	EMPTY_CERTIFICATE = 7,
	VERIFY_LEAST = 60, /* a CertificateVerify has a signature in it */
	VERIFY_MOST = 1100,
	ANSWER_MAX = 16,
};

#define SAY(f, ...) infer_say((f)->basis, __VA_ARGS__)

struct script {
	const struct infer_record *answer[ANSWER_MAX]; /* client, between its hello and its CCS */
	size_t n;
	const struct infer_record *hello, *client_ccs, *server_ccs, *server_alert, *client_alert;
	size_t server_messages; /* handshake records before the client's CCS */
	bool lost_client, lost_server;
};

/* Body length of a record that holds a message of m bytes; 0: unknown. */
static uint32_t
sealed(const struct infer_cipher *c, uint32_t m)
{
	uint32_t inside = m + 1 + (c->encrypt_then_mac ? 0 : c->mac);

	switch (c->kind) {
	case INFER_CIPHER_AEAD:
		return c->iv + m + c->tag;
	case INFER_CIPHER_STREAM:
		return m + c->mac;
	case INFER_CIPHER_BLOCK:
		if (c->block == 0)
			return 0;
		inside += c->block - 1;
		return c->iv + inside - inside % c->block + (c->encrypt_then_mac ? c->mac : 0);
	default:
		return 0;
	}
}

static void
read_client(const struct infer_side *side, struct script *s)
{
	for (size_t i = 0; i < side->count; i++) {
		const struct infer_record *r = &side->records[i];
		s->lost_client |= !r->joined;
		if (s->lost_client)
			return;
		if (r->type == TLS_CONTENT_alert && s->client_alert == NULL)
			s->client_alert = r;
		if (s->client_ccs != NULL || r->cut)
			continue;
		if (r->type == TLS_CONTENT_change_cipher_spec)
			s->client_ccs = r;
		else if (r->type == TLS_CONTENT_handshake && s->hello == NULL)
			s->hello = r;
		else if (r->type == TLS_CONTENT_handshake && s->n < ANSWER_MAX)
			s->answer[s->n++] = r;
		else if (r->type == TLS_CONTENT_handshake)
			s->lost_client = true;
	}
}

static void
read_server(const struct infer_side *side, struct script *s)
{
	for (size_t i = 0; i < side->count; i++) {
		const struct infer_record *r = &side->records[i];
		s->lost_server |= !r->joined;
		if (s->lost_server)
			return;
		if (r->type == TLS_CONTENT_change_cipher_spec && s->server_ccs == NULL)
			s->server_ccs = r;
		else if (r->type == TLS_CONTENT_alert && s->server_alert == NULL)
			s->server_alert = r;
		else if (r->type == TLS_CONTENT_handshake && s->server_ccs == NULL)
			s->server_messages++;
	}
}

static void
claim(struct infer_output *out, enum answer requested, enum client_cert cert,
      const struct infer_record *first, const struct infer_record *last)
{
	struct infer_fact *fact = &out->client_cert;

	fact->value = (int)cert;
	fact->evidence = EVIDENCE_INFERRED;
	fact->confidence = CONFIDENCE_HIGH;
	fact->records[0] = first;
	fact->records[1] = last;
	out->answer = last;
	out->requested = *fact;
	out->requested.value = (int)requested;
}

/* --- what the client answered ------------------------------------------------------------------
 */

static bool
none(const struct script *s, const struct infer_cipher *c, uint32_t cke, struct infer_output *out)
{
	if (s->n != 1 || s->answer[0]->length != sealed(c, cke))
		return false;
	/* A block cipher may round an empty Certificate away. */
	if (sealed(c, cke) == sealed(c, EMPTY_CERTIFICATE + cke))
		return false;
	claim(out, ANSWER_NO, CLIENT_CERT_NONE_SENT, s->answer[0], s->answer[0]);
	SAY(&out->client_cert,
	    "the client's only record before its ChangeCipherSpec has %u bytes: ClientKeyExchange",
	    s->answer[0]->length);
	return true;
}

static bool
empty(const struct script *s, const struct infer_cipher *c, uint32_t cke, struct infer_output *out)
{
	bool two = s->n == 2 && s->answer[0]->length == sealed(c, EMPTY_CERTIFICATE) &&
		   s->answer[1]->length == sealed(c, cke);
	bool one = s->n == 1 && s->answer[0]->length == sealed(c, EMPTY_CERTIFICATE + cke) &&
		   sealed(c, cke) != sealed(c, EMPTY_CERTIFICATE + cke);

	if (!two && !one)
		return false;
	claim(out, ANSWER_YES, CLIENT_CERT_EMPTY, s->answer[0], s->answer[s->n - 1]);
	if (two)
		SAY(&out->client_cert,
		    "the client answered with records of %u and %u bytes: an empty Certificate and "
		    "ClientKeyExchange",
		    s->answer[0]->length, s->answer[1]->length);
	else
		SAY(&out->client_cert,
		    "the client answered with a record of %u bytes: an empty Certificate and "
		    "ClientKeyExchange in one",
		    s->answer[0]->length);
	return true;
}

static bool
presented(const struct script *s, const struct infer_cipher *c, uint32_t cke,
	  struct infer_output *out)
{
	size_t n = s->n;
	bool apart = n >= 3 && s->answer[0]->length >= sealed(c, INFER_CERTIFICATE_LEAST) &&
		     s->answer[n - 2]->length == sealed(c, cke) &&
		     s->answer[n - 1]->length >= sealed(c, VERIFY_LEAST) &&
		     s->answer[n - 1]->length <= sealed(c, VERIFY_MOST);
	bool one = n == 1 &&
		   s->answer[0]->length >= sealed(c, INFER_CERTIFICATE_LEAST + cke + VERIFY_LEAST);

	if (!apart && !one)
		return false;
	claim(out, ANSWER_YES, CLIENT_CERT_PRESENTED, s->answer[0], s->answer[n - 1]);
	if (apart)
		SAY(&out->client_cert,
		    "the client answered with %u records, of %u, %u and %u bytes: a Certificate, "
		    "ClientKeyExchange and CertificateVerify",
		    (unsigned)n, s->answer[0]->length, s->answer[n - 2]->length,
		    s->answer[n - 1]->length);
	else
		SAY(&out->client_cert,
		    "the client answered with a record of %u bytes, of which ClientKeyExchange "
		    "takes %u: a Certificate with its proof",
		    s->answer[0]->length, cke);
	if (apart) {
		out->proof = out->client_cert;
		out->proof.value = PROOF_SEEN;
	}
	return true;
}

/* Of an answer whose end did not come, the first record: an empty Certificate, or more than
 * ClientKeyExchange and all that follows it. What was sent before the server spoke is hello. */
static bool
begun(const struct script *s, const struct infer_cipher *c, uint32_t cke, struct infer_output *out)
{
	const struct infer_record *first = s->answer[0];
	bool none = first->length == sealed(c, EMPTY_CERTIFICATE) && cke > BARE_MESSAGE * 2;
	bool some = first->length >= sealed(c, INFER_CERTIFICATE_LEAST + cke + VERIFY_LEAST);

	if (s->client_ccs != NULL || first->ack <= s->hello->ack || (!none && !some))
		return false;
	claim(out, ANSWER_YES, none ? CLIENT_CERT_EMPTY : CLIENT_CERT_PRESENTED, first, first);
	SAY(&out->client_cert, "the client's first record after its hello has %u bytes: %s",
	    first->length, none ? "an empty Certificate" : "a Certificate");
	return true;
}

static void
client_answer(const struct infer_input *in, const struct script *s, struct infer_output *out)
{
	const struct infer_cipher *c = &in->cipher;
	uint32_t cke = in->client_key_exchange;

	if (s->hello == NULL || s->lost_client || s->n == 0 || cke == 0 ||
	    sealed(c, BARE_MESSAGE) == 0)
		return;
	bool whole = s->client_ccs != NULL &&
		     (none(s, c, cke, out) || empty(s, c, cke, out) || presented(s, c, cke, out));
	if (whole || begun(s, c, cke, out)) {
		int requested = out->requested.value;
		out->requested = out->client_cert;
		out->requested.value = requested;
	}
}

/* The server changed keys first: an abbreviated handshake, in which nothing is asked. */
static bool
abbreviated(const struct script *s, struct infer_output *out)
{
	if (s->hello == NULL || s->lost_client || s->lost_server || s->server_ccs == NULL ||
	    s->client_ccs == NULL || s->n > 0 || s->server_messages > 2 ||
	    s->client_ccs->ack < s->server_ccs->end)
		return false;
	claim(out, ANSWER_NO, CLIENT_CERT_NOT_IN_THIS_HANDSHAKE, s->server_ccs, s->client_ccs);
	SAY(&out->client_cert, "the server switched keys first: an abbreviated handshake");
	out->requested = out->client_cert;
	out->requested.value = ANSWER_NO;
	return true;
}

/* --- what the server made of it ----------------------------------------------------------------
 */

static struct infer_fact *
decide(struct infer_output *out, enum infer_rule rule, enum reaction value,
       enum confidence confidence, const struct infer_record *reply)
{
	out->notes.outcome_rule = rule;
	out->outcome.value = (int)value;
	out->outcome.evidence = EVIDENCE_INFERRED;
	out->outcome.confidence = confidence;
	out->outcome.records[0] = out->answer;
	out->outcome.records[1] = reply;
	return &out->outcome;
}

static void
reaction(const struct infer_input *in, const struct script *s, struct infer_output *out)
{
	const struct infer_side *server = &in->side[TLS_SERVER], *client = &in->side[TLS_CLIENT];
	uint64_t begun = s->answer[0]->end; /* who refuses need not wait for the rest */
	uint64_t answered = s->client_ccs != NULL ? s->client_ccs->at : UINT64_MAX;

	if (s->lost_server)
		return;
	if (s->server_ccs != NULL && s->server_ccs->ack >= answered) {
		SAY(decide(out, INFER_RULE_KEYS, REACTION_ACCEPTED, CONFIDENCE_HIGH, s->server_ccs),
		    "the server switched to the new keys after the client's answer");
		return;
	}
	if (s->server_ccs != NULL)
		return;
	if (s->server_alert != NULL && s->server_alert->ack >= begun) {
		SAY(decide(out, INFER_RULE_ALERTS, REACTION_REJECTED, CONFIDENCE_HIGH,
			   s->server_alert),
		    "an alert record of %u bytes stands where the server would switch keys",
		    s->server_alert->length);
		out->alert = s->server_alert;
		return;
	}
	if (s->server_alert == NULL && server->complete && server->fin.seen &&
	    server->fin.ack >= answered && s->client_alert == NULL &&
	    (!client->fin.seen || server->fin.ack <= client->fin.at))
		SAY(decide(out, INFER_RULE_CLOSED, REACTION_DROPPED_NO_REPLY, CONFIDENCE_MEDIUM,
			   NULL),
		    "the server closed after the client's answer, without any record");
}

void
infer_renegotiation(const struct infer_input *in, struct infer_output *out)
{
	struct script s = {0};

	*out = (struct infer_output){
	    .notes = {.client_padding = INFER_PAD_UNKNOWN, .server_padding = INFER_PAD_UNKNOWN}};
	read_client(&in->side[TLS_CLIENT], &s);
	read_server(&in->side[TLS_SERVER], &s);
	if (abbreviated(&s, out))
		return;
	client_answer(in, &s, out);
	if (out->client_cert.evidence == EVIDENCE_INFERRED && out->requested.value == ANSWER_YES)
		reaction(in, &s, out);
}
