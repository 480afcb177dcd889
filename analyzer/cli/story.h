/*
 * story.h - everything the database holds about one session, for `show`.
 * Between result.c and the parts of the page: answers.c, cause.c, ladder.c, details.c.
 */
#ifndef ANALYZER_CLI_STORY_H
#define ANALYZER_CLI_STORY_H

#include "analyzer/cli/result.h"
#include "analyzer/cli/str.h"
#include "analyzer/cli/words.h"

struct story {
	struct result session; /* one row of `sessions` */
	struct result attempts, facts, messages, certificates, requests, findings;
	struct result related; /* both ways, see story.c */
	int64_t attempt_no;    /* the headline attempt, whose facts `sessions` shows */
	int64_t started_ns;
	const struct words *words;
	const struct cause_row *cause; /* words_cause of it */
};

enum story_found { STORY_FOUND, STORY_UNKNOWN, STORY_FAULT };

/* key: a session_id or a session_key. Finish only what was found. */
enum story_found story_load(struct story *s, struct query *q, const char *key);
void story_finish(struct story *s);

const char *story_text(const struct story *s, const char *column);
bool story_is(const struct story *s, const char *column, const char *value);

enum { STORY_NONE = -1 };
/* Rows, or STORY_NONE. A fact or message of the headline attempt; sender and kind may be NULL. */
long story_fact(const struct story *s, const char *fact);
/* Of a fact's `frames`, which are in the order of reading, the last: where an outcome shows. */
const char *story_last_frame(const char *frames);
long story_message(const struct story *s, const char *sender, const char *kind, const char *name);
/* Where `role` ("client", "server") presented its leaf, or STORY_NONE. */
long story_leaf(const struct story *s, const char *role, int64_t attempt_no);
/* The first finding, if it says why; STORY_NONE when there is none. */
long story_first_finding(const struct story *s);
/* How many items of this kind the request of the attempt had; -1 when there is no request. */
long story_requested(const struct story *s, int64_t attempt_no, const char *kind);

/* Nanoseconds between the session's first packet and message `row`. */
int64_t story_since_start(const struct story *s, size_t row);

/* "TLS 1.2" for "TLS1.2". */
void story_add_version(struct str *t, const char *version);
/* "10.0.0.1:443", "[2001:db8::1]:443"; "?" where nothing is known. */
void story_add_endpoint(struct str *t, const char *ip, int64_t port);
/* The common name of an RFC 4514 name: "CN=stranger". The whole name when it has none. */
void story_add_name(struct str *t, const char *dn);

/* ": unknown_ca (48)", the alert that decided; there is one. */
void story_add_alert(struct str *t, const struct story *s);
/* A path without its directories. */
const char *story_file_name(const char *path);

#endif
