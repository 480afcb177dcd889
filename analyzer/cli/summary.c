/*
 * summary.c - prints the end of `analyze`: how bad, why, what next.
 * Between summary_load.c and cmd_analyze.c. Numbers count sessions, and the parts below the
 * headline add up to it.
 */
#include "analyzer/cli/summary.h"

#include "analyzer/cli/dbfile.h"
#include "analyzer/cli/moment.h"
#include "analyzer/cli/story.h"

#include <inttypes.h>
#include <string.h>

enum { COUNT_END = 42, HEAD_RIGHT = 76, HINT_AT = 40, NAMED_IDS = 5 };

static const char *
plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void
put_number(struct term *out, enum term_style style, int64_t n, int end)
{
	struct str s = {0};

	str_addf(&s, "%" PRId64, n);
	term_right(out, style, str_string(&s), end);
	str_finish(&s);
}

/* "19 captures, 14:27 to 15:05 UTC", at the right. */
static void
put_captures(struct term *out, const struct summary *s)
{
	struct str text = {0};
	int64_t n = result_number(&s->captures, 0, "captures"), from, to;

	str_addf(&text, "%" PRId64 " %s", n, plural(n, "capture", "captures"));
	if (moment_parse(result_text(&s->captures, 0, "first_at"), &from) &&
	    moment_parse(result_text(&s->captures, 0, "last_at"), &to)) {
		str_add(&text, ", ");
		moment_add_range(&text, from, to);
	}
	if (out->column + 2 + (int)text.len > out->width)
		term_end(out);
	term_to(out, out->column > 0 ? out->column + 2 : 2);
	term_right(out, TERM_DIM, str_string(&text), HEAD_RIGHT);
	term_end(out);
	str_finish(&text);
}

/* As many ids as fit into the line. */
static void
put_ids(struct term *out, const struct summary_group *g)
{
	const char *more = term_glyph(out, TERM_ELLIPSIS);

	for (size_t i = 0; i < g->count; i++) {
		struct str id = {0};
		str_addf(&id, "%s%" PRId64, i > 0 ? " " : "", g->ids[i]);
		bool last = i + 1 == g->count;
		if (out->column + (int)id.len + (last ? 0 : 2) >= out->width) {
			term_put(out, TERM_DIM, " ");
			term_put(out, TERM_DIM, more);
			str_finish(&id);
			return;
		}
		term_put(out, TERM_DIM, str_string(&id));
		str_finish(&id);
	}
}

static void
put_causes(struct term *out, const struct summary *s)
{
	int end = COUNT_END;

	for (size_t i = 0; i < s->n_groups && s->groups[i].failed; i++) {
		int needed = 2 + str_width(s->groups[i].cause) + 3;
		for (size_t n = s->groups[i].count; n > 9; n /= 10)
			needed++;
		end = needed > end ? needed : end;
	}
	for (size_t i = 0; i < s->n_groups && s->groups[i].failed; i++) {
		const struct summary_group *g = &s->groups[i];
		term_to(out, 2);
		term_put(out, TERM_PLAIN, g->cause);
		put_number(out, TERM_PLAIN, (int64_t)g->count, end);
		term_to(out, end + 3);
		put_ids(out, g);
		term_end(out);
	}
	term_end(out);
}

static bool
has_kind(const struct summary *s, enum words_kind kind)
{
	for (size_t i = 0; i < s->n_groups; i++) {
		if (!s->groups[i].failed && s->groups[i].kind == kind)
			return true;
	}
	return false;
}

/* " (14)" or " (2 5)" where there are few. */
static void
put_few_ids(struct term *out, const struct summary_group *g)
{
	if (g->count > NAMED_IDS)
		return;
	term_put(out, TERM_DIM, " (");
	for (size_t i = 0; i < g->count; i++)
		term_putf(out, TERM_DIM, "%s%" PRId64, i > 0 ? " " : "", g->ids[i]);
	term_put(out, TERM_DIM, ")");
}

static void
put_other(struct term *out, const struct summary_group *g, int end)
{
	bool early = g->kind == WORDS_EARLY;

	put_number(out, TERM_PLAIN, (int64_t)g->count, end);
	term_putf(out, TERM_PLAIN, " %s%s", early ? "failed early: " : "", g->cause);
	if (early || g->kind == WORDS_UNKNOWN || g->kind == WORDS_OPEN)
		put_few_ids(out, g);
	term_end(out);
}

static int64_t
count_kind(const struct summary *s, enum words_kind kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->n_groups; i++)
		n += !s->groups[i].failed && s->groups[i].kind == kind ? (int64_t)s->groups[i].count
								       : 0;
	return n;
}

/* Everything that did not fail, a line per kind of ending; `skip` is left to the caller. */
static void
put_others(struct term *out, const struct summary *s, int end, enum words_kind skip)
{
	bool both = has_kind(s, WORDS_NOT_ASKED) && has_kind(s, WORDS_RESUMED) && s->failed > 0;

	for (size_t i = 0; i < s->n_groups; i++) {
		const struct summary_group *g = &s->groups[i];
		if (g->failed || g->kind == skip || (both && g->kind == WORDS_RESUMED))
			continue;
		if (both && g->kind == WORDS_NOT_ASKED) {
			put_number(out, TERM_PLAIN,
				   count_kind(s, WORDS_NOT_ASKED) + count_kind(s, WORDS_RESUMED),
				   end);
			term_put(out, TERM_PLAIN, " not asked, or resumed");
			term_end(out);
			continue;
		}
		put_other(out, g, end);
	}
}

static int
number_end(const struct summary *s)
{
	int digits = 1;

	for (int64_t n = s->sessions; n > 9; n /= 10)
		digits++;
	return digits > 2 ? digits : 2;
}

static void
put_known_by(struct term *out, const struct summary *s)
{
	static const char *const words[] = {"read", "decrypted", "inferred", "not known"};
	const char *before = "known by: ";

	term_end(out);
	for (size_t i = 0; i < 4; i++) {
		if (s->evidence[i] == 0)
			continue;
		term_putf(out, TERM_PLAIN, "%s%" PRId64 " %s", before, s->evidence[i], words[i]);
		before = ", ";
	}
	term_end(out);
}

/* Connections that never reached TLS, where others did. */
static void
put_without_tls(struct term *out, const struct summary *s)
{
	static const struct {
		const char *column, *words;
	} parts[] = {
	    {"refused", "refused"}, {"no_answer", "unanswered"}, {"plaintext", "plaintext"}};
	int64_t count = result_number(&s->without_tls, 0, "count");
	const char *before = ": ";

	if (count == 0)
		return;
	term_putf(out, TERM_PLAIN, "%" PRId64 " %s to TLS ports without TLS", count,
		  plural(count, "connection", "connections"));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int64_t n = result_number(&s->without_tls, 0, parts[i].column);
		if (n == 0)
			continue;
		term_putf(out, TERM_PLAIN, "%s%" PRId64 " %s", before, n, parts[i].words);
		before = ", ";
	}
	term_end(out);
}

static void
put_hint(struct term *out, const char *lead, const char *command, const char *what)
{
	term_put(out, TERM_PLAIN, lead);
	term_put(out, TERM_PLAIN, command);
	term_to(out, out->column < HINT_AT ? HINT_AT : out->column + 2);
	term_put(out, TERM_DIM, what);
	term_end(out);
}

static void
put_next(struct term *out, const struct summary *s, const char *database)
{
	struct str show = {0}, list = {0}, all = {0}, db = {0};

	dbfile_add_argument(&db, database);
	str_addf(&show, "mtlscope show%s %" PRId64, str_string(&db), s->example);
	str_addf(&list, "mtlscope failures%s", str_string(&db));
	str_addf(&all, "all %" PRId64 ", one line each", s->failed);
	term_end(out);
	put_hint(out, "next:  ", str_string(&show), "why one session failed, and the fix");
	put_hint(out, "       ", str_string(&list), str_string(&all));
	str_finish(&show);
	str_finish(&list);
	str_finish(&all);
	str_finish(&db);
}

static void
put_came_back(struct term *out, const struct summary *s)
{
	static const char words[] = "of the failed: the same client was accepted soon after";

	if (s->came_back == 0)
		return;
	term_end(out);
	term_putf(out, TERM_PLAIN, "%" PRId64 " %s", s->came_back, words);
	term_end(out);
}

static void
print_failures(struct term *out, const struct summary *s, const char *database)
{
	term_putf(out, TERM_FAIL, "%" PRId64, s->failed);
	term_putf(out, TERM_PLAIN, " of %" PRId64 " %s failed mutual TLS", s->sessions,
		  plural(s->sessions, "session", "sessions"));
	put_captures(out, s);
	term_end(out);
	put_causes(out, s);
	put_others(out, s, number_end(s), WORDS_KINDS);
	put_came_back(out, s);
	put_known_by(out, s);
	put_without_tls(out, s);
	put_next(out, s, database);
}

static void
print_none_failed(struct term *out, const struct summary *s, const char *database)
{
	int64_t not_asked = count_kind(s, WORDS_NOT_ASKED);
	struct str db = {0};

	term_put(out, TERM_BOLD, "No session failed mutual TLS");
	put_captures(out, s);
	term_end(out);
	put_others(out, s, 2 + number_end(s), WORDS_KINDS);
	put_known_by(out, s);
	put_without_tls(out, s);
	if (not_asked == 0)
		return;
	dbfile_add_argument(&db, database);
	term_end(out);
	term_putf(out, TERM_PLAIN,
		  "Not what you expected? %" PRId64 " %s never asked for a certificate:\n"
		  "       mtlscope query%s not-asked",
		  not_asked, plural(not_asked, "session was", "sessions were"), str_string(&db));
	term_end(out);
	str_finish(&db);
}

/* What keeps sessions from being told, and how to capture better. */
static const struct {
	const char *state, *line, *advice;
} states[] = {
    {"only_client", "only one direction was captured",
     "Capture again at a point that sees both directions:"},
    {"only_server", "only one direction was captured",
     "Capture again at a point that sees both directions:"},
    {"snaplen", "packets were cut short", "Capture again with whole packets (-s 0):"},
    {"gap_client", "bytes are missing", "Capture again on a host that drops no packets:"},
    {"gap_server", "bytes are missing", "Capture again on a host that drops no packets:"},
    {"midstream", "the capture starts after the connection",
     "Capture again, starting before the connections:"},
    {"ends_early", "the capture ends before the handshake",
     "Capture again, until the connections end:"},
    {"limit", "a limit of this program was reached", NULL},
    {"complete", "hidden by encryption", NULL},
};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static size_t
state_index(const char *list)
{
	size_t i = 0;

	while (i < STATES - 1 && !words_in_list(list, states[i].state))
		i++;
	return i;
}

static void
put_capture_command(struct term *out, const struct summary *s)
{
	const char *ip = result_text(&s->servers, 0, "server_ip");

	if (ip == NULL)
		return;
	term_putf(out, TERM_PLAIN,
		  "       tcpdump -i any -s 0 -w both.pcap 'host %s and port %" PRId64 "'", ip,
		  result_number(&s->servers, 0, "server_port"));
	term_end(out);
}

static void
print_hidden(struct term *out, const struct summary *s)
{
	size_t main_state = state_index(result_text(&s->states, 0, "state"));
	int64_t counts[STATES] = {0};
	int end = 2 + number_end(s);

	for (size_t i = 0; i < s->states.rows; i++)
		counts[state_index(result_text(&s->states, i, "state"))] +=
		    result_number(&s->states, i, "sessions");
	term_putf(out, TERM_BOLD, "Cannot tell for %" PRId64 " of %" PRId64 " %s", s->unknown,
		  s->sessions, plural(s->sessions, "session", "sessions"));
	put_captures(out, s);
	term_end(out);
	for (size_t i = 0; i < STATES; i++) {
		if (counts[i] == 0)
			continue;
		put_number(out, TERM_PLAIN, counts[i], end);
		term_putf(out, TERM_PLAIN, " %s", states[i].line);
		term_end(out);
	}
	put_others(out, s, end, WORDS_UNKNOWN);
	put_without_tls(out, s);
	term_end(out);
	if (states[main_state].advice != NULL) {
		term_put(out, TERM_PLAIN, states[main_state].advice);
		term_end(out);
		put_capture_command(out, s);
	} else {
		term_put(out, TERM_PLAIN,
			 "TLS 1.3 encrypts the client's certificate and the server's answer to it; "
			 "the\nserver's log has both.");
		term_end(out);
	}
}

static void
print_no_tls(struct term *out, const struct summary *s)
{
	int64_t n = result_number(&s->captures, 0, "captures");

	term_putf(out, TERM_BOLD, "No TLS session in %" PRId64 " %s", n,
		  plural(n, "capture", "captures"));
	term_putf(out, TERM_PLAIN, " (%" PRId64 " packets)",
		  result_number(&s->captures, 0, "packets"));
	term_end(out);
	put_without_tls(out, s);
}

void
summary_print(struct term *out, const struct summary *s, const char *database)
{
	if (s->sessions == 0)
		print_no_tls(out, s);
	else if (s->failed > 0)
		print_failures(out, s, database);
	else if (2 * s->unknown > s->sessions)
		print_hidden(out, s);
	else
		print_none_failed(out, s, database);
}
