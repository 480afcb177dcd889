/*
 * related.c - see related.h. The words are related.def's.
 */
#include "analyzer/cli/related.h"

#include "analyzer/cli/cause.h"
#include "analyzer/cli/moment.h"

#include <string.h>

static const struct {
	const char *relation, *of, *to;
} rows[] = {
#define RELATED(relation, of, to) {relation, of, to},
#include "analyzer/cli/related.def"
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The time from one session to the next: from the end of the first where they do not overlap. */
static void
add_between(struct str *t, const struct story *s, size_t row)
{
	int64_t here, there, end;
	bool later = moment_parse(story_text(s, "started_at"), &here) &&
		     moment_parse(result_text(&s->related, row, "started_at"), &there) &&
		     there > here;
	const char *ended =
	    later ? story_text(s, "ended_at") : result_text(&s->related, row, "ended_at");

	if (!moment_parse(ended, &end))
		return;
	int64_t from = later ? here : there, to = later ? there : here;
	moment_add_span(t, end <= to && end > from ? to - end : to - from);
}

static const char *
reaction(const struct result *r, size_t row)
{
	if (result_is(r, row, "verdict", "mutual_auth_ok"))
		return result_is(r, row, "modified", "1") ? "TLS finished" : "was accepted";
	if (result_is(r, row, "outcome", "rejected"))
		return "was refused";
	return result_is(r, row, "outcome", "dropped_no_reply") ? "the server closed"
								: "what came of it is not visible";
}

static void
add_word(struct str *t, const struct story *s, size_t row, const char *word, size_t len)
{
	const struct result *r = &s->related;
	const char *subject = result_text(r, row, "client_subject");
	const char *who = result_text(r, row, "client_ip");
	int64_t more = result_number(r, row, "count") - 1;

	if (strncmp(word, "n", len) == 0)
		str_add(t, result_text(r, row, "session_id"));
	else if (strncmp(word, "and_more", len) == 0 && more > 0)
		str_addf(t, " and %lld more", (long long)more);
	else if (strncmp(word, "later", len) == 0 || strncmp(word, "before", len) == 0)
		add_between(t, s, row);
	else if (strncmp(word, "reaction", len) == 0)
		str_add(t, reaction(r, row));
	else if (strncmp(word, "who", len) == 0)
		str_add(t, who != NULL ? who : "another client");
	else if (strncmp(word, "cert", len) == 0 && subject != NULL)
		story_add_name(t, subject);
}

static void
add_sentence(struct str *t, const struct story *s, size_t row, const char *template)
{
	while (*template != '\0') {
		size_t plain = strcspn(template, "{"), len;

		str_add_bytes(t, template, plain);
		template += plain;
		if (*template == '\0')
			return;
		len = strcspn(template, "}");
		add_word(t, s, row, template + 1, len - 1);
		template += len + (template[len] != '\0' ? 1 : 0);
	}
}

/* A session that came back and was accepted has been told of when it came back. */
static bool
is_told(const struct story *s, size_t row, const char *relation)
{
	const char *better = strcmp(relation, "retry_followed") == 0 ? "same_client_succeeded"
			     : strcmp(relation, "resumed_from") == 0 ? "identity_from"
								     : NULL;

	for (size_t i = 0; better != NULL && i < s->related.rows; i++)
		if (result_is(&s->related, i, "relation", better) &&
		    result_number(&s->related, i, "mine") ==
			result_number(&s->related, row, "mine") &&
		    result_number(&s->related, i, "session_id") ==
			result_number(&s->related, row, "session_id"))
			return true;
	return false;
}

void
related_print(struct term *out, const struct story *s)
{
	const struct proof_margin m = proof_margin(out, s);

	for (size_t k = 0; k < ROWS; k++)
		for (size_t i = 0; i < s->related.rows; i++) {
			bool mine = result_number(&s->related, i, "mine") != 0;
			const char *template = mine ? rows[k].of : rows[k].to;
			struct str line = {0};

			if (!result_is(&s->related, i, "relation", rows[k].relation) ||
			    template == NULL || is_told(s, i, rows[k].relation))
				continue;
			add_sentence(&line, s, i, template);
			cause_advice(&m, s, "see:", str_string(&line));
			str_finish(&line);
		}
}
