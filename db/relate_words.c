/*
 * relate_words.c - sentences about what rows found, with their {words} filled in.
 * Called by relate_findings.c. The words are those of relate_words.def.
 */
#include "db/relate_impl.h"

#include "db/address.h"

#include <string.h>
#include <time.h>

static bool
put_bytes(struct relate_run *run, const char *data, size_t len)
{
	struct text *t = &run->text;

	if (len == 0)
		return true;
	if (!text_reserve(t, len))
		return relate_no_memory(run);
	memcpy(t->data + t->len, data, len);
	t->len += len;
	return true;
}

static bool
put(struct relate_run *run, const char *text)
{
	return put_bytes(run, text, strlen(text));
}

static bool
put_number(struct relate_run *run, int64_t n)
{
	if (!text_reserve(&run->text, TEXT_INT_MAX))
		return relate_no_memory(run);
	text_put_int(&run->text, n);
	return true;
}

/* Of a number, one of SQLite's formats. */
static bool
put_format(struct relate_run *run, const char *format, double number)
{
	char buf[64];

	sqlite3_snprintf(sizeof(buf), buf, format, number);
	return put(run, buf);
}

/* To the second, floored: for times before 1970, too. */
static bool
put_time(struct relate_run *run, int64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
	struct text *t = &run->text;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return true;
	const struct {
		char before;
		int value;
	} parts[] = {{'-', tm.tm_mon + 1},
		     {'-', tm.tm_mday},
		     {' ', tm.tm_hour},
		     {':', tm.tm_min},
		     {':', tm.tm_sec}};
	if (!text_reserve(t, 2 * TEXT_INT_MAX))
		return relate_no_memory(run);
	text_put_int(t, tm.tm_year + 1900); /* nanoseconds begin in 1677 and end in 2262 */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		text_put_char(t, parts[i].before);
		text_put_padded(t, parts[i].value, 2);
	}
	return true;
}

/* --- of other rows -----------------------------------------------------------------------------
 */

static const char name_sql[] = "SELECT text FROM name WHERE id = ?1";
static const char subject_sql[] = "SELECT subject FROM certificate WHERE id = ?1";
static const char issuer_sql[] = "SELECT issuer FROM certificate WHERE id = ?1";
static const char common_name_sql[] =
    "SELECT substr(subject, 1, instr(subject || ',', ',') - 1) FROM certificate WHERE id = ?1";
static const char wanted_sql[] =
    "SELECT 'the CA of the accepted one, ' || issuer FROM certificate WHERE id = ?1";

/* What the statement says of this id, 0 for none; or these words when it is NULL. */
static bool
put_text(struct relate_run *run, const char *sql, uint32_t id, const char *otherwise)
{
	sqlite3_stmt *stmt = relate_ask(run->d, sql, id, 0);
	bool none, ok = stmt != NULL && relate_next(run->d, stmt, &none);

	if (!ok)
		return false;
	const char *text = none ? NULL : (const char *)sqlite3_column_text(stmt, 0);
	ok = put(run, text != NULL ? text : otherwise);
	sqlite3_reset(stmt);
	return ok;
}

static bool
put_address(struct relate_run *run, uint64_t address)
{
	const struct outcome_endpoint e = relate_sessions_endpoint(run->sessions, address);
	char buf[ADDRESS_TEXT_MAX];
	const char *text = address_text(&e, buf);

	return put(run, text != NULL ? text : "");
}

static bool
put_whom(struct relate_run *run, const struct relate_ends *s, const struct relate_ends *o)
{
	if (relate_client(o) == 0)
		return put(run, "another client");
	return relate_client(o) == relate_client(s) ? put(run, "this same client")
						    : put_address(run, relate_client(o));
}

/* What the client of the other session had sent there. */
static bool
put_identity(struct relate_run *run, const struct relate_hit *h)
{
	const struct relate_session *o = relate_session(run, h->other);
	uint64_t is = run->traits[h->other];
	size_t before = run->text.len;
	bool ok;

	if ((is & TRAIT(PRESENTED)) != 0) {
		ok = put(run, "the client presented ");
		before = run->text.len;
		ok = ok && put_text(run, subject_sql, o->client_certificate, "") &&
		     (run->text.len > before || put(run, "a certificate"));
	} else if ((is & TRAIT(EMPTY)) != 0) {
		ok = put(run, "the client was asked and sent no certificate");
	} else if ((is & TRAIT(NONE_SENT)) != 0) {
		ok = put(run, (is & TRAIT(NOT_ASKED)) != 0 ? "no certificate was asked for"
							   : "the client sent no certificate");
	} else {
		ok = put(run, "what the client sent cannot be told");
	}
	if ((is & TRAIT(ACCEPTED)) != 0)
		return ok && put(run, ", and TLS finished");
	return ok && ((is & TRAIT(REJECTED)) == 0 || put(run, ", and the server refused"));
}

/* --- templates ---------------------------------------------------------------------------------
 */

enum word {
#define WORD(word, statement) WORD_##word,
#include "db/relate_words.def"
#undef WORD
	WORD_COUNT
};
static const char *const names[WORD_COUNT] = {
#define WORD(word, statement) #word,
#include "db/relate_words.def"
#undef WORD
};

static bool
put_word(struct relate_run *run, const struct relate_hit *h, enum word word)
{
	static const struct relate_session no_session;
	static const struct relate_ends no_ends;
	bool alone = h->other == RELATE_NOBODY;
	const struct relate_session *s = relate_session(run, h->session);
	const struct relate_session *o = alone ? &no_session : relate_session(run, h->other);
	const struct relate_ends *from = relate_ends(run, h->session);
	const struct relate_ends *there = alone ? &no_ends : relate_ends(run, h->other);

	switch (word) {
#define WORD(word, statement) \
	case WORD_##word:     \
		return statement;
#include "db/relate_words.def"
#undef WORD
	case WORD_COUNT:
		break;
	}
	return true;
}

/* The word that these braces hold; WORD_COUNT: none. */
static enum word
word_of(const char *open, const char *close)
{
	size_t len = (size_t)(close - open) - 1;
	int i = 0;

	while (i < WORD_COUNT && !(strlen(names[i]) == len && memcmp(names[i], open + 1, len) == 0))
		i++;
	return (enum word)i;
}

bool
relate_words(struct relate_run *run, const struct relate_hit *h, const char *template)
{
	const char *open, *close;

	while ((open = strchr(template, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
		enum word word = word_of(open, close);
		const char *upto = word != WORD_COUNT ? open : open + 1;

		if (!put_bytes(run, template, (size_t)(upto - template)) ||
		    (word != WORD_COUNT && !put_word(run, h, word)))
			return false;
		template = word != WORD_COUNT ? close + 1 : upto;
	}
	return put(run, template);
}
