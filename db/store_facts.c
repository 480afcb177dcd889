/*
 * store_facts.c - the facts of a session as a list that many share. See store_lists.h.
 */
#include "db/store_lists.h"

#include "db/store_ids.h"

#include <string.h>

enum { VALUE_MAX = 24 /* a longer value is the session's own: counters, or what was said */ };

/* A fact in the key; then come its moments, name, basis and value. */
struct fact_key {
	uint32_t attempt_no;
	uint8_t evidence, confidence, frames, flags;
};
enum { KEY_OWN = 1, KEY_BASIS = 2, KEY_MS = 4, KEY_VALUE = 8 };

/* Does the text name the milliseconds that the explanation names? Where. */
static struct store_cut
same_ms(const char *text, const struct store_cut *ms)
{
	struct store_cut cut = {0};

	if (ms->len == 0 || text == NULL)
		return cut;
	cut = store_sentence_ms(text);
	if (cut.len != ms->len || memcmp(cut.at, ms->at, cut.len) != 0)
		cut.len = 0;
	return cut;
}

static unsigned
frames_of(const struct outcome_fact *f)
{
	return f->frames.count < OUTCOME_FRAMES_MAX ? f->frames.count : OUTCOME_FRAMES_MAX;
}

static bool
has_own_value(const struct outcome_fact *f)
{
	return f->value != NULL && strlen(f->value) > VALUE_MAX;
}

/* There is room. *last: the last moment of the list. */
static bool
put_moments(struct store *s, const struct outcome *o, const struct outcome_fact *f, uint32_t *last)
{
	for (unsigned i = 0; i < frames_of(f); i++) {
		uint32_t moment;

		if (!store_lists_moment_of_frame(s, (int64_t)(f->frames.frame[i] - o->first_frame),
						 &moment))
			return false;
		text_put_bytes(&s->lists.key, &moment, sizeof(moment));
		*last = moment > *last ? moment : *last;
	}
	return true;
}

/* There is room. The milliseconds are left out. */
static void
put_basis(struct text *key, const char *basis, size_t size, const struct store_cut *ms)
{
	size_t before = ms->len > 0 ? (size_t)(ms->at - basis) : 0;

	text_put_bytes(key, basis, before);
	text_put_bytes(key, basis + before + ms->len, size - before - ms->len);
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

/* *last: as of put_moments. */
static bool
add_fact(struct store *s, const struct outcome *o, const struct outcome_fact *f,
	 const struct store_cut *ms, uint32_t *last)
{
	bool own = has_own_value(f);
	const struct store_cut cut = same_ms(f->basis, ms);
	struct fact_key k = {
	    .attempt_no = f->attempt_no,
	    .evidence = (uint8_t)f->evidence,
	    .confidence = (uint8_t)f->confidence,
	    .frames = (uint8_t)frames_of(f),
	    .flags = (uint8_t)((own ? KEY_OWN : 0) | (f->basis != NULL ? KEY_BASIS : 0) |
			       (cut.len > 0 ? KEY_MS : 0) | (f->value != NULL ? KEY_VALUE : 0))};
	size_t fact = store_lists_text_size(f->fact), basis = store_lists_text_size(f->basis);
	size_t value = own ? 0 : store_lists_text_size(f->value);
	struct text *key = &s->lists.key;

	if (!store_lists_key(s, &k, sizeof(k),
			     k.frames * sizeof(uint32_t) + fact + basis + value) ||
	    !put_moments(s, o, f, last) || (own && !add_value(s, f->value)))
		return false;
	text_put_bytes(key, f->fact, fact);
	if (f->basis != NULL)
		put_basis(key, f->basis, basis, &cut);
	text_put_bytes(key, f->value, value);
	return true;
}

/* The claim that the fact makes, without what is the session's own. */
static bool
claim_of(struct store *s, const struct outcome_fact *f, const struct fact_key *k,
	 const struct store_cut *ms, int64_t *id)
{
	struct outcome_fact claim = *f;

	if ((k->flags & KEY_MS) != 0) {
		const struct store_cut cut = same_ms(f->basis, ms);
		if (!store_sentence_cut(s, f->basis, &cut))
			return false;
		claim.basis = s->sentence.data;
	}
	if ((k->flags & KEY_OWN) != 0)
		claim.value = NULL;
	return store_ids_claim(s->dictionary, &claim, (k->flags & KEY_MS) != 0, id);
}

/* *at: its moments in the key; then behind them. *value counts those that are the session's own. */
static bool
put_fact(struct store *s, const struct outcome_fact *f, const struct fact_key *k, int64_t id,
	 const char **at, size_t digits, size_t *value)
{
	struct text *t = &s->lists.items;

	if (!store_lists_item(s, id, f->attempt_no, k->frames * digits))
		return false;
	if ((k->flags & KEY_OWN) != 0)
		text_put_marked(t, '=', (int64_t)(*value)++);
	text_put_char(t, '@');
	for (unsigned i = 0; i < k->frames; i++) {
		uint32_t moment;

		memcpy(&moment, *at, sizeof(moment));
		*at += sizeof(moment);
		text_put_padded(t, moment, digits);
	}
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
		const struct store_cut cut = same_ms(f->basis, ms);
		struct fact_key fact;
		int64_t id;

		memcpy(&fact, at, sizeof(fact));
		at += sizeof(fact);
		if (!claim_of(s, f, &fact, ms, &id) ||
		    !put_fact(s, f, &fact, id, &at, digits, &values))
			return false;
		at += store_lists_text_size(f->fact) + store_lists_text_size(f->basis) - cut.len;
		at += (fact.flags & KEY_OWN) == 0 ? store_lists_text_size(f->value) : 0;
	}
	return store_lists_resolve(s, k, digits, &s->lists.facts);
}

bool
store_lists_facts(struct store *s, const struct outcome *o, const struct store_cut *ms)
{
	struct dictionary_key k;
	uint32_t last = 0;

	s->lists.key.len = 0;
	for (size_t i = 0; i < o->n_facts; i++)
		if (!add_fact(s, o, &o->facts[i], ms, &last))
			return false;
	if (o->n_facts == 0)
		return true;
	dictionary_key_begin(&k, DICTIONARY_FACT_LIST, 0);
	dictionary_key_bytes(&k, s->lists.key.data, s->lists.key.len);
	s->lists.facts = dictionary_cached(s->dictionary, &k);
	return s->lists.facts != 0 || resolve_facts(s, &k, o, ms, text_width(last));
}
