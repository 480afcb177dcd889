/*
 * tls_open.c - the encrypted records of a connection, where secrets may open them: held back until
 * the secrets are there, then opened in order. Part of tls_stream.c's object; see decrypt.h.
 */
#include "analyzer/tls/decrypt.h"
#include "analyzer/tls/opened.h"
#include "analyzer/tls/refusal.h"
#include "analyzer/tls/tls_stream_impl.h"

static struct framing *
framing_of(struct tls_stream *t, enum tls_side side)
{
	return &t->framing[side == TLS_CLIENT ? t->session->client : !t->session->client];
}

/* Tell framing which bodies are of use now. */
void
tls_stream_set_opening(struct tls_stream *t)
{
	if (!tls_run_decrypts(t->wing->run))
		return; /* nor did framing ever think otherwise */
	const struct decrypt *d = t->session != NULL ? t->session->decrypt : NULL;
	for (unsigned dir = 0; dir < FLOW_DIR_COUNT; dir++)
		t->framing[dir].opening =
		    d == NULL ? FRAMING_OPEN_NOTHING
			      : decrypt_opening(d, session_side(t->session, (enum flow_dir)dir));
}

/* A record that stays closed may have been part of a message. */
static void
stay_sealed(struct tls_stream *t, const struct step *raw)
{
	struct assembler *a = &framing_of(t, raw->sender)->assembler;
	struct fragment none = opened_fragment(raw, (struct bytes){0});

	assembler_gap(a, t, &none, UINT64_MAX);
	session_step(t->session, raw);
}

static void
open_record(struct tls_stream *t, const struct step *raw, const struct tls_record_header *header,
	    const struct bytes *body)
{
	struct opened o;

	if (decrypt_open(t->session->decrypt, raw, header, body, &o))
		opened_read(t, &framing_of(t, raw->sender)->assembler, raw, &o);
	else
		stay_sealed(t, raw);
}

/* Append old steps again, from p on up to `until`. What follows that, or NULL. */
static const struct step *
replay_steps(struct tls_stream *t, const struct step *p, const struct step *until)
{
	for (; p != NULL && p != until; p = p->next)
		tls_stream_step(t, p);
	return p != NULL ? p->next : NULL;
}

/* The secrets have come: the trace is made again, with the records held back opened in the order of
 * their arrival. */
static void
replay(struct tls_stream *t)
{
	struct tls_session *s = t->session;
	const struct step *old[2] = {s->trace.side[0].first, s->trace.side[1].first};

	s->trace.side[0] = s->trace.side[1] = (struct trace_side){0};
	for (struct held *h = decrypt_take_held(s->decrypt), *next; h != NULL; h = next) {
		struct bytes body = bytes_of(h->body, h->header.length);
		enum tls_side side = h->raw->sender;
		next = h->next;
		old[side] = replay_steps(t, old[side], h->raw);
		open_record(t, h->raw, &h->header, h->whole ? &body : NULL);
		decrypt_release(s->decrypt, h);
	}
	replay_steps(t, old[0], NULL);
	replay_steps(t, old[1], NULL);
}

static void
start_opening(struct tls_stream *t)
{
	if (t->session->decrypt != NULL && decrypt_start(t->session->decrypt))
		replay(t);
	tls_stream_set_opening(t);
}

void
tls_stream_sealed(struct tls_stream *t, const struct step *raw,
		  const struct tls_record_header *header, const struct bytes *body)
{
	struct decrypt *d = t->session->decrypt;

	if (d == NULL) {
		session_step(t->session, raw);
		return;
	}
	start_opening(t);
	if (decrypt_waiting(d))
		decrypt_hold(d, session_step(t->session, raw), header, body);
	else
		open_record(t, raw, header, body);
	tls_stream_set_opening(t);
}

void
tls_stream_lost(struct tls_stream *t, enum tls_side side)
{
	if (t->session->decrypt != NULL)
		decrypt_lost(t->session->decrypt, side);
}

void
tls_stream_text(struct tls_stream *t, const struct step *step, struct bytes data)
{
	struct tls_session *s = t->session;
	char text[REFUSAL_TEXT_MAX + 1];

	bool first = s->trace.side[TLS_SERVER].application_records <= 1;

	if (step->sender != TLS_SERVER || s->refusal != NULL || !refusal_find(data, first, text))
		return;
	s->refusal = arena_text(&s->arena, text, strlen(text));
	s->refusal_mark = step->mark;
}

void
tls_stream_hello(struct tls_stream *t)
{
	struct tls_session *s = t->session;

	if (s->decrypt == NULL && tls_run_decrypts(t->wing->run))
		s->decrypt = decrypt_create(s);
	if (s->decrypt != NULL)
		start_opening(t);
}

void
tls_stream_open_late(struct tls_stream *t)
{
	if (t->session->decrypt != NULL && decrypt_start_late(t->session->decrypt))
		replay(t);
}
