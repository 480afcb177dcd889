/*
 * infer_client.c - the client's first flight by its sizes. See infer.h, infer_parts.h.
 * RFC 8446 section 4.4.2: the client sends Certificate if and only if the server asked, Finished in
 * any case; a handshake message has four bytes at least. So a record of two bytes is an alert, and
 * no chain of certificates is as short as an empty Certificate, Finished, or both.
 */
#include "analyzer/verdict/infer_parts.h"
#include "dissectors/tls/record.h"

/* Certificate with a raw key of 53 bytes is about the shortest (RFC 7250). */
enum { SHORTEST_CERTIFICATE = 53, LAST_FINISHED = 13, BLOCK_MIN = 32, BLOCK_MAX = 1024 };

#define SAY(f, ...) infer_say((f)->basis, __VA_ARGS__)

static void
answered(struct infer_flight *f, enum client_cert cert, enum confidence confidence,
	 const struct infer_record *last)
{
	f->known = true;
	f->evidence = EVIDENCE_INFERRED;
	f->requested = ANSWER_YES;
	f->cert = cert;
	f->confidence = confidence;
	f->last = last;
}

static void
presented(struct infer_flight *f, enum confidence confidence, const struct infer_record *last)
{
	answered(f, CLIENT_CERT_PRESENTED, confidence, last);
	f->whole = true;
	f->finished = true;
}

static void
left(struct infer_flight *f, enum evidence evidence, enum confidence confidence)
{
	f->known = true;
	f->abort = true;
	f->evidence = evidence;
	f->confidence = confidence;
	f->cert = CLIENT_CERT_NONE_SENT;
}

/* --- no flight -------------------------------------------------------------------------------- */

static bool
plain_alert(const struct infer_view *v, struct infer_flight *f)
{
	const struct infer_record *r = v->stop;

	if (v->nc > 0 || r == NULL || !r->joined || r->cut || r->code < 0)
		return false;
	left(f, EVIDENCE_OBSERVED, CONFIDENCE_CERTAIN);
	f->first = f->last = r;
	SAY(f, "the client sent a readable alert instead of an answer");
	return true;
}

/* A RST alone in the client's name proves nothing: a middlebox may have cut the connection before
 * the flight came by here. */
static bool
no_flight(const struct infer_view *v, struct infer_flight *f)
{
	const struct infer_side *client = &v->in->side[TLS_CLIENT];

	if (v->nc > 0 || v->stop != NULL || !client->started || !client->complete ||
	    !client->fin.seen || (client->rst.seen && client->rst.frame < client->fin.frame))
		return false;
	left(f, EVIDENCE_INFERRED, CONFIDENCE_HIGH);
	SAY(f, "the client closed without a single encrypted record, and all its bytes were "
	       "captured");
	return true;
}

static bool
sealed_alert(const struct infer_view *v, struct infer_flight *f)
{
	f->padding = infer_is(v, v->c[0], INFER_ALERT);
	if (f->padding == INFER_PAD_UNKNOWN)
		return false;
	left(f, EVIDENCE_INFERRED, CONFIDENCE_HIGH);
	f->last = v->c[0];
	SAY(f, "the client answered with a %u-byte record: an alert", v->c[0]->length);
	return true;
}

/* --- no certificate --------------------------------------------------------------------------- */

static bool
finished_only(const struct infer_view *v, struct infer_flight *f)
{
	f->padding = infer_is(v, v->c[0], INFER_FINISHED);
	if (f->padding == INFER_PAD_UNKNOWN)
		return false;
	answered(f, v->in->psk ? CLIENT_CERT_NOT_IN_THIS_HANDSHAKE : CLIENT_CERT_NONE_SENT,
		 CONFIDENCE_HIGH, v->c[0]);
	f->requested = ANSWER_NO;
	f->whole = true;
	f->finished = true;
	SAY(f, "the client answered with a %u-byte record: Finished, and no Certificate before it",
	    v->c[0]->length);
	return true;
}

static bool
empty(const struct infer_view *v, struct infer_flight *f)
{
	f->padding = infer_is(v, v->c[0], INFER_EMPTY);
	if (f->padding == INFER_PAD_UNKNOWN)
		return false;
	if (v->nc == 1) {
		answered(f, CLIENT_CERT_EMPTY, CONFIDENCE_MEDIUM, v->c[0]);
		SAY(f, "the client answered with a %u-byte record: an empty Certificate",
		    v->c[0]->length);
		return true;
	}
	if (!infer_is_padded(v, v->c[1]->length, INFER_FINISHED, f->padding))
		return false;
	answered(f, CLIENT_CERT_EMPTY, CONFIDENCE_HIGH, v->c[1]);
	f->whole = true;
	f->finished = true;
	SAY(f,
	    "the client answered with a %u-byte and a %u-byte record: an empty Certificate and "
	    "Finished",
	    v->c[0]->length, v->c[1]->length);
	return true;
}

static bool
empty_coalesced(const struct infer_view *v, struct infer_flight *f)
{
	f->padding = infer_is(v, v->c[0], INFER_EMPTY_FINISHED);
	if (f->padding == INFER_PAD_UNKNOWN)
		return false;
	answered(f, CLIENT_CERT_EMPTY, CONFIDENCE_HIGH, v->c[0]);
	f->whole = true;
	f->finished = true;
	SAY(f,
	    "the client answered with a %u-byte record: an empty Certificate and Finished in one",
	    v->c[0]->length);
	return true;
}

/* --- a certificate ---------------------------------------------------------------------------- */

/* Index of a Finished behind a CertificateVerify; 0: none. */
static size_t
find_finished(const struct infer_view *v, int padding)
{
	for (size_t k = 2; k < v->nc && k <= LAST_FINISHED; k++)
		if (infer_is_padded(v, v->c[k]->length, INFER_FINISHED, padding) &&
		    infer_verify_key(v, v->c[k - 1]->length, padding) != NULL)
			return k;
	return 0;
}

static bool
has_finished(const struct infer_view *v)
{
	for (size_t k = 1; k < v->nc && k <= LAST_FINISHED; k++)
		if (infer_is(v, v->c[k], INFER_FINISHED) != INFER_PAD_UNKNOWN)
			return true;
	return false;
}

static uint32_t
sum_of_content(const struct infer_view *v, size_t n, int padding)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += infer_content(v, v->c[i]->length, padding);
	return sum;
}

static bool
separate(const struct infer_view *v, struct infer_flight *f)
{
	for (unsigned i = 0; infer_any_padding(&f->padding, i); i++) {
		size_t k = find_finished(v, f->padding);
		if (k == 0 || v->c[0]->length < infer_sealed(v, SHORTEST_CERTIFICATE, f->padding))
			continue;
		presented(f, CONFIDENCE_HIGH, v->c[k]);
		f->verify = v->c[k - 1];
		f->key = infer_verify_key(v, f->verify->length, f->padding);
		f->certificate_length = sum_of_content(v, k - 1, f->padding);
		SAY(f,
		    "the client answered with %u records of %u, %u and %u bytes: a Certificate "
		    "of %u bytes, CertificateVerify by a key like %s, Finished",
		    (unsigned)k + 1, v->c[0]->length, v->c[k - 1]->length, v->c[k]->length,
		    f->certificate_length, f->key);
		return true;
	}
	return false;
}

static bool
fragmented(const struct infer_view *v, struct infer_flight *f)
{
	bool at_limit = infer_at_limit(v, v->c[0]->length);

	if (at_limit ? has_finished(v) : v->c[0]->length < TLS_PLAINTEXT_MAX)
		return false;
	answered(f, CLIENT_CERT_PRESENTED, CONFIDENCE_MEDIUM, v->c[0]);
	SAY(f, "the client answered with a full record of %u bytes: the beginning of a Certificate",
	    v->c[0]->length);
	return true;
}

static bool
verify_with_finished(const struct infer_view *v, struct infer_flight *f)
{
	uint32_t finished = infer_length(v, INFER_FINISHED, 0) - infer_sealed(v, 0, 0);

	for (unsigned i = 0; v->nc >= 2 && infer_any_padding(&f->padding, i); i++) {
		if (v->c[1]->length < finished ||
		    v->c[0]->length < infer_sealed(v, INFER_CERTIFICATE_LEAST, f->padding))
			continue;
		f->key = infer_verify_key(v, v->c[1]->length - finished, f->padding);
		if (f->key == NULL)
			continue;
		presented(f, CONFIDENCE_HIGH, v->c[1]);
		f->verify = v->c[1];
		f->certificate_length = sum_of_content(v, 1, f->padding);
		SAY(f,
		    "the client answered with records of %u and %u bytes: a Certificate, then "
		    "CertificateVerify by a key like %s with Finished",
		    v->c[0]->length, v->c[1]->length, f->key);
		return true;
	}
	return false;
}

static bool
certificate_with_verify(const struct infer_view *v, struct infer_flight *f)
{
	if (v->nc < 2 || v->c[0]->length < INFER_CHAIN_LEAST || v->c[0]->frame != v->c[1]->frame)
		return false;
	f->padding = infer_is(v, v->c[1], INFER_FINISHED);
	if (f->padding == INFER_PAD_UNKNOWN)
		return false;
	presented(f, CONFIDENCE_MEDIUM, v->c[1]);
	SAY(f,
	    "the client answered with records of %u and %u bytes in one segment: a Certificate "
	    "with its proof, then Finished",
	    v->c[0]->length, v->c[1]->length);
	return true;
}

/* Even if the record were padded to the greatest block its lengths allow, a chain is in it. */
static bool
coalesced(const struct infer_view *v, struct infer_flight *f)
{
	if (v->nc < 2 || v->c[0]->length < INFER_CHAIN_LEAST + v->tag + v->client_block)
		return false;
	presented(f, CONFIDENCE_HIGH, v->c[0]);
	SAY(f,
	    "the client answered with a %u-byte record: more than any flight without a "
	    "certificate",
	    v->c[0]->length);
	return true;
}

static bool
coalesced_alone(const struct infer_view *v, struct infer_flight *f)
{
	uint32_t inner = v->c[0]->length - v->tag;

	if (v->nc != 1 || v->stop != NULL || v->c[0]->length < INFER_CHAIN_LEAST + v->tag ||
	    inner % 16 == 0 || inner % 50 == 0)
		return false;
	presented(f, CONFIDENCE_MEDIUM, v->c[0]);
	SAY(f,
	    "the client answered with a single record of %u bytes: more than any flight without "
	    "a certificate",
	    v->c[0]->length);
	return true;
}

/* In this order; the first that fits decides. The first record tells all but the last four. */
static bool (*const shapes[])(const struct infer_view *v, struct infer_flight *f) = {
    sealed_alert,         finished_only,           empty,     empty_coalesced, separate, fragmented,
    verify_with_finished, certificate_with_verify, coalesced, coalesced_alone,
};

void
infer_client_flight(const struct infer_view *v, struct infer_flight *f)
{
	*f = (struct infer_flight){.padding = INFER_PAD_UNKNOWN};
	if (plain_alert(v, f) || no_flight(v, f) || v->nc == 0)
		return;
	f->first = f->last = v->c[0];
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i](v, f))
			return;
	f->padding = INFER_PAD_UNKNOWN;
	f->key = NULL;
}

/* --- block padding ---------------------------------------------------------------------------- */

/* The block divides the common divisor, so content and type fill more than length - tag - divisor.
 */
void
infer_client_padded(const struct infer_view *v, enum answer requested, struct infer_flight *f)
{
	uint32_t block = v->client_block;

	if (f->known || v->nc < 2 || block < BLOCK_MIN || block >= BLOCK_MAX)
		return;
	uint32_t most = v->c[0]->length - v->tag, least = most - block;
	if (least >= INFER_CHAIN_LEAST) {
		presented(f, CONFIDENCE_MEDIUM, v->c[0]);
	} else if (most < INFER_CERTIFICATE_LEAST && requested == ANSWER_NO) {
		answered(f, CLIENT_CERT_NONE_SENT, CONFIDENCE_MEDIUM, v->c[0]);
		f->requested = ANSWER_NO;
		f->finished = f->whole = true;
	} else if (most < INFER_CERTIFICATE_LEAST && requested == ANSWER_YES &&
		   v->c[1]->length - v->tag < INFER_CERTIFICATE_LEAST &&
		   v->c[1]->ack == v->c[0]->ack &&
		   infer_elapsed(v->c[0]->time_ns, v->c[1]->time_ns) < INFER_SETTLED_NS) {
		answered(f, CLIENT_CERT_EMPTY, CONFIDENCE_MEDIUM, v->c[1]);
		f->finished = f->whole = true;
	}
	if (f->known)
		SAY(f,
		    "the client's records are padded to blocks; its first, of %u bytes, holds "
		    "%u to %u",
		    v->c[0]->length, least, most - 1);
}
