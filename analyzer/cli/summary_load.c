/*
 * summary_load.c - counts this run's sessions by what happened to them, in the contract's words.
 * Between db/query.h and summary.c.
 */
#include "analyzer/cli/memory.h"
#include "analyzer/cli/summary.h"
#include "analyzer/verdict/causes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* run: ranges of capture ids, put before each statement by load_one. */
#define OF_THIS_RUN " EXISTS (SELECT 1 FROM run WHERE capture_id BETWEEN low AND high) "

/* Sessions with equal conclusion, answer and first cause are summed up alike: integers for each of
 * them here, words for one of each such kind below. Later captures have later sessions: ids come in
 * order. */
static const char sql_sessions[] =
    "SELECT s.id, s.conclusion_id, s.answer_id, coalesce(r.cause, f.cause) FROM capture c"
    " CROSS JOIN session s ON s.id BETWEEN c.first_session AND c.last_session"
    " LEFT JOIN revised_finding r ON r.session_id = s.id AND r.rank = 1"
    " AND (r.of OR (r.severity = 'failure' AND r.certainty <> 'possible'))"
    " LEFT JOIN finding f ON f.session_id = s.id AND f.rank = coalesce(r.of, 1)"
    " AND f.severity = 'failure' AND f.certainty <> 'possible'"
    " WHERE EXISTS (SELECT 1 FROM run WHERE c.id BETWEEN low AND high) ORDER BY c.id";
static const char sql_kind[] =
    "SELECT verdict, sub_reason, modifiers, evidence,"
    " EXISTS (SELECT 1 FROM failed_mutual_auth f WHERE f.session_id = s.session_id) AS failed,"
    " (confidence <> 'certain') * 2 + (client_cert <> 'presented') AS rank"
    " FROM sessions s WHERE session_id = CAST(:id AS INTEGER)";
static const char sql_captures[] =
    "SELECT count(*) AS captures, sum(packets) AS packets, min(first_at) AS first_at,"
    " max(last_at) AS last_at FROM captures WHERE" OF_THIS_RUN;
static const char sql_problems[] =
    "SELECT path, problem, sessions FROM captures WHERE problem IS NOT NULL AND" OF_THIS_RUN
    "ORDER BY path";
#define CANNOT_TELL                                                                              \
	" session_id IN (SELECT s.id FROM conclusion v JOIN session s ON s.conclusion_id = v.id" \
	" WHERE v.verdict IN ('incomplete_capture', 'not_enough_evidence')) "
static const char sql_states[] =
    "SELECT capture_state AS state, count(*) AS sessions FROM sessions WHERE" CANNOT_TELL
    "AND" OF_THIS_RUN "GROUP BY 1 ORDER BY 2 DESC, 1";
static const char sql_servers[] =
    "SELECT server_ip, server_port, count(*) FROM sessions WHERE" CANNOT_TELL
    "AND server_ip IS NOT NULL AND" OF_THIS_RUN "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 1";

static const char sql_without_tls[] =
    "SELECT sum(count) AS count, sum(refused) AS refused, sum(no_answer) AS no_answer,"
    " sum(plaintext) AS plaintext FROM connections_without_tls WHERE" OF_THIS_RUN;

/* Sessions of one conclusion, answer and first cause. */
struct kind {
	int64_t conclusion, answer;
	enum cause cause;       /* CAUSE_none: none that is a failure */
	size_t group, evidence; /* indexes */
	int rank;               /* of failures: how good an example they are, 0 the best */
	bool came_back;         /* and the client got in soon after */
};

struct kinds {
	struct kind *kinds;
	size_t count, room;
	int best_rank; /* of the example so far */
};

static size_t
find_group(struct summary *s, const struct words *words, const struct cause_row *cause, bool failed)
{
	const char *slug = cause != NULL ? cause->name : words->slug;

	for (size_t i = 0; i < s->n_groups; i++) {
		struct summary_group *g = &s->groups[i];
		if (g->failed == failed && strcmp(g->slug, slug) == 0)
			return i;
	}
	s->groups = memory_grow(s->groups, s->n_groups, &s->room, sizeof(*s->groups));
	struct summary_group *g = &s->groups[s->n_groups++];
	*g = (struct summary_group){.slug = slug,
				    .cause = cause != NULL ? cause->words : words->cause,
				    .failed = failed,
				    .kind = words->kind};
	/* A verdict that fails only when a certificate was asked for: it was not. */
	if (!failed && words->kind == WORDS_FAILURE)
		g->kind = WORDS_EARLY;
	return s->n_groups - 1;
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

static bool
make_kind(struct summary *s, struct query *q, struct kind *k, const char *id)
{
	struct query_param param = {"id", id};
	struct result r;

	if (!result_load(&r, q, sql_kind, &param, 1))
		return false;
	const struct words *words =
	    words_find(result_text(&r, 0, "verdict"), result_text(&r, 0, "sub_reason"),
		       result_text(&r, 0, "modifiers"));
	bool failed = result_number(&r, 0, "failed") != 0;
	const struct cause_row *cause = cause_row(k->cause);
	if (!failed || cause == NULL || !words_cause(result_text(&r, 0, "verdict"), cause->name))
		cause = NULL;
	k->group = find_group(s, words, cause, failed);
	k->evidence = evidence_index(result_text(&r, 0, "evidence"));
	k->rank = (int)result_number(&r, 0, "rank");
	k->came_back = words_in_list(result_text(&r, 0, "modifiers"), "same_client_succeeded");
	result_finish(&r);
	return true;
}

/* Few kinds are many sessions: the latest ones are found at the front. */
static struct kind *
find_kind(struct kinds *all, const struct kind *wanted)
{
	for (size_t i = 0; i < all->count; i++) {
		struct kind k = all->kinds[i];

		if (k.conclusion != wanted->conclusion || k.answer != wanted->answer ||
		    k.cause != wanted->cause)
			continue;
		if (i > 0) {
			all->kinds[i] = all->kinds[i - 1];
			all->kinds[i - 1] = k;
		}
		return &all->kinds[i > 0 ? i - 1 : 0];
	}
	return NULL;
}

static struct kind *
add_kind(struct summary *s, struct query *q, struct kinds *all, struct kind *k, const char *id)
{
	if (!make_kind(s, q, k, id))
		return NULL;
	all->kinds = memory_grow(all->kinds, all->count, &all->room, sizeof(*k));
	all->kinds[all->count] = *k;
	return &all->kinds[all->count++];
}

static void
count(struct summary *s, struct kinds *all, const struct kind *k, int64_t id)
{
	struct summary_group *g = &s->groups[k->group];

	g->ids = memory_grow(g->ids, g->count, &g->room, sizeof(*g->ids));
	g->ids[g->count++] = id;
	s->sessions++;
	s->evidence[k->evidence]++;
	s->failed += g->failed;
	s->came_back += g->failed && k->came_back;
	s->unknown += !g->failed && g->kind == WORDS_UNKNOWN;
	if (g->failed && (s->example == 0 || k->rank < all->best_rank)) {
		s->example = id;
		all->best_rank = k->rank;
	}
}

static bool
count_all(struct summary *s, struct query *q, struct query_rows *rows)
{
	struct kinds all = {0};
	enum query_step step;

	while ((step = query_next(rows)) == QUERY_ROW) {
		const char *cause = query_text(rows, 3, NULL);
		struct kind wanted = {.conclusion = query_int(rows, 1),
				      .answer = query_int(rows, 2),
				      .cause = cause != NULL ? cause_find(cause) : CAUSE_none};
		struct kind *k = find_kind(&all, &wanted);
		const char *id = query_text(rows, 0, NULL);

		if (k == NULL && (k = add_kind(s, q, &all, &wanted, id)) == NULL)
			break;
		count(s, &all, k, query_int(rows, 0));
	}
	free(all.kinds);
	if (s->n_groups > 0)
		qsort(s->groups, s->n_groups, sizeof(*s->groups), by_size);
	return step == QUERY_DONE;
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
load_sessions(struct summary *s, struct query *q, const struct str *ranges)
{
	struct query_rows rows;
	struct str sql = {0};

	str_addf(&sql, "%s%s", str_string(ranges), sql_sessions);
	bool good = query_run(q, str_string(&sql), NULL, 0, &rows);
	str_finish(&sql);
	if (!good)
		return false;
	good = count_all(s, q, &rows);
	query_finish(&rows);
	return good;
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
	return load_sessions(s, q, ranges) && load_one(&s->captures, q, ranges, sql_captures) &&
	       load_one(&s->problems, q, ranges, sql_problems) &&
	       load_one(&s->states, q, ranges, sql_states) &&
	       load_one(&s->servers, q, ranges, sql_servers) &&
	       load_one(&s->without_tls, q, ranges, sql_without_tls);
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
	result_finish(&s->without_tls);
	*s = (struct summary){0};
}
