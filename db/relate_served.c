/*
 * relate_served.c - servers that show certificates of different issuers to different clients.
 * Called by relate.c for a row of relations.def.
 *
 * CAs of one organisation are one: they issue RSA and ECDSA certificates from different ones, and
 * replace them. Servers that take turns show both to one client soon.
 */
#include "db/relate_impl.h"

#include <stdlib.h>
#include <string.h>

enum { SIGHTINGS_MIN = 2 }; /* of each issuer */

/* clang-format off */
#define ORGANISATION \
	"CASE instr(',' || issuer, ',O=') WHEN 0 THEN issuer ELSE substr(issuer, instr(',' || issuer, ',O='), " \
	"instr(substr(issuer, instr(',' || issuer, ',O=')) || ',', ',') - 1) END"
static const char certificate_sql[] =
	"SELECT " ORGANISATION ", issuer, substr(key_type, 1, 2) FROM certificate WHERE id = ?1 AND issuer IS NOT NULL";
/* clang-format on */

/* What counts of a certificate. Families of issuers have numbers; 0: no issuer was read. */
struct shown {
	uint32_t id, family;
	char *issuer;
	char key[12]; /* two characters of its type; "" when that is not known */
};

struct sighting {
	uint64_t client;
	uint32_t server, family, session;
	uint32_t shown; /* index */
};

/* Sightings of one family at one server. */
struct side {
	size_t first, count;
	const struct shown *issuer; /* the one whose issuer comes first */
	uint32_t clients;
	int64_t since, until;
	const char *low, *high; /* kinds of keys; NULL when none is known */
};

struct served {
	struct relate_run *run;
	const struct relate_row *row;
	struct relate_map servers, shows; /* shows: a server and a certificate */
	struct relate_map certificates, organisations;
	bool *several; /* of each server: it has shown several */
	struct shown *shown;
	struct sighting *seen;
	struct side *sides; /* of one server */
	size_t several_room, shown_room, n_seen, seen_room, n_sides, sides_room;
};

/* --- servers that have shown several -----------------------------------------------------------
 */

static bool
is_seen(const struct relate_run *run, uint32_t i, struct relate_key *server)
{
	static const struct relate_traits looks = {.all = TRAIT(NAMED) | TRAIT(SERVER_LEAF)};

	return relate_fits(run->traits[i], &looks) && relate_client(relate_ends(run, i)) != 0 &&
	       relate_server_key(run, i, server);
}

/* A server's number; a new one has not shown several. */
static uint32_t
server_of(struct served *v, const struct relate_key *key)
{
	size_t count = v->servers.count;
	bool *several = relate_room(v->several, count, &v->several_room, sizeof(*several));

	if (several == NULL)
		return 0;
	v->several = several;
	uint32_t number = relate_map_add(&v->servers, key);
	if (number > count)
		several[number - 1] = false;
	return number;
}

static bool
find_servers(struct served *v, bool *any)
{
	const struct relate_sessions *l = v->run->sessions;
	struct relate_key key;

	*any = false;
	for (uint32_t i = 0; i < l->count; i++) {
		if (!is_seen(v->run, i, &key))
			continue;
		uint32_t servers = v->servers.count, shows = v->shows.count;
		uint32_t server = server_of(v, &key);
		const struct relate_key show = {server,
						relate_sessions_at(l, i)->server_certificate, 0};
		uint32_t number = relate_map_add(&v->shows, &show);

		if (server == 0 || number == 0)
			return relate_no_memory(v->run);
		if (number > shows && server <= servers)
			*any = v->several[server - 1] = true;
	}
	return true;
}

/* --- what they have shown ----------------------------------------------------------------------
 */

/* Two lanes that nobody outside can foretell tell texts apart. */
static struct relate_key
text_key(const struct relate_sessions *l, const char *text)
{
	struct relate_key k = {l->seed, ~l->seed, strlen(text)};

	for (; *text != '\0'; text++) {
		k.a = (k.a ^ (uint8_t)*text) * UINT64_C(0x9e3779b97f4a7c15);
		k.b = (k.b ^ (uint8_t)*text) * UINT64_C(0xc4ceb9fe1a85ec53);
		k.a ^= k.a >> 32;
		k.b ^= k.b >> 29;
	}
	return k;
}

static const char *
column_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text != NULL ? text : "";
}

static bool
read_shown(struct served *v, struct shown *s, uint32_t id)
{
	sqlite3_stmt *stmt = relate_ask(v->run->d, certificate_sql, id, 0);
	bool none, ok = stmt != NULL && relate_next(v->run->d, stmt, &none);

	*s = (struct shown){.id = id};
	if (!ok || none)
		return ok;
	const struct relate_key key = text_key(v->run->sessions, column_text(stmt, 0));
	s->family = relate_map_add(&v->organisations, &key);
	s->issuer = strdup(column_text(stmt, 1));
	strncpy(s->key, column_text(stmt, 2), sizeof(s->key) - 1);
	sqlite3_reset(stmt);
	return (s->family != 0 && s->issuer != NULL) || relate_no_memory(v->run);
}

/* The certificate's index, read when it is new. */
static bool
shown_of(struct served *v, uint32_t id, uint32_t *index)
{
	const struct relate_key key = {id, 0, 0};
	size_t count = v->certificates.count;
	struct shown *shown = relate_room(v->shown, count, &v->shown_room, sizeof(*shown));

	if (shown == NULL)
		return relate_no_memory(v->run);
	v->shown = shown;
	uint32_t number = relate_map_add(&v->certificates, &key);
	if (number == 0)
		return relate_no_memory(v->run);
	*index = number - 1;
	return number <= count || read_shown(v, &shown[number - 1], id);
}

static bool
add_sighting(struct served *v, uint32_t server, uint32_t session)
{
	const struct relate_session *s = relate_session(v->run, session);
	struct sighting *seen = relate_room(v->seen, v->n_seen, &v->seen_room, sizeof(*seen));
	uint32_t shown = 0;

	if (seen == NULL)
		return relate_no_memory(v->run);
	v->seen = seen;
	if (!shown_of(v, s->server_certificate, &shown))
		return false;
	if (v->shown[shown].family != 0)
		seen[v->n_seen++] =
		    (struct sighting){relate_client(relate_ends(v->run, session)), server,
				      v->shown[shown].family, session, shown};
	return true;
}

static bool
find_sightings(struct served *v)
{
	struct relate_key key;

	for (uint32_t i = 0; i < v->run->sessions->count; i++) {
		if (!is_seen(v->run, i, &key))
			continue;
		uint32_t server = relate_map_find(&v->servers, &key);
		if (v->several[server - 1] && !add_sighting(v, server, i))
			return false;
	}
	return true;
}

/* --- one server --------------------------------------------------------------------------------
 */

static int
by_server_and_client(const void *left, const void *right)
{
	const struct sighting *a = left, *b = right;

	if (a->server != b->server)
		return a->server < b->server ? -1 : 1;
	if (a->client != b->client)
		return a->client < b->client ? -1 : 1;
	return (a->family > b->family) - (a->family < b->family);
}

static int
by_family_and_client(const void *left, const void *right)
{
	const struct sighting *a = left, *b = right;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return (a->client > b->client) - (a->client < b->client);
}

/* Did a client see two families? They are in the order of server and client. */
static bool
takes_turns(const struct sighting *s, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (s[i].client == s[i - 1].client && s[i].family != s[i - 1].family)
			return true;
	return false;
}

static const char *
first_text(const char *a, const char *b, int order)
{
	return a == NULL || strcmp(b, a) * order < 0 ? b : a;
}

static void
add_to_side(const struct served *v, struct side *side, const struct sighting *s, bool new_client)
{
	const struct shown *shown = &v->shown[s->shown];
	int64_t at = relate_session(v->run, s->session)->started_ns;

	if (side->issuer == NULL || strcmp(shown->issuer, side->issuer->issuer) < 0)
		side->issuer = shown;
	side->clients += new_client;
	side->since = side->count == 0 || at < side->since ? at : side->since;
	side->until = side->count == 0 || at > side->until ? at : side->until;
	if (shown->key[0] != '\0') {
		side->low = first_text(side->low, shown->key, 1);
		side->high = first_text(side->high, shown->key, -1);
	}
	side->count++;
}

/* Sightings of one server, in the order of family and client. */
static bool
make_sides(struct served *v, size_t first, size_t count)
{
	const struct sighting *s = v->seen;

	v->n_sides = 0;
	for (size_t i = first; i < first + count; i++) {
		bool new_side = i == first || s[i].family != s[i - 1].family;
		struct side *sides =
		    relate_room(v->sides, v->n_sides, &v->sides_room, sizeof(*sides));

		if (sides == NULL)
			return relate_no_memory(v->run);
		v->sides = sides;
		if (new_side)
			sides[v->n_sides++] = (struct side){.first = i};
		add_to_side(v, &sides[v->n_sides - 1], &s[i],
			    new_side || s[i].client != s[i - 1].client);
	}
	return true;
}

/* Is y what most, or as many, get while this one gets x? */
static bool
is_other_side(const struct side *x, const struct side *y)
{
	return y != x && y->count >= SIGHTINGS_MIN && y->clients >= x->clients &&
	       y->since < x->until && x->since < y->until && x->low != NULL && y->low != NULL &&
	       strcmp(x->low, y->low) == 0 && strcmp(x->high, y->high) == 0;
}

static bool
note_side(struct served *v, const struct side *x, const struct shown *other)
{
	for (size_t i = x->first; i < x->first + x->count; i++) {
		struct relate_hit *h =
		    relate_hit(v->run, v->row, v->seen[i].session, RELATE_NOBODY);

		if (h == NULL)
			return false;
		h->served_by = x->issuer->id;
		h->served_by_other = other->id;
	}
	return true;
}

static bool
compare_sides(struct served *v)
{
	for (size_t i = 0; i < v->n_sides; i++) {
		const struct side *x = &v->sides[i];
		const struct shown *other = NULL;

		for (size_t k = 0; x->count >= SIGHTINGS_MIN && k < v->n_sides; k++) {
			const struct side *y = &v->sides[k];

			if (is_other_side(x, y) &&
			    (other == NULL || strcmp(y->issuer->issuer, other->issuer) < 0))
				other = y->issuer;
		}
		if (other != NULL && !note_side(v, x, other))
			return false;
	}
	return true;
}

static bool
compare_all(struct served *v)
{
	if (v->n_seen > 1)
		qsort(v->seen, v->n_seen, sizeof(*v->seen), by_server_and_client);
	for (size_t i = 0, n; i < v->n_seen; i += n) {
		for (n = 1; i + n < v->n_seen && v->seen[i + n].server == v->seen[i].server;)
			n++;
		if (takes_turns(&v->seen[i], n))
			continue;
		qsort(&v->seen[i], n, sizeof(*v->seen), by_family_and_client);
		if (!make_sides(v, i, n) || !compare_sides(v))
			return false;
	}
	return true;
}

bool
relate_find_other_issuer(struct relate_run *run, const struct relate_row *r)
{
	struct served v = {.run = run, .row = r};
	bool any, ok = find_servers(&v, &any);

	ok = ok && (!any || (find_sightings(&v) && compare_all(&v)));
	for (uint32_t i = 0; i < v.certificates.count && v.shown != NULL; i++)
		free(v.shown[i].issuer);
	struct relate_map *const maps[] = {&v.servers, &v.shows, &v.certificates, &v.organisations};
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		relate_map_finish(maps[i]);
	free(v.several);
	free(v.shown);
	free(v.seen);
	free(v.sides);
	return ok;
}
