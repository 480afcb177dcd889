/*
 * time.c - see time.h.
 * ITU-T X.680 sections 46 and 47, RFC 5280 sections 4.1.2.5.1 and 4.1.2.5.2.
 */
#include "dissectors/x509/time.h"

#include "dissectors/x509/der.h"

struct calendar {
	int64_t year;
	unsigned month, day, hour, minute, second;
	int64_t offset; /* seconds east of UTC */
};

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* Two digits from `low` to `high`. */
static unsigned
two_digits(struct cursor *in, unsigned low, unsigned high, const char *field)
{
	size_t from = in->pos;
	struct bytes b = cursor_bytes(in, 2, field);
	unsigned v;

	if (!cursor_ok(in))
		return low;
	v = (unsigned)(b.data[0] - '0') * 10 + (unsigned)(b.data[1] - '0');
	if (is_digit(b.data[0]) && is_digit(b.data[1]) && v >= low && v <= high)
		return v;
	cursor_fail_at(in, from, field);
	return low;
}

/* X.680 section 46.2: a decimal fraction of the last element written; only that of seconds occurs.
 */
static void
skip_fraction(struct cursor *in, const char *field)
{
	if (cursor_peek(in) != '.' && cursor_peek(in) != ',')
		return;
	cursor_skip(in, 1, field);
	if (!is_digit(cursor_peek(in)))
		cursor_fail(in, field);
	while (is_digit(cursor_peek(in)))
		cursor_skip(in, 1, field);
}

/* "Z", "+hhmm", "-hhmm"; a GeneralizedTime without any is local time, read here as UTC. */
static int64_t
zone(struct cursor *in, bool may_be_absent, const char *field)
{
	int sign;
	int64_t seconds;

	if (may_be_absent && !cursor_more(in))
		return 0;
	sign = cursor_peek(in);
	if (sign != 'Z' && sign != '+' && sign != '-') {
		cursor_fail(in, field);
		return 0;
	}
	cursor_skip(in, 1, field);
	if (sign == 'Z')
		return 0;
	seconds = (int64_t)two_digits(in, 0, 23, field) * 3600;
	seconds += (int64_t)two_digits(in, 0, 59, field) * 60;
	return sign == '-' ? -seconds : seconds;
}

static unsigned
days_in_month(int64_t year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01, proleptic Gregorian; years are counted from March so that a leap day is the
 * last of its year, and from a multiple of 400 so that all is positive. */
static int64_t
days_from_epoch(const struct calendar *c)
{
	int64_t y = c->year + 400 - (c->month <= 2);
	int64_t month = (c->month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + c->day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468 - 146097;
}

static void
month_to_second(struct cursor *in, struct calendar *c, const char *field)
{
	c->month = two_digits(in, 1, 12, field);
	c->day = two_digits(in, 1, days_in_month(c->year, c->month), field);
	c->hour = two_digits(in, 0, 23, field);
	c->minute = two_digits(in, 0, 59, field);
	if (is_digit(cursor_peek(in)))
		c->second = two_digits(in, 0, 59, field);
}

/* RFC 5280 section 4.1.2.5.1: YY of 50 and above is 19YY. */
static void
utc_time(struct cursor *in, struct calendar *c, const char *field)
{
	c->year = two_digits(in, 0, 99, field);
	c->year += c->year >= 50 ? 1900 : 2000;
	month_to_second(in, c, field);
	c->offset = zone(in, false, field);
}

static void
generalized_time(struct cursor *in, struct calendar *c, const char *field)
{
	c->year = (int64_t)two_digits(in, 0, 99, field) * 100;
	c->year += two_digits(in, 0, 99, field);
	month_to_second(in, c, field);
	skip_fraction(in, field);
	c->offset = zone(in, true, field);
}

int64_t
x509_time(struct cursor *in, const char *field)
{
	struct calendar c = {.month = 1, .day = 1};
	int tag = der_peek(in);
	struct cursor text;

	if (tag != DER_GENERALIZED_TIME)
		tag = DER_UTC_TIME;
	text = der_enter(in, (unsigned)tag, field);
	if (tag == DER_UTC_TIME)
		utc_time(&text, &c, field);
	else
		generalized_time(&text, &c, field);
	if (!cursor_end(&text, field)) {
		cursor_adopt(in, &text);
		return X509_TIME_NONE;
	}
	return days_from_epoch(&c) * 86400 + c.hour * 3600 + c.minute * 60 + c.second - c.offset;
}
