/*
 * summary.h - the end of `analyze`: how bad, why, what next; from the rows of this run's captures.
 * summary_load.c asks the database, summary.c prints. Used by cmd_analyze.c.
 */
#ifndef ANALYZER_CLI_SUMMARY_H
#define ANALYZER_CLI_SUMMARY_H

#include "analyzer/cli/batch.h"
#include "analyzer/cli/result.h"
#include "analyzer/cli/term.h"
#include "analyzer/cli/words.h"

/* Sessions that one line counts. */
struct summary_group {
	const char *slug, *cause; /* machine name; in a person's words */
	bool failed;
	enum words_kind kind;
	int64_t *ids; /* in order */
	size_t count, room;
};

struct summary {
	struct summary_group *groups; /* failures first, then by size */
	size_t n_groups, room;
	int64_t sessions, failed, unknown;
	int64_t came_back; /* of those that failed: the same client got in soon after */
	int64_t
	    evidence[4]; /* as words_evidence orders them: read, decrypted, inferred, not known */
	int64_t example; /* the session to look at first; 0: none */
	struct result captures; /* one row: captures, packets, first_at, last_at */
	struct result problems; /* path, problem, sessions of captures with one */
	struct result states;   /* of sessions that cannot be told: state, sessions */
	struct result servers;  /* of these: server_ip, server_port, the most frequent first */
	struct result
	    without_tls; /* one row: count, refused, no_answer, plaintext of connections */
};

/* False: query_error(q). Nothing to finish then. */
bool summary_load(struct summary *s, struct query *q, const struct batch *b);
void summary_finish(struct summary *s);

void summary_print(struct term *out, const struct summary *s, const char *database);
void summary_print_json(struct term *out, const struct summary *s, const struct batch *b);

#endif
