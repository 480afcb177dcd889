/*
 * story.c - everything the database holds about one session, for `show`.
 * Reads the contract's views only.
 */
#include "analyzer/cli/story.h"

#include "analyzer/cli/moment.h"

#include <stdlib.h>
#include <string.h>

static const char sql_by_id[] = "SELECT * FROM sessions WHERE session_id = CAST(:key AS INTEGER)";
static const char sql_by_key[] = "SELECT * FROM sessions WHERE session_key = lower(:key)";
static const char sql_attempts[] =
    "SELECT * FROM attempts WHERE session_id = CAST(:id AS INTEGER) ORDER BY attempt_no";
static const char sql_facts[] =
    "SELECT * FROM facts WHERE session_id = CAST(:id AS INTEGER) ORDER BY attempt_no";
static const char sql_messages[] =
    "SELECT m.*, a.level, a.code FROM messages m"
    " LEFT JOIN (SELECT message_no, level, code FROM alerts"
    " WHERE session_id = CAST(:id AS INTEGER)) a USING (message_no)"
    " WHERE m.session_id = CAST(:id AS INTEGER) ORDER BY m.frame, message_no";
static const char sql_certificates[] =
    "SELECT s.attempt_no, s.role, s.position, c.* FROM session_certificates s"
    " JOIN certificates c USING (certificate_sha256)"
    " WHERE s.session_id = CAST(:id AS INTEGER) ORDER BY s.attempt_no, s.role, s.position";
static const char sql_requests[] =
    "SELECT attempt_no, kind, value FROM certificate_requests"
    " WHERE session_id = CAST(:id AS INTEGER) ORDER BY attempt_no, kind, position";
static const char sql_findings[] =
    "SELECT * FROM findings WHERE session_id = CAST(:id AS INTEGER) ORDER BY rank";
/* Those that this session names one by one; those that name it counted, with the first of them. */
static const char sql_related[] =
    "SELECT r.relation, r.mine, r.count, o.session_id, o.started_at, o.ended_at, o.client_ip,"
    " o.client_subject, o.outcome, o.verdict, o.modifiers IS NOT NULL AND (o.modifiers LIKE"
    " '%app_layer_refusal%' OR o.modifiers LIKE '%dropped_after_accept%') AS modified FROM"
    " (SELECT relation, 1 AS mine, 1 AS count, other_session_id AS other FROM related"
    " WHERE session_id = CAST(:id AS INTEGER) UNION ALL"
    " SELECT relation, 0, count(*), min(session_id) FROM related"
    " WHERE other_session_id = CAST(:id AS INTEGER) GROUP BY relation) r"
    " JOIN sessions o ON o.session_id = r.other ORDER BY r.mine DESC, o.started_at, o.session_id";

static bool
is_number(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* The last attempt that was asked; else the last whose request can't be known; else the first. */
static int64_t
headline(const struct result *attempts)
{
	int64_t asked = 0, open = 0;

	for (size_t i = 0; i < attempts->rows; i++) {
		int64_t no = result_number(attempts, i, "attempt_no");
		if (result_is(attempts, i, "client_cert_requested", "yes"))
			asked = no;
		else if (result_is(attempts, i, "client_cert_requested", "unknown"))
			open = no;
	}
	return asked > 0 ? asked : open > 0 ? open : 1;
}

static bool
load_parts(struct story *s, struct query *q)
{
	const struct query_param id = {"id", result_text(&s->session, 0, "session_id")};

	return result_load(&s->attempts, q, sql_attempts, &id, 1) &&
	       result_load(&s->facts, q, sql_facts, &id, 1) &&
	       result_load(&s->messages, q, sql_messages, &id, 1) &&
	       result_load(&s->certificates, q, sql_certificates, &id, 1) &&
	       result_load(&s->requests, q, sql_requests, &id, 1) &&
	       result_load(&s->findings, q, sql_findings, &id, 1) &&
	       result_load(&s->related, q, sql_related, &id, 1);
}

enum story_found
story_load(struct story *s, struct query *q, const char *key)
{
	const struct query_param param = {"key", key};

	*s = (struct story){0};
	if (!result_load(&s->session, q, is_number(key) ? sql_by_id : sql_by_key, &param, 1))
		return STORY_FAULT;
	if (s->session.rows == 0 || !load_parts(s, q)) {
		bool unknown = s->session.rows == 0;
		story_finish(s);
		return unknown ? STORY_UNKNOWN : STORY_FAULT;
	}
	s->attempt_no = headline(&s->attempts);
	moment_parse(story_text(s, "started_at"), &s->started_ns);
	s->words = words_find(story_text(s, "verdict"), story_text(s, "sub_reason"),
			      story_text(s, "modifiers"));
	long first = story_first_finding(s);
	if (first >= 0 && !result_is(&s->findings, (size_t)first, "certainty", "possible"))
		s->cause = words_cause(story_text(s, "verdict"),
				       result_text(&s->findings, (size_t)first, "cause"));
	return STORY_FOUND;
}

void
story_finish(struct story *s)
{
	result_finish(&s->session);
	result_finish(&s->attempts);
	result_finish(&s->facts);
	result_finish(&s->messages);
	result_finish(&s->certificates);
	result_finish(&s->requests);
	result_finish(&s->findings);
	result_finish(&s->related);
}

const char *
story_text(const struct story *s, const char *column)
{
	return result_text(&s->session, 0, column);
}

bool
story_is(const struct story *s, const char *column, const char *value)
{
	return result_is(&s->session, 0, column, value);
}

long
story_fact(const struct story *s, const char *fact)
{
	for (size_t i = 0; i < s->facts.rows; i++) {
		if (result_number(&s->facts, i, "attempt_no") == s->attempt_no &&
		    result_is(&s->facts, i, "fact", fact))
			return (long)i;
	}
	return STORY_NONE;
}

const char *
story_last_frame(const char *frames)
{
	const char *comma = strrchr(frames, ',');

	return comma != NULL ? comma + 1 : frames;
}

static bool
matches(const struct result *r, size_t row, const char *column, const char *wanted)
{
	return wanted == NULL || result_is(r, row, column, wanted);
}

long
story_message(const struct story *s, const char *sender, const char *kind, const char *name)
{
	for (size_t i = 0; i < s->messages.rows; i++) {
		int64_t no = result_number(&s->messages, i, "attempt_no");
		if ((no == s->attempt_no || no == 0) &&
		    matches(&s->messages, i, "sender", sender) &&
		    matches(&s->messages, i, "kind", kind) &&
		    matches(&s->messages, i, "name", name))
			return (long)i;
	}
	return STORY_NONE;
}

long
story_leaf(const struct story *s, const char *role, int64_t attempt_no)
{
	for (size_t i = 0; i < s->certificates.rows; i++) {
		if (result_number(&s->certificates, i, "attempt_no") == attempt_no &&
		    result_number(&s->certificates, i, "position") == 0 &&
		    result_is(&s->certificates, i, "role", role))
			return (long)i;
	}
	return STORY_NONE;
}

long
story_first_finding(const struct story *s)
{
	return result_is(&s->findings, 0, "severity", "failure") ? 0 : STORY_NONE;
}

long
story_requested(const struct story *s, int64_t attempt_no, const char *kind)
{
	long all = 0, count = 0;

	for (size_t i = 0; i < s->requests.rows; i++) {
		if (result_number(&s->requests, i, "attempt_no") != attempt_no)
			continue;
		all++;
		count += result_is(&s->requests, i, "kind", kind) ? 1 : 0;
	}
	return all > 0 ? count : -1;
}

int64_t
story_since_start(const struct story *s, size_t row)
{
	int64_t ns = s->started_ns;

	moment_parse(result_text(&s->messages, row, "time"), &ns);
	return ns - s->started_ns;
}

void
story_add_version(struct str *t, const char *version)
{
	size_t letters = strcspn(version, "0123456789");
	bool spaced = strncmp(version, "TLS", 3) == 0 || strncmp(version, "DTLS", 4) == 0 ||
		      strncmp(version, "TLCP", 4) == 0;

	str_add_bytes(t, version, letters);
	str_addf(t, "%s%s", spaced && version[letters] != '\0' ? " " : "", version + letters);
}

void
story_add_endpoint(struct str *t, const char *ip, int64_t port)
{
	bool v6 = ip != NULL && strchr(ip, ':') != NULL;

	if (ip == NULL)
		str_add(t, "?");
	else if (port == 0)
		str_add(t, ip);
	else
		str_addf(t, "%s%s%s:%lld", v6 ? "[" : "", ip, v6 ? "]" : "", (long long)port);
}

/* Length of the attribute that begins at dn, RFC 4514 section 2: up to an unescaped ',' or '+'. */
static size_t
attribute_length(const char *dn)
{
	size_t n = 0;

	while (dn[n] != '\0' && dn[n] != ',' && dn[n] != '+')
		n += dn[n] == '\\' && dn[n + 1] != '\0' ? 2 : 1;
	return n;
}

void
story_add_name(struct str *t, const char *dn)
{
	for (const char *s = dn; *s != '\0';) {
		size_t len = attribute_length(s);
		if (strncmp(s, "CN=", 3) == 0 && len > 3) {
			str_add_bytes(t, s, len);
			return;
		}
		s += len + (s[len] != '\0' ? 1 : 0);
	}
	str_add(t, *dn != '\0' ? dn : "(no name)");
}

void
story_add_alert(struct str *t, const struct story *s)
{
	str_addf(t, ": %s", story_text(s, "alert"));
	if (story_text(s, "alert_code") != NULL)
		str_addf(t, " (%s)", story_text(s, "alert_code"));
}

const char *
story_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}
