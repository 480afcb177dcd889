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

#define CAPTURE_OF_THIS_RUN " EXISTS (SELECT 1 FROM run WHERE c.id BETWEEN low AND high) "

/* Sessions with equal conclusion and answer are of one kind: integers for each of them here, words
 * for one of each kind below. Later captures have later sessions: ids come in order. */
static const char sql_sessions[] =
    "SELECT s.id, s.conclusion_id, s.answer_id, s.findings_id FROM capture c"
    " CROSS JOIN session s ON s.id BETWEEN c.first_session AND c.last_session"
    " WHERE" CAPTURE_OF_THIS_RUN "ORDER BY c.id";
/* A first finding counts when it is a failure and more than possible. What both passes say stands
 * for what the first one says. */
static const char sql_revised[] =
    "SELECT r.session_id, coalesce(r.cause, (SELECT k.cause FROM session s"
    " CROSS JOIN finding f ON f.list_id = s.findings_id AND f.rank = r.of"
    " CROSS JOIN diagnosis k ON k.id = f.diagnosis_id WHERE s.id = r.session_id"
    " AND k.severity = 'failure' AND k.certainty <> 'possible')) FROM capture c"
    " CROSS JOIN revised_finding r ON r.session_id BETWEEN c.first_session AND c.last_session"
    " WHERE r.rank = 1"
    " AND (r.of OR (r.severity = 'failure' AND r.certainty <> 'possible'))"
    " AND" CAPTURE_OF_THIS_RUN "ORDER BY c.id";
static const char sql_list[] =
    "SELECT k.cause FROM finding f CROSS JOIN diagnosis k ON k.id = f.diagnosis_id"
    " WHERE f.list_id = CAST(:id AS INTEGER) AND f.rank = 1"
    " AND k.severity = 'failure' AND k.certainty <> 'possible'";
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

/* Sessions of one conclusion and answer. */
struct kind {
	int64_t conclusion, answer;
	const struct words *words;
	bool failed, vague;        /* vague: the first cause decides for whose group it counts */
	size_t evidence;           /* index */
	int rank;                  /* of failures: how good an example they are, 0 the best */
	bool came_back;            /* and the client got in soon after */
	size_t group[CAUSE_COUNT]; /* 1 + index, by first cause; 0: not met yet */
};

struct kinds {
	struct query_rows one; /* sql_kind */
	struct kind *kinds;
	size_t count, room;
	int best_rank; /* of the example so far */
};

enum { LISTS_MAX = 1 << 22 /* first causes remembered; ids are given from 1 on */ };
struct causes {
	struct query_rows revised; /* sql_revised, in the order of sessions */
	int64_t session;           /* whose row is in hand, INT64_MAX behind the last */
	struct query_rows list;    /* sql_list */
	int16_t *of_list;          /* first cause, by list; -1: not asked yet */
	size_t lists;
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
make_kind(struct query_rows *one, struct kind *k, const char *id)
{
	struct query_param param = {"id", id};
	struct result r;

	if (!query_again(one, &param, 1) || !result_take(&r, one))
		return false;
	const char *verdict = result_text(&r, 0, "verdict");
	k->words =
	    words_find(verdict, result_text(&r, 0, "sub_reason"), result_text(&r, 0, "modifiers"));
	k->failed = result_number(&r, 0, "failed") != 0;
	k->vague = k->failed && words_vague(verdict);
	k->evidence = evidence_index(result_text(&r, 0, "evidence"));
	k->rank = (int)result_number(&r, 0, "rank");
	k->came_back = words_in_list(result_text(&r, 0, "modifiers"), "same_client_succeeded");
	result_finish(&r);
	return true;
}

/* NULL: query_error(). */
static struct kind *
find_kind(struct kinds *all, const struct query_rows *session)
{
	int64_t conclusion = query_int(session, 1), answer = query_int(session, 2);

	for (size_t i = 0; i < all->count; i++)
		if (all->kinds[i].conclusion == conclusion && all->kinds[i].answer == answer)
			return &all->kinds[i];
	struct kind k = {.conclusion = conclusion, .answer = answer};
	if (!make_kind(&all->one, &k, query_text(session, 0, NULL)))
		return NULL;
	all->kinds = memory_grow(all->kinds, all->count, &all->room, sizeof(k));
	all->kinds[all->count] = k;
	return &all->kinds[all->count++];
}

static enum cause
cause_named(const char *name)
{
	return name != NULL ? cause_find(name) : CAUSE_none;
}

static bool
next_revised(struct causes *c)
{
	enum query_step step = query_next(&c->revised);

	c->session = step == QUERY_ROW ? query_int(&c->revised, 0) : INT64_MAX;
	return step != QUERY_FAULT;
}

static bool
ask_list(struct causes *c, const struct query_rows *session, enum cause *cause)
{
	struct query_param param = {"id", query_text(session, 3, NULL)};

	if (!query_again(&c->list, &param, 1))
		return false;
	enum query_step step = query_next(&c->list);
	*cause = cause_named(step == QUERY_ROW ? query_text(&c->list, 0, NULL) : NULL);
	return step != QUERY_FAULT;
}

static void
make_room(struct causes *c, size_t list)
{
	size_t lists = list + list / 2 + 1;

	c->of_list = memory_resize(c->of_list, lists, sizeof(*c->of_list));
	memset(c->of_list + c->lists, -1, (lists - c->lists) * sizeof(*c->of_list));
	c->lists = lists;
}

static bool
cause_of_list(struct causes *c, const struct query_rows *session, enum cause *cause)
{
	uint64_t list = (uint64_t)query_int(session, 3); /* no list: 0, of which nothing is found */

	if (list >= LISTS_MAX)
		return ask_list(c, session, cause);
	if (list >= c->lists)
		make_room(c, (size_t)list);
	if (c->of_list[list] < 0) {
		if (!ask_list(c, session, cause))
			return false;
		c->of_list[list] = (int16_t)*cause;
	}
	*cause = (enum cause)c->of_list[list];
	return true;
}

/* Sessions are asked for in order. */
static bool
find_cause(struct causes *c, const struct query_rows *session, enum cause *cause)
{
	int64_t id = query_int(session, 0);

	while (c->session < id)
		if (!next_revised(c))
			return false;
	if (c->session != id)
		return cause_of_list(c, session, cause);
	*cause = cause_named(query_text(&c->revised, 1, NULL));
	return true;
}

static void
count(struct summary *s, struct kinds *all, struct kind *k, enum cause cause, int64_t id)
{
	if (k->group[cause] == 0)
		k->group[cause] = 1 + find_group(s, k->words, cause_row(cause), k->failed);
	struct summary_group *g = &s->groups[k->group[cause] - 1];

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
count_all(struct summary *s, struct kinds *all, struct query_rows *sessions, struct causes *causes)
{
	enum query_step step;

	while ((step = query_next(sessions)) == QUERY_ROW) {
		struct kind *k = find_kind(all, sessions);
		int64_t id = query_int(sessions, 0);
		enum cause cause = CAUSE_none;

		if (k == NULL || (k->vague && !find_cause(causes, sessions, &cause)))
			break;
		count(s, all, k, cause, id);
	}
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
run_one(struct query_rows *rows, struct query *q, const struct str *ranges, const char *statement)
{
	struct str sql = {0};

	str_addf(&sql, "%s%s", str_string(ranges), statement);
	bool good = query_run(q, str_string(&sql), NULL, 0, rows);
	str_finish(&sql);
	return good;
}

static bool
load_sessions(struct summary *s, struct query *q, const struct str *ranges)
{
	struct query_rows sessions = {0};
	struct kinds kinds = {0};
	struct causes causes = {0};
	const struct query_param id = {"id", NULL};
	bool good = run_one(&sessions, q, ranges, sql_sessions) &&
		    run_one(&causes.revised, q, ranges, sql_revised) &&
		    query_run(q, sql_list, &id, 1, &causes.list) &&
		    query_run(q, sql_kind, &id, 1, &kinds.one) &&
		    count_all(s, &kinds, &sessions, &causes);

	free(kinds.kinds);
	free(causes.of_list);
	query_finish(&kinds.one);
	query_finish(&causes.list);
	query_finish(&causes.revised);
	query_finish(&sessions);
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
