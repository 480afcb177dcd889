/*
 * pairs_print.c - the page of `compare`: how many differ, then pair by pair what, why and who.
 * Between pairs.h and cmd_compare.c. A pair that differs gets a table of both sides.
 */
#include "analyzer/cli/moment.h"
#include "analyzer/cli/pairs.h"
#include "analyzer/cli/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_AT = 2, NEAR_AT = 12, FIX_AT = 15 };

static void
print_counts(struct term *out, const struct pairs *p)
{
	size_t pairs = 0, near = 0, far = 0, differs = 0, last = SIZE_MAX;

	for (size_t i = 0; i < p->match.count; i++) {
		pairs += p->match.pairs[i].near != NULL && p->match.pairs[i].far != NULL;
		near += p->match.pairs[i].far == NULL && !p->match.pairs[i].again;
		far += p->match.pairs[i].near == NULL && !p->match.pairs[i].again;
	}
	for (size_t i = 0; i < p->count; i++) {
		const struct pairs_finding *f = &p->findings[i];
		const struct compare_pairing *pair = &p->match.pairs[f->pair];
		bool both = pair->near != NULL && pair->far != NULL;
		if (f->finding.differs && both && f->pair != last) {
			differs++;
			last = f->pair;
		}
	}
	term_putf(out, TERM_BOLD, "%zu pair%s, %zu differ%s", pairs, pairs == 1 ? "" : "s", differs,
		  differs == 1 ? "s" : "");
	if (near + far > 0)
		term_putf(out, TERM_PLAIN, "; %zu only near, %zu only far", near, far);
	term_end(out);
}

static void
print_clocks(struct term *out, const struct pairs *p)
{
	int64_t offset = p->match.offset_ns;
	struct str span = {0};

	moment_add_span(&span, offset < 0 ? -offset : offset);
	if (p->point[POINTS_NEAR].count == 0 || p->point[POINTS_FAR].count == 0)
		term_put(out, TERM_DIM, "nothing to measure the clocks by");
	else if (p->match.measured_by > 0)
		term_putf(out, TERM_DIM, "clocks: far starts %s %s, median of %zu pair%s",
			  str_string(&span), offset < 0 ? "earlier" : "later", p->match.measured_by,
			  p->match.measured_by == 1 ? "" : "s");
	else
		term_put(out, TERM_DIM,
			 "clocks: taken to be equal within 2 s, as no pair is certain");
	term_end(out);
	str_finish(&span);
}

static void
print_side(struct term *out, const char *label, const struct compare_session *s, bool kept)
{
	struct str line = {0};

	if (s == NULL)
		return;
	term_put(out, TERM_BOLD, label);
	term_to(out, 6);
	if (kept)
		str_addf(&line, "session %" PRId64 "  ", s->id);
	story_add_endpoint(&line, s->client_ip, s->client_port);
	str_add(&line, " > ");
	story_add_endpoint(&line, s->server_ip, s->server_port);
	if (s->sni != NULL)
		str_addf(&line, "  %s", s->sni);
	term_data(out, TERM_PLAIN, str_string(&line));
	term_end(out);
	str_finish(&line);
}

/* How they were found to be one call. */
static void
print_link(struct term *out, const struct compare_pairing *p)
{
	static const char *const how[COMPARE_LINKS] = {
	    [COMPARE_RANDOM] = "paired by the client's random",
	    [COMPARE_TUPLE] = "paired by addresses and ports",
	    [COMPARE_NAME] = "paired by name and time",
	    [COMPARE_TIME] = "paired by time alone"};
	struct str line = {0};

	if (p->near == NULL || p->far == NULL)
		return;
	str_add(&line, how[p->link]);
	if (p->link != COMPARE_RANDOM) {
		int64_t after = p->far->started_ns - p->offset_ns - p->near->started_ns;
		str_add(&line, ": far starts ");
		moment_add_span(&line, after < 0 ? -after : after);
		str_addf(&line, " %s near, %s the same call%s", after < 0 ? "before" : "after",
			 p->ambiguous ? "possibly" : "probably",
			 p->ambiguous ? " (others fit as well)" : "");
	}
	term_wrap(out, TERM_DIM, str_string(&line), 0, out->width - 1);
	term_end(out);
	str_finish(&line);
}

/* --- the table -------------------------------------------------------------------------------- */

static void
add_word(struct str *t, const char *const rows[][2], const char *value)
{
	size_t i = 0;

	while (rows[i][0] != NULL && (value == NULL || strcmp(rows[i][0], value) != 0))
		i++;
	str_add(t, rows[i][1]);
}

static void
add_mark(struct str *t, const struct compare_session *s)
{
	if (s->evidence != NULL && strcmp(s->evidence, "inferred") == 0)
		str_add(t, "~");
}

static void
cell_asked(struct str *t, const struct compare_session *s)
{
	static const char *const rows[][2] = {{"yes", "yes"}, {"no", "no"}, {NULL, "?"}};

	add_mark(t, s);
	add_word(t, rows, s->client_cert_requested);
}

static void
cell_sent(struct str *t, const struct compare_session *s)
{
	static const char *const rows[][2] = {{"presented", "a certificate"},
					      {"empty", "no certificate"},
					      {"none_sent", "nothing"},
					      {"not_in_this_handshake", "not in this handshake"},
					      {NULL, "?"}};

	add_mark(t, s);
	if (s->client_subject != NULL)
		story_add_name(t, s->client_subject);
	else
		add_word(t, rows, s->client_cert);
}

static void
cell_answer(struct str *t, const struct compare_session *s)
{
	static const char *const rows[][2] = {{"accepted", "finished"},
					      {"rejected", "refused"},
					      {"dropped_no_reply", "closed, no TLS reply"},
					      {"not_applicable", "finished"},
					      {NULL, "?"}};

	add_mark(t, s);
	add_word(t, rows, s->outcome);
	if (s->alert != NULL)
		str_addf(t, ": %s", s->alert);
}

static void
cell_server(struct str *t, const struct compare_session *s)
{
	if (s->server_subject != NULL)
		story_add_name(t, s->server_subject);
	else
		str_add(t, "?");
}

static void
cell_version(struct str *t, const struct compare_session *s)
{
	if (s->tls_version != NULL)
		story_add_version(t, s->tls_version);
	else
		str_add(t, "?");
}

static const struct {
	const char *label;
	void (*cell)(struct str *t, const struct compare_session *s);
} cells[] = {{"asked", cell_asked},
	     {"sent", cell_sent},
	     {"answer", cell_answer},
	     {"server", cell_server},
	     {"version", cell_version}};

/* Other certificates of the same name: by the beginning of their SHA-256. */
static bool
tell_apart(struct str *near, struct str *far, const struct compare_pairing *p)
{
	if (!compare_text_differs(p->near->server_cert_sha256, p->far->server_cert_sha256))
		return false;
	str_addf(near, " (%.8s)", p->near->server_cert_sha256);
	str_addf(far, " (%.8s)", p->far->server_cert_sha256);
	return true;
}

static void
print_cells(struct term *out, const struct compare_pairing *p, size_t row)
{
	struct str near = {0}, far = {0};
	int width = (out->width - NEAR_AT) / 2 - 3;

	cells[row].cell(&near, p->near);
	cells[row].cell(&far, p->far);
	bool differs = strcmp(str_string(&near), str_string(&far)) != 0;
	if (!differs && cells[row].cell == cell_server)
		differs = tell_apart(&near, &far, p);
	enum term_style style = differs ? TERM_PLAIN : TERM_DIM;
	term_to(out, LABEL_AT);
	term_put(out, style, cells[row].label);
	term_to(out, NEAR_AT);
	term_fit(out, style, str_string(&near), width, STR_CUT_MIDDLE);
	term_to(out, NEAR_AT + width + 1);
	term_put(out, TERM_WARN, differs ? "! " : "  ");
	term_fit(out, style, str_string(&far), width, STR_CUT_MIDDLE);
	term_end(out);
	str_finish(&near);
	str_finish(&far);
}

static void
print_table(struct term *out, const struct compare_pairing *p)
{
	int width = (out->width - NEAR_AT) / 2 - 3;

	if (p->near == NULL || p->far == NULL)
		return;
	term_end(out);
	term_to(out, NEAR_AT);
	term_put(out, TERM_DIM, "near");
	term_to(out, NEAR_AT + width + 3);
	term_put(out, TERM_DIM, "far");
	term_end(out);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		print_cells(out, p, i);
	term_end(out);
}

/* --- findings --------------------------------------------------------------------------------- */

static void
print_fix(struct term *out, const char *label, const char *fix)
{
	term_to(out, LABEL_AT + 2);
	term_put(out, TERM_DIM, "= ");
	term_put(out, TERM_BOLD, label);
	term_to(out, FIX_AT);
	term_wrap(out, TERM_PLAIN, fix, FIX_AT, out->width - 2);
	term_end(out);
}

/* The first finding's fixes are told in full, further ones only where they ask for a change. */
static void
print_finding(struct term *out, const struct compare_finding *f, bool first)
{
	const struct {
		const char *label, *fix;
	} fixes[] = {{f->endpoint ? "proxy:" : "between:", f->between_fix},
		     {"client:", f->client_fix},
		     {"server:", f->server_fix}};

	term_wrap(out, f->differs ? TERM_PLAIN : TERM_DIM, f->evidence, 0, out->width - 1);
	term_end(out);
	for (size_t i = 0; f->differs && i < sizeof(fixes) / sizeof(fixes[0]); i++)
		if (first || strncmp(fixes[i].fix, "nothing to change", 17) != 0)
			print_fix(out, fixes[i].label, fixes[i].fix);
}

void
pairs_print(struct term *out, const struct pairs *p, bool kept)
{
	print_counts(out, p);
	print_clocks(out, p);
	for (size_t i = 0; i < p->count; i++) {
		const struct pairs_finding *f = &p->findings[i];
		const struct compare_pairing *pair = &p->match.pairs[f->pair];
		bool first = i == 0 || p->findings[i - 1].pair != f->pair;
		if (first) {
			term_end(out);
			print_side(out, "near", pair->near, kept);
			print_side(out, "far", pair->far, kept);
			print_link(out, pair);
		}
		if (first && f->finding.differs)
			print_table(out, pair);
		print_finding(out, &f->finding, first);
	}
}
