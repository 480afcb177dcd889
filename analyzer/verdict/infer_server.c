/*
 * infer_server.c - the server's first flight by its sizes: did it ask? See infer.h, infer_parts.h.
 * RFC 8446 section 4.3.2: CertificateRequest stands between EncryptedExtensions and Certificate.
 * Stacks that write each message in a record of its own show it; the others do not.
 */
#include "analyzer/verdict/infer_parts.h"
#include "dissectors/tls/record.h"

enum {
	UNASKED_PARTS = 3,    /* EncryptedExtensions, Certificate, CertificateVerify */
	ASKED_PARTS = 4,      /* ... and CertificateRequest */
	EXTENSIONS_MOST = 64, /* EncryptedExtensions alone; more may have a request with it */
	BLOCK_MIN = 32,
};

#define SAY(s, ...) infer_say((s)->basis, __VA_ARGS__)

/* The flight: whole records only, and none that was sent after the client's answer had begun. */
struct parts {
	struct infer_part part[INFER_FLIGHT_MAX];
	size_t n, records;
	uint32_t block;
	bool over; /* the flight's end was seen: what follows knew the answer */
};

static bool
in_flight(const struct infer_view *v, const struct infer_record *r)
{
	return v->nc == 0 || r->ack <= v->c[0]->at;
}

static void
add_part(const struct infer_view *v, struct parts *p, const struct infer_record *r, bool *open)
{
	if (*open)
		p->part[p->n - 1].length += r->length;
	else
		p->part[p->n++] = (struct infer_part){r->length, r};
	*open = infer_may_continue(v, r->length);
	p->records++;
	if (r->length > v->tag)
		p->block = infer_divisor(p->block, r->length - v->tag);
}

static void
gather(const struct infer_view *v, struct parts *p)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	bool open = false;

	*p = (struct parts){0};
	for (size_t i = 0; i < server->count && p->n < INFER_FLIGHT_MAX; i++) {
		const struct infer_record *r = &server->records[i];
		if (r->joined && r->type == TLS_CONTENT_change_cipher_spec)
			continue;
		if (!r->joined || r->cut || r->repeat > 0 ||
		    r->type != TLS_CONTENT_application_data)
			return;
		if (!in_flight(v, r)) {
			p->over = true;
			return;
		}
		add_part(v, p, r, &open);
	}
	p->over = p->n < INFER_FLIGHT_MAX && server->whole;
}

/* Index of a Finished behind a CertificateVerify behind a Certificate; 0: none. */
static size_t
find_finished(const struct infer_view *v, const struct parts *p, int padding)
{
	for (size_t k = UNASKED_PARTS; k < p->n && k <= ASKED_PARTS; k++)
		if (infer_is_padded(v, p->part[k].length, INFER_FINISHED, padding) &&
		    infer_verify_key(v, p->part[k - 1].length, padding) != NULL &&
		    p->part[k - 2].length > infer_sealed(v, INFER_CERTIFICATE_LEAST, padding))
			return k;
	return 0;
}

static void
unasked(const struct infer_view *v, const struct parts *p, struct infer_server *s)
{
	/* Is the first record EncryptedExtensions alone? */
	if (p->part[0].length > infer_sealed(v, EXTENSIONS_MOST, s->padding))
		return;
	s->requested = ANSWER_NO;
	s->confidence = CONFIDENCE_HIGH;
	SAY(s,
	    "the server sent records of %u, %u, %u and %u bytes: EncryptedExtensions, "
	    "Certificate, CertificateVerify and Finished, no CertificateRequest",
	    p->part[0].length, p->part[1].length, p->part[2].length, p->part[3].length);
}

static void
asked(const struct infer_view *v, const struct parts *p, struct infer_server *s)
{
	s->requested = ANSWER_YES;
	s->confidence = CONFIDENCE_HIGH;
	s->request = p->part[1].record;
	s->request_length = infer_content(v, p->part[1].length, s->padding);
	s->request_may_be_half = p->part[1].length == p->part[1].record->length &&
				 p->part[1].length >= p->part[2].length;
	SAY(s,
	    "the server sent records of %u, %u, %u, %u and %u bytes: EncryptedExtensions, "
	    "CertificateRequest, Certificate, CertificateVerify and Finished",
	    p->part[0].length, p->part[1].length, p->part[2].length, p->part[3].length,
	    p->part[4].length);
}

static bool
separate(const struct infer_view *v, const struct parts *p, struct infer_server *s)
{
	for (unsigned i = 0; infer_any_padding(&s->padding, i); i++) {
		size_t k = find_finished(v, p, s->padding);
		if (k == 0)
			continue;
		s->finished = p->part[k].record;
		if (k == UNASKED_PARTS)
			unasked(v, p, s);
		else
			asked(v, p, s);
		return true;
	}
	s->padding = INFER_PAD_UNKNOWN;
	return false;
}

static bool
resumed(const struct infer_view *v, const struct parts *p, struct infer_server *s)
{
	if (!v->in->psk || p->n < 2)
		return false;
	for (unsigned i = 0; infer_any_padding(&s->padding, i); i++)
		if (infer_is_padded(v, p->part[1].length, INFER_FINISHED, s->padding)) {
			s->finished = p->part[1].record;
			s->requested = ANSWER_NO;
			s->confidence = CONFIDENCE_HIGH;
			SAY(s,
			    "the server sent records of %u and %u bytes: EncryptedExtensions "
			    "and Finished",
			    p->part[0].length, p->part[1].length);
			return true;
		}
	s->padding = INFER_PAD_UNKNOWN;
	return false;
}

static void
padded(const struct infer_view *v, const struct parts *p, struct infer_server *s)
{
	if (p->records < 2 || p->block < BLOCK_MIN)
		return;
	s->padded = true;
	if (v->nc == 0 || !p->over || v->in->psk || p->n != p->records)
		return;
	if (p->n != UNASKED_PARTS + 1 && p->n != ASKED_PARTS + 1)
		return;
	s->requested = p->n == ASKED_PARTS + 1 ? ANSWER_YES : ANSWER_NO;
	s->confidence = CONFIDENCE_MEDIUM;
	SAY(s,
	    "the server sent %u records, padded to blocks, before the client's answer: %s "
	    "CertificateRequest among them",
	    (unsigned)p->n, s->requested == ANSWER_YES ? "a" : "no");
}

void
infer_server_flight(const struct infer_view *v, struct infer_server *s)
{
	struct parts p;

	*s = (struct infer_server){.padding = INFER_PAD_UNKNOWN};
	gather(v, &p);
	if (separate(v, &p, s) || resumed(v, &p, s))
		return;
	padded(v, &p, s);
	s->strange = p.n >= UNASKED_PARTS;
}
