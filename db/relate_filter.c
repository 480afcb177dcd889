/*
 * relate_filter.c - pairs of sides by key, in one open-addressed table. See relate_filter.h.
 * A key is coarser than the lookups of relations.def, or equal to them.
 */
#include "db/relate_filter.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS_FIRST = 1 << 10,
	SLOTS_MAX = 1 << 21, /* x 8 bytes */
	TAKES = 1,
	GIVES = 2,
	BOTH = TAKES | GIVES,
};

void
relate_filter_reset(struct relate_filter *f)
{
	if (f->used > 0)
		memset(f->slots, 0, f->size * sizeof(*f->slots));
	f->used = 0;
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

	while (f->slots[at &= f->size - 1] != 0 && (f->slots[at] | BOTH) != key)
		at++;
	return &f->slots[at];
}

static bool
grow(struct relate_filter *f)
{
	struct relate_filter wider = {
	    .size = f->size == 0 ? SLOTS_FIRST : f->size * 2, .used = f->used, .met = f->met};

	wider.slots = wider.size <= SLOTS_MAX ? calloc(wider.size, sizeof(*wider.slots)) : NULL;
	if (wider.slots == NULL)
		return false;
	for (size_t i = 0; i < f->size; i++)
		if (f->slots[i] != 0)
			*slot_of(&wider, f->slots[i] | BOTH) = f->slots[i];
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
		return NULL;
	}
	uint64_t *slot = slot_of(f, key);
	if (*slot == 0) {
		*slot = key & ~(uint64_t)BOTH;
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
	uint64_t *slot = slot_for(f, mix(value, met) | BOTH);
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
	return mix(word_at(random), RELATE_MET_RANDOM) | BOTH;
}

/* A random's second sighting is the other side of its first. */
static void
meet_random(struct relate_filter *f, const uint8_t *random)
{
	if (random == NULL || (f->met & RELATE_MET_RANDOM) != 0)
		return;
	uint64_t *slot = slot_for(f, random_key(random));
	if (slot != NULL && (*slot & GIVES) != 0)
		f->met |= RELATE_MET_RANDOM;
	else if (slot != NULL)
		*slot |= GIVES;
}

void
relate_filter_expect(const struct relate_filter *f, const struct outcome *o)
{
	if (f->size > 0 && o->client_random != NULL)
		__builtin_prefetch(&f->slots[random_key(o->client_random) >> 20 & (f->size - 1)]);
}

void
relate_filter_add(struct relate_filter *f, const struct outcome *o)
{
	const struct outcome_notes *n = &o->notes;
	const struct outcome_attempt *a = &o->attempts[o->headline];
	bool failed = a->outcome != REACTION_ACCEPTED && a->outcome != REACTION_NOT_APPLICABLE;
	bool presented = a->client_cert == CLIENT_CERT_PRESENTED;

	meet_random(f, o->client_random);
	meet(f, RELATE_MET_SERVER, sides(n->corroborable, n->unsolicited), address(&o->server));
	meet(f, RELATE_MET_HANDLE, sides(n->used != 0, false), n->used);
	meet(f, RELATE_MET_HANDLE, sides(false, n->handle != 0), n->handle);
	meet(f, RELATE_MET_LENGTH, sides(n->identity_length != 0, n->ticket_length != 0),
	     address(&o->client));
	/* succeeded after it had failed; else tried again with a certificate after one without */
	meet(f, RELATE_MET_CLIENT, sides(failed, presented && !failed), address(&o->client));
	meet(f, RELATE_MET_CLIENT, sides(failed && !presented, failed && presented),
	     mix(address(&o->client), 1));
}
