/* test_rotation.c - names of parts, and which part follows which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/input/rotation.h"

#define S INT64_C(1000000000)

static void
test_names(void **state)
{
	static const struct {
		const char *name, *key;
		uint64_t number;
		enum rotation_kind kind;
	} rows[] = {
	    {"x_00001_20260101120000.pcapng", "x_N_T.pcapng", 1, ROTATION_NUMBERED},
	    {"a_b_123456_20260101120000.pcap", "a_b_N_T.pcap", 123456, ROTATION_NUMBERED},
	    {"x_20260101120000_00007.pcapng", "x_T_N.pcapng", 7, ROTATION_NUMBERED},
	    {"x_00001_20260101120000.pcapng.gz", "x_N_T.pcapng", 1, ROTATION_NUMBERED},
	    {"x.pcap", "x.pcapN", 0, ROTATION_NUMBERED},
	    {"x.pcap12", "x.pcapN", 12, ROTATION_NUMBERED},
	    {"x.pcap007.zst", "x.pcapN", 7, ROTATION_NUMBERED},
	    {"case1.pcap", "case1.pcapN", 0, ROTATION_NUMBERED},
	    {"x-20260101-1200.pcap", "x-T.pcap", 202601011200, ROTATION_TIMED},
	    {"x_2026-01-01_12:00:05.pcap", "x_T.pcap", 20260101120005, ROTATION_TIMED},
	    {"x-20260101.pcap", "x-T.pcap", 20260101, ROTATION_TIMED},
	    {"x.pcap.154636", "x.pcap.T", 154636, ROTATION_TIMED},
	    {"x.1767268800.pcap", "x.S.pcap", 1767268800, ROTATION_TIMED},
	    {"x-20261301-1200.pcap", "x-20261301-1200.pcapN", 0, ROTATION_NUMBERED},
	    {"x.pcap.256099", NULL, 0, 0}, /* no time of day */
	    {"x", NULL, 0, 0},
	    {"1", NULL, 0, 0},
	    {".pcap1", NULL, 0, 0},
	    {"", NULL, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rotation_name n;
		bool good = rotation_name(rows[i].name, &n);
		if (good != (rows[i].key != NULL))
			fail_msg("%s: %d", rows[i].name, good);
		if (!good)
			continue;
		assert_string_equal(n.key, rows[i].key);
		if (n.number != rows[i].number || n.kind != rows[i].kind)
			fail_msg("%s: %lu", rows[i].name, (unsigned long)n.number);
	}
}

/* A name of any length and any bytes is read without running over. */
static void
test_long_names(void **state)
{
	struct rotation_name n;
	char name[600];

	(void)state;
	for (size_t len = 0; len < sizeof(name) - 1; len++) {
		for (int c = 0; c < 4; c++) {
			memset(name, "1_.a"[c], sizeof(name));
			name[len] = '\0';
			if (rotation_name(name, &n))
				assert_true(strlen(n.key) < ROTATION_KEY_MAX);
		}
	}
}

static void
test_follows(void **state)
{
	static const struct {
		enum rotation_kind kind;
		uint64_t a, b;
		int64_t last, first;
		const char *link;
		bool follows;
	} rows[] = {
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 100 * S + 1, "EN10MB", true},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 100 * S - ROTATION_BACK_NS, "EN10MB", true},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 100 * S - ROTATION_BACK_NS - 1, "EN10MB", false},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 100 * S + ROTATION_GAP_NS, "EN10MB", true},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 101 * S + ROTATION_GAP_NS, "EN10MB", false},
	    {ROTATION_TIMED, 1201, 1201, 100 * S, 100 * S + 1, "EN10MB", false},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 100 * S + 1, "RAW", false},
	    {ROTATION_TIMED, 1200, 1201, 100 * S, 0, "EN10MB", false},
	    {ROTATION_NUMBERED, 1, 2, 100 * S, 100 * S + ROTATION_QUIET_NS, "EN10MB", true},
	    {ROTATION_NUMBERED, 1, 2, 100 * S, 101 * S + ROTATION_QUIET_NS, "EN10MB", false},
	    {ROTATION_NUMBERED, 1, 3, 100 * S, 100 * S + 1, "EN10MB", false},
	    {ROTATION_NUMBERED, 9, 0, 100 * S, 100 * S + 1, "EN10MB", true},
	    {ROTATION_NUMBERED, 2, 1, 100 * S, 100 * S + 1, "EN10MB", false},
	    {ROTATION_NUMBERED, 1, 2, 100 * S, 0, "EN10MB", true}, /* no packets in it */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rotation_name a = {rows[i].kind, rows[i].a, "x"};
		struct rotation_name b = {rows[i].kind, rows[i].b, "x"};
		struct rotation_extent ea = {S, rows[i].last, "EN10MB"};
		struct rotation_extent eb = {rows[i].first, rows[i].first, ""};
		memcpy(eb.link_types, rows[i].link, strlen(rows[i].link) + 1);
		if (rotation_follows(&a, &ea, rows[i].last, &b, &eb) != rows[i].follows)
			fail_msg("row %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_long_names),
	    cmocka_unit_test(test_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
