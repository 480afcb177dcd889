/*
 * test_dns.c - DNS messages: questions, answers, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dissectors/dns/dns.h"

/* header: id, flags, QDCOUNT, ANCOUNT, NSCOUNT 0, ARCOUNT 0 */
#define HEADER(flags, questions, answers) "\x12\x34" flags "\0" questions "\0" answers "\0\0\0\0"
#define NAME                              "\4OCSP\7harbour\7example\0"
#define QUESTION                          NAME "\0\1\0\1"
#define POINTER                           "\xc0\x0c"
#define A                                 POINTER "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7"
#define ADDRESS                           "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
#define AAAA                              POINTER "\0\x1c\0\1\0\0\0\x3c\0\x10" ADDRESS
#define CNAME                             POINTER "\0\5\0\1\0\0\0\x3c\0\6\3www\xc0\x11"

#define ROW(bytes) bytes, sizeof(bytes) - 1
static const struct {
	const char *what, *data;
	size_t len;
	const char *said; /* NULL: no message */
} rows[] = {
    {"query", ROW(HEADER("\1\0", "\1", "\0") QUESTION), "query 1234 ocsp.harbour.example type 1"},
    {"EDNS behind it is not read",
     ROW(HEADER("\1\0", "\1", "\0") QUESTION "\0\0\x29\4\xd0\0\0\0\0\0\0"),
     "query 1234 ocsp.harbour.example type 1"},
    {"no such name", ROW(HEADER("\x81\x83", "\1", "\0") QUESTION),
     "response 1234 ocsp.harbour.example type 1 rcode 3"},
    {"address", ROW(HEADER("\x81\x80", "\1", "\1") QUESTION A),
     "response 1234 ocsp.harbour.example type 1 rcode 0 1:c0000207"},
    {"alias, then both kinds", ROW(HEADER("\x81\x80", "\1", "\3") QUESTION CNAME A AAAA),
     "response 1234 ocsp.harbour.example type 1 rcode 0 5:0377 1:c0000207 28:20010db8"},
    {"name written out",
     ROW(HEADER("\x81\x80", "\1", "\1") QUESTION NAME "\0\1\0\1\0\0\0\0\0\4\1\2\3\4"),
     "response 1234 ocsp.harbour.example type 1 rcode 0 1:01020304"},
    {"fewer answers than announced", ROW(HEADER("\x81\x80", "\1", "\2") QUESTION A),
     "response 1234 ocsp.harbour.example type 1 rcode 0 1:c0000207"},
    {"an address of 5 bytes",
     ROW(HEADER("\x81\x80", "\1", "\1") QUESTION POINTER "\0\1\0\1\0\0\0\0\0\5\1\2\3\4\5"),
     "response 1234 ocsp.harbour.example type 1 rcode 0"},
    {"root", ROW(HEADER("\1\0", "\1", "\0") "\0\0\2\0\1"), "query 1234  type 2"},
    {"odd bytes", ROW(HEADER("\1\0", "\1", "\0") "\3a\x07.\0\0\1\0\1"), "query 1234 a?? type 1"},
    {"no question", ROW(HEADER("\1\0", "\0", "\0")), NULL},
    {"two questions", ROW(HEADER("\1\0", "\2", "\0") QUESTION QUESTION), NULL},
    {"an update", ROW(HEADER("\x28\0", "\1", "\0") QUESTION), NULL},
    {"a pointer in the question", ROW(HEADER("\1\0", "\1", "\0") POINTER "\0\1\0\1"), NULL},
};

static void
say(struct bytes data, char *out, size_t size)
{
	struct cursor in = cursor_init(data, 0);
	struct dns m;
	struct dns_answer a;
	int used;

	if (!dns_parse(&in, &m)) {
		out[0] = '\0';
		return;
	}
	used = snprintf(out, size, "%s %04x %s type %d", m.response ? "response" : "query", m.id,
			m.name, m.type);
	if (m.response)
		used += snprintf(out + used, size - (size_t)used, " rcode %d", m.rcode);
	for (uint16_t n = m.answers; dns_answer_next(&in, &n, &a);) {
		used += snprintf(out + used, size - (size_t)used, " %d:", a.type);
		for (size_t i = 0; i < a.data.len && i < (a.type == 5 ? 2u : 4u); i++)
			used += snprintf(out + used, size - (size_t)used, "%02x", a.data.data[i]);
	}
}

static void
test_messages(void **state)
{
	char got[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(bytes_of(rows[i].data, rows[i].len), got, sizeof(got));
		if (strcmp(got, rows[i].said != NULL ? rows[i].said : "") != 0)
			fail_msg("%s: \"%s\"", rows[i].what, got);
	}
}

/* Cut anywhere, it is no message, or the same with fewer answers. */
static void
test_truncations(void **state)
{
	char whole[400], got[400];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t n = 0; n < rows[i].len; n++) {
			say(bytes_of(rows[i].data, rows[i].len), whole, sizeof(whole));
			say(bytes_of(rows[i].data, n), got, sizeof(got));
			assert_int_equal(strncmp(whole, got, strlen(got)), 0);
		}
}

static void
test_long_names(void **state)
{
	uint8_t data[600] = "\x12\x34\1\0\0\1\0\0\0\0\0\0";
	struct dns m;

	(void)state;
	for (size_t labels = 1; labels < 9; labels++) {
		size_t at = 12;
		for (size_t i = 0; i < labels; i++) {
			data[at] = 62;
			memset(data + at + 1, 'a', 62);
			at += 63;
		}
		data[at] = 0;
		struct cursor in = cursor_init(bytes_of(data, at + 5), 0);
		bool good = dns_parse(&in, &m);
		assert_int_equal(good, labels * 63 - 1 <= DNS_NAME_MAX);
		if (good)
			assert_int_equal(strlen(m.name), labels * 63 - 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
