/*
 * test_reassembly.c - bytes in order from segments in any order.
 * All orders of a few segments, and seeded random scripts against the naive model that the fuzzer
 * uses too (tests/fuzz/flow_model.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fuzz/flow_model.h"

enum { SEEDS = 3000, SCRIPT_MAX = MODEL_HEADER + MODEL_STEP * MODEL_STEPS_MAX };

/* xorshift: the same scripts everywhere. */
static uint32_t
next_random(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

/* Random bytes, with offsets drawn from a small range so that segments meet. */
static void
test_model(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		uint32_t random = seed * 2654435761U;
		uint8_t script[SCRIPT_MAX];
		for (size_t i = 0; i < sizeof(script); i++)
			script[i] = (uint8_t)next_random(&random);
		uint8_t range = seed % 4 == 0 ? 0x0f : (uint8_t)(seed % 4 - 1);
		for (size_t i = MODEL_HEADER; i < sizeof(script); i += MODEL_STEP)
			script[i + 2] &= range;
		if (seed % 5 == 0) /* wrap inside the script */
			memset(script, 0xff, 3);
		model_run(script, sizeof(script) - seed % 200);
	}
}

static void
step(uint8_t *out, uint8_t kind, unsigned at, uint8_t len)
{
	const uint8_t bytes[MODEL_STEP] = {kind, (uint8_t)(at - 1), (uint8_t)((at - 1) >> 8), len,
					   0x55};

	memcpy(out, bytes, sizeof(bytes));
}

/* Five segments, with overlaps, in all 120 orders, at a sequence number that wraps and one that
 * does not, with and without the fourth. */
static void
test_permutations(void **state)
{
	static const struct {
		unsigned at;
		uint8_t len;
	} parts[5] = {{1, 100}, {101, 50}, {90, 30}, {151, 200}, {340, 60}};

	(void)state;
	for (unsigned n = 0; n < 120 * 4; n++) {
		uint8_t script[MODEL_HEADER + 5 * MODEL_STEP] = {0};
		unsigned order[5] = {0, 1, 2, 3, 4}, code = n / 4, count = n % 2 ? 4 : 5;
		if (n / 2 % 2)
			memset(script, 0xff, 4);
		script[4] = 0;
		for (unsigned i = 5; i > 1; code /= i, i--) {
			unsigned j = code % i, swap = order[i - 1];
			order[i - 1] = order[j];
			order[j] = swap;
		}
		for (unsigned i = 0; i < count; i++)
			step(script + MODEL_HEADER + i * MODEL_STEP, 4, parts[order[i]].at,
			     parts[order[i]].len);
		model_run(script, MODEL_HEADER + count * MODEL_STEP);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_permutations),
	    cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
