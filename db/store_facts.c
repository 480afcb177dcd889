/*
 * store_facts.c - the facts of a session as a list that many share. See store_lists.h.
 */
#include "db/store_lists.h"

#include <stddef.h>
#include <string.h>

enum { VALUE_MAX = 24 /* a longer value is the session's own: counters, or what was said */ };

/* A fact in the key. */
struct fact_key {
	uint64_t fact, basis, value; /* store_ids_text() */
	uint32_t attempt_no;
	uint8_t evidence, confidence, frames, flags;
	uint32_t moments[OUTCOME_FRAMES_MAX];
};
enum { KEY_OWN = 1, KEY_MS = 2 };

static bool
is_constant(const struct outcome_fact *f, enum outcome_constant text)
{
	return (f->constants & text) != 0;
}

/* Does the basis name the milliseconds that the explanation names? Where. */
static struct store_cut
same_ms(const struct outcome_fact *f, const struct store_cut *ms)
{
	const struct store_cut cut = store_sentence_ms(f->basis);

	if (cut.len == ms->len && memcmp(cut.at, ms->at, cut.len) == 0)
		return cut;
	return (struct store_cut){0};
}

static struct store_cut
cut_of(const struct outcome_fact *f, const struct store_cut *ms)
{
	if (ms->len == 0 || f->basis == NULL || is_constant(f, OUTCOME_CONSTANT_BASIS))
		return (struct store_cut){0};
	return same_ms(f, ms);
}

static unsigned
frames_of(const struct outcome_fact *f)
{
	return f->frames.count < OUTCOME_FRAMES_MAX ? f->frames.count : OUTCOME_FRAMES_MAX;
}

/* Of the key, without the moments that there are not; the next one is aligned. */
static size_t
size_of(const struct fact_key *k)
{
	size_t pairs = (k->frames + 1u) / 2;

	return offsetof(struct fact_key, moments) + pairs * 2 * sizeof(k->moments[0]);
}

static bool
has_own_value(const struct outcome_fact *f)
{
	return f->value != NULL && !is_constant(f, OUTCOME_CONSTANT_VALUE) &&
	       strlen(f->value) > VALUE_MAX;
}

/* *last: the last moment of the list. */
static bool
find_moments(struct store *s, const struct outcome *o, const struct outcome_fact *f,
	     struct fact_key *k, uint32_t *last)
{
	for (unsigned i = 0; i < k->frames; i++) {
		if (!store_lists_moment_of_frame(s, (int64_t)(f->frames.frame[i] - o->first_frame),
						 &k->moments[i]))
			return false;
		*last = k->moments[i] > *last ? k->moments[i] : *last;
	}
	return true;
}

static bool
add_value(struct store *s, const char *value)
{
	struct text *t = &s->lists.values;
	size_t len = strlen(value);

	if (!text_reserve(t, len * TEXT_ESCAPED_MAX + 4))
		return store_lists_no_memory(s);
	text_put_char(t, t->len == 0 ? '[' : ',');
	text_put_char(t, '"');
	text_put_escaped(t, value, len);
	text_put_char(t, '"');
	return true;
}

/* There is room in the key. *last: as of find_moments. */
static bool
add_fact(struct store *s, const struct outcome *o, const struct outcome_fact *f,
	 const struct store_cut *ms, uint32_t *last)
{
	bool own = has_own_value(f);
	const struct store_cut cut = cut_of(f, ms);
	struct fact_key *k = store_lists_record(s);

	*k = (struct fact_key){
	    .fact = store_ids_text(s, f->fact, is_constant(f, OUTCOME_CONSTANT_FACT)),
	    .value = own ? 0 : store_ids_text(s, f->value, is_constant(f, OUTCOME_CONSTANT_VALUE)),
	    .attempt_no = f->attempt_no,
	    .evidence = (uint8_t)f->evidence,
	    .confidence = (uint8_t)f->confidence,
	    .frames = (uint8_t)frames_of(f),
	    .flags = (uint8_t)((own ? KEY_OWN : 0) | (cut.len > 0 ? KEY_MS : 0))};
	if (!find_moments(s, o, f, k, last) || (own && !add_value(s, f->value)) ||
	    !store_lists_sentence(s, f->basis, is_constant(f, OUTCOME_CONSTANT_BASIS), &cut,
				  &k->basis))
		return false;
	s->lists.key.len += size_of(k);
	return true;
}

/* The claim that the fact makes, without what is the session's own. */
static bool
claim_of(struct store *s, const struct outcome_fact *f, const struct fact_key *k,
	 const struct store_cut *ms, int64_t *id)
{
	struct outcome_fact claim = *f;

	if ((k->flags & KEY_MS) != 0) {
		const struct store_cut cut = cut_of(f, ms);
		if (!store_sentence_cut(s, f->basis, &cut))
			return false;
		claim.basis = s->sentence.data;
	}
	if ((k->flags & KEY_OWN) != 0)
		claim.value = NULL;
	return store_ids_claim(s->dictionary, &claim, (k->flags & KEY_MS) != 0, id);
}

/* *value counts those that are the session's own. */
static bool
put_fact(struct store *s, const struct outcome_fact *f, const struct fact_key *k, int64_t id,
	 size_t digits, size_t *value)
{
	struct text *t = &s->lists.items;

	if (!store_lists_item(s, id, f->attempt_no, k->frames * digits))
		return false;
	if ((k->flags & KEY_OWN) != 0)
		text_put_marked(t, '=', (int64_t)(*value)++);
	text_put_char(t, '@');
	for (unsigned i = 0; i < k->frames; i++)
		text_put_padded(t, k->moments[i], digits);
	text_put_char(t, '"');
	return true;
}

/* Facts that are not known yet: what is not in them is in the key. */
static bool
resolve_facts(struct store *s, const struct dictionary_key *k, const struct outcome *o,
	      const struct store_cut *ms, size_t digits)
{
	const char *at = s->lists.key.data;
	size_t values = 0;

	s->lists.items.len = 0;
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct outcome_fact *f = &o->facts[i];
		struct fact_key fact;
		int64_t id;

		memcpy(&fact, at, offsetof(struct fact_key, moments));
		memcpy(&fact, at, size_of(&fact));
		at += size_of(&fact);
		if (!claim_of(s, f, &fact, ms, &id) || !put_fact(s, f, &fact, id, digits, &values))
			return false;
	}
	return store_lists_resolve(s, k, digits, &s->lists.facts);
}

bool
store_lists_facts(struct store *s, const struct outcome *o, const struct store_cut *ms)
{
	struct dictionary_key k;
	uint32_t last = 0;

	if (!store_lists_begin(s, o->n_facts, sizeof(struct fact_key)))
		return false;
	for (size_t i = 0; i < o->n_facts; i++)
		if (!add_fact(s, o, &o->facts[i], ms, &last))
			return false;
	if (o->n_facts == 0)
		return true;
	s->lists.facts = store_lists_known(s, DICTIONARY_FACT_LIST, &k);
	return s->lists.facts != 0 || resolve_facts(s, &k, o, ms, text_width(last));
}
