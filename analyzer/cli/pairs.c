/*
 * pairs.c - sessions of two points out of the database, paired and compared. See pairs.h.
 */
#include "analyzer/cli/pairs.h"

#include "analyzer/cli/memory.h"
#include "analyzer/cli/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF_CAPTURE                                                                            \
	"s.session_id BETWEEN (SELECT first_session FROM capture WHERE id = "                 \
	"CAST(:id AS INTEGER)) AND (SELECT last_session FROM capture WHERE id = CAST(:id AS " \
	"INTEGER)) ORDER BY s.session_id"

static const char sql_capture[] =
    "SELECT coalesce(first_ns, 0), coalesce(last_ns, 0), last_session - first_session + 1 "
    "FROM capture WHERE id = CAST(:id AS INTEGER)";
/* json_each gives the items of a ladder in their order; sorting them again costs half the time. */
static const char sql_steps[] =
    "SELECT session_id, frame, time, name, length, repeated, sender, kind, evidence "
    "FROM messages s WHERE " OF_CAPTURE;

static const char sql_resets[] = "SELECT session_id, fact = 'reset.server', value FROM facts s "
				 "WHERE fact LIKE 'reset.%' AND " OF_CAPTURE;

/* Columns of `sessions` and of its first finding that are text, and where they go. */
/* clang-format off */
#define TEXTS(X) \
	X(client_ip) X(server_ip) X(client_random) X(server_random) X(sni) X(tls_version) X(client_cert_requested) \
	X(client_cert) X(outcome) X(alert) X(evidence) X(capture_state) X(modifiers) X(client_subject) \
	X(client_cert_sha256) X(server_subject) X(server_cert_sha256) X(explanation) X(client_fix) X(server_fix)
/* clang-format on */
static const char sql_sessions[] =
    "SELECT session_id, client_port, server_port, started_at, ended_at"
#define TEXT_COLUMN(name) ", " #name
    TEXTS(TEXT_COLUMN)
#undef TEXT_COLUMN
	" FROM (SELECT s.*, f.client_fix, f.server_fix FROM sessions s LEFT JOIN findings f "
	"ON f.session_id = s.session_id AND f.rank = 1 AND f.severity = 'failure') s "
	"WHERE " OF_CAPTURE;
enum { TEXT_FIRST = 5 };

/* Few distinct names stand in all ladders. */
enum { NAMES_MAX = 256 };

struct loading {
	struct pairs *pairs;
	struct query *q;
	const char *names[NAMES_MAX];
	size_t n_names;
	struct compare_session *sessions;
	size_t count, room;
	struct compare_step *steps;
	size_t n_steps, steps_room;
	size_t *first_step; /* of each session */
	size_t first_room;
	int64_t ends_ns;
};

static const char *
column(const struct loading *l, const struct query_rows *rows, int i)
{
	size_t len;
	const char *text = query_text(rows, i, &len);

	return text != NULL ? arena_text(&l->pairs->arena, text, len) : NULL;
}

static const char *
interned(struct loading *l, const char *name)
{
	for (size_t i = 0; i < l->n_names; i++)
		if (strcmp(l->names[i], name) == 0)
			return l->names[i];
	const char *copy = arena_text(&l->pairs->arena, name, strlen(name));
	if (l->n_names < NAMES_MAX && copy != NULL)
		l->names[l->n_names++] = copy;
	return copy != NULL ? copy : "";
}

static void
take_session(struct loading *l, const struct query_rows *rows)
{
	l->sessions = memory_grow(l->sessions, l->count, &l->room, sizeof(*l->sessions));
	l->first_step = memory_grow(l->first_step, l->count, &l->first_room, sizeof(size_t));
	struct compare_session *s = &l->sessions[l->count++];
	int at = TEXT_FIRST;

	*s = (struct compare_session){.id = query_int(rows, 0),
				      .client_port = query_int(rows, 1),
				      .server_port = query_int(rows, 2),
				      .capture_ends_ns = l->ends_ns};
	moment_parse(query_text(rows, 3, NULL), &s->started_ns);
	moment_parse(query_text(rows, 4, NULL), &s->ended_ns);
#define TEXT_FIELD(name) s->name = column(l, rows, at++);
	TEXTS(TEXT_FIELD)
#undef TEXT_FIELD
}

/* Names of outcome_names.def back to their constants. */
static uint8_t
evidence_of(const char *text)
{
	for (int e = EVIDENCE_NONE; text != NULL && e <= EVIDENCE_OBSERVED; e++)
		if (strcmp(evidence_name((enum evidence)e), text) == 0)
			return (uint8_t)e;
	return EVIDENCE_NONE;
}

static uint8_t
kind_of(const char *text)
{
	for (int k = MESSAGE_HANDSHAKE; text != NULL && k < MESSAGE_TCP; k++)
		if (strcmp(message_kind_name((enum message_kind)k), text) == 0)
			return (uint8_t)k;
	return MESSAGE_TCP;
}

/* Both statements come in order of session: at is the session of the last step. */
static void
take_step(struct loading *l, const struct query_rows *rows, size_t *at)
{
	const char *name = query_text(rows, 3, NULL);
	const char *sender = query_text(rows, 6, NULL);

	while (*at < l->count && l->sessions[*at].id < query_int(rows, 0))
		++*at;
	if (*at == l->count || l->sessions[*at].id != query_int(rows, 0))
		return;
	if (l->sessions[*at].n_steps++ == 0)
		l->first_step[*at] = l->n_steps;
	l->steps = memory_grow(l->steps, l->n_steps, &l->steps_room, sizeof(*l->steps));
	struct compare_step *s = &l->steps[l->n_steps++];
	*s = (struct compare_step){
	    .frame = (uint64_t)query_int(rows, 1),
	    .name = interned(l, name != NULL ? name : ""),
	    .length = (uint32_t)query_int(rows, 4),
	    .repeat = (uint32_t)query_int(rows, 5),
	    .sender = sender != NULL && strcmp(sender, "server") == 0 ? TLS_SERVER : TLS_CLIENT,
	    .kind = kind_of(query_text(rows, 7, NULL)),
	    .evidence = evidence_of(query_text(rows, 8, NULL)),
	};
	moment_parse(query_text(rows, 2, NULL), &s->time_ns);
}

static bool
load_steps(struct loading *l, const struct query_param *id, size_t at)
{
	struct query_rows rows = {0};
	enum query_step step;

	if (!query_run(l->q, sql_steps, id, 1, &rows))
		return false;
	while ((step = query_next(&rows)) == QUERY_ROW)
		take_step(l, &rows, &at);
	query_finish(&rows);
	return step == QUERY_DONE;
}

/* Few sessions have a RST. */
static void
take_reset(struct loading *l, const struct query_rows *rows, size_t *at)
{
	while (*at < l->count && l->sessions[*at].id < query_int(rows, 0))
		++*at;
	if (*at < l->count && l->sessions[*at].id == query_int(rows, 0))
		l->sessions[*at].reset[query_int(rows, 1) != 0] = column(l, rows, 2);
}

static bool
load_resets(struct loading *l, const struct query_param *id, size_t at)
{
	struct query_rows rows = {0};
	enum query_step step;

	if (!query_run(l->q, sql_resets, id, 1, &rows))
		return false;
	while ((step = query_next(&rows)) == QUERY_ROW)
		take_reset(l, &rows, &at);
	query_finish(&rows);
	return step == QUERY_DONE;
}

static bool
load_sessions(struct loading *l, const struct query_param *id)
{
	struct query_rows rows = {0};
	enum query_step step;

	if (!query_run(l->q, sql_sessions, id, 1, &rows))
		return false;
	while ((step = query_next(&rows)) == QUERY_ROW)
		take_session(l, &rows);
	query_finish(&rows);
	return step == QUERY_DONE;
}

static enum pairs_loaded
load_capture(struct loading *l, struct compare_point *point, int64_t capture)
{
	char text[24];
	const struct query_param id = {"id", text};
	struct query_rows rows = {0};
	size_t first = l->count;

	snprintf(text, sizeof(text), "%lld", (long long)capture);
	if (!query_run(l->q, sql_capture, &id, 1, &rows))
		return PAIRS_FAULT;
	enum query_step step = query_next(&rows);
	int64_t starts = step == QUERY_ROW ? query_int(&rows, 0) : 0;
	l->ends_ns = step == QUERY_ROW ? query_int(&rows, 1) : 0;
	int64_t sessions = step == QUERY_ROW ? query_int(&rows, 2) : 0;
	query_finish(&rows);
	if (step == QUERY_FAULT)
		return PAIRS_FAULT;
	if (sessions > PAIRS_SESSIONS_MAX - (int64_t)l->count)
		return PAIRS_TOO_MANY;
	if (starts != 0 && (point->first_ns == 0 || starts < point->first_ns))
		point->first_ns = starts;
	if (l->ends_ns > point->last_ns)
		point->last_ns = l->ends_ns;
	return load_sessions(l, &id) && load_steps(l, &id, first) && load_resets(l, &id, first)
		   ? PAIRS_LOADED
		   : PAIRS_FAULT;
}

/* Pointers are set once nothing moves any more. */
static void
settle(struct loading *l, struct compare_point *point)
{
	struct arena *a = &l->pairs->arena;

	if (l->count == 0)
		return;
	const struct compare_step *steps =
	    l->n_steps > 0 ? arena_copy(a, l->steps, l->n_steps * sizeof(*steps)) : NULL;
	for (size_t i = 0; steps != NULL && i < l->count; i++)
		if (l->sessions[i].n_steps > 0)
			l->sessions[i].steps = steps + l->first_step[i];
	point->sessions = arena_copy(a, l->sessions, l->count * sizeof(*l->sessions));
	point->count = point->sessions != NULL ? l->count : 0;
}

static enum pairs_loaded
load_point(struct pairs *p, struct query *q, const struct points *points, int which)
{
	struct loading l = {.pairs = p, .q = q};
	enum pairs_loaded loaded = PAIRS_LOADED;

	for (size_t i = 0; i < points->count[which] && loaded == PAIRS_LOADED; i++)
		loaded = load_capture(&l, &p->point[which], points->ids[which][i]);
	if (loaded == PAIRS_LOADED)
		settle(&l, &p->point[which]);
	free(l.sessions);
	free(l.steps);
	free(l.first_step);
	return loaded == PAIRS_LOADED && p->arena.failed ? PAIRS_NO_MEMORY : loaded;
}

static void
compare_all(struct pairs *p)
{
	struct compare_finding found[COMPARE_FINDINGS_MAX];

	for (size_t i = 0; i < p->match.count; i++) {
		size_t n = compare_pair(&p->arena, &p->match.pairs[i], found);
		for (size_t k = 0; k < n; k++) {
			p->findings =
			    memory_grow(p->findings, p->count, &p->room, sizeof(*p->findings));
			p->findings[p->count++] = (struct pairs_finding){i, found[k]};
		}
	}
}

enum pairs_loaded
pairs_load(struct pairs *p, struct query *q, const struct points *points)
{
	enum pairs_loaded loaded = load_point(p, q, points, POINTS_NEAR);

	if (loaded == PAIRS_LOADED)
		loaded = load_point(p, q, points, POINTS_FAR);
	if (loaded != PAIRS_LOADED)
		return loaded;
	if (!compare_match(&p->match, &p->point[POINTS_NEAR], &p->point[POINTS_FAR]))
		return PAIRS_NO_MEMORY;
	compare_all(p);
	return p->arena.failed ? PAIRS_NO_MEMORY : PAIRS_LOADED;
}

bool
pairs_store(const struct pairs *p, struct store *s, const struct points *points)
{
	const struct store_points captures = {points->ids[POINTS_NEAR], points->ids[POINTS_FAR],
					      points->count[POINTS_NEAR],
					      points->count[POINTS_FAR]};
	struct store_comparison *rows = memory_resize(NULL, p->count + 1, sizeof(*rows));

	for (size_t i = 0; i < p->count; i++) {
		const struct compare_finding *f = &p->findings[i].finding;
		const struct compare_pairing *pair = &p->match.pairs[p->findings[i].pair];
		rows[i] = (struct store_comparison){
		    .pair = p->findings[i].pair + 1,
		    .near_session = pair->near != NULL ? pair->near->id : 0,
		    .far_session = pair->far != NULL ? pair->far->id : 0,
		    .finding = f->finding,
		    .certainty = compare_sure_name(f->sure),
		    .evidence = f->evidence,
		    .server_fix = f->server_fix,
		    .client_fix = f->client_fix,
		    .between_fix = f->between_fix,
		};
	}
	bool good = store_compare(s, &captures, rows, p->count);
	free(rows);
	return good;
}

bool
pairs_swapped(const struct pairs *p)
{
	return p->match.swapped > 2 * p->match.in_order;
}

void
pairs_finish(struct pairs *p)
{
	compare_match_finish(&p->match);
	free(p->findings);
	arena_finish(&p->arena);
	*p = (struct pairs){0};
}
