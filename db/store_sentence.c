/*
 * store_sentence.c - ids of sentences without the numbers that they name. See store_sentence.h.
 */
#include "db/store_sentence.h"

#include "db/store_ids.h"

#include <string.h>

bool
store_sentence_cut(struct store *s, const char *text, const struct store_cut *cut)
{
	struct text *t = &s->sentence;
	size_t before = (size_t)(cut->at - text), mark = strlen(cut->placeholder);
	const char *rest = cut->at + cut->len;
	size_t after = strlen(rest);

	t->len = 0;
	if (!text_reserve(t, before + mark + after + 1))
		return database_fault(&s->d, "out of memory");
	memcpy(t->data, text, before);
	memcpy(t->data + before, cut->placeholder, mark);
	memcpy(t->data + before + mark, rest, after + 1);
	t->len = before + mark + after;
	return true;
}

bool
store_sentence_id(struct store *s, const char *text, const struct store_cut *cut, int64_t *id)
{
	if (cut->len == 0)
		return store_ids_sentence(s->dictionary, text, strlen(text), id);
	return store_sentence_cut(s, text, cut) &&
	       store_ids_sentence(s->dictionary, s->sentence.data, s->sentence.len, id);
}

static bool
of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

struct store_cut
store_sentence_ms(const char *text)
{
	static const char placeholder[] = "{ms}"; /* of views.sql, too */
	const char *end = strstr(text, " ms"), *at = end;

	if (end == NULL || strstr(text, placeholder) != NULL)
		return (struct store_cut){.placeholder = placeholder};
	while (at > text && of_number(at[-1]))
		at--;
	return (struct store_cut){at, (size_t)(end - at), placeholder};
}
