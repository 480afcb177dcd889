/*
 * relate_judged.c - sessions that were judged by their certificate: servers that turned on their
 * clients, that refuse everyone, and certificates that are refused everywhere.
 * Called by relate.c for rows of relations.def.
 *
 * who: the certificate, or where it cannot be read, the client's address. Refusals for what is
 * proven wrong with the certificate itself say nothing about others and are left out. A handshake
 * captured twice counts once.
 */
#include "db/relate_impl.h"

#include <stdlib.h>

/* A trend needs enough clients that one person's mistake, or two, is none; some of them must have
 * got in before, or they may be new ones that never could; and a server that accepted fewer than
 * three sessions has no past to compare with. Everything else is `possible`. */
enum {
	TREND_ACCEPTED_MIN = 3, /* sessions accepted before */
	TREND_CLIENTS_MIN = 3,  /* refused since, and none accepted */
	TREND_TURNED_MIN = 2,   /* of those, accepted before */
	TREND_TURNED_SURE = 3,  /* of those, for `likely` */
	EVERYWHERE_MIN = 2,     /* services that refuse a certificate and accept another */
	EVERYONE_MIN = 3,       /* clients that a server refused, and it accepted none */
	EVERYONE_SURE = 2,      /* of those, accepted by another server, for `likely` */
};

#define ACCEPTED                                                             \
	{                                                                    \
		.all = TRAIT(GOT_IN) | TRAIT(PRESENTED), .none = TRAIT(COPY) \
	}
#define REFUSED                                                                           \
	{                                                                                 \
		.all = TRAIT(PRESENTED) | TRAIT(OF_CHANGE),                               \
		.any = TRAIT(CERT_REJECTED) | TRAIT(CERT_DROPPED) | TRAIT(REFUSED_LATER), \
		.none = TRAIT(COPY) | TRAIT(BLAMED)                                       \
	}

/* A session and its numbers, from 1, of what tells servers (under one name), services and clients
 * apart. */
struct judgement {
	uint32_t session, server, service, who;
};

struct server {
	size_t accepted;
	uint32_t last;      /* session that was accepted last */
	int64_t until;      /* when it was */
	int64_t since;      /* when one was refused first, since */
	uint32_t clients;   /* refused; since it accepted one, or ever when it did not */
	uint32_t turned;    /* of those, accepted here before */
	uint32_t elsewhere; /* of those, accepted by any */
	uint64_t kind;      /* of the refusals */
	bool sure, mixed;   /* all of them are; they are of several kinds */
};

struct client {
	bool accepted;
	uint32_t services; /* that refused it and accept others */
};

struct relate_judged {
	struct relate_map server_keys, service_keys, client_keys;
	struct relate_map got, refused_by; /* server and who, of the accepted and of the refused */
	struct relate_map refused_at;      /* who and service */
	struct judgement *refused;
	size_t n_refused, refused_room;
	struct server *servers;
	struct client *clients;
	bool *service_accepts;
};

/* --- making it ---------------------------------------------------------------------------------
 */

/* False: it says nothing about anybody. */
static bool
keys_of(const struct relate_run *run, uint32_t session, struct relate_key *server,
	struct relate_key *service, struct relate_key *who)
{
	const struct relate_ends *e = relate_ends(run, session);
	uint32_t leaf = relate_session(run, session)->client_certificate;

	if (!relate_server_key(run, session, server) || (leaf == 0 && relate_client(e) == 0))
		return false;
	*service = e->name != 0 ? (struct relate_key){e->name, 0, 1}
				: (struct relate_key){relate_server(e), e->port, 2};
	*who = leaf != 0 ? (struct relate_key){leaf, 0, 1}
			 : (struct relate_key){relate_client(e), 0, 2};
	return true;
}

static struct relate_key
pair_of(uint32_t a, uint32_t b)
{
	return (struct relate_key){a, b, 0};
}

static bool
add_refused(const struct relate_run *run, struct relate_judged *j, uint32_t session)
{
	struct judgement *all =
	    relate_room(j->refused, j->n_refused, &j->refused_room, sizeof(*all));
	struct relate_key server, service, who;

	if (all == NULL)
		return false;
	j->refused = all;
	if (!keys_of(run, session, &server, &service, &who))
		return true;
	const struct judgement one = {session, relate_map_add(&j->server_keys, &server),
				      relate_map_add(&j->service_keys, &service),
				      relate_map_add(&j->client_keys, &who)};
	if (one.server == 0 || one.service == 0 || one.who == 0)
		return false;
	all[j->n_refused++] = one;
	return true;
}

static bool
find_refused(struct relate_run *run, struct relate_judged *j)
{
	static const struct relate_traits refused = REFUSED;

	for (uint32_t i = 0; i < run->sessions->count; i++)
		if (relate_fits(run->traits[i], &refused) && !add_refused(run, j, i))
			return false;
	j->servers = calloc(j->server_keys.count + 1, sizeof(*j->servers));
	j->clients = calloc(j->client_keys.count + 1, sizeof(*j->clients));
	j->service_accepts = calloc(j->service_keys.count + 1, sizeof(*j->service_accepts));
	return j->servers != NULL && j->clients != NULL && j->service_accepts != NULL;
}

/* Those whom no refusal is about have no numbers: places 0 take them. */
static bool
add_accepted(struct relate_run *run, struct relate_judged *j, uint32_t session)
{
	const struct relate_session *s = relate_session(run, session);
	struct relate_key server, service, who;

	if (!keys_of(run, session, &server, &service, &who))
		return true;
	uint32_t number = relate_map_find(&j->server_keys, &server);
	uint32_t client = relate_map_find(&j->client_keys, &who);
	const struct relate_key pair = pair_of(number, client);
	struct server *sv = &j->servers[number];

	j->clients[client].accepted = true;
	j->service_accepts[relate_map_find(&j->service_keys, &service)] = true;
	if (sv->accepted++ == 0 || s->started_ns > sv->until ||
	    (s->started_ns == sv->until && s->place < relate_session(run, sv->last)->place)) {
		sv->until = s->started_ns;
		sv->last = session;
	}
	return number == 0 || client == 0 || relate_map_add(&j->got, &pair) != 0;
}

static bool
find_accepted(struct relate_run *run, struct relate_judged *j)
{
	static const struct relate_traits accepted = ACCEPTED;

	for (uint32_t i = 0; j->n_refused > 0 && i < run->sessions->count; i++)
		if (relate_fits(run->traits[i], &accepted) && !add_accepted(run, j, i))
			return false;
	return true;
}

static uint64_t
kind_of(const struct relate_run *run, const struct relate_session *s, uint64_t traits)
{
	const uint64_t which =
	    traits & (TRAIT(CERT_REJECTED) | TRAIT(CERT_DROPPED) | TRAIT(REFUSED_LATER));

	return which ^ (uint64_t)(relate_alert_code(run, s) + 1);
}

/* *is_new: the first of this pair. */
static bool
first_of_pair(struct relate_map *m, uint32_t a, uint32_t b, bool *is_new)
{
	const struct relate_key key = pair_of(a, b);
	uint32_t before = m->count, number = relate_map_add(m, &key);

	*is_new = number > before;
	return number != 0;
}

/* A refusal since the server accepted one, or of a server that accepted none. */
static bool
count_refused(struct relate_run *run, struct relate_judged *j, const struct judgement *r)
{
	const struct relate_session *s = relate_session(run, r->session);
	struct server *sv = &j->servers[r->server];
	uint64_t traits = run->traits[r->session], kind = kind_of(run, s, traits);
	const struct relate_key pair = pair_of(r->server, r->who);
	bool is_new, first = sv->clients == 0;

	if (sv->accepted > 0 && s->started_ns <= sv->until)
		return true;
	if (!first_of_pair(&j->refused_by, r->server, r->who, &is_new))
		return false;
	sv->clients += is_new;
	sv->turned += is_new && relate_map_find(&j->got, &pair) != 0;
	sv->elsewhere += is_new && j->clients[r->who].accepted;
	sv->since = first || s->started_ns < sv->since ? s->started_ns : sv->since;
	sv->sure = (first || sv->sure) && (traits & TRAIT(SURE)) != 0;
	sv->mixed = sv->mixed || (!first && sv->kind != kind);
	sv->kind = kind;
	return true;
}

static bool
count_services(struct relate_judged *j, const struct judgement *r)
{
	struct client *c = &j->clients[r->who];
	bool is_new;

	if (c->accepted || !j->service_accepts[r->service])
		return true;
	if (!first_of_pair(&j->refused_at, r->who, r->service, &is_new))
		return false;
	c->services += is_new;
	return true;
}

static bool
make(struct relate_run *run, struct relate_judged *j)
{
	bool ok = find_refused(run, j) && find_accepted(run, j);

	for (size_t i = 0; ok && i < j->n_refused; i++)
		ok = count_refused(run, j, &j->refused[i]) && count_services(j, &j->refused[i]);
	return ok || relate_no_memory(run);
}

/* For the first row that asks; NULL: fault. */
static struct relate_judged *
judged(struct relate_run *run)
{
	if (run->judged == NULL) {
		run->judged = calloc(1, sizeof(*run->judged));
		if (run->judged == NULL)
			relate_no_memory(run);
		else if (!make(run, run->judged))
			return NULL;
	}
	return run->judged;
}

void
relate_judged_finish(struct relate_run *run)
{
	struct relate_judged *j = run->judged;

	if (j == NULL)
		return;
	struct relate_map *const maps[] = {&j->server_keys, &j->service_keys, &j->client_keys,
					   &j->got,         &j->refused_by,   &j->refused_at};
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		relate_map_finish(maps[i]);
	free(j->refused);
	free(j->servers);
	free(j->clients);
	free(j->service_accepts);
	free(j);
}

/* --- rows --------------------------------------------------------------------------------------
 */

static bool
has_turned(const struct server *sv)
{
	return sv->accepted >= TREND_ACCEPTED_MIN && !sv->mixed &&
	       sv->clients >= TREND_CLIENTS_MIN && sv->turned >= TREND_TURNED_MIN;
}

static bool
is_rejecting(const struct server *sv)
{
	return has_turned(sv) && (sv->kind & TRAIT(CERT_REJECTED)) != 0;
}

static bool
has_surely_turned(const struct server *sv)
{
	return is_rejecting(sv) && sv->turned >= TREND_TURNED_SURE && sv->sure;
}

static bool
is_shut(const struct server *sv)
{
	return sv->accepted == 0 && sv->clients >= EVERYONE_MIN;
}

static bool
is_surely_shut(const struct server *sv)
{
	return is_shut(sv) && sv->elsewhere >= EVERYONE_SURE;
}

/* A hit for each refusal of such a server, since it accepted one if it did. */
static bool
find_by_server(struct relate_run *run, const struct relate_row *r,
	       bool (*is_it)(const struct server *sv))
{
	const struct relate_judged *j = judged(run);

	for (size_t i = 0; j != NULL && i < j->n_refused; i++) {
		const struct judgement *one = &j->refused[i];
		const struct server *sv = &j->servers[one->server];
		bool past = sv->accepted > 0;

		if (!is_it(sv) ||
		    (past && relate_session(run, one->session)->started_ns <= sv->until))
			continue;
		struct relate_hit *h =
		    relate_hit(run, r, one->session, past ? sv->last : RELATE_NOBODY);
		if (h == NULL)
			return false;
		h->until = sv->until;
		h->since = sv->since;
		h->clients = sv->clients;
		h->some = past ? sv->turned : sv->elsewhere;
	}
	return j != NULL;
}

bool
relate_find_surely_turned_away(struct relate_run *run, const struct relate_row *r)
{
	return find_by_server(run, r, has_surely_turned);
}

bool
relate_find_turned_away(struct relate_run *run, const struct relate_row *r)
{
	return find_by_server(run, r, has_turned);
}

bool
relate_find_rejected_since(struct relate_run *run, const struct relate_row *r)
{
	return find_by_server(run, r, is_rejecting);
}

bool
relate_find_shut(struct relate_run *run, const struct relate_row *r)
{
	return find_by_server(run, r, is_shut);
}

bool
relate_find_surely_shut(struct relate_run *run, const struct relate_row *r)
{
	return find_by_server(run, r, is_surely_shut);
}

bool
relate_find_refused_everywhere(struct relate_run *run, const struct relate_row *r)
{
	const struct relate_judged *j = judged(run);

	for (size_t i = 0; j != NULL && i < j->n_refused; i++) {
		const struct judgement *one = &j->refused[i];

		if (j->clients[one->who].services < EVERYWHERE_MIN ||
		    !j->service_accepts[one->service])
			continue;
		struct relate_hit *h = relate_hit(run, r, one->session, RELATE_NOBODY);
		if (h == NULL)
			return false;
		h->some = j->clients[one->who].services;
	}
	return j != NULL;
}
