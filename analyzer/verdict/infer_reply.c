/*
 * infer_reply.c - who left first, and what an accepted client was told. See infer_reply.h.
 * A server may verify after the handshake, or refuse above TLS: both look like a short talk.
 */
#include "analyzer/verdict/infer_reply.h"
#include "dissectors/tls/record.h"

enum {
	/* A refusal in words: one answer, short, and then the close (nginx: 384 to 406 bytes). */
	REFUSAL_LEAST = 150,
	REFUSAL_MOST = 1024,
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
	       close->time_ns - f->last->time_ns <= INFER_SOON_NS &&
	       !infer_client_had_left(v, f, r->last->ack) &&
	       (r->unsolicited >= talk || (talk == 2 && r->equal_pair));
}

/* One short reply to the client's one request, then alert and close in the same breath. */
static bool
refused_in_words(const struct infer_view *v, const struct infer_flight *f,
		 const struct infer_reply *r)
{
	const struct infer_side *server = &v->in->side[TLS_SERVER], *client;
	const struct infer_close *close = infer_server_closed_first(v);
	const struct infer_record *word = NULL;
	size_t asked = 0, said = 0;

	client = &v->in->side[TLS_CLIENT];
	for (size_t i = 0; i < client->count; i++)
		if (client->records[i].at >= f->last->end)
			asked += 1 + client->records[i].repeat;
	for (size_t i = 0; i < server->count; i++)
		if (server->records[i].ack > f->last->end && &server->records[i] != r->last) {
			word = &server->records[i];
			said += 1 + word->repeat;
		}
	return close != NULL && server->complete && !r->doubt && asked == 1 && said == 1 &&
	       infer_reply_is_alert(v, r, r->last) && !infer_client_had_left(v, f, r->last->ack) &&
	       word->length >= REFUSAL_LEAST && word->length <= REFUSAL_MOST &&
	       close->time_ns - word->time_ns <= INFER_SETTLED_NS;
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
