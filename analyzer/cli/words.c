/*
 * words.c - machine names (verdict, sub-reason, evidence ...) to the words a person reads.
 * Rows are in words.def and advice.def.
 */
#include "analyzer/cli/words.h"

#include <ctype.h>
#include <string.h>

static const struct words words[] = {
#define WORDS(verdict, sub, kind, slug, cause, brief, title) \
	{verdict, sub, WORDS_##kind, slug, cause, brief, title},
#include "analyzer/cli/words.def"
};

static const struct words_advice advice[] = {
#define ADVICE(verdict, sub, meaning, client, server, note) \
	{verdict, sub, meaning, client, server, note},
#include "analyzer/cli/advice.def"
};

static const struct words unknown_words = {NULL,          NULL,          WORDS_UNKNOWN, "unknown",
					   "cannot tell", "cannot tell", "Cannot tell"};
static const struct words_advice unknown_advice = {NULL, NULL, "No verdict.", NULL, NULL, NULL};

bool
words_in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = list; s != NULL; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL) {
		if (strncmp(s, word, len) == 0 && (s[len] == ',' || s[len] == '\0'))
			return true;
	}
	return false;
}

static bool
fits(const char *row_verdict, const char *row_sub, const char *verdict, const char *sub_reason,
     const char *modifiers)
{
	if (row_verdict != NULL && (verdict == NULL || strcmp(row_verdict, verdict) != 0))
		return false;
	if (row_sub == NULL)
		return row_verdict != NULL;
	return (sub_reason != NULL && strcmp(row_sub, sub_reason) == 0) ||
	       words_in_list(modifiers, row_sub);
}

const struct words *
words_find(const char *verdict, const char *sub_reason, const char *modifiers)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (fits(words[i].verdict, words[i].sub_reason, verdict, sub_reason, modifiers))
			return &words[i];
	}
	return &unknown_words;
}

const struct words_advice *
words_advice_find(const char *verdict, const char *sub_reason, const char *modifiers)
{
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		if (fits(advice[i].verdict, advice[i].sub_reason, verdict, sub_reason, modifiers))
			return &advice[i];
	}
	return &unknown_advice;
}

const struct words *
words_all(size_t *count)
{
	*count = sizeof(words) / sizeof(words[0]);
	return words;
}

const struct words_advice *
words_advice_all(size_t *count)
{
	*count = sizeof(advice) / sizeof(advice[0]);
	return advice;
}

const struct words_evidence *
words_evidence(const char *name)
{
	static const struct words_evidence rows[] = {
	    {"observed", "read", "read", TERM_PLAIN, TERM_READ},
	    {"decrypted", "decrypted", "decr.", TERM_DECRYPTED, TERM_DOUBLE},
	    {"inferred", "inferred", "infer.", TERM_INFERRED, TERM_DASH},
	    {"none", "not known", "?", TERM_DIM, TERM_DOT},
	};
	size_t i = 0;

	while (i < 3 && (name == NULL || strcmp(rows[i].name, name) != 0))
		i++;
	return &rows[i];
}

enum words_certainty
words_certainty(const char *evidence, const char *confidence)
{
	if (confidence == NULL || strcmp(confidence, "none") == 0)
		return WORDS_CANNOT_TELL;
	if (strcmp(confidence, "medium") == 0)
		return WORDS_PROBABLY;
	if (evidence != NULL && strcmp(evidence, "inferred") == 0)
		return WORDS_INFERRED;
	return strcmp(confidence, "certain") == 0 ? WORDS_CERTAIN : WORDS_INFERRED;
}

const char *
words_tag(enum words_certainty c)
{
	static const char *const tags[] = {"[certain]", "[inferred]", "[probably]",
					   "[cannot tell]"};
	return tags[c];
}

bool
words_vague(const char *verdict)
{
	static const char *const vague[] = {"client_cert_", "mutual_auth_ok", "handshake_failed_"};

	for (size_t i = 0; verdict != NULL && i < sizeof(vague) / sizeof(vague[0]); i++)
		if (strncmp(verdict, vague[i], strlen(vague[i])) == 0)
			return true;
	return false;
}

const struct cause_row *
words_cause(const char *verdict, const char *first)
{
	return first != NULL && words_vague(verdict) ? cause_row(cause_find(first)) : NULL;
}

/* "Refused: client certificate" to "Refused: CA not trusted". */
static void
add_cause(struct str *t, const char *title, const struct cause_row *cause)
{
	const char *colon = strstr(title, ": ");

	if (cause == NULL) {
		str_add(t, title);
		return;
	}
	str_add_bytes(t, title, colon != NULL ? (size_t)(colon - title) : strlen(title));
	str_addf(t, ": %s", cause->words);
}

/* "Refused: no certificate sent" to "refused, no certificate sent"; "TLS finished" stays. */
static void
add_soft(struct str *t, const char *title)
{
	const char *colon = strstr(title, ": ");
	size_t head = colon != NULL ? (size_t)(colon - title) : strlen(title);
	bool acronym = isupper((unsigned char)title[1]) != 0;

	str_add_bytes(t, (char[]){acronym ? title[0] : (char)tolower((unsigned char)title[0])}, 1);
	str_add_bytes(t, title + 1, head - 1);
	if (colon != NULL)
		str_addf(t, ", %s", colon + 2);
}

void
words_add_title(struct str *t, const struct words *w, const struct cause_row *cause,
		const char *evidence, const char *confidence)
{
	bool inferred = evidence != NULL && strcmp(evidence, "inferred") == 0;
	enum words_certainty c = words_certainty(evidence, confidence);
	struct str title = {0};

	add_cause(&title, w->title, cause);
	if (!inferred || w->kind == WORDS_UNKNOWN || c == WORDS_CANNOT_TELL) {
		str_add(t, str_string(&title));
	} else {
		str_add(t, c == WORDS_PROBABLY ? "Probably: " : "Inferred: ");
		add_soft(t, str_string(&title));
	}
	str_finish(&title);
}
