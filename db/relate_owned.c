/*
 * relate_owned.c - whether the certificate that got a client in elsewhere is really another one.
 * Called by relate_pairs.c for a row of relations.def.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

enum { OWNED_MAX = 3 }; /* more certificates from one address are many clients behind it */

/* accepted: certificates that got somebody in. owned: each address with each of its certificates;
 * clients: how many each address has. */
struct relate_owned {
	struct relate_map accepted, owned;
	struct relate_tally clients;
};

static bool
add(struct relate_run *run, struct relate_owned *w, uint32_t i)
{
	const struct relate_session *s = relate_session(run, i);
	const struct relate_key certificate = {s->client_certificate, 0, 0};
	const struct relate_key client = {relate_client(relate_ends(run, i)), 0, 0};
	const struct relate_key pair = {s->client_certificate, client.a, 0};
	uint32_t before = w->owned.count, number = relate_map_add(&w->owned, &pair);

	return number != 0 && (number <= before || relate_tally_add(&w->clients, &client)) &&
	       (!relate_fits(run->traits[i], &relate_succeeded) ||
		relate_map_add(&w->accepted, &certificate) != 0);
}

static bool
make(struct relate_run *run, struct relate_owned *w)
{
	for (uint32_t i = 0; i < run->sessions->count; i++)
		if ((run->traits[i] & TRAIT(CLIENT_LEAF)) != 0 && !add(run, w, i))
			return false;
	return true;
}

void
relate_owned_finish(struct relate_run *run)
{
	if (run->owned == NULL)
		return;
	relate_map_finish(&run->owned->accepted);
	relate_map_finish(&run->owned->owned);
	relate_tally_finish(&run->owned->clients);
	free(run->owned);
}

/* Renewed, it is of the same subject and issuer. */
static bool
has_other_names(struct relate_run *run, uint32_t a, uint32_t b, bool *has)
{
	sqlite3_stmt *stmt = relate_ask(
	    run->d,
	    "SELECT 1 FROM certificate x JOIN certificate y ON y.id = ?2 WHERE x.id = ?1 "
	    "AND (x.subject IS NOT y.subject OR x.issuer IS NOT y.issuer)",
	    a, b);
	bool none, ok = stmt != NULL && relate_next(run->d, stmt, &none);

	*has = ok && !none;
	sqlite3_reset(stmt);
	return ok;
}

bool
relate_is_another_certificate(struct relate_run *run, uint32_t session, uint32_t other, bool *stays)
{
	const struct relate_session *s = relate_session(run, session);
	const struct relate_key certificate = {s->client_certificate, 0, 0};

	if (run->owned == NULL) {
		run->owned = calloc(1, sizeof(*run->owned));
		if (run->owned == NULL || !make(run, run->owned))
			return relate_no_memory(run);
	}
	const struct relate_key client = {relate_client(relate_ends(run, session)), 0, 0};
	uint32_t owned = relate_tally_of(&run->owned->clients, &client);
	*stays = false;
	if (owned == 0 || owned > OWNED_MAX ||
	    relate_map_find(&run->owned->accepted, &certificate) != 0)
		return true;
	return has_other_names(run, s->client_certificate,
			       relate_session(run, other)->client_certificate, stays);
}
