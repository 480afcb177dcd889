/*
 * test_community_id.c - the TCP and UDP rows of the specification's own baseline, in both orders.
 */
#include "analyzer/packet/community_id.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define V4(a, b, c, d, p)          \
	{                          \
		{a, b, c, d}, p, 4 \
	}

static const struct {
	uint8_t protocol;
	struct endpoint a, b;
	const char *id;
} rows[] = {
    {6, V4(128, 232, 110, 120, 34855), V4(66, 35, 250, 204, 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {17, V4(192, 168, 1, 52, 54585), V4(8, 8, 8, 8, 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {6,
     {{0x20, 0x01, 0x04, 0x70, 0xe5, 0xbf, 0xde, 0xad, 0x49, 0x57, 0x21, 0x74, 0xe8, 0x2c, 0x48,
       0x87},
      63943,
      6},
     {{0x26, 0x07, 0xf8, 0xb0, 0x40, 0x0c, 0x0c, 0x03, 0, 0, 0, 0, 0, 0, 0, 0x1a}, 25, 6},
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
};

static void
test_baseline(void **state)
{
	(void)state;
	struct hasher *h = hasher_create();

	assert_non_null(h);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char id[COMMUNITY_ID_SIZE];
		assert_true(community_id_text(h, rows[i].protocol, &rows[i].a, &rows[i].b, id));
		assert_string_equal(id, rows[i].id);
		assert_true(community_id_text(h, rows[i].protocol, &rows[i].b, &rows[i].a, id));
		assert_string_equal(id, rows[i].id);
	}
	hasher_destroy(h);
}

/* One address talking to itself is ordered by port; two families have no id. */
static void
test_edges(void **state)
{
	(void)state;
	struct hasher *h = hasher_create();
	struct endpoint a = V4(127, 0, 0, 1, 40000), b = V4(127, 0, 0, 1, 443);
	struct endpoint c = {{0}, 443, 6};
	char one[COMMUNITY_ID_SIZE], two[COMMUNITY_ID_SIZE];

	assert_non_null(h);
	assert_true(community_id_text(h, 6, &a, &b, one));
	assert_true(community_id_text(h, 6, &b, &a, two));
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), COMMUNITY_ID_SIZE - 1);
	assert_true(community_id_text(h, 17, &a, &b, two));
	assert_string_not_equal(one, two);
	assert_false(community_id_text(h, 6, &a, &c, one));
	assert_string_equal(one, "");
	hasher_destroy(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_baseline),
	    cmocka_unit_test(test_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
