/*
 * summary_load.c - counts this run's sessions by what happened to them, from the contract's views.
 * Between db/query.h and summary.c.
 */
#include "analyzer/cli/memory.h"
#include "analyzer/cli/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* run: ranges of capture ids, put before each statement by load_one. */
#define OF_THIS_RUN " EXISTS (SELECT 1 FROM run WHERE capture_id BETWEEN low AND high) "

static const char sql_groups[] =
    "SELECT verdict, sub_reason, modifiers, evidence,"
    " session_id IN (SELECT session_id FROM failed_mutual_auth) AS failed,"
    " group_concat(session_id) AS ids"
    " FROM (SELECT session_id, verdict, sub_reason, modifiers, evidence FROM sessions"
    " WHERE" OF_THIS_RUN "ORDER BY session_id) GROUP BY 1, 2, 3, 4, 5";
static const char sql_captures[] =
    "SELECT count(*) AS captures, sum(packets) AS packets, min(first_at) AS first_at,"
    " max(last_at) AS last_at FROM captures WHERE" OF_THIS_RUN;
static const char sql_problems[] =
    "SELECT path, problem, sessions FROM captures WHERE problem IS NOT NULL AND" OF_THIS_RUN
    "ORDER BY path";
static const char sql_example[] =
    "SELECT session_id FROM failed_mutual_auth WHERE" OF_THIS_RUN
    "ORDER BY confidence <> 'certain', client_cert <> 'presented', session_id LIMIT 1";
static const char sql_states[] =
    "SELECT capture_state AS state, count(*) AS sessions FROM sessions WHERE verdict IN"
    " ('incomplete_capture', 'not_enough_evidence') AND" OF_THIS_RUN
    "GROUP BY 1 ORDER BY 2 DESC, 1";
static const char sql_servers[] =
    "SELECT server_ip, server_port, count(*) FROM sessions WHERE verdict IN"
    " ('incomplete_capture', 'not_enough_evidence') AND server_ip IS NOT NULL AND" OF_THIS_RUN
    "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 1";

static struct summary_group *
find_group(struct summary *s, const struct words *words, bool failed)
{
	for (size_t i = 0; i < s->n_groups; i++) {
		struct summary_group *g = &s->groups[i];
		if (g->failed == failed && strcmp(g->words->slug, words->slug) == 0)
			return g;
	}
	s->groups = memory_grow(s->groups, s->n_groups, &s->room, sizeof(*s->groups));
	struct summary_group *g = &s->groups[s->n_groups++];
	*g = (struct summary_group){.words = words, .failed = failed, .kind = words->kind};
	/* A verdict that fails only when a certificate was asked for: it was not. */
	if (!failed && words->kind == WORDS_FAILURE)
		g->kind = WORDS_EARLY;
	return g;
}

static void
add_ids(struct summary_group *g, const char *ids)
{
	while (ids != NULL && *ids != '\0') {
		char *end;
		int64_t id = strtoll(ids, &end, 10);

		g->ids = memory_grow(g->ids, g->count, &g->room, sizeof(*g->ids));
		g->ids[g->count++] = id;
		ids = *end == ',' ? end + 1 : NULL;
	}
}

static int
by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int
by_size(const void *a, const void *b)
{
	const struct summary_group *x = a, *y = b;

	if (x->failed != y->failed)
		return x->failed ? -1 : 1;
	if (!x->failed && x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return by_id(&x->ids[0], &y->ids[0]);
}

static size_t
evidence_index(const char *evidence)
{
	static const char *const names[] = {"observed", "decrypted", "inferred"};
	size_t i = 0;

	while (i < 3 && (evidence == NULL || strcmp(names[i], evidence) != 0))
		i++;
	return i;
}

static void
count(struct summary *s, const struct result *rows)
{
	for (size_t i = 0; i < rows->rows; i++) {
		bool failed = result_number(rows, i, "failed") != 0;
		const struct words *words =
		    words_find(result_text(rows, i, "verdict"), result_text(rows, i, "sub_reason"),
			       result_text(rows, i, "modifiers"));
		struct summary_group *g = find_group(s, words, failed);
		size_t before = g->count;

		add_ids(g, result_text(rows, i, "ids"));
		int64_t n = (int64_t)(g->count - before);
		s->sessions += n;
		s->failed += failed ? n : 0;
		s->unknown += !failed && g->kind == WORDS_UNKNOWN ? n : 0;
		s->evidence[evidence_index(result_text(rows, i, "evidence"))] += n;
	}
	for (size_t i = 0; i < s->n_groups; i++)
		qsort(s->groups[i].ids, s->groups[i].count, sizeof(int64_t), by_id);
	if (s->n_groups > 0)
		qsort(s->groups, s->n_groups, sizeof(*s->groups), by_size);
}

/* "WITH run(low, high) AS (VALUES (1, 19), (23, 23)) " */
static void
add_ranges(struct str *sql, const struct batch *b)
{
	int64_t *ids = memory_resize(NULL, b->n_ids, sizeof(*ids));
	const char *comma = "";

	memcpy(ids, b->ids, b->n_ids * sizeof(*ids));
	qsort(ids, b->n_ids, sizeof(*ids), by_id);
	str_add(sql, "WITH run(low, high) AS (VALUES ");
	for (size_t i = 0, next; i < b->n_ids; i = next) {
		for (next = i + 1; next < b->n_ids && ids[next] <= ids[next - 1] + 1; next++)
			;
		str_addf(sql, "%s(%" PRId64 ", %" PRId64 ")", comma, ids[i], ids[next - 1]);
		comma = ", ";
	}
	str_add(sql, ") ");
	free(ids);
}

static bool
load_one(struct result *r, struct query *q, const struct str *ranges, const char *statement)
{
	struct str sql = {0};

	str_addf(&sql, "%s%s", str_string(ranges), statement);
	bool good = result_load(r, q, str_string(&sql), NULL, 0);
	str_finish(&sql);
	return good;
}

static bool
load(struct summary *s, struct query *q, const struct str *ranges)
{
	struct result rows;

	if (!load_one(&rows, q, ranges, sql_groups))
		return false;
	count(s, &rows);
	result_finish(&rows);
	if (!load_one(&rows, q, ranges, sql_example))
		return false;
	s->example = result_number(&rows, 0, "session_id");
	result_finish(&rows);
	return load_one(&s->captures, q, ranges, sql_captures) &&
	       load_one(&s->problems, q, ranges, sql_problems) &&
	       load_one(&s->states, q, ranges, sql_states) &&
	       load_one(&s->servers, q, ranges, sql_servers);
}

bool
summary_load(struct summary *s, struct query *q, const struct batch *b)
{
	struct str ranges = {0};

	*s = (struct summary){0};
	add_ranges(&ranges, b);
	bool good = load(s, q, &ranges);
	str_finish(&ranges);
	if (!good)
		summary_finish(s);
	return good;
}

void
summary_finish(struct summary *s)
{
	for (size_t i = 0; i < s->n_groups; i++)
		free(s->groups[i].ids);
	free(s->groups);
	result_finish(&s->captures);
	result_finish(&s->problems);
	result_finish(&s->states);
	result_finish(&s->servers);
	*s = (struct summary){0};
}
