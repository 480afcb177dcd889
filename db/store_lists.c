/*
 * store_lists.c - what ladder, facts and findings share: moments, keys, items. See store_lists.h.
 */
#include "db/store_lists.h"

#include <string.h>

enum { MOMENTS_BACK = 4 /* steps out of order are not far from each other */ };

void
store_lists_finish(struct store_lists *l)
{
	numbers_finish(&l->frames);
	numbers_finish(&l->times);
	numbers_finish(&l->sizes);
	numbers_finish(&l->diagnoses);
	text_finish(&l->values);
	text_finish(&l->key);
	text_finish(&l->items);
}

bool
store_lists_no_memory(struct store *s)
{
	return database_fault(&s->d, "out of memory");
}

bool
store_lists_begin(struct store *s, size_t records, size_t size)
{
	s->lists.key.len = 0;
	return text_reserve(&s->lists.key, records * size) || store_lists_no_memory(s);
}

int64_t
store_lists_known(struct store *s, enum dictionary_table table, struct dictionary_key *k)
{
	dictionary_key_begin(k, table, 0);
	dictionary_key_bytes(k, s->lists.key.data, s->lists.key.len);
	return dictionary_cached(s->dictionary, k);
}

bool
store_lists_cut(struct store *s, const char *text, const struct store_cut *cut, uint64_t *number)
{
	if (!store_sentence_cut(s, text, cut))
		return false;
	*number = store_ids_text(s, s->sentence.data, false);
	return true;
}

bool
store_lists_moment(struct store *s, int64_t frame, int64_t ns, uint32_t *moment)
{
	struct numbers *frames = &s->lists.frames, *times = &s->lists.times;
	size_t n = frames->count;

	for (size_t i = n; i > 0 && i + MOMENTS_BACK > n; i--)
		if (frames->values[i - 1] == frame && times->values[i - 1] == ns) {
			*moment = (uint32_t)(i - 1);
			return true;
		}
	*moment = (uint32_t)n;
	return (numbers_add(frames, frame) && numbers_add(times, ns)) || store_lists_no_memory(s);
}

bool
store_lists_moment_of_frame(struct store *s, int64_t frame, uint32_t *moment)
{
	const struct numbers *frames = &s->lists.frames;

	for (size_t i = 0; i < frames->count; i++)
		if (frames->values[i] == frame) {
			*moment = (uint32_t)i;
			return true;
		}
	return store_lists_moment(s, frame, 0, moment);
}

bool
store_lists_item(struct store *s, int64_t id, unsigned attempt_no, size_t more)
{
	struct text *t = &s->lists.items;

	if (!text_reserve(t, STORE_LISTS_ITEM + more))
		return store_lists_no_memory(s);
	text_put_char(t, t->len == 0 ? '[' : ',');
	text_put_marked(t, '"', id);
	if (attempt_no != 1)
		text_put_marked(t, '#', attempt_no);
	return true;
}

bool
store_lists_end(struct store *s)
{
	if (!text_reserve(&s->lists.items, 1))
		return store_lists_no_memory(s);
	text_put_char(&s->lists.items, ']');
	return true;
}

bool
store_lists_resolve(struct store *s, const struct dictionary_key *k, size_t digits, int64_t *id)
{
	struct text *t = &s->lists.items;
	bool made;

	if (!store_lists_end(s))
		return false;
	struct dictionary_value v[] = {dictionary_number((int64_t)digits),
				       {DICTIONARY_TEXT, 0, t->data, t->len}};
	return dictionary_resolve(s->dictionary, k, v, id, &made);
}

/* As the row holds them. */
static bool
write_own(struct store *s)
{
	struct store_lists *l = &s->lists;

	if (l->values.len > 0) {
		if (!text_reserve(&l->values, 1))
			return store_lists_no_memory(s);
		text_put_char(&l->values, ']');
	}
	return (numbers_write(&l->frames) && numbers_write(&l->times) &&
		numbers_write(&l->sizes)) ||
	       store_lists_no_memory(s);
}

bool
store_lists_make(struct store *s, const struct outcome *o, const struct store_cut *ms)
{
	struct store_lists *l = &s->lists;

	l->ladder = l->facts = l->findings = 0;
	numbers_clear(&l->frames);
	numbers_clear(&l->times);
	numbers_clear(&l->sizes);
	l->values.len = 0;
	/* the others' frames are those of the ladder */
	return store_lists_ladder(s, o) && store_lists_facts(s, o, ms) &&
	       store_lists_findings(s, o) && write_own(s);
}
