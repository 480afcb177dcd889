/*
 * test_address.c - addresses as text, and back.
 */
#include "db/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every octet in every place. */
static void
test_ipv4(void **state)
{
	char buf[ADDRESS_TEXT_MAX], want[ADDRESS_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const struct outcome_endpoint e = {
		    .family = 4,
		    .addr = {(uint8_t)i, (uint8_t)(i + 1), (uint8_t)(i + 100), (uint8_t)(7 * i)}};

		snprintf(want, sizeof(want), "%d.%d.%d.%d", e.addr[0], e.addr[1], e.addr[2],
			 e.addr[3]);
		assert_string_equal(address_text(&e, buf), want);
		const struct outcome_endpoint back = address_parse(want);
		assert_int_equal(back.family, 4);
		assert_memory_equal(back.addr, e.addr, 4);
	}
}

static void
test_others(void **state)
{
	const struct outcome_endpoint none = {0}, six = address_parse("2001:db8::7");
	char buf[ADDRESS_TEXT_MAX];

	(void)state;
	assert_null(address_text(&none, buf));
	assert_int_equal(six.family, 6);
	assert_string_equal(address_text(&six, buf), "2001:db8::7");
	assert_int_equal(address_parse(NULL).family, 0);
	assert_int_equal(address_parse("1.2.3").family, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ipv4),
	    cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
