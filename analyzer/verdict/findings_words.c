/*
 * findings_words.c - times, spans, and the {words} of the client's certificate. See
 * findings_words.h.
 */
#include "analyzer/verdict/findings_words.h"

enum { DAY_S = 24 * 60 * 60, NAMES_MAX = 200 };

/* --- values ----------------------------------------------------------------------------------- */

const char *
words_or(const char *text, const char *otherwise)
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

const char *
words_time(struct arena *a, int64_t at)
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
const char *
words_span(struct arena *a, int64_t seconds)
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

/* --- words of the certificate ----------------------------------------------------------------- */

static const char *
name_of(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->subject, "the certificate") : "the certificate";
}

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
	return words_or(arena_text(&c->session->arena, cn, len), "the certificate");
}

static const char *
word_issuer(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->issuer, "of the certificate") : "";
}

static const char *
word_last_issuer(const struct finding_case *c)
{
	return c->checks.last != NULL ? words_or(c->checks.last->issuer, "?") : word_issuer(c);
}

static const char *
word_last_subject(const struct finding_case *c)
{
	return c->checks.last != NULL ? words_or(c->checks.last->subject, "?") : name_of(c);
}

static const char *
word_serial(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->serial, "unknown") : "unknown";
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
	return c->leaf != NULL ? words_or(c->leaf->eku, "not limited") : "unknown";
}

static const char *
word_usage(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->key_usage, "not limited") : "unknown";
}

static const char *
word_key(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->key_type, "unknown") : "unknown";
}

static const char *
word_error(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->error, "?") : "?";
}

static const char *
word_not_after(const struct finding_case *c)
{
	return c->leaf != NULL ? words_time(&c->session->arena, c->leaf->not_after) : "?";
}

static const char *
word_not_before(const struct finding_case *c)
{
	return c->leaf != NULL ? words_time(&c->session->arena, c->leaf->not_before) : "?";
}

static const char *
word_expired_by(const struct finding_case *c)
{
	return c->leaf != NULL ? words_span(&c->session->arena, c->now - c->leaf->not_after) : "?";
}

static const char *
word_early_by(const struct finding_case *c)
{
	return c->leaf != NULL ? words_span(&c->session->arena, c->leaf->not_before - c->now) : "?";
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
	return c->checks.upper != NULL ? words_or(c->checks.upper->subject, "?") : "?";
}

static const char *
word_weak(const struct finding_case *c)
{
	return c->checks.weak != NULL ? words_or(c->checks.weak->subject, "the certificate")
				      : name_of(c);
}

static const char *
word_weak_key(const struct finding_case *c)
{
	const struct outcome_certificate *x = c->checks.weak;

	if (x == NULL)
		return "?";
	return arena_format(&c->session->arena, "%s %d bits", words_or(x->key_type, "key"),
			    x->key_bits);
}

static const char *
word_digest(const struct finding_case *c)
{
	return c->checks.weak != NULL ? words_or(c->checks.weak->signature_algorithm, "?") : "?";
}

static const char *
word_intermediates(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu", c->checks.intermediates);
}

static const struct {
	const char *name;
	const char *(*text)(const struct finding_case *c);
} words[] = {
    {"cn", word_cn},
    {"digest", word_digest},
    {"early_by", word_early_by},
    {"eku", word_eku},
    {"error", word_error},
    {"expired_by", word_expired_by},
    {"intermediates", word_intermediates},
    {"issuer", word_issuer},
    {"key", word_key},
    {"last_issuer", word_last_issuer},
    {"last_subject", word_last_subject},
    {"not_after", word_not_after},
    {"not_before", word_not_before},
    {"san", word_san},
    {"serial", word_serial},
    {"subject", name_of},
    {"until", word_until},
    {"upper", word_upper},
    {"usage", word_usage},
    {"weak", word_weak},
    {"weak_key", word_weak_key},
};

const char *
words_of_certificate(const struct finding_case *c, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
			return words[i].text(c);
	return NULL;
}
