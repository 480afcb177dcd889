/*
 * moment.c - times as the database writes them (RFC 3339, UTC, nanoseconds) and as people read
 * them. Used by summary, failures and show.
 */
#include "analyzer/cli/moment.h"

#include <stdio.h>
#include <time.h>

enum { NS_PER_MS = 1000000 };
static const int64_t ns_per_s = 1000000000;

bool
moment_parse(const char *rfc3339, int64_t *ns)
{
	struct tm tm = {0};
	int used = 0;

	if (rfc3339 == NULL || sscanf(rfc3339, "%d-%d-%dT%d:%d:%d%n", &tm.tm_year, &tm.tm_mon,
				      &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	int64_t fraction = 0, unit = ns_per_s;
	const char *s = rfc3339 + used;
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9' && unit > 1; s++) {
			unit /= 10;
			fraction += (*s - '0') * unit;
		}
	}
	return !__builtin_mul_overflow((int64_t)timegm(&tm), ns_per_s, ns) &&
	       !__builtin_add_overflow(*ns, fraction, ns);
}

/* Seconds and the nanoseconds after them, floored for times before 1970. */
static struct tm
split(int64_t ns, long *rest)
{
	time_t seconds = (time_t)(ns / ns_per_s);
	struct tm tm = {0};

	*rest = (long)(ns % ns_per_s);
	if (*rest < 0) {
		*rest += (long)ns_per_s;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	return tm;
}

static void
add(struct str *t, int64_t ns, const char *format)
{
	char buf[64];
	long rest;
	struct tm tm = split(ns, &rest);

	strftime(buf, sizeof(buf), format, &tm);
	str_add(t, buf);
}

void
moment_add_clock(struct str *t, int64_t ns)
{
	add(t, ns, "%H:%M:%S");
}

void
moment_add_minute(struct str *t, int64_t ns)
{
	add(t, ns, "%H:%M");
}

void
moment_add_second(struct str *t, int64_t ns)
{
	add(t, ns, "%Y-%m-%d %H:%M:%S");
}

void
moment_add_milli(struct str *t, int64_t ns)
{
	long rest;

	split(ns, &rest);
	moment_add_second(t, ns);
	str_addf(t, ".%03ld", rest / NS_PER_MS);
}

/* Units of a span: used below `below` seconds, with so many decimals. */
static const struct {
	double below, unit;
	int decimals;
	const char *name;
} spans[] = {
    {1, 1e-3, 3, "ms"},          {100, 1, 1, "s"},
    {3600, 60, 0, "min"},        {86400, 3600, 1, "h"},
    {8640000, 86400, 0, "days"}, {0, 31556952, 1, "years"}, /* the Gregorian mean year */
};

void
moment_add_span(struct str *t, int64_t ns)
{
	double seconds = (double)ns / 1e9;
	size_t i = 0;

	while (spans[i].below > 0 && seconds >= spans[i].below)
		i++;
	str_addf(t, "%.*f %s", spans[i].decimals, seconds / spans[i].unit, spans[i].name);
}

void
moment_add_range(struct str *t, int64_t from, int64_t to)
{
	int64_t day = 86400 * ns_per_s, minute = 60 * ns_per_s;

	if (from / day == to / day) {
		moment_add_minute(t, from);
		if (from / minute != to / minute) {
			str_add(t, " to ");
			moment_add_minute(t, to);
		}
	} else {
		add(t, from, "%Y-%m-%d %H:%M");
		str_add(t, " to ");
		add(t, to, "%Y-%m-%d %H:%M");
	}
	str_add(t, " UTC");
}
