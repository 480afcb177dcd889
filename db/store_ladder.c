/*
 * store_ladder.c - the steps of a session as a list that many share. See store_lists.h.
 */
#include "db/store_lists.h"

#include <string.h>

/* A step in the key. */
struct step_key {
	uint64_t name; /* store_ids_text() */
	uint32_t attempt_no, moment, length, repeat;
	int16_t level, code;
	uint8_t sender, kind, evidence, flags;
};
enum { KEY_OWN = 1, KEY_REPEATS = 2 };

/* Data and gaps have any length: with them a list would hardly ever come again. */
static bool
has_own_size(const struct outcome_message *m)
{
	return m->kind == MESSAGE_APPLICATION || (m->kind == MESSAGE_TCP && m->length > 0);
}

static bool
add_sizes(struct store *s, const struct outcome_message *m)
{
	struct numbers *sizes = &s->lists.sizes;

	return (numbers_add(sizes, m->length) &&
		(m->repeat == 0 || numbers_add(sizes, m->repeat))) ||
	       store_lists_no_memory(s);
}

/* There is room. */
static bool
add_step(struct store *s, const struct outcome *o, const struct outcome_message *m)
{
	bool own = has_own_size(m);
	struct step_key *k = store_lists_record(s);

	*k = (struct step_key){
	    .name = store_ids_text(s, m->name, (m->constants & OUTCOME_CONSTANT_NAME) != 0),
	    .attempt_no = m->attempt_no,
	    .length = own ? 0 : m->length,
	    .repeat = own ? 0 : m->repeat,
	    .level = (int16_t)m->alert_level,
	    .code = (int16_t)m->alert_code,
	    .sender = (uint8_t)m->sender,
	    .kind = (uint8_t)m->kind,
	    .evidence = (uint8_t)m->evidence,
	    .flags = (uint8_t)((own ? KEY_OWN : 0) | (m->repeat > 0 ? KEY_REPEATS : 0))};
	if (!store_lists_moment(s, (int64_t)(m->frame - o->first_frame),
				(int64_t)((uint64_t)m->time_ns - (uint64_t)o->started_ns),
				&k->moment) ||
	    (own && !add_sizes(s, m)))
		return false;
	s->lists.key.len += sizeof(*k);
	return true;
}

/* k is of message m; *size counts those that are the session's own. */
static bool
put_step(struct store *s, const struct outcome_message *m, const struct step_key *k, size_t digits,
	 size_t *size)
{
	struct text *t = &s->lists.items;
	int64_t id;

	if (!store_ids_step(s, m, &id) || !store_lists_item(s, id, m->attempt_no, 0))
		return false;
	if ((k->flags & KEY_OWN) != 0)
		text_put_marked(t, '/', (int64_t)(*size)++);
	else
		text_put_marked(t, ':', k->length);
	if ((k->flags & (KEY_OWN | KEY_REPEATS)) == KEY_REPEATS)
		text_put_marked(t, 'x', k->repeat);
	else if ((k->flags & KEY_REPEATS) != 0)
		text_put_marked(t, 'x', (int64_t)(*size)++);
	text_put_char(t, '@');
	text_put_padded(t, k->moment, digits);
	text_put_char(t, '"');
	return true;
}

/* A ladder that is not known yet: what is not in the messages is in the key. */
static bool
resolve_ladder(struct store *s, const struct dictionary_key *k, const struct outcome *o)
{
	const char *at = s->lists.key.data;
	size_t digits = text_width((int64_t)s->lists.frames.count - 1), sizes = 0;

	s->lists.items.len = 0;
	for (size_t i = 0; i < o->n_messages; i++) {
		const struct outcome_message *m = &o->messages[i];
		struct step_key step;

		memcpy(&step, at + i * sizeof(step), sizeof(step));
		if (!put_step(s, m, &step, digits, &sizes))
			return false;
	}
	return store_lists_resolve(s, k, digits, &s->lists.ladder);
}

bool
store_lists_ladder(struct store *s, const struct outcome *o)
{
	struct dictionary_key k;

	if (!store_lists_begin(s, o->n_messages, sizeof(struct step_key)))
		return false;
	for (size_t i = 0; i < o->n_messages; i++)
		if (!add_step(s, o, &o->messages[i]))
			return false;
	if (o->n_messages == 0)
		return true;
	s->lists.ladder = store_lists_known(s, DICTIONARY_LADDER, &k);
	return s->lists.ladder != 0 || resolve_ladder(s, &k, o);
}
