/*
 * store_findings.c - the findings of a session as a list that many share. See store_lists.h.
 */
#include "db/store_lists.h"

#include <string.h>

static const char placeholder[] = "{frame}"; /* of views.sql, too */

enum { TEXTS = 3 /* explanation, server_fix, client_fix */ };

/* A finding in the key. */
struct finding_key {
	uint64_t cause, certainty, severity, texts[TEXTS]; /* store_ids_text() */
	uint32_t attempt_no;
	uint32_t flags, frames;
	uint32_t named; /* a moment */
	uint32_t moments[OUTCOME_FRAMES_MAX];
};
enum { KEY_EXPLAINS = 1, KEY_NAMES = 2 };

/* A finding's sentences, and where each names the frame that is stored apart. */
struct sentences {
	const char *texts[TEXTS];
	bool constant[TEXTS]; /* it names none */
	struct store_cut cuts[TEXTS];
	bool names;
};

/* Names come from certificates: one may look like the placeholder. */
static bool
can_be_cut(const struct sentences *s)
{
	for (int i = 0; i < TEXTS; i++)
		if (s->texts[i] != NULL && !s->constant[i] &&
		    strchr(s->texts[i], placeholder[0]) != NULL)
			return false;
	return true;
}

/* The digits at `at`; none when they do not stand there, as of an outcome that was damaged. */
static struct store_cut
frame_at(const char *text, size_t at, const struct text *digits)
{
	if (text == NULL || at == 0 || at > strlen(text) ||
	    strncmp(text + at, digits->data, digits->len) != 0)
		return (struct store_cut){0};
	return (struct store_cut){text + at, digits->len, placeholder};
}

static struct sentences
sentences_of(const struct outcome_finding *f)
{
	struct sentences s = {.texts = {f->explanation, f->server_fix, f->client_fix},
			      .constant = {(f->constants & OUTCOME_CONSTANT_EXPLANATION) != 0,
					   (f->constants & OUTCOME_CONSTANT_SERVER_FIX) != 0,
					   (f->constants & OUTCOME_CONSTANT_CLIENT_FIX) != 0}};
	char buf[TEXT_INT_MAX];
	struct text digits = {buf, 0, sizeof(buf)};

	if (f->named_frame == 0)
		return s;
	text_put_int(&digits, (int64_t)f->named_frame);
	for (int i = 0; i < TEXTS; i++) {
		s.cuts[i] = frame_at(s.texts[i], f->named_at[i], &digits);
		s.names |= s.cuts[i].len > 0;
	}
	if (s.names && !can_be_cut(&s)) {
		memset(s.cuts, 0, sizeof(s.cuts));
		s.names = false;
	}
	return s;
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
	bool constant = (f->constants & OUTCOME_CONSTANT_WORDS) != 0;
	unsigned frames =
	    f->frames.count < OUTCOME_FRAMES_MAX ? f->frames.count : OUTCOME_FRAMES_MAX;

	*k = (struct finding_key){
	    .cause = store_ids_text(s, f->cause, constant),
	    .certainty = store_ids_text(s, f->certainty, constant),
	    .severity = store_ids_text(s, f->severity, constant),
	    .attempt_no = f->attempt_no,
	    .flags = ((f->explains ? KEY_EXPLAINS : 0) | (all->names ? KEY_NAMES : 0)),
	    .frames = frames};
	for (int i = 0; i < TEXTS; i++)
		if (!store_lists_sentence(s, all->texts[i], all->constant[i], &all->cuts[i],
					  &k->texts[i]))
			return false;
	for (unsigned i = 0; i < frames; i++)
		if (!moment_of(s, o, f->frames.frame[i], &k->moments[i]))
			return false;
	return !all->names || moment_of(s, o, f->named_frame, &k->named);
}

/* There is room. */
static bool
add_finding(struct store *s, const struct outcome *o, const struct outcome_finding *f)
{
	const struct sentences all = sentences_of(f);
	struct finding_key *k = store_lists_record(s);

	if (!make_key(s, o, f, &all, k))
		return false;
	s->lists.key.len += sizeof(*k);
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

	if (!store_lists_begin(s, o->n_findings, sizeof(struct finding_key)))
		return false;
	for (size_t i = 0; i < o->n_findings; i++)
		if (!add_finding(s, o, &o->findings[i]))
			return false;
	if (o->n_findings == 0)
		return true;
	s->lists.findings = store_lists_known(s, DICTIONARY_FINDING_LIST, &k);
	return s->lists.findings != 0 || resolve_findings(s, &k, o);
}
