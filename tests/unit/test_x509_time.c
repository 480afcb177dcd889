/*
 * test_x509_time.c - the forms of UTCTime and GeneralizedTime, and the calendar.
 */
#include "dissectors/x509/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { UTC = 23, GENERALIZED = 24 };

static int64_t
parse(uint8_t tag, const char *text, bool *ok)
{
	uint8_t element[64] = {tag, (uint8_t)strlen(text)};
	struct cursor in;
	int64_t t;

	memcpy(element + 2, text, strlen(text));
	in = cursor_init(bytes_of(element, 2 + strlen(text)), 0);
	t = x509_time(&in, "time");
	*ok = cursor_end(&in, "all");
	return t;
}

static void
test_times(void **state)
{
	(void)state;
	static const struct {
		uint8_t tag;
		const char *text;
		int64_t time;
	} rows[] = {
	    {UTC, "700101000000Z", 0},
	    {UTC, "691231235959Z", -1},
	    {UTC, "991231235959Z", 946684799},
	    {UTC, "000101000000Z", 946684800},
	    {UTC, "491231235959Z", 2524607999},
	    {UTC, "500101000000Z", -631152000},
	    {UTC, "240229120000Z", 1709208000},
	    {UTC, "2402291200Z", 1709208000},
	    {UTC, "240229120000+0130", 1709208000 - 5400},
	    {UTC, "240229120000-0800", 1709208000 + 28800},
	    {GENERALIZED, "19700101000000Z", 0},
	    {GENERALIZED, "20500101000000Z", 2524608000},
	    {GENERALIZED, "99991231235959Z", 253402300799},
	    {GENERALIZED, "00000101000000Z", -62167219200},
	    {GENERALIZED, "00000301000000Z", -62162035200},
	    {GENERALIZED, "20000229000000Z", 951782400},
	    {GENERALIZED, "20240229120000.123456789Z", 1709208000},
	    {GENERALIZED, "20240229120000,5Z", 1709208000},
	    {GENERALIZED, "202402291200Z", 1709208000},
	    {GENERALIZED, "20240229120000", 1709208000},
	    {GENERALIZED, "20240229120000.5+0100", 1709204400},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool ok;

		assert_int_equal(parse(rows[i].tag, rows[i].text, &ok), rows[i].time);
		assert_true(ok);
	}
}

static void
test_no_times(void **state)
{
	(void)state;
	static const struct {
		uint8_t tag;
		const char *text;
	} rows[] = {
	    {UTC, ""},
	    {UTC, "240229120000"},
	    {UTC, "240229120000z"},
	    {UTC, "240229120000Z "},
	    {UTC, "240229120000.5Z"},
	    {UTC, "24022912000Z"},
	    {UTC, "240229120000+01"},
	    {UTC, "240229120000+2460"},
	    {UTC, "230229120000Z"},
	    {UTC, "240431120000Z"},
	    {UTC, "241301120000Z"},
	    {UTC, "240001120000Z"},
	    {UTC, "240100120000Z"},
	    {UTC, "240101240000Z"},
	    {UTC, "240101006000Z"},
	    {UTC, "240101000060Z"},
	    {UTC, "2401010000 1Z"},
	    {UTC, "-10101000000Z"},
	    {GENERALIZED, "19000229000000Z"},
	    {GENERALIZED, "240229120000Z"},
	    {GENERALIZED, "20240229120000.Z"},
	    {GENERALIZED, "20240229120000Zx"},
	    {4, "240229120000Z"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool ok;

		assert_true(parse(rows[i].tag, rows[i].text, &ok) == X509_TIME_NONE);
		assert_false(ok);
	}
}

/* Every day of 400 years and more follows the one before. */
static void
test_calendar(void **state)
{
	(void)state;
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t expected = -11676096000; /* 1600-01-01 */

	for (unsigned year = 1600; year <= 2001; year++)
		for (unsigned month = 1; month <= 12; month++) {
			bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
			unsigned last = days[month - 1] + (month == 2 && leap);
			for (unsigned day = 1; day <= last; day++, expected += 86400) {
				char text[40];
				bool ok;
				snprintf(text, sizeof text, "%04u%02u%02u000000Z", year, month,
					 day);
				assert_int_equal(parse(GENERALIZED, text, &ok), expected);
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_times),
	    cmocka_unit_test(test_no_times),
	    cmocka_unit_test(test_calendar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
