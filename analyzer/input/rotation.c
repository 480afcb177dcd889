/*
 * rotation.c - names of parts, and whether one follows another. See rotation.h; rotation_look.c
 * finds out when a part begins and ends.
 */
#include "analyzer/input/rotation.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIAL_MIN = 5, DATE_DIGITS = 14, DIGITS_MAX = 17 };

static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2", ".lz4"};

static size_t
without_packing(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		size_t n = strlen(packed[i]);
		if (len > n && strcmp(name + len - n, packed[i]) == 0)
			return len - n;
	}
	return len;
}

static size_t
digits_at(const char *s, size_t len, size_t at)
{
	size_t n = 0;

	while (at + n < len && isdigit((unsigned char)s[at + n]))
		n++;
	return n;
}

static uint64_t
value_of(const char *s, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (uint64_t)(s[i] - '0');
	return v;
}

/* The key is the name with `what` in place of its variable part [from, to). */
static bool
set_key(struct rotation_name *out, const char *name, size_t len, size_t from, size_t to,
	const char *what)
{
	int n = snprintf(out->key, sizeof(out->key), "%.*s%s%.*s", (int)from, name, what,
			 (int)(len - to), name + to);

	return n > 0 && (size_t)n < sizeof(out->key);
}

static unsigned
two(const char *digits)
{
	return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

static bool
is_time(const char *d, size_t n)
{
	return two(d) < 24 && two(d + 2) < 60 && (n < 6 || two(d + 4) < 61);
}

static bool
is_date(const char *d)
{
	unsigned month = two(d + 4), day = two(d + 6);

	return (two(d) == 19 || two(d) == 20) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Digits that strftime makes of a moment: a date with or without a time, a time, seconds. */
static bool
is_moment(const char *d, size_t n)
{
	switch (n) {
	case 6:
		return is_time(d, n);
	case 8:
		return is_date(d);
	case 10:
		return d[0] == '1';
	case 12:
	case DATE_DIGITS:
		return is_date(d) && is_time(d + 8, n - 8);
	}
	return false;
}

/* dumpcap -b: PREFIX_00001_20260101120000.pcapng, or with -b nametimenum:2 the other way round. */
static bool
by_dumpcap(const char *name, size_t len, struct rotation_name *out)
{
	for (size_t at = 1; at + SERIAL_MIN + 1 < len; at++) {
		if (name[at - 1] != '_')
			continue;
		size_t a = digits_at(name, len, at), b = 0;
		if (a >= SERIAL_MIN && name[at + a] == '_')
			b = digits_at(name, len, at + a + 1);
		bool number_first = b == DATE_DIGITS && a < DATE_DIGITS;
		bool date_first = a == DATE_DIGITS && b >= SERIAL_MIN && b < DATE_DIGITS;
		if (!number_first && !date_first)
			continue;
		size_t number = number_first ? at : at + a + 1;
		out->kind = ROTATION_NUMBERED;
		out->number = value_of(name + number, number_first ? a : b);
		return set_key(out, name, len, at, at + a + 1 + b, number_first ? "N_T" : "T_N");
	}
	return false;
}

/* tcpdump -C and -W: NAME.pcap, NAME.pcap1, ... */
static bool
by_tcpdump(const char *name, size_t len, struct rotation_name *out)
{
	size_t end = len, dot;

	while (end > 0 && isdigit((unsigned char)name[end - 1]))
		end--;
	for (dot = end; dot > 0 && isalpha((unsigned char)name[dot - 1]); dot--)
		;
	if (dot < 2 || dot == end || name[dot - 1] != '.' || len - end > 9)
		return false;
	out->kind = ROTATION_NUMBERED;
	out->number = value_of(name + end, len - end);
	return set_key(out, name, len, end, len, "N");
}

/* tcpdump -G: the last moment in the name; its fields may stand apart by one character each. */
static bool
by_time(const char *name, size_t len, struct rotation_name *out)
{
	char digits[DIGITS_MAX + 1];

	for (size_t from = len; from-- > 0;) {
		size_t n = 0, at = from, runs = 0;
		if (!isdigit((unsigned char)name[from]) ||
		    (from > 0 && isdigit((unsigned char)name[from - 1])))
			continue;
		for (size_t run; (run = digits_at(name, len, at)) > 0 && n + run <= DIGITS_MAX;
		     runs++) {
			memcpy(digits + n, name + at, run);
			n += run;
			at += run;
			if (at + 1 >= len || strchr("-_.:T", name[at]) == NULL ||
			    digits_at(name, len, at + 1) == 0)
				break;
			at++;
		}
		if (!is_moment(digits, n) || (from > 0 && strchr("-_.:T", name[from - 1]) != NULL &&
					      from > 1 && isdigit((unsigned char)name[from - 2])))
			continue;
		out->kind = ROTATION_TIMED;
		out->number = value_of(digits, n);
		return set_key(out, name, len, from, at, n == 10 ? "S" : "T");
	}
	return false;
}

bool
rotation_name(const char *name, struct rotation_name *out)
{
	size_t len = without_packing(name);

	return by_dumpcap(name, len, out) || by_time(name, len, out) || by_tcpdump(name, len, out);
}

/* With -W the numbers begin anew. */
static bool
next_number(uint64_t a, uint64_t b)
{
	return b == a + 1 || (b == 0 && a > 0);
}

bool
rotation_follows(const struct rotation_name *a, const struct rotation_extent *ea, int64_t last_ns,
		 const struct rotation_name *b, const struct rotation_extent *eb)
{
	bool numbered = a->kind == ROTATION_NUMBERED;

	if (strcmp(ea->link_types, eb->link_types) != 0)
		return false;
	if (numbered ? !next_number(a->number, b->number) : b->number <= a->number)
		return false;
	if (eb->first_ns == 0 || last_ns == 0)
		return numbered;
	return eb->first_ns >= last_ns - ROTATION_BACK_NS &&
	       eb->first_ns <= last_ns + (numbered ? ROTATION_QUIET_NS : ROTATION_GAP_NS);
}
