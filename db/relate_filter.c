/*
 * relate_filter.c - pairs of sides by key, in one open-addressed table. See relate_filter.h.
 * A key is coarser than what the rows of relations.def look for, or equal to it.
 */
#include "db/relate_filter.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS_FIRST = 1 << 10,
	SLOTS_MAX = 1 << 21, /* x 8 bytes */
	/* what a slot tells of its key: the sides that were seen; of a random how often, up to all
	 */
	TAKES = 1,
	GIVES = 2,
	BOTH = TAKES | GIVES,
	TOLD = 31,
};

void
relate_filter_reset(struct relate_filter *f)
{
	if (f->used > 0)
		memset(f->slots, 0, f->size * sizeof(*f->slots));
	f->used = 0;
	f->twice = 0;
	f->met = 0;
}

void
relate_filter_finish(struct relate_filter *f)
{
	free(f->slots);
	*f = (struct relate_filter){0};
}

static uint64_t *
slot_of(const struct relate_filter *f, uint64_t key)
{
	size_t at = key >> 20;

	while (f->slots[at &= f->size - 1] != 0 && (f->slots[at] | TOLD) != key)
		at++;
	return &f->slots[at];
}

static bool
grow(struct relate_filter *f)
{
	struct relate_filter wider = {.size = f->size == 0 ? SLOTS_FIRST : f->size * 2,
				      .used = f->used,
				      .twice = f->twice,
				      .met = f->met};

	wider.slots = wider.size <= SLOTS_MAX ? calloc(wider.size, sizeof(*wider.slots)) : NULL;
	if (wider.slots == NULL)
		return false;
	for (size_t i = 0; i < f->size; i++)
		if (f->slots[i] != 0)
			*slot_of(&wider, f->slots[i] | TOLD) = f->slots[i];
	free(f->slots);
	*f = wider;
	return true;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b << 29 ^ b >> 35) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32) * UINT64_C(0xff51afd7ed558ccd);
	return h ^ h >> 29;
}

/* The slot of a key, taken if it was free; NULL: full, everything is possible now. */
static uint64_t *
slot_for(struct relate_filter *f, uint64_t key)
{
	if (f->used >= f->size / 2 && !grow(f)) {
		f->met = RELATE_MET_ALL;
		f->twice++; /* one that stays */
		return NULL;
	}
	uint64_t *slot = slot_of(f, key);
	if (*slot == 0) {
		*slot = key & ~(uint64_t)TOLD;
		f->used++;
	}
	return slot;
}

/* side 0: the session has no part in it. */
static void
meet(struct relate_filter *f, enum relate_met met, unsigned side, uint64_t value)
{
	if (side == 0 || (f->met & met) != 0)
		return;
	uint64_t *slot = slot_for(f, mix(value, met) | TOLD);
	if (slot == NULL)
		return;
	*slot |= side;
	if ((*slot & BOTH) == BOTH)
		f->met |= met;
}

static uint64_t
word_at(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
address(const struct outcome_endpoint *e)
{
	return mix(word_at(e->addr), word_at(e->addr + 8));
}

static unsigned
sides(bool takes, bool gives)
{
	return (takes ? TAKES : 0u) | (gives ? GIVES : 0u);
}

static uint64_t
random_key(const uint8_t *random)
{
	return mix(mix(word_at(random), word_at(random + 8)),
		   mix(word_at(random + 16), word_at(random + 24))) |
	       TOLD;
}

/* Notes that the key was seen; true when it had been before. A full table has met everything. */
static bool
seen_before(struct relate_filter *f, uint64_t key)
{
	uint64_t *slot = slot_for(f, key);

	if (slot == NULL || (*slot & GIVES) != 0)
		return true;
	*slot |= GIVES;
	return false;
}

/* A random is met while some have been seen twice, and not too often. */
static void
meet_random(struct relate_filter *f, const uint8_t *random)
{
	uint64_t *slot = slot_for(f, random_key(random));
	unsigned seen = slot != NULL ? (unsigned)(*slot & TOLD) : TOLD;

	if (seen == TOLD)
		return;
	++*slot;
	if (seen == 1 && f->twice++ == 0)
		f->met |= RELATE_MET_RANDOM;
	if (seen == RELATE_TAPS_MAX && --f->twice == 0)
		f->met &= ~(unsigned)RELATE_MET_RANDOM;
}

/* Two different others at one: the second new pair of them. */
static void
meet_two(struct relate_filter *f, enum relate_met met, uint64_t one, uint64_t other)
{
	if ((f->met & met) == 0 && !seen_before(f, mix(mix(one, other), met) | TOLD) &&
	    seen_before(f, mix(one, ~(uint64_t)met) | TOLD))
		f->met |= met;
}

static uint64_t
text_key(const char *text)
{
	uint64_t key = 0;

	for (; text != NULL && *text != '\0'; text++)
		key = key * 0x100000001b3u + (uint8_t)*text;
	return key;
}

/* The leaf that this side showed last, NULL when none was read. */
static const struct outcome_certificate *
leaf_of(const struct outcome *o, enum tls_side role)
{
	const struct outcome_certificate *leaf = NULL;

	for (size_t i = 0; i < o->n_chain; i++)
		if (o->chain[i].role == role && o->chain[i].position == 0)
			leaf = o->chain[i].certificate;
	return leaf;
}

void
relate_filter_expect(const struct relate_filter *f, const struct outcome *o)
{
	if (f->size > 0 && o->client_random != NULL)
		__builtin_prefetch(&f->slots[random_key(o->client_random) >> 20 & (f->size - 1)]);
}

/* Who failed and got in; and whom two refused, or who refused two. service: the name asked for, or
 * the server when there is none. */
static void
add_client(struct relate_filter *f, const struct outcome *o, uint64_t server, uint64_t service)
{
	const struct outcome_attempt *a = &o->attempts[o->headline];
	const struct outcome_certificate *leaf = leaf_of(o, TLS_CLIENT);
	uint64_t client = address(&o->client);
	uint64_t who = leaf != NULL ? mix(word_at(leaf->sha256), 2) : client;
	bool failed = a->outcome != REACTION_ACCEPTED && a->outcome != REACTION_NOT_APPLICABLE;
	bool refused = failed || (o->modifiers & (MODIFIER_APP_LAYER_REFUSAL |
						  MODIFIER_APP_LAYER_REFUSAL_SUSPECTED)) != 0;
	bool presented = a->client_cert == CLIENT_CERT_PRESENTED;
	bool left = failed && a->client_cert == CLIENT_CERT_NONE_SENT;

	/* succeeded after it had failed; else tried again with a certificate after one without */
	meet(f, RELATE_MET_CLIENT, sides(failed, presented && !failed), client);
	meet(f, RELATE_MET_CLIENT, sides(failed && !presented, failed && presented),
	     mix(client, 1));
	meet(f, RELATE_MET_EMPTY, sides(left, a->client_cert == CLIENT_CERT_EMPTY), client);
	if (presented && refused) {
		meet_two(f, RELATE_MET_REFUSED, who, service);
		meet_two(f, RELATE_MET_REFUSED, server, who);
	}
}

/* Who asked and did not; and who has two certificates under one name. */
static void
add_server(struct relate_filter *f, const struct outcome *o, uint64_t name, uint64_t server)
{
	bool asked = o->attempts[o->headline].client_cert_requested == ANSWER_YES;
	bool not_asked = o->verdict == VERDICT_NOT_REQUESTED;
	const struct outcome_certificate *leaf = leaf_of(o, TLS_SERVER);

	meet(f, RELATE_MET_ASKED, sides(not_asked, asked), address(&o->server));
	if (o->sni != NULL)
		meet(f, RELATE_MET_ASKED, sides(not_asked, asked), mix(name, 1));
	if (o->sni != NULL && leaf != NULL)
		meet_two(f, RELATE_MET_ISSUER, server, word_at(leaf->sha256));
}

/* What a session was resumed with, and what it gave out. */
static void
add_handles(struct relate_filter *f, const struct outcome_notes *n)
{
	enum relate_met used = n->identity_length != 0 ? RELATE_MET_TICKET : RELATE_MET_HANDLE;
	enum relate_met given = n->ticket_length != 0 ? RELATE_MET_TICKET : RELATE_MET_HANDLE;

	meet(f, used, sides(n->used != 0, false), n->used);
	meet(f, given, sides(false, n->handle != 0), n->handle);
}

void
relate_filter_add(struct relate_filter *f, const struct outcome *o)
{
	const struct outcome_notes *n = &o->notes;
	uint64_t name = text_key(o->sni);
	uint64_t server = mix(mix(address(&o->server), o->server.port), name);

	if (o->client_random != NULL)
		meet_random(f, o->client_random);
	meet(f, RELATE_MET_SERVER, sides(n->corroborable, n->unsolicited), address(&o->server));
	add_handles(f, n);
	meet(f, RELATE_MET_LENGTH, sides(n->identity_length != 0, n->ticket_length != 0),
	     address(&o->client));
	add_client(f, o, server, o->sni != NULL ? name : server);
	add_server(f, o, name, server);
}
