/*
 * findings_text.c - the {words} of causes.def and cause_rules.def. See findings.h.
 * A word that has nothing to say gives what fits the sentence without it.
 */
#include "analyzer/verdict/findings.h"

#include <stdio.h>

#include "analyzer/verdict/explain.h"

enum { DAY_S = 24 * 60 * 60, NAMES_MAX = 200 };

/* --- values ----------------------------------------------------------------------------------- */

static const char *
or_else(const char *text, const char *otherwise)
{
	return text != NULL && text[0] != '\0' ? text : otherwise;
}

/* Calendar of the proleptic Gregorian calendar from days since 1970. */
static void
civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153; /* from March on */

	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2 ? 1 : 0);
}

static const char *
time_text(struct arena *a, int64_t at)
{
	int64_t days = at >= 0 ? at / DAY_S : -((-at + DAY_S - 1) / DAY_S);
	int64_t rest = at - days * DAY_S, year;
	unsigned month, day;

	if (at == INT64_MIN)
		return "an unreadable time";
	civil(days, &year, &month, &day);
	return arena_format(a, "%04lld-%02u-%02u %02d:%02d:%02d UTC", (long long)year, month, day,
			    (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* "5.9 years", "3 days", "12 minutes": two digits are enough to act on. */
static const char *
span_text(struct arena *a, int64_t seconds)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = {{DAY_S, "day"}, {3600, "hour"}, {60, "minute"}};

	if (seconds >= 365LL * DAY_S)
		return arena_format(a, "%.1f years", (double)seconds / (365.2425 * DAY_S));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		long long n = (long long)(seconds / units[i].size);
		if (n >= 2 || (n == 1 && i == 2))
			return arena_format(a, "%lld %s%s", n, units[i].name, n == 1 ? "" : "s");
	}
	return arena_format(a, "%lld seconds", (long long)seconds);
}

static const char *
name_of(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->subject, "the certificate") : "the certificate";
}

/* --- words of the certificate ----------------------------------------------------------------- */

static const char *
word_cn(const struct finding_case *c)
{
	const char *subject = c->leaf != NULL ? c->leaf->subject : NULL;
	const char *cn = subject != NULL ? strstr(subject, "CN=") : NULL;

	if (cn == NULL || (cn != subject && cn[-1] != ',' && cn[-1] != '+'))
		return name_of(c);
	size_t len = 0;
	while (cn[len] != '\0' && cn[len] != ',' && cn[len] != '+')
		len += cn[len] == '\\' && cn[len + 1] != '\0' ? 2 : 1;
	return or_else(arena_text(&c->session->arena, cn, len), "the certificate");
}

static const char *
word_issuer(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->issuer, "of the certificate") : "";
}

static const char *
word_last_issuer(const struct finding_case *c)
{
	return c->checks.last != NULL ? or_else(c->checks.last->issuer, "?") : word_issuer(c);
}

static const char *
word_serial(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->serial, "unknown") : "unknown";
}

static const char *
word_san(const struct finding_case *c)
{
	const char *san = c->leaf != NULL ? c->leaf->san : NULL;

	if (san == NULL)
		return "no other names";
	return strlen(san) <= NAMES_MAX ? san : "many names";
}

static const char *
word_eku(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->eku, "not limited") : "unknown";
}

static const char *
word_usage(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->key_usage, "not limited") : "unknown";
}

static const char *
word_key(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->key_type, "unknown") : "unknown";
}

static const char *
word_error(const struct finding_case *c)
{
	return c->leaf != NULL ? or_else(c->leaf->error, "?") : "?";
}

static const char *
word_not_after(const struct finding_case *c)
{
	return c->leaf != NULL ? time_text(&c->session->arena, c->leaf->not_after) : "?";
}

static const char *
word_not_before(const struct finding_case *c)
{
	return c->leaf != NULL ? time_text(&c->session->arena, c->leaf->not_before) : "?";
}

static const char *
word_expired_by(const struct finding_case *c)
{
	return c->leaf != NULL ? span_text(&c->session->arena, c->now - c->leaf->not_after) : "?";
}

static const char *
word_early_by(const struct finding_case *c)
{
	return c->leaf != NULL ? span_text(&c->session->arena, c->leaf->not_before - c->now) : "?";
}

static const char *
word_until(const struct finding_case *c)
{
	if (c->leaf == NULL || c->leaf->not_after == INT64_MIN)
		return "";
	return arena_format(&c->session->arena, " (until %s)", word_not_after(c));
}

static const char *
word_upper(const struct finding_case *c)
{
	return c->checks.upper != NULL ? or_else(c->checks.upper->subject, "?") : "?";
}

static const char *
word_weak(const struct finding_case *c)
{
	return c->checks.weak != NULL ? or_else(c->checks.weak->subject, "the certificate")
				      : name_of(c);
}

static const char *
word_weak_key(const struct finding_case *c)
{
	const struct outcome_certificate *x = c->checks.weak;

	if (x == NULL)
		return "?";
	return arena_format(&c->session->arena, "%s %d bits", or_else(x->key_type, "key"),
			    x->key_bits);
}

static const char *
word_digest(const struct finding_case *c)
{
	return c->checks.weak != NULL ? or_else(c->checks.weak->signature_algorithm, "?") : "?";
}

static const char *
word_intermediates(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu", c->checks.intermediates);
}

/* --- words of the request --------------------------------------------------------------------- */

static const char *
word_request(const struct finding_case *c)
{
	if (c->request_step == NULL)
		return "the request";
	return arena_format(&c->session->arena, "the request in frame %llu",
			    (unsigned long long)c->request_step->mark.frame);
}

static const char *
word_ca_count(const struct finding_case *c)
{
	if (c->request == NULL)
		return "CA names";
	return arena_format(&c->session->arena, "%u CA name%s", c->request->ca_names,
			    c->request->ca_names == 1 ? "" : "s");
}

static const char *
word_list_size(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu KiB",
			    c->request != NULL ? c->request->ca_bytes / 1024 : 0);
}

static const char *
word_allowed(const struct finding_case *c)
{
	static const struct {
		const char *key, *words;
	} rows[] = {{"RSA", "RSA"}, {"EC ", "ECDSA"}, {"Ed25519", "Ed25519"}, {"Ed448", "Ed448"}};
	struct checks_request q = conditions_request(c->request);
	char list[64] = "";
	size_t used = 0;

	if (c->request == NULL)
		return "key types that are not visible here";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (checks_key_asked_for(&q, rows[i].key))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used > 0 ? ", " : "", rows[i].words);
	return used > 0 ? arena_text(&c->session->arena, list, used) : "no common key type";
}

/* --- words of the rest ------------------------------------------------------------------------ */

static const char *
word_alert(const struct finding_case *c)
{
	const struct step *alert = c->facts->alert;

	return explain_alert(&c->session->arena, alert != NULL ? alert : c->facts->end_step);
}

static const char *
word_sni(const struct finding_case *c)
{
	const struct client_hello_detail *ch = c->session->client_hello;

	return ch != NULL && ch->sni != NULL ? ch->sni : "no name";
}

static const char *
word_client_stack(const struct finding_case *c)
{
	return or_else(stack_name(c->client_stack), "unknown");
}

static const char *
word_type(const struct finding_case *c)
{
	const struct server_hello_detail *sh = c->session->server_hello;

	return sh != NULL && sh->client_certificate_type != 0 ? "raw public key" : "X.509";
}

static const char *
word_waited(const struct finding_case *c)
{
	return span_text(&c->session->arena, c->waited / 1000000000);
}

static const char *
word_stalled(const struct finding_case *c)
{
	return span_text(&c->session->arena, c->stalled / 1000000000);
}

static const char *
word_depth(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu", c->checks.intermediates + 1);
}

static const char *
word_intermediate(const struct finding_case *c)
{
	return or_else(c->trust.intermediate, "an intermediate");
}

static const char *
word_not_listed(const struct finding_case *c)
{
	if (!c->holds[IF_UNLISTED])
		return "";
	return arena_format(&c->session->arena, ", and is not among the %s of %s", word_ca_count(c),
			    word_request(c));
}

static const char *
word_revoked_at(const struct finding_case *c)
{
	if (c->trust.revoked_at == INT64_MIN)
		return "";
	return arena_format(&c->session->arena, ", revoked %s",
			    time_text(&c->session->arena, c->trust.revoked_at));
}

/* What --crl has for this issuer, when that may be what the server has. */
static const char *
word_crl_state(const struct finding_case *c)
{
	if ((c->trust.found & CHAIN_CRL_EXPIRED) != 0 && c->trust.crl_until != INT64_MIN)
		return arena_format(&c->session->arena, "; the one of --crl ended %s",
				    time_text(&c->session->arena, c->trust.crl_until));
	if ((c->trust.found & CHAIN_CRL_MISSING) != 0)
		return "; --crl has none of this issuer, either";
	return "";
}

/* What is visibly wrong with the server's certificate. */
static const char *
word_server_problem(const struct finding_case *c)
{
	struct checks checks;

	if (c->server_chain == NULL || c->server_chain->count == 0)
		return "";
	const struct outcome_certificate *leaf = c->server_chain->certificates[0];
	checks_chain(c->server_chain->certificates, c->server_chain->count, NULL,
		     c->session->first_ns / 1000000000, &checks);
	if ((checks.found & CHECK_EXPIRED) != 0)
		return arena_format(&c->session->arena, ", which had expired on %s",
				    time_text(&c->session->arena, leaf->not_after));
	if ((checks.found & CHECK_NOT_YET_VALID) != 0)
		return arena_format(&c->session->arena, ", which is valid only from %s on",
				    time_text(&c->session->arena, leaf->not_before));
	if ((checks.found & CHECK_SELF_SIGNED) != 0)
		return ", which is self-signed";
	if ((checks.found & CHECK_NO_SERVER_AUTH) != 0)
		return ", which is not for servers";
	return arena_format(&c->session->arena, ", issued by %s", or_else(leaf->issuer, "?"));
}

/* --- templates -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *(*text)(const struct finding_case *c);
} words[] = {
    {"alert", word_alert},
    {"allowed", word_allowed},
    {"ca_count", word_ca_count},
    {"client_stack", word_client_stack},
    {"cn", word_cn},
    {"crl_state", word_crl_state},
    {"depth", word_depth},
    {"digest", word_digest},
    {"early_by", word_early_by},
    {"eku", word_eku},
    {"error", word_error},
    {"expired_by", word_expired_by},
    {"intermediate", word_intermediate},
    {"intermediates", word_intermediates},
    {"issuer", word_issuer},
    {"key", word_key},
    {"last_issuer", word_last_issuer},
    {"list_size", word_list_size},
    {"not_after", word_not_after},
    {"not_before", word_not_before},
    {"not_listed", word_not_listed},
    {"request", word_request},
    {"revoked_at", word_revoked_at},
    {"san", word_san},
    {"serial", word_serial},
    {"server_problem", word_server_problem},
    {"sni", word_sni},
    {"stalled", word_stalled},
    {"subject", name_of},
    {"type", word_type},
    {"until", word_until},
    {"upper", word_upper},
    {"usage", word_usage},
    {"waited", word_waited},
    {"weak", word_weak},
    {"weak_key", word_weak_key},
};

static const char *
word(const struct finding_case *c, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
			return words[i].text(c);
	return NULL;
}

/* A sentence that begins with a word of its own begins with a capital. */
static const char *
capital(const struct finding_case *c, const char *text)
{
	if (strncmp(text, "the ", 4) != 0)
		return text;
	return arena_format(&c->session->arena, "The %s", text + 4);
}

const char *
findings_text(const struct finding_case *c, const char *template)
{
	const char *text = "", *p = template;

	if (strchr(template, '{') == NULL)
		return template;
	while (*p != '\0' && text != NULL) {
		size_t plain = strcspn(p, "{");
		const char *close = strchr(p + plain, '}');
		if (close == NULL)
			return arena_format(&c->session->arena, "%s%s", text, p);
		const char *filled = word(c, p + plain + 1, (size_t)(close - p) - plain - 1);
		if (filled != NULL && p == template && plain == 0)
			filled = capital(c, filled);
		text = arena_format(&c->session->arena, "%s%.*s%s", text, (int)plain, p,
				    filled != NULL ? filled : "");
		p = close + 1;
	}
	return text;
}
