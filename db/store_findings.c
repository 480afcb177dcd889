/*
 * store_findings.c - the findings of a session as a list that many share. See store_lists.h.
 */
#include "db/store_lists.h"

#include "db/store_ids.h"

#include <string.h>

static const char placeholder[] = "{frame}"; /* of views.sql, too */

enum {
	WORDS = 3,                   /* cause, certainty, severity */
	TEXTS = 3,                   /* explanation, server_fix, client_fix */
	WORD = 6,                    /* "frame " */
	WORD_MAX = 8 + TEXT_INT_MAX, /* "frame 123" */
};

/* A finding in the key; then come cause, certainty, severity and its sentences. */
struct finding_key {
	uint32_t attempt_no;
	uint16_t texts; /* a bit for each */
	uint8_t flags, frames;
	uint32_t named; /* a moment */
	uint32_t moments[OUTCOME_FRAMES_MAX];
};
enum { KEY_EXPLAINS = 1, KEY_NAMES = 2 };

/* A finding's sentences, and where each names the frame that is stored apart. */
struct sentences {
	const char *texts[TEXTS];
	struct store_cut cuts[TEXTS];
	bool names;
};

/* Names come from certificates: one may look like the placeholder. */
static bool
can_be_cut(const char *const texts[TEXTS])
{
	for (int i = 0; i < TEXTS; i++)
		if (texts[i] != NULL && strstr(texts[i], placeholder) != NULL)
			return false;
	return true;
}

static void
frame_word(uint64_t frame, char out[WORD_MAX])
{
	struct text t = {out, 0, WORD_MAX};

	memcpy(out, "frame ", WORD);
	t.len = WORD;
	text_put_int(&t, (int64_t)frame);
	text_put_char(&t, '\0');
}

static struct sentences
sentences_of(const struct outcome_finding *f)
{
	struct sentences s = {.texts = {f->explanation, f->server_fix, f->client_fix}};
	char word[WORD_MAX];

	if (f->named_frame == 0)
		return s;
	frame_word(f->named_frame, word);
	for (int i = 0; i < TEXTS; i++) {
		const char *at = s.texts[i] != NULL ? strstr(s.texts[i], word) : NULL;

		if (at == NULL)
			continue;
		s.cuts[i] = (struct store_cut){at + WORD, strlen(word) - WORD, placeholder};
		s.names = true;
	}
	if (s.names && !can_be_cut(s.texts)) {
		memset(s.cuts, 0, sizeof(s.cuts));
		s.names = false;
	}
	return s;
}

static unsigned
bits_of(const struct sentences *all)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < TEXTS; i++)
		bits |= (all->texts[i] != NULL ? 1u : 0u) << i;
	return bits;
}

static bool
moment_of(struct store *s, const struct outcome *o, uint64_t frame, uint32_t *moment)
{
	return store_lists_moment_of_frame(s, (int64_t)(frame - o->first_frame), moment);
}

static bool
make_key(struct store *s, const struct outcome *o, const struct outcome_finding *f,
	 const struct sentences *all, struct finding_key *k)
{
	unsigned frames =
	    f->frames.count < OUTCOME_FRAMES_MAX ? f->frames.count : OUTCOME_FRAMES_MAX;

	*k = (struct finding_key){
	    .attempt_no = f->attempt_no,
	    .texts = (uint16_t)bits_of(all),
	    .flags = (uint8_t)((f->explains ? KEY_EXPLAINS : 0) | (all->names ? KEY_NAMES : 0)),
	    .frames = (uint8_t)frames};
	for (unsigned i = 0; i < frames; i++)
		if (!moment_of(s, o, f->frames.frame[i], &k->moments[i]))
			return false;
	return !all->names || moment_of(s, o, f->named_frame, &k->named);
}

/* There is room. As the sentence is stored: where a frame is cut, none has the placeholder. */
static void
put_sentence(struct text *key, const char *text, size_t size, const struct store_cut *cut)
{
	size_t before = cut->len > 0 ? (size_t)(cut->at - text) : 0;

	text_put_bytes(key, text, before);
	text_put_bytes(key, placeholder, cut->len > 0 ? sizeof(placeholder) - 1 : 0);
	text_put_bytes(key, text + before + cut->len, size - before - cut->len);
}

static bool
add_finding(struct store *s, const struct outcome *o, const struct outcome_finding *f)
{
	const struct sentences all = sentences_of(f);
	const char *const words[] = {f->cause, f->certainty, f->severity};
	struct text *key = &s->lists.key;
	size_t sizes[WORDS + TEXTS], more = TEXTS * sizeof(placeholder);
	struct finding_key k;

	for (int i = 0; i < WORDS + TEXTS; i++) {
		sizes[i] = store_lists_text_size(i < WORDS ? words[i] : all.texts[i - WORDS]);
		more += sizes[i];
	}
	if (!make_key(s, o, f, &all, &k) || !store_lists_key(s, &k, sizeof(k), more))
		return false;
	for (int i = 0; i < WORDS; i++)
		text_put_bytes(key, words[i], sizes[i]);
	for (int i = 0; i < TEXTS; i++)
		if (all.texts[i] != NULL)
			put_sentence(key, all.texts[i], sizes[WORDS + i], &all.cuts[i]);
	return true;
}

static bool
diagnosis_of(struct store *s, const struct outcome_finding *f, const struct sentences *all,
	     int64_t *id)
{
	int64_t ids[TEXTS] = {0};

	for (int i = 0; i < TEXTS; i++)
		if (all->texts[i] != NULL &&
		    !store_sentence_id(s, all->texts[i], &all->cuts[i], &ids[i]))
			return false;
	return store_ids_diagnosis(s, f, ids, id);
}

static bool
put_finding(struct store *s, const struct outcome *o, const struct outcome_finding *f)
{
	struct text *t = &s->lists.items;
	const struct sentences all = sentences_of(f);
	struct finding_key k;
	int64_t id;

	if (!make_key(s, o, f, &all, &k) || !diagnosis_of(s, f, &all, &id))
		return false;
	if (!numbers_add(&s->lists.diagnoses, id))
		return store_lists_no_memory(s);
	if (!store_lists_item(s, id, f->attempt_no, k.frames * (TEXT_INT_MAX + 1)))
		return false;
	if (all.names)
		text_put_marked(t, '=', k.named);
	for (unsigned i = 0; i < k.frames; i++)
		text_put_marked(t, i == 0 ? '@' : ',', k.moments[i]);
	text_put_char(t, '"');
	return true;
}

static void
bind_moment(sqlite3_stmt *stmt, int column, bool known, uint32_t moment)
{
	if (known)
		sqlite3_bind_int64(stmt, column, moment);
	else
		sqlite3_bind_null(stmt, column);
}

static bool
insert_finding(struct store *s, const struct outcome *o, size_t i)
{
	const struct outcome_finding *f = &o->findings[i];
	sqlite3_stmt *stmt = s->statements[STORE_FINDING_INSERT];
	const struct sentences all = sentences_of(f);
	struct finding_key k;

	if (!make_key(s, o, f, &all, &k))
		return false;
	sqlite3_bind_int64(stmt, 1, s->lists.findings);
	sqlite3_bind_int64(stmt, 2, (int64_t)i + 1);
	sqlite3_bind_int64(stmt, 3, f->attempt_no);
	sqlite3_bind_int64(stmt, 4, s->lists.diagnoses.values[i]);
	bind_moment(stmt, 5, all.names, k.named);
	for (unsigned n = 0; n < OUTCOME_FRAMES_MAX; n++)
		bind_moment(stmt, 6 + (int)n, n < k.frames, k.moments[n]);
	return database_run(&s->d, stmt);
}

/* Findings that are not known yet. */
static bool
resolve_findings(struct store *s, const struct dictionary_key *k, const struct outcome *o)
{
	bool made;

	s->lists.items.len = 0;
	numbers_clear(&s->lists.diagnoses);
	for (size_t i = 0; i < o->n_findings; i++)
		if (!put_finding(s, o, &o->findings[i]))
			return false;
	if (!store_lists_end(s))
		return false;
	const struct dictionary_value v = {DICTIONARY_TEXT, 0, s->lists.items.data,
					   s->lists.items.len};
	if (!dictionary_resolve(s->dictionary, k, &v, &s->lists.findings, &made))
		return false;
	for (size_t i = 0; made && i < o->n_findings; i++)
		if (!insert_finding(s, o, i))
			return false;
	return true;
}

bool
store_lists_findings(struct store *s, const struct outcome *o)
{
	struct dictionary_key k;

	s->lists.key.len = 0;
	for (size_t i = 0; i < o->n_findings; i++)
		if (!add_finding(s, o, &o->findings[i]))
			return false;
	if (o->n_findings == 0)
		return true;
	dictionary_key_begin(&k, DICTIONARY_FINDING_LIST, 0);
	dictionary_key_bytes(&k, s->lists.key.data, s->lists.key.len);
	s->lists.findings = dictionary_cached(s->dictionary, &k);
	return s->lists.findings != 0 || resolve_findings(s, &k, o);
}
