/*
 * infer_reply.c - who left first, and what an accepted client was told. See infer_reply.h.
 * A server may verify after the handshake, or refuse above TLS: both look like a short talk.
 */
#include "analyzer/verdict/infer_reply.h"
#include "dissectors/tls/record.h"

enum {
	/* A refusal in words: a status line, headers and a short page (nginx: 365 to 390 bytes). */
	REFUSAL_LEAST = 300,
	REFUSAL_MOST = 700,
};

bool
infer_reply_is_alert(const struct infer_view *v, const struct infer_reply *r,
		     const struct infer_record *record)
{
	return record->repeat == 0 && infer_is_padded(v, record->length, INFER_ALERT, r->padding);
}

/* --- the other side --------------------------------------------------------------------------- */

const struct infer_close *
infer_first_close(const struct infer_side *side)
{
	if (side->fin.seen && (!side->rst.seen || side->fin.frame <= side->rst.frame))
		return &side->fin;
	return side->rst.seen && !side->rst.foreign ? &side->rst : NULL;
}

const struct infer_close *
infer_server_closed_first(const struct infer_view *v)
{
	const struct infer_close *server = infer_first_close(&v->in->side[TLS_SERVER]);
	const struct infer_side *client = &v->in->side[TLS_CLIENT];

	if (server == NULL)
		return NULL;
	if (client->fin.seen && (server->ack > client->fin.at || client->fin.frame < server->frame))
		return NULL;
	return client->rst.seen && client->rst.frame < server->frame ? NULL : server;
}

bool
infer_client_had_left(const struct infer_view *v, const struct infer_flight *f, uint64_t ack)
{
	const struct infer_side *client = &v->in->side[TLS_CLIENT];
	int padding = f->padding == INFER_PAD_UNKNOWN ? 0 : f->padding;

	for (size_t i = 0; i < client->count; i++) {
		const struct infer_record *r = &client->records[i];
		bool goodbye =
		    r->type == TLS_CONTENT_alert ||
		    (r->repeat == 0 && infer_is_padded(v, r->length, INFER_ALERT, padding));
		if (goodbye && r->at >= f->last->end && (r->cut || ack >= r->end))
			return true;
	}
	return client->fin.seen && ack > client->fin.at;
}

/* --- what else is worth saying ---------------------------------------------------------------- */

static void
note_tickets(const struct infer_view *v, const struct infer_flight *f, struct infer_notes *notes)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];

	for (size_t i = 0; i < server->count; i++) {
		const struct infer_record *r = &server->records[i];
		if (r->type != TLS_CONTENT_application_data || r->repeat > 0 || r->cut ||
		    r->ack != f->last->end || notes->n_tickets == INFER_TICKETS_MAX ||
		    infer_is(v, r, INFER_ALERT) != INFER_PAD_UNKNOWN)
			continue;
		notes->ticket_length[notes->n_tickets++] = r->length;
		notes->unsolicited = true;
	}
}

/* Tickets at most, and then the close: late verification, or nothing to say. */
static bool
dropped_after(const struct infer_view *v, const struct infer_flight *f, const struct infer_reply *r)
{
	const struct infer_close *close = infer_server_closed_first(v);
	size_t talk = r->count - (r->count > 1 && infer_reply_is_alert(v, r, r->last));

	return close != NULL && v->in->side[TLS_SERVER].complete && !r->doubt &&
	       infer_elapsed(f->last->time_ns, close->time_ns) <= INFER_SOON_NS &&
	       !infer_client_had_left(v, f, r->last->ack) &&
	       (r->unsolicited >= talk || (talk == 2 && r->equal_pair));
}

/* Client records between its flight and this reply. */
static size_t
requests_before(const struct infer_side *client, const struct infer_flight *f,
		const struct infer_record *reply)
{
	size_t n = 0;

	for (size_t i = 0; i < client->count; i++)
		if (client->records[i].at >= f->last->end && client->records[i].end <= reply->ack)
			n += 1 + client->records[i].repeat;
	return n;
}

/* One short reply to the client's one request, then alert and close in the same breath: nginx
 * refuses certificates so. Whoever is served keeps the connection, or closes it himself. */
static bool
refused_in_words(const struct infer_view *v, const struct infer_flight *f,
		 const struct infer_reply *r)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];
	const struct infer_close *close = infer_server_closed_first(v);
	const struct infer_record *word = NULL, *ticket = NULL;

	for (size_t i = 0; i < server->count; i++) {
		const struct infer_record *record = &server->records[i];
		if (record->ack < f->last->end || record == r->last)
			continue;
		/* What came before the word may have been tickets: of one length. */
		if (word != NULL && ticket != NULL && ticket->length != word->length)
			return false;
		ticket = word;
		word = record;
	}
	return close != NULL && server->complete && !r->doubt && word != NULL &&
	       word->repeat == 0 && word->ack > f->last->end &&
	       requests_before(&v->in->side[TLS_CLIENT], f, word) == 1 &&
	       infer_reply_is_alert(v, r, r->last) && !infer_client_had_left(v, f, r->last->ack) &&
	       word->length >= infer_sealed(v, REFUSAL_LEAST, 0) &&
	       word->length <= infer_sealed(v, REFUSAL_MOST, 0) &&
	       infer_elapsed(word->time_ns, close->time_ns) <= INFER_SETTLED_NS;
}

void
infer_reply_modifiers(const struct infer_view *v, const struct infer_flight *f,
		      const struct infer_reply *r, struct infer_output *out)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER];

	if (server->rst.seen && server->rst.foreign)
		out->modifiers |= MODIFIER_RESET_INJECTED_SUSPECTED;
	if (out->notes.padded_server)
		out->modifiers |= MODIFIER_SERVER_PADDING;
	if (r->text != NULL)
		out->modifiers |= MODIFIER_PLAINTEXT_AFTER_TLS;
	if (out->outcome.value != REACTION_ACCEPTED)
		return;
	note_tickets(v, f, &out->notes);
	if (dropped_after(v, f, r))
		out->modifiers |= MODIFIER_DROPPED_AFTER_ACCEPT;
	else if (refused_in_words(v, f, r))
		out->modifiers |= MODIFIER_APP_LAYER_REFUSAL_SUSPECTED;
}
