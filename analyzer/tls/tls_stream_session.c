/*
 * tls_stream_session.c - the sessions of one connection: opened, filled by what framing tells,
 * passed on. See tls_stream_impl.h.
 */
#include "analyzer/tls/decrypt.h"
#include "analyzer/tls/tls_stream_impl.h"
#include "dissectors/tls/handshake.h"

/* --- what framing tells ---------------------------------------------------------------------- */

struct step *
tls_stream_room(struct tls_stream *t)
{
	return session_room(t->session);
}

void
tls_stream_step(struct tls_stream *t, const struct step *step)
{
	session_step(t->session, step);
	if (step->kind == STEP_CCS && t->session->decrypt != NULL)
		decrypt_change(t->session->decrypt, step->sender);
}

void
tls_stream_limit(struct tls_stream *t)
{
	t->session->limit = true;
}

/* --- sessions -------------------------------------------------------------------------------- */

bool
tls_stream_open(struct tls_stream *t, enum flow_dir client)
{
	t->session = session_create(t->wing->run, t->flow, client);
	if (t->session == NULL) {
		t->wing->failed = true;
		return false;
	}
	if (!t->later) {
		t->session->first_frame = t->flow->first_frame;
		t->session->first_ns = t->flow->first_ns;
	}
	return true;
}

void
tls_stream_add_lost(struct tls_stream *t, enum flow_dir d)
{
	const struct lost *l = &t->lost[d];

	if (l->to <= l->from)
		return;
	const struct step gap = {.kind = STEP_GAP,
				 .sender = session_side(t->session, d),
				 .at = l->from,
				 .end = l->to,
				 .mark = l->mark};

	session_step(t->session, &gap);
	t->lost[d] = (struct lost){0};
}

/* A port whose server answers a ClientHello in another language is none of TLS. */
static bool
answered_otherwise(const struct tls_session *s)
{
	const struct step *first = s->trace.side[TLS_SERVER].first;

	return s->server_hello == NULL && first != NULL && first->kind == STEP_FOREIGN &&
	       !session_foreign_is_tls(s) && !session_foreign_is_sslv2(s);
}

void
tls_stream_emit(struct tls_stream *t, enum flow_end why)
{
	struct tls_run *run = t->wing->run;
	struct tls_session *s = t->session;

	if (s == NULL)
		return;
	t->told = true;
	tls_ports_expect(&run->ports, t->flow, !s->client);
	tls_stream_open_late(t);
	if (s->arena.failed)
		t->wing->failed = true;
	t->wing->sink.session(t->wing->sink.ctx, s, why);
	if (!answered_otherwise(s) && !tls_ports_seen(&run->ports, t->flow, !s->client))
		t->wing->failed = true;
	session_destroy(s);
	t->session = NULL;
}

/* A ClientHello in the clear after TLS ended on this connection (contract: a new session). */
void
tls_stream_next(struct tls_stream *t, enum flow_dir client)
{
	tls_stream_emit(t, FLOW_END_REUSED);
	t->later = true;
	if (!tls_stream_open(t, client))
		return;
	tls_stream_set_opening(t);
	t->mode[!client] = MODE_SEARCH;
	search_again(&t->search[!client], true);
}

struct step *
tls_stream_message_room(struct tls_stream *t, uint8_t type, bool decrypted, enum tls_side *sender)
{
	const struct tls_session *s = t->session;

	if (type == TLS_HS_client_hello && s->over && !decrypted && s->client_hello != NULL) {
		tls_stream_next(t, *sender == TLS_CLIENT ? s->client : !s->client);
		*sender = TLS_CLIENT;
	}
	return t->session != NULL ? session_room(t->session) : NULL;
}

void
tls_stream_message(struct tls_stream *t, struct step *step, struct bytes body)
{
	const struct step *in_trace = session_message(t->session, step, body);
	if (step->decrypted)
		decrypt_message(t->session->decrypt, in_trace);
	else if (step->type == TLS_HS_client_hello || step->type == TLS_HS_server_hello)
		tls_stream_hello(t);
}

/* Whoever sends a ClientHello is the client; guesses of a midstream session give way. */
bool
tls_stream_be_client(struct tls_stream *t, enum flow_dir client)
{
	if (t->session == NULL)
		return tls_stream_open(t, client);
	if (t->session->client != client && t->session->client_guessed)
		session_swap_sides(t->session);
	t->session->client_guessed = false;
	return t->session->client == client;
}
