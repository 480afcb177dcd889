/*
 * cmd_failures.c - mtlscope failures: sessions whose mutual authentication failed, a line each.
 * Reads the view failed_mutual_auth (with --all: sessions) and streams; table.c lays out. Wide
 * terminals show the three answers; narrow ones one phrase.
 */
#include "analyzer/cli/command.h"
#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/incident.h"
#include "analyzer/cli/moment.h"
#include "analyzer/cli/output.h"
#include "analyzer/cli/story.h"
#include "analyzer/cli/table.h"

#include <string.h>

enum { WIDE = 112, BATCH = 1000 };

/* Columns of the statement, in order. */
/* clang-format off */
#define FAILURES_COLUMNS(X) \
	X(session_id) X(started_at) X(client_ip) X(client_port) X(server_ip) X(server_port) \
	X(client_cert_requested) X(client_cert) X(outcome) X(alert) X(alert_from) X(evidence) \
	X(confidence) X(verdict) X(sub_reason) X(modifiers) X(client_subject)
/* clang-format on */
enum column {
#define COLUMN_ENUM(name) COLUMN_##name,
	FAILURES_COLUMNS(COLUMN_ENUM) COLUMN_first_cause
#undef COLUMN_ENUM
};

static const char sql_table[] = "SELECT "
#define COLUMN_TEXT(name) #name ", "
    FAILURES_COLUMNS(COLUMN_TEXT)
#undef COLUMN_TEXT
	"(SELECT cause FROM findings g WHERE g.session_id = shown.session_id AND rank = 1"
	" AND severity = 'failure' AND certainty <> 'possible') AS first_cause FROM ";

static const char sql_export[] =
    "SELECT session_id, session_key, capture_path, incident, started_at, client_ip, client_port,"
    " server_ip, server_port, sni, tls_version, client_cert_requested, client_cert, proof, outcome,"
    " alert, alert_code, alert_from, verdict, sub_reason, modifiers, evidence, confidence,"
    " client_subject, client_issuer, client_not_after, explanation,"
    " (SELECT cause FROM findings g WHERE g.session_id = shown.session_id AND rank = 1) AS cause"
    " FROM ";

static const struct table_column narrow[] = {
    {.title = "id", .width = 3, .right = true},
    {.title = "time UTC", .width = 8, .keep = true},
    {.title = "client > server", .width = 31, .keep = true},
    {.title = "what happened", .width = 22, .gutter = true, .cut = STR_CUT_END},
    {.title = "known", .keep = true},
};
static const struct table_column wide[] = {
    {.title = "id", .width = 3, .right = true},
    {.title = "time UTC", .width = 8, .keep = true},
    {.title = "client > server", .width = 32, .keep = true},
    {.title = "asked", .gutter = true},
    {.title = "sent", .width = 12, .gutter = true},
    {.title = "answer", .width = 23, .gutter = true, .keep = true},
    {.title = "cause", .width = 15, .cut = STR_CUT_END},
    {.title = "known", .keep = true},
};
enum { NARROW_COLUMNS = 5, WIDE_COLUMNS = 8 };

/* What one row says; the strings are reused from row to row. */
struct line {
	struct str id, time, parties, asked, sent, answer, cause;
	const char *known;
};

struct listing {
	struct table table;
	struct line line;
	bool is_wide, dates;
};

static const char *
cell(const struct query_rows *rows, enum column c)
{
	return query_type(rows, (int)c) == QUERY_NULL ? NULL : query_text(rows, (int)c, NULL);
}

static bool
cell_is(const struct query_rows *rows, enum column c, const char *value)
{
	const char *s = cell(rows, c);
	return s != NULL && strcmp(s, value) == 0;
}

static bool
is_inferred(const struct query_rows *rows)
{
	return cell_is(rows, COLUMN_evidence, "inferred");
}

static void
fill_parties(struct line *l, const struct query_rows *rows, bool ports)
{
	str_clear(&l->parties);
	story_add_endpoint(&l->parties, cell(rows, COLUMN_client_ip),
			   ports ? query_int(rows, COLUMN_client_port) : 0);
	str_add(&l->parties, " > ");
	story_add_endpoint(&l->parties, cell(rows, COLUMN_server_ip),
			   query_int(rows, COLUMN_server_port));
}

static void
fill_time(struct line *l, const struct query_rows *rows, bool dates)
{
	int64_t ns;

	str_clear(&l->time);
	if (!moment_parse(cell(rows, COLUMN_started_at), &ns))
		return;
	if (dates)
		moment_add_second(&l->time, ns);
	else
		moment_add_clock(&l->time, ns);
}

/* What happened, in a phrase; marked when it is not read. */
static void
fill_cause(struct line *l, const struct query_rows *rows, bool mark)
{
	const struct words *w =
	    words_find(cell(rows, COLUMN_verdict), cell(rows, COLUMN_sub_reason),
		       cell(rows, COLUMN_modifiers));
	const struct cause_row *cause =
	    words_cause(cell(rows, COLUMN_verdict), cell(rows, COLUMN_first_cause));
	enum words_certainty c =
	    words_certainty(cell(rows, COLUMN_evidence), cell(rows, COLUMN_confidence));

	str_clear(&l->cause);
	if (mark && is_inferred(rows))
		str_add(&l->cause, c == WORDS_PROBABLY ? "~prob. " : "~");
	str_add(&l->cause, cause != NULL ? cause->words : w->brief);
}

static void
fill_asked(struct line *l, const struct query_rows *rows)
{
	const char *asked = cell(rows, COLUMN_client_cert_requested);
	bool known = asked != NULL && strcmp(asked, "unknown") != 0;

	str_clear(&l->asked);
	str_addf(&l->asked, "%s%s", known && is_inferred(rows) ? "~" : "", known ? asked : "?");
}

static void
fill_sent(struct line *l, const struct query_rows *rows)
{
	static const char *const names[][2] = {
	    {"presented", "yes"},
	    {"empty", "none"},
	    {"none_sent", "nothing"},
	    {"not_in_this_handshake", "resumed"},
	};
	const char *sent = cell(rows, COLUMN_client_cert);
	const char *subject = cell(rows, COLUMN_client_subject);
	const char *text = "?";
	struct str name = {0};

	for (size_t i = 0; i < 4; i++) {
		if (sent != NULL && strcmp(sent, names[i][0]) == 0)
			text = names[i][1];
	}
	if (subject != NULL) {
		story_add_name(&name, subject);
		text = str_string(&name);
		text += strncmp(text, "CN=", 3) == 0 ? 3 : 0;
	}
	str_clear(&l->sent);
	str_addf(&l->sent, "%s%s", text[0] != '?' && is_inferred(rows) ? "~" : "", text);
	str_finish(&name);
}

static void
fill_answer(struct line *l, const struct query_rows *rows)
{
	const char *alert = cell(rows, COLUMN_alert);
	struct str *a = &l->answer;

	str_clear(a);
	if (alert != NULL && !cell_is(rows, COLUMN_outcome, "accepted"))
		str_addf(a, "%s%s", cell_is(rows, COLUMN_alert_from, "client") ? "client: " : "",
			 alert);
	else if (cell_is(rows, COLUMN_outcome, "rejected"))
		str_addf(a, "%srefused", is_inferred(rows) ? "~" : "");
	else if (cell_is(rows, COLUMN_outcome, "accepted"))
		str_addf(a, "%sfinished%s", is_inferred(rows) ? "~" : "",
			 words_find(cell(rows, COLUMN_verdict), NULL, cell(rows, COLUMN_modifiers))
				     ->kind == WORDS_FAILURE
			     ? ", then refused"
			     : "");
	else if (cell_is(rows, COLUMN_outcome, "dropped_no_reply"))
		str_add(a, "closed, no TLS reply");
	else
		str_add(a, cell_is(rows, COLUMN_outcome, "not_applicable") ? "-" : "?");
}

static void
add_line(struct listing *g, const struct term *out, const struct query_rows *rows)
{
	struct line *l = &g->line;

	str_clear(&l->id);
	str_add(&l->id, query_text(rows, COLUMN_session_id, NULL));
	fill_time(l, rows, g->dates);
	fill_parties(l, rows, g->is_wide);
	fill_cause(l, rows, !g->is_wide);
	l->known = words_evidence(cell(rows, COLUMN_evidence))->shorter;
	if (!g->is_wide) {
		table_add(&g->table, out,
			  (const char *[]){str_string(&l->id), str_string(&l->time),
					   str_string(&l->parties), str_string(&l->cause),
					   l->known});
		return;
	}
	fill_asked(l, rows);
	fill_sent(l, rows);
	fill_answer(l, rows);
	table_add(&g->table, out,
		  (const char *[]){str_string(&l->id), str_string(&l->time),
				   str_string(&l->parties), str_string(&l->asked),
				   str_string(&l->sent), str_string(&l->answer),
				   str_string(&l->cause), l->known});
}

static void
listing_finish(struct listing *g)
{
	table_finish(&g->table);
	str_finish(&g->line.id);
	str_finish(&g->line.time);
	str_finish(&g->line.parties);
	str_finish(&g->line.asked);
	str_finish(&g->line.sent);
	str_finish(&g->line.answer);
	str_finish(&g->line.cause);
}

/* Counts, days and a session to look at first, for what stands around the table. */
static bool
load_frame(struct query *q, struct result *r)
{
	return result_load(
	    r, q,
	    "SELECT (SELECT count(*) FROM sessions) AS total,"
	    " (SELECT count(*) FROM failed_mutual_auth) AS failed,"
	    " (SELECT count(*) FROM sessions WHERE verdict IN ('incomplete_capture',"
	    "  'not_enough_evidence')) AS unknown,"
	    " (SELECT count(*) FROM captures) AS captures,"
	    " (SELECT session_id FROM failed_mutual_auth ORDER BY confidence <> 'certain',"
	    "  client_cert <> 'presented', session_id LIMIT 1) AS example,"
	    " (SELECT min(started_at) FROM sessions) AS first_at,"
	    " (SELECT max(started_at) FROM sessions) AS last_at",
	    NULL, 0);
}

static bool
several_days(const struct result *frame)
{
	const char *first = result_text(frame, 0, "first_at");
	const char *last = result_text(frame, 0, "last_at");
	return first != NULL && last != NULL && strncmp(first, last, 10) != 0;
}

static void
print_foot(struct term *err, const struct result *frame, const char *path)
{
	int64_t failed = result_number(frame, 0, "failed"),
		total = result_number(frame, 0, "total");
	int64_t unknown = result_number(frame, 0, "unknown");
	struct str db = {0};

	fflush(stdout);
	dbfile_add_argument(&db, path);
	if (result_number(frame, 0, "captures") == 0)
		fputs("No capture has been read yet: mtlscope analyze PATH\n", err->file);
	else if (total == 0)
		fputs("No TLS session in these captures\n", err->file);
	else if (failed == 0 && unknown > 0)
		fprintf(err->file, "No failure found; cannot tell for %lld of %lld sessions\n",
			(long long)unknown, (long long)total);
	else if (failed == 0)
		fprintf(err->file, "No session failed mutual TLS, of %lld\n", (long long)total);
	else
		fprintf(err->file, "%lld of %lld sessions. Details: mtlscope show%s %s\n",
			(long long)failed, (long long)total, str_string(&db),
			result_text(frame, 0, "example"));
	str_finish(&db);
}

static bool
print_lines(struct command_io *io, struct query *q, const char *sql, bool dates)
{
	struct listing g = {.is_wide = io->out.width >= WIDE, .dates = dates};
	struct query_rows rows = {0};
	enum query_step step;
	size_t count = 0;

	if (!query_run(q, sql, NULL, 0, &rows))
		return false;
	g.table = (struct table){.columns = g.is_wide ? wide : narrow,
				 .count = g.is_wide ? WIDE_COLUMNS : NARROW_COLUMNS};
	while ((step = query_next(&rows)) == QUERY_ROW) {
		add_line(&g, &io->out, &rows);
		if (++count % BATCH == 0)
			table_print(&g.table, &io->out);
	}
	if (table_rows(&g.table) > 0)
		table_print(&g.table, &io->out);
	query_finish(&rows);
	listing_finish(&g);
	return step == QUERY_DONE;
}

static bool
list(struct command_io *io, struct query *q, const char *view, const char *path)
{
	struct str sql = {0};
	struct result frame;

	if (!load_frame(q, &frame))
		return false;
	str_addf(&sql, "%s%s AS shown ORDER BY session_id", sql_table, view);
	bool good = print_lines(io, q, str_string(&sql), several_days(&frame));
	if (good)
		print_foot(&io->err, &frame, path);
	str_finish(&sql);
	result_finish(&frame);
	return good;
}

static bool export(struct command_io *io, struct query *q, const char *view,
		   enum output_format format)
{
	struct query_rows rows = {0};
	struct str sql = {0};
	size_t count;

	str_addf(&sql, "%s%s AS shown ORDER BY session_id", sql_export, view);
	bool good = query_run(q, str_string(&sql), NULL, 0, &rows);
	if (good) {
		good = output_rows(io, format, &rows, &count);
		query_finish(&rows);
	}
	str_finish(&sql);
	return good;
}

static int
run(struct command_io *io, const struct options *o)
{
	const char *view = options_has(o, "all") ? "sessions" : "failed_mutual_auth";
	char **args = o->args;
	size_t n_args = o->n_args;
	enum output_format format;

	if (!output_choose(io, o, &format))
		return COMMAND_FAILED;
	const char *path = dbfile_choose(&args, &n_args, false);
	if (n_args > 0) {
		message_error(&io->err, "failures", "one database, please: mtlscope failures [DB]");
		return COMMAND_FAILED;
	}
	struct query *q = dbfile_open(io, path, "failures");
	if (q == NULL)
		return COMMAND_FAILED;
	if (!incident_narrow(io, q, "failures", options_value(o, "incident"))) {
		query_destroy(q);
		return COMMAND_FAILED;
	}
	bool good = format == OUTPUT_TABLE ? list(io, q, view, path) : export(io, q, view, format);
	fflush(stdout);
	if (!good)
		message_error(&io->err, path, "%s", query_error(q));
	query_destroy(q);
	return good ? COMMAND_DONE : COMMAND_FAILED;
}

static const struct options_row rows[] = {
    {"all", 0, NULL, "every session, not only failures"},
    {"incident", 0, "ID", "only captures of this incident"},
    {"format", 0, "FORMAT", "table, csv, json, jsonl (table)"},
};

const struct command cmd_failures = {
    .name = "failures",
    .group = "Look",
    .line = "sessions whose mutual authentication failed",
    .usage = "[options] [DB]",
    .about = "Sessions whose mutual authentication failed, one line each. A ~ stands before\n"
	     "what is inferred; \"known\" says how the weakest part of a line is known.",
    .options = rows,
    .n_options = sizeof(rows) / sizeof(rows[0]),
    .run = run,
};
