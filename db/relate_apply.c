/*
 * relate_apply.c - what the rows of pass 2 found becomes rows of the database, session by session.
 * Called by relate.c at the end. The rows of `answer` and `conclusion` are found or made as
 * dictionary.c does it: by content, so that equal ones stay one.
 */
#include "db/relate_impl.h"
#include "db/store_ids.h"

#include <stdlib.h>
#include <string.h>

/* The hits about one session, in the order of rows; of one row the earliest first. */
struct change {
	const struct relate_hit *hits;
	size_t count;
	uint32_t session;
	int64_t id;
	unsigned modifiers;
	bool raised;
	int64_t explanation; /* a sentence; 0: the old one */
};

/* --- relations and facts -----------------------------------------------------------------------
 */

static bool
insert_relation(struct relate_run *run, const struct change *c, const struct relate_hit *h)
{
	const char *relation = relate_rows[h->row].relation;

	if (relation == NULL || h->other == RELATE_NOBODY)
		return true;
	sqlite3_stmt *stmt =
	    relate_ask(run->d, "INSERT OR IGNORE INTO relation VALUES (?1, ?3, ?2)", c->id,
		       relate_sessions_id(run->sessions, h->other));
	return stmt != NULL &&
	       sqlite3_bind_text(stmt, 3, relation, -1, SQLITE_STATIC) == SQLITE_OK &&
	       database_run(run->d, stmt);
}

/* A fact in a claim's words; value and frames may be NULL. */
static bool
insert_fact(struct relate_run *run, const struct change *c, const struct outcome_fact *f,
	    bool instead, int64_t frame)
{
	struct outcome_fact words = *f;
	int64_t claim;

	words.value = NULL; /* it names a session */
	if (!store_ids_claim(run->dictionary, &words, false, &claim))
		return false;
	sqlite3_stmt *stmt =
	    relate_ask(run->d,
		       "INSERT OR IGNORE INTO revised_fact (session_id, attempt_no, fact, instead, "
		       "value, claim_id, frames) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		       c->id, f->attempt_no);
	if (stmt == NULL)
		return false;
	sqlite3_bind_text(stmt, 3, f->fact, -1, SQLITE_STATIC);
	sqlite3_bind_int(stmt, 4, instead);
	sqlite3_bind_text(stmt, 5, f->value, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 6, claim);
	if (frame > 0)
		sqlite3_bind_int64(stmt, 7, frame);
	else
		sqlite3_bind_null(stmt, 7);
	return database_run(run->d, stmt);
}

/* As the view `sessions` has it, in run->text; NULL without memory. */
static const char *
session_key(struct relate_run *run, const struct relate_session *s)
{
	const struct relate_capture *c = &run->sessions->captures[s->capture];
	struct text *t = &run->text;

	t->len = 0;
	if (!text_reserve(t, 2 * sizeof(c->content) + 1 + TEXT_INT_MAX + 1))
		return NULL;
	text_put_hex(t, c->content, sizeof(c->content));
	text_put_marked(t, '-', relate_first_frame(s));
	text_put_char(t, '\0');
	return t->data;
}

/* Of the first handshake, whatever the headline is; its ClientHello is the session's first frame.
 */
static bool
add_fact(struct relate_run *run, const struct change *c, const struct relate_hit *h)
{
	const struct relate_row *r = &relate_rows[h->row];
	const struct outcome_fact fact = {.attempt_no = 1,
					  .fact = r->fact,
					  .value = session_key(run, relate_session(run, h->other)),
					  .evidence = r->evidence,
					  .confidence = r->confidence,
					  .basis = r->basis};

	if (fact.value == NULL)
		return relate_no_memory(run);
	return insert_fact(run, c, &fact, false,
			   relate_first_frame(relate_session(run, c->session)));
}

/* clang-format off */
static const char claim_sql[] =
	"SELECT iif(k.names_ms, replace(k.basis, '{ms}', t.named_ms), k.basis) FROM story t "
	"CROSS JOIN fact_list l ON l.id = t.facts_id "
	"CROSS JOIN json_each(l.items) j CROSS JOIN claim k ON k.id = CAST(j.value AS INTEGER) "
	"WHERE t.session_id = ?1 AND k.fact = ?3 AND k.evidence = 'inferred' AND k.confidence = 'medium' AND ?2 = "
	"CASE instr(j.value, '#') WHEN 0 THEN 1 ELSE CAST(substr(j.value, instr(j.value, '#') + 1) AS INTEGER) END";
/* An attempt is as sure as the weakest fact it needs. */
static const char weak_sql[] =
	"SELECT 1 FROM facts WHERE session_id = ?1 AND attempt_no = ?2 AND confidence = 'medium' "
	"AND fact IN ('resumed', 'client_cert_requested', 'client_cert', 'outcome')";
/* clang-format on */

/* The inferred fact that the row names, of the headline attempt, is surer now. */
static bool
raise_fact(struct relate_run *run, struct change *c, const struct relate_row *r)
{
	uint32_t attempt = relate_session(run, c->session)->attempt_no;
	sqlite3_stmt *stmt = relate_ask(run->d, claim_sql, c->id, attempt);
	bool none, sure;

	if (stmt == NULL)
		return false;
	sqlite3_bind_text(stmt, 3, r->raises, -1, SQLITE_STATIC);
	if (!relate_next(run->d, stmt, &none))
		return false;
	char *basis = none
			  ? NULL
			  : sqlite3_mprintf("%s%s%s", sqlite3_column_text(stmt, 0),
					    sqlite3_column_type(stmt, 0) != SQLITE_NULL ? "; " : "",
					    r->basis);
	sqlite3_reset(stmt);
	if (basis == NULL)
		return none || relate_no_memory(run);
	const struct outcome_fact fact = {.attempt_no = attempt,
					  .fact = r->raises,
					  .evidence = EVIDENCE_INFERRED,
					  .confidence = CONFIDENCE_HIGH,
					  .basis = basis};
	bool ok = insert_fact(run, c, &fact, true, 0);
	sqlite3_free(basis);
	if (!ok || (run->traits[c->session] & TRAIT(MEDIUM)) == 0)
		return ok;
	stmt = relate_ask(run->d, weak_sql, c->id, attempt);
	ok = stmt != NULL && relate_next(run->d, stmt, &sure);
	c->raised = ok && sure;
	sqlite3_reset(stmt);
	return ok;
}

static bool
apply_hits(struct relate_run *run, struct change *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct relate_hit *h = &c->hits[i];
		const struct relate_row *r = &relate_rows[h->row];

		if (!insert_relation(run, c, h))
			return false;
		if (h->mirrored)
			continue;
		c->modifiers |= r->modifier;
		if ((r->fact != NULL && !add_fact(run, c, h)) ||
		    (r->raises != NULL && !raise_fact(run, c, r)))
			return false;
	}
	return relate_findings(run, c->hits, c->count, &c->explanation);
}

/* --- answers and conclusions -------------------------------------------------------------------
 */

/* Numbers of keys that store_ids.c has none of: of rows that others were made of. */
#define MADE_OF(id, more) (UINT64_C(1) << 63 | (uint64_t)(more) << 32 | (id))
enum { ANSWER_COLUMNS = 15, CONCLUSION_COLUMNS = 3 };

static struct dictionary_value
value_of(sqlite3_stmt *stmt, int column)
{
	if (sqlite3_column_type(stmt, column) == SQLITE_INTEGER)
		return dictionary_number(sqlite3_column_int64(stmt, column));
	return dictionary_text((const char *)sqlite3_column_text(stmt, column));
}

/* The same answer, sure. */
static bool
raise_answer(struct relate_run *run, uint32_t old, int64_t *id)
{
	struct dictionary_value values[ANSWER_COLUMNS];
	struct dictionary_key key;
	bool none, made, ok;

	dictionary_key_begin(&key, DICTIONARY_ANSWER, MADE_OF(old, 0));
	*id = dictionary_cached(run->dictionary, &key);
	if (*id != 0)
		return true;
	sqlite3_stmt *stmt = relate_ask(
	    run->d,
	    "SELECT attempt, resumed, client_cert_requested, client_cert, proof, client_finished, "
	    "server_finished, outcome, ended_by, alert, alert_code, alert_from, capture_state, "
	    "evidence, 'high' FROM answer WHERE id = ?1",
	    old, 0);
	ok = stmt != NULL && relate_next(run->d, stmt, &none);
	for (int i = 0; ok && i < ANSWER_COLUMNS; i++)
		values[i] = value_of(stmt, i);
	ok = ok && dictionary_resolve(run->dictionary, &key, values, id, &made);
	sqlite3_reset(stmt);
	return ok;
}

/* Those of the list are added to the bits. */
static unsigned
with_modifiers(const char *list, unsigned bits)
{
	char word[64];

	for (unsigned bit = 1; modifiers_text(bit, word, sizeof(word))[0] != '\0'; bit <<= 1) {
		size_t len = strlen(word);

		for (const char *p = list; p != NULL; p = strchr(p, ',')) {
			p += *p == ',';
			if (strncmp(p, word, len) == 0 && (p[len] == ',' || p[len] == '\0'))
				bits |= bit;
		}
	}
	return bits;
}

/* The same conclusion with these modifiers, too. */
static bool
modify_conclusion(struct relate_run *run, uint32_t old, unsigned modifiers, int64_t *id)
{
	struct dictionary_value values[CONCLUSION_COLUMNS];
	struct dictionary_key key;
	char words[320];
	bool none, made, ok;

	dictionary_key_begin(&key, DICTIONARY_CONCLUSION, MADE_OF(old, modifiers));
	*id = dictionary_cached(run->dictionary, &key);
	if (*id != 0)
		return true;
	sqlite3_stmt *stmt = relate_ask(
	    run->d, "SELECT verdict, sub_reason, modifiers FROM conclusion WHERE id = ?1", old, 0);
	ok = stmt != NULL && relate_next(run->d, stmt, &none);
	if (ok) {
		values[0] = value_of(stmt, 0);
		values[1] = value_of(stmt, 1);
		modifiers = with_modifiers((const char *)sqlite3_column_text(stmt, 2), modifiers);
		values[2] = dictionary_text(modifiers_text(modifiers, words, sizeof(words)));
	}
	ok = ok && dictionary_resolve(run->dictionary, &key, values, id, &made);
	sqlite3_reset(stmt);
	return ok;
}

/* The explanation in which an answer that is surer now is called so, too; 0: there is none. */
static bool
raise_explanation(struct relate_run *run, const struct change *c, int64_t *id)
{
	sqlite3_stmt *stmt =
	    relate_ask(run->d,
		       "SELECT replace(replace(x.text, '{ms}', coalesce(t.named_ms, '{ms}')), "
		       "'confidence: medium', 'confidence: high') FROM story t "
		       "JOIN sentence x ON x.id = t.explanation_id WHERE t.session_id = ?1",
		       c->id, 0);
	bool none, ok = stmt != NULL && relate_next(run->d, stmt, &none);

	*id = 0;
	if (ok && !none)
		ok = store_ids_sentence(run->dictionary, (const char *)sqlite3_column_text(stmt, 0),
					(size_t)sqlite3_column_bytes(stmt, 0), id);
	sqlite3_reset(stmt);
	return ok;
}

/* What pass 1 said goes to `revised`. */
static bool
insert_revised(struct relate_run *run, const struct change *c)
{
	const struct relate_session *s = relate_session(run, c->session);
	sqlite3_stmt *stmt = relate_ask(run->d, "INSERT INTO revised VALUES (?1, ?2, ?3, ?4, ?5)",
					c->id, s->attempt_no);

	if (stmt == NULL)
		return false;
	sqlite3_bind_int64(stmt, 3, s->answer);
	sqlite3_bind_int64(stmt, 4, s->conclusion);
	if (c->explanation != 0)
		sqlite3_bind_int64(stmt, 5, c->explanation);
	else
		sqlite3_bind_null(stmt, 5);
	return database_run(run->d, stmt);
}

static bool
revise(struct relate_run *run, struct change *c)
{
	const struct relate_session *s = relate_session(run, c->session);
	int64_t answer = s->answer, conclusion = s->conclusion;

	if (!c->raised && c->modifiers == 0 && c->explanation == 0)
		return true;
	if ((c->raised && !raise_answer(run, s->answer, &answer)) ||
	    (c->raised && c->explanation == 0 && !raise_explanation(run, c, &c->explanation)) ||
	    (c->modifiers != 0 &&
	     !modify_conclusion(run, s->conclusion, c->modifiers, &conclusion)) ||
	    !insert_revised(run, c))
		return false;
	if (answer == s->answer && conclusion == s->conclusion)
		return true;
	sqlite3_stmt *stmt = relate_ask(
	    run->d, "UPDATE session SET answer_id = ?2, conclusion_id = ?3 WHERE id = ?1", c->id,
	    answer);
	return stmt != NULL && sqlite3_bind_int64(stmt, 3, conclusion) == SQLITE_OK &&
	       database_run(run->d, stmt);
}

/* --- session by session ------------------------------------------------------------------------
 */

/* Of several hits of a session and row the earliest counts most; ids would be others in other runs.
 */
static int
by_session_and_row(const void *left, const void *right)
{
	const struct relate_hit *a = left, *b = right;

	if (a->session != b->session)
		return a->session < b->session ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	if (a->began != b->began)
		return a->began < b->began ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

bool
relate_apply(struct relate_run *run)
{
	if (run->n_hits > 1)
		qsort(run->hits, run->n_hits, sizeof(*run->hits), by_session_and_row);
	for (size_t i = 0, n; i < run->n_hits; i += n) {
		struct change c = {.hits = &run->hits[i], .session = run->hits[i].session};

		for (n = 1; i + n < run->n_hits && run->hits[i + n].session == c.session;)
			n++;
		c.count = n;
		c.id = relate_sessions_id(run->sessions, c.session);
		if (!apply_hits(run, &c) || !revise(run, &c))
			return false;
	}
	return true;
}
