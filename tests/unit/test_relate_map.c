/*
 * test_relate_map.c - what pass 2 tells keys, addresses and causes apart by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "db/relate_sessions.h"

enum { MANY = 5000 };

static struct relate_key
key(uint64_t i)
{
	return (struct relate_key){i % 3, i << 32, i / 3};
}

/* Grown many times over, it knows every key by the number it gave it, and no other. */
static void
test_map(void **state)
{
	struct relate_map m = {0};

	(void)state;
	for (int round = 0; round < 2; round++) {
		const struct relate_key other = key(MANY);

		assert_int_equal(relate_map_find(&m, &other), 0);
		for (uint32_t i = 0; i < MANY; i++) {
			const struct relate_key k = key(i);

			assert_int_equal(relate_map_find(&m, &k), 0);
			assert_int_equal(relate_map_add(&m, &k), i + 1);
			assert_int_equal(relate_map_add(&m, &k), i + 1);
		}
		for (uint32_t i = 0; i < MANY; i++) {
			const struct relate_key k = key(i);

			assert_int_equal(relate_map_find(&m, &k), i + 1);
			assert_memory_equal(&m.keys[i], &k, sizeof(k));
		}
		assert_int_equal(relate_map_find(&m, &other), 0);
		relate_map_clear(&m);
	}
	relate_map_finish(&m);
}

static void
test_tally(void **state)
{
	struct relate_tally t = {0};

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		for (uint32_t times = 0; times < 1 + i % 4; times++)
			assert_true(relate_tally_add(&t, &(struct relate_key){i, 0, 1}));
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(relate_tally_of(&t, &(struct relate_key){i, 0, 1}), 1 + i % 4);
	assert_int_equal(relate_tally_of(&t, &(struct relate_key){0, 0, 2}), 0);
	relate_tally_finish(&t);
}

/* Words that differ in their highest bits, the second so that it would take back what a plain
 * product with an odd number makes of the first: no seed may give them one hash. */
static void
test_hash(void **state)
{
	const uint64_t one[] = {1, 2, 3},
		       other[] = {1 | UINT64_C(1) << 63,
				  2 ^ (UINT64_C(1) << 63 | UINT64_C(1) << 31), 3};
	unsigned equal = 0;

	(void)state;
	for (uint64_t seed = 0; seed < MANY; seed++)
		equal += relate_hash(one, 3, seed) == relate_hash(other, 3, seed);
	assert_int_equal(equal, 0);
}

/* Never no wrongly, and yes wrongly to few. */
static void
test_bits(void **state)
{
	struct relate_bits b;
	unsigned wrong = 0;

	(void)state;
	assert_true(relate_bits_init(&b, MANY));
	for (uint32_t i = 0; i < MANY; i++) {
		const struct relate_key k = key(i), other = key(MANY + i);

		relate_bits_add(&b, relate_key_hash(&k, 7));
		assert_true(relate_bits_add(&b, relate_key_hash(&k, 7)));
		assert_true(relate_bits_has(&b, relate_key_hash(&k, 7)));
		wrong += relate_bits_has(&b, relate_key_hash(&other, 7));
	}
	assert_true(wrong < MANY / (RELATE_BITS_EACH / 2));
	relate_bits_finish(&b);
}

/* Addresses come back; ids follow those of their capture. */
static void
test_sessions(void **state)
{
	static const struct outcome_endpoint ends[] = {
	    {{10, 0, 0, 1}, 4, 443, {0}, false},
	    {{10, 0, 0, 2, 9, 9}, 4, 0, {0}, false}, /* what is behind IPv4 is not looked at */
	    {{0}, 4, 1, {0}, false},
	    {{0xfd, [15] = 1}, 6, 65535, {0}, false},
	    {{0xfd, [15] = 2}, 6, 443, {0}, false},
	    {{0}, 0, 0, {0}, false},
	};
	enum { ENDS = sizeof(ends) / sizeof(ends[0]) };
	struct relate_sessions l = {0};

	(void)state;
	relate_sessions_reset(&l);
	for (size_t i = 0; i < ENDS; i++) {
		struct relate_capture *c = relate_sessions_capture(&l);

		assert_non_null(c);
		c->first_id = (int64_t)(100 * i);
		for (size_t k = 0; k < ENDS; k++) {
			assert_non_null(relate_sessions_add(&l, k));
			assert_true(relate_sessions_ends(&l, &ends[i], &ends[k], 7));
		}
	}
	for (size_t i = 0; i < l.count; i++) {
		const struct outcome_endpoint *client = &ends[i / ENDS], *server = &ends[i % ENDS];
		size_t len = client->family == 4 ? 4 : 16;
		const struct relate_ends *of = relate_sessions_ends_at(&l, i);
		struct outcome_endpoint e = relate_sessions_endpoint(&l, relate_client(of));

		assert_int_equal(relate_sessions_id(&l, i), (int64_t)(100 * (i / ENDS) + i % ENDS));
		assert_int_equal(e.family, client->family);
		assert_memory_equal(e.addr, client->addr, len);
		assert_int_equal(of->port, server->port);
		assert_int_equal(relate_client(of) == relate_server(of), client == server);
	}
	relate_sessions_finish(&l);
}

/* Chunk by chunk: each is zeroed when it comes, stays where it is, and is forgotten at a reset. */
static void
test_chunks(void **state)
{
	enum { SEVERAL = 2 * RELATE_CHUNK + 1 };
	const struct relate_session *first = NULL;
	struct relate_sessions l = {0};

	(void)state;
	for (unsigned again = 0; again < 2; again++) {
		relate_sessions_reset(&l);
		assert_int_equal(l.count, 0);
		assert_non_null(relate_sessions_capture(&l));
		for (uint32_t i = 0; i < SEVERAL; i++) {
			struct relate_session *s = relate_sessions_add(&l, i);
			const uint8_t random[32] = {(uint8_t)i, 1};

			assert_non_null(s);
			assert_int_equal(s->answer, 0);
			assert_int_equal(relate_sessions_ends_at(&l, i)->name, 0);
			assert_int_equal(*relate_sessions_random_at(&l, i), 0);
			s->answer = i + 1;
			relate_sessions_ends_at(&l, i)->name = i + 2;
			relate_sessions_random(&l, random);
			first = i == 0 ? s : first;
		}
		assert_ptr_equal(relate_sessions_at(&l, 0), first);
		for (uint32_t i = 0; i < SEVERAL; i++) {
			assert_int_equal(relate_sessions_at(&l, i)->answer, i + 1);
			assert_int_equal(relate_sessions_ends_at(&l, i)->name, i + 2);
			assert_int_not_equal(*relate_sessions_random_at(&l, i), 0);
		}
	}
	relate_sessions_finish(&l);
}

/* A finding of pass 1 is told by a digest of its cause. */
static void
test_causes(void **state)
{
	const struct outcome_cause *a, *b;

	(void)state;
	for (size_t i = 0; (a = outcome_cause(i)) != NULL; i++)
		for (size_t k = 0; k < i && (b = outcome_cause(k)) != NULL; k++)
			if (relate_cause(a->name) == relate_cause(b->name))
				fail_msg("%s and %s", a->name, b->name);
	assert_true(relate_weight("failure", true, "likely") <
		    relate_weight("failure", false, "proven"));
	assert_true(relate_weight("warning", true, "proven") >
		    relate_weight("failure", false, "possible"));
	assert_true(relate_weight("note", false, "possible") < RELATE_FINDINGS_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_map),      cmocka_unit_test(test_tally),
	    cmocka_unit_test(test_hash),     cmocka_unit_test(test_bits),
	    cmocka_unit_test(test_sessions), cmocka_unit_test(test_chunks),
	    cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
