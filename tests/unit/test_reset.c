/*
 * test_reset.c - which RST fits its sender's other packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/verdict/reset.h"

static const struct {
	const char *what;
	uint8_t ids, zeros;
	uint16_t step;
	uint8_t ttl_min, ttl_max, rst_ttl;
	uint16_t rst_id, rst_step;
	uint64_t fin_frame;
	enum reset_fit fit;
} rows[] = {
    {"next in line", 9, 0, 1, 64, 64, 64, 1000, 1, 0, RESET_FITS},
    {"a little later", 9, 0, 1, 64, 64, 64, 1000, 1024, 0, RESET_FITS},
    {"captured out of order", 9, 0, 1, 64, 64, 64, 1000, (uint16_t)-64, 0, RESET_FITS},
    {"elsewhere", 9, 0, 1, 64, 64, 64, 1000, 1025, 0, RESET_COUNT},
    {"elsewhere behind", 9, 0, 1, 64, 64, 64, 1000, (uint16_t)-65, 0, RESET_COUNT},
    {"elsewhere, after segment offload", 9, 0, 128, 64, 64, 64, 1000, 30000, 0, RESET_COUNT},
    {"IP-IDs without a pattern", 9, 0, 129, 64, 64, 64, 1000, 30000, 0, RESET_FITS},
    {"too few to be a pattern", 3, 0, 1, 64, 64, 64, 1000, 30000, 0, RESET_FITS},
    {"Linux, socket gone", 9, 0, 1, 64, 64, 64, 0, 30000, 0, RESET_FITS},
    {"behind its own FIN", 9, 0, 1, 64, 64, 64, 1000, 30000, 5, RESET_FITS},
    {"before its own FIN", 9, 0, 1, 64, 64, 64, 1000, 30000, 11, RESET_COUNT},
    {"all 0, IPv6 too", 0, 9, 0, 64, 64, 64, 0, 0, 0, RESET_FITS},
    {"all 0 but this", 0, 4, 0, 64, 64, 64, 7, 7, 0, RESET_ZERO},
    {"too few 0", 0, 3, 0, 64, 64, 64, 7, 7, 0, RESET_FITS},
    {"0 and others", 1, 9, 0, 64, 64, 64, 700, 700, 0, RESET_FITS},
    {"TTL below", 9, 0, 1, 64, 64, 61, 1000, 1, 0, RESET_TTL},
    {"TTL above", 9, 0, 1, 62, 64, 255, 1000, 1, 0, RESET_TTL},
    {"TTL among the others", 9, 0, 1, 62, 64, 63, 1000, 1, 0, RESET_FITS},
    {"TTL wrong behind a FIN", 9, 0, 1, 64, 64, 61, 0, 0, 5, RESET_TTL},
    {"no other packet", 0, 0, 0, 0, 0, 61, 1000, 1000, 0, RESET_FITS},
};

enum { RST_FRAME = 10 };

static void
test_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow f = {0};
		struct tls_session s = {.flow = &f, .client = FLOW_DIR_A};
		const struct step rst = {
		    .kind = STEP_RST, .sender = TLS_SERVER, .mark = {.frame = RST_FRAME}};
		const struct step fin = {
		    .kind = STEP_FIN, .sender = TLS_SERVER, .mark = {.frame = RST_FRAME}};
		/* the client's RST came after, or before */
		const struct step after = {
		    .kind = STEP_RST, .sender = TLS_CLIENT, .mark = {.frame = RST_FRAME + 1}};
		const struct step before = {
		    .kind = STEP_RST, .sender = TLS_CLIENT, .mark = {.frame = RST_FRAME - 1}};
		bool fits = rows[i].fit == RESET_FITS;

		f.dir[FLOW_DIR_B] = (struct flow_direction){.ip_ids = rows[i].ids,
							    .ip_zeros = rows[i].zeros,
							    .ip_id_step = rows[i].step,
							    .ttl_min = rows[i].ttl_min,
							    .ttl_max = rows[i].ttl_max,
							    .rst = {.frame = RST_FRAME},
							    .rst_ttl = rows[i].rst_ttl,
							    .rst_ip_id = rows[i].rst_id,
							    .rst_ip_step = rows[i].rst_step,
							    .fin = {.frame = rows[i].fin_frame}};
		if (reset_fit(&s, TLS_SERVER) != rows[i].fit)
			fail_msg("%s: %d", rows[i].what, reset_fit(&s, TLS_SERVER));
		assert_int_equal(reset_fit(&s, TLS_CLIENT), RESET_FITS);
		assert_int_equal(reset_decides(&s, &rst), fits);
		assert_true(reset_decides(&s, &fin));
		assert_int_equal(reset_decides(&s, &after), fits);
		assert_true(reset_decides(&s, &before));
		assert_int_equal(reset_explain(&s) != NULL, !fits);
		assert_non_null(reset_value(&s, TLS_SERVER));
		arena_finish(&s.arena);
	}
}

static void
test_own(void **state)
{
	struct flow f = {0};
	struct tls_session s = {.flow = &f, .client = FLOW_DIR_A};
	const struct step rst = {.kind = STEP_RST, .sender = TLS_SERVER, .mark = {.frame = 10}};
	struct flow_direction *d = &f.dir[FLOW_DIR_B];

	(void)state;
	*d = (struct flow_direction){.ip_ids = 2,
				     .ttl_min = 64,
				     .ttl_max = 64,
				     .rst = {.frame = 10},
				     .rst_ttl = 64,
				     .rst_ip_id = 17,
				     .rst_ip_step = RESET_OWN_MAX,
				     .rst_at = 100,
				     .highest = 100};
	assert_true(reset_is_own(&s, &rst));
	d->highest = 101;
	assert_false(reset_is_own(&s, &rst));
	d->highest = 100;
	d->rst_ip_step = RESET_OWN_MAX + 1;
	assert_false(reset_is_own(&s, &rst));
	d->rst_ip_step = 1;
	d->rst_ip_id = 0;
	assert_false(reset_is_own(&s, &rst));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fit),
	    cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
