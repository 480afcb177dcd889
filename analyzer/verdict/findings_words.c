/*
 * findings_words.c - times, spans, and the {words} of the client's certificate. See
 * findings_words.h.
 */
#include "analyzer/verdict/findings_words.h"

enum {
	DAY_S = 24 * 60 * 60,
	YEAR_S = 31556952, /* 365.2425 days */
	NAMES_MAX = 200,
};

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

static void
put_digits(struct arena_writer *to, unsigned n, char after)
{
	arena_write(to, (char[]){(char)('0' + n / 10 % 10), (char)('0' + n % 10), after}, 3);
}

void
words_put_time(struct arena_writer *to, int64_t at)
{
	int64_t days = at >= 0 ? at / DAY_S : -((-at + DAY_S - 1) / DAY_S);
	int64_t rest = at - days * DAY_S, year;
	unsigned month, day;

	if (at == INT64_MIN) {
		arena_write_text(to, "an unreadable time");
		return;
	}
	civil(days, &year, &month, &day);
	if (year >= 1000)
		arena_write_number(to, (uint64_t)year);
	else
		arena_write_format(to, "%04lld", (long long)year);
	arena_write_text(to, "-");
	put_digits(to, month, '-');
	put_digits(to, day, ' ');
	put_digits(to, (unsigned)(rest / 3600), ':');
	put_digits(to, (unsigned)(rest / 60 % 60), ':');
	put_digits(to, (unsigned)(rest % 60), ' ');
	arena_write_text(to, "UTC");
}

/* With one decimal, a half to the even one. */
static void
put_years(struct arena_writer *to, int64_t seconds)
{
	uint64_t all = (uint64_t)seconds, rest = all % YEAR_S * 10;
	uint64_t tenths = all / YEAR_S * 10 + rest / YEAR_S;

	rest %= YEAR_S;
	tenths += 2 * rest > YEAR_S || (2 * rest == YEAR_S && tenths % 2 != 0);
	arena_write_number(to, tenths / 10);
	arena_write_text(to, ".");
	arena_write_number(to, tenths % 10);
	arena_write_text(to, " years");
}

/* "5.9 years", "3 days", "12 minutes": two digits are enough to act on. */
void
words_put_span(struct arena_writer *to, int64_t seconds)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = {{DAY_S, " day"}, {3600, " hour"}, {60, " minute"}};

	if (seconds >= 365LL * DAY_S) {
		put_years(to, seconds);
		return;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t n = seconds / units[i].size;
		if (n < 2 && (n != 1 || i != 2))
			continue;
		arena_write_number(to, (uint64_t)n);
		arena_write_text(to, units[i].name);
		if (n != 1)
			arena_write_text(to, "s");
		return;
	}
	arena_write_format(to, "%lld seconds", (long long)seconds);
}

/* --- words of the certificate ----------------------------------------------------------------- */

static const char *
word_subject(const struct finding_case *c)
{
	return c->leaf != NULL ? words_or(c->leaf->subject, "the certificate") : "the certificate";
}

static void
put_cn(struct arena_writer *to, const struct finding_case *c)
{
	const char *subject = c->leaf != NULL ? c->leaf->subject : NULL;
	const char *cn = subject != NULL ? strstr(subject, "CN=") : NULL;

	if (cn == NULL || (cn != subject && cn[-1] != ',' && cn[-1] != '+')) {
		arena_write_text(to, word_subject(c));
		return;
	}
	size_t len = 0;
	while (cn[len] != '\0' && cn[len] != ',' && cn[len] != '+')
		len += cn[len] == '\\' && cn[len + 1] != '\0' ? 2 : 1;
	arena_write(to, cn, len);
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
	return c->checks.last != NULL ? words_or(c->checks.last->subject, "?") : word_subject(c);
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

static void
put_not_after(struct arena_writer *to, const struct finding_case *c)
{
	if (c->leaf != NULL)
		words_put_time(to, c->leaf->not_after);
	else
		arena_write_text(to, "?");
}

static void
put_not_before(struct arena_writer *to, const struct finding_case *c)
{
	if (c->leaf != NULL)
		words_put_time(to, c->leaf->not_before);
	else
		arena_write_text(to, "?");
}

static void
put_expired_by(struct arena_writer *to, const struct finding_case *c)
{
	if (c->leaf != NULL)
		words_put_span(to, c->now - c->leaf->not_after);
	else
		arena_write_text(to, "?");
}

static void
put_early_by(struct arena_writer *to, const struct finding_case *c)
{
	if (c->leaf != NULL)
		words_put_span(to, c->leaf->not_before - c->now);
	else
		arena_write_text(to, "?");
}

static void
put_until(struct arena_writer *to, const struct finding_case *c)
{
	if (c->leaf == NULL || c->leaf->not_after == INT64_MIN)
		return;
	arena_write_text(to, " (until ");
	words_put_time(to, c->leaf->not_after);
	arena_write_text(to, ")");
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
				      : word_subject(c);
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

static void
put_intermediates(struct arena_writer *to, const struct finding_case *c)
{
	arena_write_number(to, c->checks.intermediates);
}

static const struct word words[] = {
    WORD_PUT(cn),         WORD_TEXT(digest),      WORD_PUT(early_by),      WORD_TEXT(eku),
    WORD_TEXT(error),     WORD_PUT(expired_by),   WORD_PUT(intermediates), WORD_TEXT(issuer),
    WORD_TEXT(key),       WORD_TEXT(last_issuer), WORD_TEXT(last_subject), WORD_PUT(not_after),
    WORD_PUT(not_before), WORD_TEXT(san),         WORD_TEXT(serial),       WORD_TEXT(subject),
    WORD_PUT(until),      WORD_TEXT(upper),       WORD_TEXT(usage),        WORD_TEXT(weak),
    WORD_TEXT(weak_key),
};

bool
words_put(struct arena_writer *to, const struct finding_case *c, const struct word *rows,
	  size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].len != len || memcmp(rows[i].name, name, len) != 0)
			continue;
		const char *text = rows[i].text != NULL ? rows[i].text(c) : NULL;
		if (text != NULL)
			arena_write_text(to, text);
		else if (rows[i].put != NULL)
			rows[i].put(to, c);
		return true;
	}
	return false;
}

bool
words_put_certificate(struct arena_writer *to, const struct finding_case *c, const char *name,
		      size_t len)
{
	return words_put(to, c, words, sizeof(words) / sizeof(words[0]), name, len);
}
