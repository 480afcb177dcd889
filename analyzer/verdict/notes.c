/*
 * notes.c - which ticket or session id a session gave out, and which it used. See notes.h.
 * Tickets: RFC 5077 section 3, RFC 8446 sections 2.2 and 4.6.1; session ids: RFC 5246 section
 * 7.4.1.
 */
#include "analyzer/verdict/notes.h"

#include "analyzer/verdict/infer_facts.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/version.h"

/* The hellos that led to the first ServerHello: after a HelloRetryRequest the client may offer
 * other identities (RFC 8446 section 4.1.2). */
struct hellos {
	const struct client_hello_detail *client;
	const struct server_hello_detail *server;
};

static struct hellos
first_hellos(const struct mutual_auth *m)
{
	struct hellos h = {0};

	for (size_t i = 0; i < m->n_steps && h.server == NULL; i++) {
		const struct step *p = m->steps[i];
		if (p->kind != STEP_MESSAGE || p->detail == NULL)
			continue;
		if (p->type == TLS_HS_client_hello)
			h.client = p->detail;
		else if (p->type == TLS_HS_server_hello)
			h.server = p->detail;
		if (h.server != NULL && h.server->hello_retry_request)
			h.server = NULL;
	}
	return h;
}

static void
note_tickets(struct outcome_notes *n, const struct mutual_auth *m, bool is_13)
{
	for (size_t i = 0; i < m->n_steps; i++) {
		const struct step *p = m->steps[i];
		if (p->kind != STEP_MESSAGE || p->type != TLS_HS_new_session_ticket ||
		    p->detail == NULL)
			continue;
		const struct ticket_detail *d = p->detail;
		if (d->digest != 0)
			n->handle = d->digest;
		if (is_13)
			n->ticket_length = p->length + TLS_HANDSHAKE_HEADER_LEN;
	}
}

/* Without keys: records that the server sent unasked as soon as it had accepted are taken for
 * tickets. In front of the tag stand the content's type and constant padding (RFC 8446 section
 * 5.2); AEAD_AES_128_CCM_8 has a tag of 8 bytes. */
static void
note_sizes(struct outcome_notes *n, const struct inferred *i, const struct hellos *h)
{
	uint32_t rest = h->server->cipher_suite == 0x1305 ? 1 + 8 : 1 + 16;

	if (i->notes.server_padding > 0)
		rest += (uint32_t)i->notes.server_padding;
	if (n->ticket_length == 0 && i->notes.n_tickets > 0 && i->notes.ticket_length[0] > rest)
		n->ticket_length = i->notes.ticket_length[0] - rest;
}

static void
note_identity(struct outcome_notes *n, const struct hellos *h)
{
	unsigned selected = h->server->selected_identity;

	if (selected >= HELLO_IDENTITIES_MAX)
		return;
	n->used = h->client->identities[selected].digest;
	n->identity_length = (uint32_t)h->client->identities[selected].len;
}

/* A client that offers a ticket makes up the session id beside it (RFC 5077 section 3.4). */
static uint64_t
used_before_13(const struct mutual_auth *m, const struct hellos *h)
{
	if (h->client->ticket != 0)
		return h->client->ticket;
	return hasher_digest64(m->session->run->hasher, h->server->session_id);
}

/* A session id becomes valid when its handshake ends with Finished (RFC 5246 section 7.4.1.2): of
 * one whose server went away before it nobody can make use. */
static bool
became_valid(const struct facts *first)
{
	return first->server_finished.value != ANSWER_NO;
}

void
notes_of(struct outcome_notes *n, const struct mutual_auth *m, const struct facts *first)
{
	const struct inferred *inferred = m->attempts[0].inferred;
	int resumed = first->resumed.value;
	struct hellos h = first_hellos(m);

	if (h.client == NULL || h.server == NULL)
		return;
	bool is_13 = tls_version_is_13(h.server->version);
	note_tickets(n, m, is_13);
	if (is_13 && inferred != NULL && first->outcome.value == REACTION_ACCEPTED) {
		n->unsolicited |= inferred->notes.unsolicited;
		note_sizes(n, inferred, &h);
	}
	if (resumed == ANSWER_YES && is_13)
		note_identity(n, &h);
	else if (resumed == ANSWER_YES)
		n->used = used_before_13(m, &h);
	else if (resumed == ANSWER_NO && !is_13 && n->handle == 0 && became_valid(first))
		n->handle = hasher_digest64(m->session->run->hasher, h.server->session_id);
}
