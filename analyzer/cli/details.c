/*
 * details.c - what `show --all` adds: attempts, certificates, the request, and every fact with its
 * evidence.
 * Between story.c and cmd_show.c; table.c lays out.
 */
#include "analyzer/cli/details.h"

#include "analyzer/cli/table.h"

#include <string.h>

enum { COLUMNS_MAX = 8, FIELD_AT = 25 };

/* A table straight from a result: each column shows the result's column of that name. */
static void
print_table(struct term *out, const char *title, const struct result *r,
	    const struct table_column *columns, const char *const *names, size_t count)
{
	struct table t = {.columns = columns, .count = count};

	if (r->rows == 0)
		return;
	term_end(out);
	term_put(out, TERM_BOLD, title);
	term_end(out);
	for (size_t i = 0; i < r->rows; i++) {
		const char *cells[COLUMNS_MAX];
		for (size_t k = 0; k < count; k++)
			cells[k] = result_text(r, i, names[k]);
		table_add(&t, out, cells);
	}
	table_print(&t, out);
	table_finish(&t);
}

static void
print_attempts(struct term *out, const struct story *s)
{
	static const struct table_column columns[] = {
	    {.title = "attempt", .right = true},
	    {.title = "kind"},
	    {.title = "asked"},
	    {.title = "sent"},
	    {.title = "proof"},
	    {.title = "answer"},
	    {.title = "alert", .keep = true},
	    {.title = "confidence"},
	};
	static const char *const names[] = {"attempt_no",  "attempt",   "client_cert_requested",
					    "client_cert", "proof",     "outcome",
					    "alert",       "confidence"};

	if (s->attempts.rows > 1)
		print_table(out, "Attempts", &s->attempts, columns, names, COLUMNS_MAX);
}

static void
print_field(struct term *out, const char *label, const char *value)
{
	if (value == NULL)
		return;
	term_to(out, 2);
	term_put(out, TERM_DIM, label);
	term_to(out, FIELD_AT);
	term_wrap(out, TERM_PLAIN, value, FIELD_AT, out->width - 1);
	term_end(out);
}

static void
print_facts(struct term *out, const struct story *s)
{
	const struct result *r = &s->facts;

	if (r->rows > 0) {
		term_end(out);
		term_put(out, TERM_BOLD, "Facts");
		term_end(out);
	}
	for (size_t i = 0; i < r->rows; i++) {
		const char *frames = result_text(r, i, "frames");
		const char *value = result_text(r, i, "value");
		struct str line = {0};

		str_addf(&line, "%s (%s, %s%s%s)", value != NULL ? value : "-",
			 words_evidence(result_text(r, i, "evidence"))->word,
			 result_text(r, i, "confidence"), frames != NULL ? ", frames " : "",
			 frames != NULL ? frames : "");
		if (result_text(r, i, "basis") != NULL)
			str_addf(&line, ": %s", result_text(r, i, "basis"));
		print_field(out, result_text(r, i, "fact"), str_string(&line));
		str_finish(&line);
	}
}

static void
print_certificate(struct term *out, const struct result *r, size_t row)
{
	static const struct {
		const char *label, *column;
	} fields[] = {
	    {"issued by", "issuer"},
	    {"serial", "serial"},
	    {"not before", "not_before"},
	    {"not after", "not_after"},
	    {"names", "san"},
	    {"key", "key_type"},
	    {"signed with", "signature_algorithm"},
	    {"key usage", "key_usage"},
	    {"extended key usage", "eku"},
	    {"malformed", "error"},
	    {"SHA-256", "certificate_sha256"},
	};
	const char *subject = result_text(r, row, "subject");

	term_end(out);
	term_putf(out, TERM_BOLD, "Certificate %s of the %s", result_text(r, row, "position"),
		  result_text(r, row, "role"));
	term_end(out);
	print_field(out, "subject", subject != NULL && *subject != '\0' ? subject : "(empty)");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		print_field(out, fields[i].label, result_text(r, row, fields[i].column));
}

static void
print_requests(struct term *out, const struct story *s)
{
	static const struct {
		const char *kind, *label;
	} kinds[] = {{"ca_name", "CA names"},
		     {"sigalg", "signature schemes"},
		     {"sigalg_cert", "schemes, chain"},
		     {"cert_type", "certificate types"}};

	if (s->requests.rows == 0)
		return;
	term_end(out);
	term_put(out, TERM_BOLD, "Requested by the server");
	term_end(out);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const char *label = kinds[k].label;
		for (size_t i = 0; i < s->requests.rows; i++) {
			if (!result_is(&s->requests, i, "kind", kinds[k].kind))
				continue;
			print_field(out, label, result_text(&s->requests, i, "value"));
			label = "";
		}
	}
}

void
details_print(struct term *out, const struct story *s)
{
	print_attempts(out, s);
	for (size_t i = 0; i < s->certificates.rows; i++)
		print_certificate(out, &s->certificates, i);
	print_requests(out, s);
	print_facts(out, s);
}
