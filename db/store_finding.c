/*
 * store_finding.c - a finding's row and the sentences it refers to. See store_rows.h.
 */
#include "db/store_rows.h"
#include "db/store_sentence.h"

#include <string.h>

static const char placeholder[] = "{frame}"; /* of views.sql, too */

enum {
	TEXTS = 3,
	WORD = 6,                    /* "frame " */
	WORD_MAX = 8 + TEXT_INT_MAX, /* "frame 123" */
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

/* "frame 123", or nothing when no frame is to be cut. */
static void
frame_word(const struct outcome_finding *f, const char *const texts[TEXTS], char out[WORD_MAX])
{
	struct text t = {out, 0, WORD_MAX};

	out[0] = '\0';
	if (f->named_frame == 0 || !can_be_cut(texts))
		return;
	memcpy(out, "frame ", WORD);
	t.len = WORD;
	text_put_int(&t, (int64_t)f->named_frame);
	text_put_char(&t, '\0');
}

/* *names: set when a frame was cut out. */
static bool
bind_sentence(struct store *s, int column, const char *text, const char *word, bool *names)
{
	sqlite3_stmt *stmt = s->statements[STORE_FINDING_INSERT];
	const char *at = text != NULL && word[0] != '\0' ? strstr(text, word) : NULL;
	struct store_cut number = {.placeholder = placeholder};
	int64_t id;

	if (text == NULL)
		return sqlite3_bind_null(stmt, column) == SQLITE_OK;
	if (at != NULL) {
		number.at = at + WORD;
		number.len = strlen(word) - WORD;
	}
	if (!store_sentence_id(s, text, &number, &id))
		return false;
	*names = *names || at != NULL;
	return sqlite3_bind_int64(stmt, column, id) == SQLITE_OK;
}

static void
bind_frames(sqlite3_stmt *stmt, const struct outcome_finding *f, bool names, struct text *list)
{
	if (names)
		sqlite3_bind_int64(stmt, 10, (int64_t)f->named_frame);
	else
		sqlite3_bind_null(stmt, 10);
	store_rows_frames(list, &f->frames);
	if (list->len > 0)
		sqlite3_bind_text64(stmt, 11, list->data, list->len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, 11);
}

bool
store_finding_insert(struct store *s, const struct outcome_finding *f)
{
	sqlite3_stmt *stmt = s->statements[STORE_FINDING_INSERT];
	const char *const texts[TEXTS] = {f->explanation, f->server_fix, f->client_fix};
	char word[WORD_MAX], buf[STORE_FRAMES_MAX];
	struct text frames = {buf, 0, sizeof(buf)};
	bool names = false;

	sqlite3_bind_int64(stmt, 1, s->next_session);
	sqlite3_bind_int64(stmt, 2, f->rank);
	sqlite3_bind_int64(stmt, 3, f->attempt_no);
	sqlite3_bind_text(stmt, 4, f->cause, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 5, f->certainty, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 6, f->severity, -1, SQLITE_STATIC);
	frame_word(f, texts, word);
	for (int i = 0; i < TEXTS; i++)
		if (!bind_sentence(s, 7 + i, texts[i], word, &names))
			return false;
	bind_frames(stmt, f, names, &frames);
	sqlite3_bind_int(stmt, 12, f->explains);
	return database_run(&s->d, stmt);
}
