/*
 * title.c - the first lines of `show`: the verdict as a sentence, who with whom, when and where.
 * Between story.c and cmd_show.c.
 */
#include "analyzer/cli/title.h"

#include "analyzer/cli/moment.h"

#include <string.h>

/* The words that say failure, up to the colon, are the loud ones. */
static void
put_title(struct term *out, const struct story *s, const char *title)
{
	const char *colon = strchr(title, ':');
	size_t head = colon != NULL ? (size_t)(colon - title) : strlen(title);
	enum term_style style = TERM_BOLD;
	struct str word = {0};

	if (story_is(s, "evidence", "inferred"))
		style = TERM_INFERRED_TITLE;
	else if (story_is(s, "outcome", "dropped_no_reply"))
		style = TERM_WARN;
	else if (s->words->kind == WORDS_FAILURE)
		style = TERM_FAIL;
	str_add_bytes(&word, title, head);
	term_put(out, style, str_string(&word));
	term_put(out, TERM_PLAIN, title + head);
	str_finish(&word);
}

static void
put_parties(struct term *out, const struct story *s)
{
	static const char *const extra[] = {"sni", "carrier", "app_label"};
	struct str line = {0};
	bool carrier = story_text(s, "carrier") != NULL;

	story_add_endpoint(&line, story_text(s, "client_ip"),
			   result_number(&s->session, 0, "client_port"));
	str_add(&line, " > ");
	story_add_endpoint(&line, story_text(s, "server_ip"),
			   result_number(&s->session, 0, "server_port"));
	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		const char *value = story_text(s, extra[i]);
		/* A label of "TLS" says nothing here. */
		bool plain = i == 2 && (carrier || value == NULL || strcmp(value, "TLS") == 0);
		if (value != NULL && !plain)
			str_addf(&line, "  %s", value);
	}
	if (story_text(s, "tls_version") != NULL) {
		str_add(&line, "  ");
		story_add_version(&line, story_text(s, "tls_version"));
	}
	term_data(out, TERM_PLAIN, str_string(&line));
	term_end(out);
	str_finish(&line);
}

void
title_print(struct term *out, const struct story *s)
{
	struct str title = {0}, when = {0};
	const char *path = story_text(s, "capture_path");

	words_add_title(&title, s->words, s->cause, story_text(s, "evidence"),
			story_text(s, "confidence"));
	if (story_is(s, "verdict", "server_cert_rejected_by_client") &&
	    story_text(s, "alert") != NULL)
		story_add_alert(&title, s);
	if (!story_is(s, "attempt", "initial") && s->words->kind == WORDS_FAILURE)
		str_add(&title, " (asked after the handshake)");
	term_putf(out, TERM_PLAIN, "session %s  ", story_text(s, "session_id"));
	put_title(out, s, str_string(&title));
	term_end(out);
	put_parties(out, s);
	moment_add_milli(&when, s->started_ns);
	str_add(&when, " UTC  ");
	term_put(out, TERM_DIM, str_string(&when));
	term_fit(out, TERM_DIM, story_file_name(path), out->width - 1 - out->column,
		 STR_CUT_MIDDLE);
	term_end(out);
	str_finish(&title);
	str_finish(&when);
}
