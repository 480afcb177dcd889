/* test_outcome_pack.c - outcomes survive being packed, with everything they point to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/outcome_pack.h"
#include "tests/unit/store_sample.h"

/* --- equality, member by member --------------------------------------------------------------- */

static void
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
same_frames(const struct outcome_frames *a, const struct outcome_frames *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

#define SAME_NUMBER(a, b, member) assert_int_equal((a)->member, (b)->member)
#define SAME_TEXT(a, b, member)   same_text((a)->member, (b)->member)

static void
same_attempt(const struct outcome_attempt *a, const struct outcome_attempt *b)
{
	SAME_NUMBER(a, b, attempt_no);
	SAME_NUMBER(a, b, kind);
	SAME_NUMBER(a, b, resumed);
	SAME_NUMBER(a, b, client_cert_requested);
	SAME_NUMBER(a, b, client_cert);
	SAME_NUMBER(a, b, proof);
	SAME_NUMBER(a, b, client_finished);
	SAME_NUMBER(a, b, server_finished);
	SAME_NUMBER(a, b, outcome);
	SAME_NUMBER(a, b, ended_by);
	SAME_NUMBER(a, b, alert_code);
	SAME_TEXT(a, b, alert);
	SAME_NUMBER(a, b, alert_from);
	SAME_NUMBER(a, b, capture_state);
	SAME_NUMBER(a, b, evidence);
	SAME_NUMBER(a, b, confidence);
}

static void
same_fact(const struct outcome_fact *a, const struct outcome_fact *b)
{
	SAME_NUMBER(a, b, attempt_no);
	SAME_TEXT(a, b, fact);
	SAME_TEXT(a, b, value);
	SAME_NUMBER(a, b, evidence);
	SAME_NUMBER(a, b, confidence);
	SAME_TEXT(a, b, basis);
	same_frames(&a->frames, &b->frames);
	SAME_NUMBER(a, b, constants);
}

static void
same_message(const struct outcome_message *a, const struct outcome_message *b)
{
	SAME_NUMBER(a, b, attempt_no);
	SAME_NUMBER(a, b, frame);
	SAME_NUMBER(a, b, time_ns);
	SAME_NUMBER(a, b, sender);
	SAME_NUMBER(a, b, kind);
	SAME_TEXT(a, b, name);
	SAME_NUMBER(a, b, length);
	SAME_NUMBER(a, b, evidence);
	SAME_NUMBER(a, b, alert_level);
	SAME_NUMBER(a, b, alert_code);
	SAME_NUMBER(a, b, repeat);
	SAME_NUMBER(a, b, constants);
}

static void
same_certificate(const struct outcome_certificate *a, const struct outcome_certificate *b)
{
	assert_memory_equal(a->sha256, b->sha256, sizeof(a->sha256));
	SAME_NUMBER(a, b, der_len);
	assert_memory_equal(a->der, b->der, a->der_len);
	SAME_TEXT(a, b, subject);
	SAME_TEXT(a, b, issuer);
	SAME_TEXT(a, b, serial);
	SAME_NUMBER(a, b, not_before);
	SAME_NUMBER(a, b, not_after);
	SAME_TEXT(a, b, san);
	SAME_TEXT(a, b, key_usage);
	SAME_TEXT(a, b, eku);
	SAME_NUMBER(a, b, is_ca);
	SAME_NUMBER(a, b, path_len);
	SAME_TEXT(a, b, aki);
	SAME_TEXT(a, b, ski);
	SAME_TEXT(a, b, ocsp_urls);
	SAME_TEXT(a, b, crl_urls);
	SAME_TEXT(a, b, key_type);
	SAME_NUMBER(a, b, key_bits);
	SAME_TEXT(a, b, signature_algorithm);
	SAME_NUMBER(a, b, version);
	SAME_TEXT(a, b, error);
	SAME_NUMBER(a, b, error_at);
	SAME_TEXT(a, b, format);
	assert_int_equal(b->store_id, 0);
	assert_int_equal(b->store_generation, 0);
}

static void
same_link(const struct outcome_chain_link *a, const struct outcome_chain_link *b)
{
	SAME_NUMBER(a, b, attempt_no);
	SAME_NUMBER(a, b, role);
	SAME_NUMBER(a, b, position);
	same_certificate(a->certificate, b->certificate);
}

static void
same_request(const struct outcome_request *a, const struct outcome_request *b)
{
	SAME_NUMBER(a, b, attempt_no);
	assert_memory_equal(a->digest, b->digest, sizeof(a->digest));
	SAME_NUMBER(a, b, count);
	for (size_t i = 0; i < a->count; i++) {
		SAME_TEXT(&a->items[i], &b->items[i], kind);
		SAME_TEXT(&a->items[i], &b->items[i], value);
	}
}

static void
same_finding(const struct outcome_finding *a, const struct outcome_finding *b)
{
	SAME_NUMBER(a, b, attempt_no);
	SAME_NUMBER(a, b, rank);
	SAME_TEXT(a, b, cause);
	SAME_TEXT(a, b, certainty);
	SAME_TEXT(a, b, severity);
	SAME_TEXT(a, b, explanation);
	SAME_TEXT(a, b, server_fix);
	SAME_TEXT(a, b, client_fix);
	SAME_NUMBER(a, b, named_frame);
	assert_memory_equal(a->named_at, b->named_at, sizeof(a->named_at));
	same_frames(&a->frames, &b->frames);
	SAME_NUMBER(a, b, constants);
}

static void
same_random(const uint8_t *a, const uint8_t *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_memory_equal(a, b, 32);
}

static void
same_head(const struct outcome *a, const struct outcome *b)
{
	SAME_NUMBER(a, b, transport);
	SAME_TEXT(a, b, carrier);
	SAME_TEXT(a, b, app_label);
	assert_memory_equal(&a->client, &b->client, sizeof(a->client));
	assert_memory_equal(&a->server, &b->server, sizeof(a->server));
	SAME_TEXT(a, b, eap_identity);
	SAME_NUMBER(a, b, vlan);
	SAME_TEXT(a, b, interface);
	SAME_TEXT(a, b, community_id);
	SAME_NUMBER(a, b, stream);
	SAME_NUMBER(a, b, first_frame);
	SAME_NUMBER(a, b, last_frame);
	SAME_NUMBER(a, b, started_ns);
	SAME_NUMBER(a, b, ended_ns);
	SAME_TEXT(a, b, tls_version);
	SAME_TEXT(a, b, cipher_suite);
	SAME_TEXT(a, b, sni);
	SAME_TEXT(a, b, alpn);
	SAME_TEXT(a, b, ja4);
	SAME_NUMBER(a, b, ech);
	same_random(a->client_random, b->client_random);
	same_random(a->server_random, b->server_random);
	SAME_NUMBER(a, b, headline);
	SAME_NUMBER(a, b, verdict);
	SAME_TEXT(a, b, sub_reason);
	SAME_NUMBER(a, b, modifiers);
	assert_memory_equal(&a->notes, &b->notes, sizeof(a->notes));
	SAME_TEXT(a, b, explanation);
	SAME_TEXT(a, b, client_stack);
	SAME_TEXT(a, b, server_stack);
}

#define SAME_ARRAY(a, b, member, number, same)                  \
	do {                                                    \
		assert_int_equal((a)->number, (b)->number);     \
		for (size_t i = 0; i < (a)->number; i++)        \
			same(&(a)->member[i], &(b)->member[i]); \
	} while (0)

static void
same_outcome(const struct outcome *a, const struct outcome *b)
{
	same_head(a, b);
	SAME_ARRAY(a, b, attempts, n_attempts, same_attempt);
	SAME_ARRAY(a, b, facts, n_facts, same_fact);
	SAME_ARRAY(a, b, messages, n_messages, same_message);
	SAME_ARRAY(a, b, chain, n_chain, same_link);
	SAME_ARRAY(a, b, requests, n_requests, same_request);
	SAME_ARRAY(a, b, findings, n_findings, same_finding);
	SAME_NUMBER(a, b, constants);
	assert_true(b->copied);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void
fill(struct sample *s)
{
	sample_fill(s);
	s->o.notes = (struct outcome_notes){.outcome_rule = 3,
					    .corroborable = true,
					    .unsolicited = true,
					    .handle = 4,
					    .used = 5,
					    .ticket_length = 6,
					    .identity_length = 7};
	/* as the pipeline's are after another capture was stored */
	s->certificates[0].store_id = 77;
	s->certificates[0].store_generation = 99;
	s->facts[0].constants = OUTCOME_CONSTANT_FACT | OUTCOME_CONSTANT_VALUE;
	s->messages[0].constants = OUTCOME_CONSTANT_NAME;
	s->findings[0].constants = OUTCOME_CONSTANT_WORDS;
}

/* The next outcome at *at; NULL at the end. The bytes are moved to where nothing else is. */
static const struct outcome *
next(struct outcome_unpacker *u, uint8_t *bytes, size_t len, size_t *at)
{
	enum outcome_unpacked step = OUTCOME_UNPACK_ON;
	const struct outcome *o = NULL;

	while (step == OUTCOME_UNPACK_ON && *at < len) {
		size_t used;
		step = outcome_unpack(u, bytes + *at, len - *at, &used, &o);
		if (step != OUTCOME_UNPACK_ON && step != OUTCOME_UNPACKED)
			fail_msg("step %d at %zu of %zu", step, *at, len);
		*at += used;
	}
	return step == OUTCOME_UNPACKED ? o : NULL;
}

/* Every member of every struct, sessions that share and one of which nothing is known. */
static void
test_round_trip(void **state)
{
	struct outcome_packer *p = outcome_packer_create();
	struct outcome_unpacker *u = outcome_unpacker_create();
	struct outcome bare = sample_bare(&sample_unknown);
	struct sample s;
	size_t len, at = 0;

	(void)state;
	fill(&s);
	assert_true(outcome_pack(p, &s.o));
	outcome_packer_bytes(p, &len);
	size_t first = len;
	assert_true(outcome_pack(p, &bare));
	s.o.sni = "other.lab.test";
	assert_true(outcome_pack(p, &s.o));
	outcome_packer_seal(p);
	uint8_t *bytes = outcome_packer_bytes(p, &len);
	assert_true(len - first < first); /* what is shared is not packed again */
	s.o.sni = "server.lab.test";
	same_outcome(&s.o, next(u, bytes, len, &at));
	same_outcome(&bare, next(u, bytes, len, &at));
	s.o.sni = "other.lab.test";
	same_outcome(&s.o, next(u, bytes, len, &at));
	assert_null(next(u, bytes, len, &at));
	outcome_unpacker_destroy(u);
	outcome_packer_destroy(p);
}

/* More than is kept to refer to, taken away in between. */
static void
test_begins_anew(void **state)
{
	enum { COUNT = OUTCOME_PACK_SHARED_MAX + 1000 };
	struct outcome_packer *p = outcome_packer_create();
	struct outcome_unpacker *u = outcome_unpacker_create();
	char sni[32];
	struct sample s;
	size_t len, at = 0;

	(void)state;
	fill(&s);
	s.o.sni = sni;
	for (int i = 0; i < COUNT; i++) {
		snprintf(sni, sizeof(sni), "host%d.example", i);
		assert_true(outcome_pack(p, &s.o));
		uint8_t *bytes = outcome_packer_bytes(p, &len);
		at = 0;
		same_outcome(&s.o, next(u, bytes, len, &at));
		assert_int_equal(at, len);
		outcome_packer_drain(p);
	}
	assert_true(outcome_packer_memory(p) < (16 << 20));
	outcome_unpacker_destroy(u);
	outcome_packer_destroy(p);
}

/* Whatever is lost of the bytes: said, never read beyond. */
static void
test_damage(void **state)
{
	struct outcome_packer *p = outcome_packer_create();
	struct sample s;
	size_t len, used;

	(void)state;
	fill(&s);
	assert_true(outcome_pack(p, &s.o));
	const uint8_t *bytes = outcome_packer_bytes(p, &len);
	for (size_t bad = 0; bad < len; bad++) {
		struct outcome_unpacker *u = outcome_unpacker_create();
		const struct outcome *o;
		uint8_t *copy = malloc(len); /* of its own, so that a sanitizer sees its end */
		memcpy(copy, bytes, len);
		copy[bad] ^= 0xff;
		for (size_t at = 0; at < len; at += used) {
			enum outcome_unpacked step =
			    outcome_unpack(u, copy + at, len - at, &used, &o);
			if (step != OUTCOME_UNPACK_ON && step != OUTCOME_UNPACKED)
				break;
		}
		free(copy);
		outcome_unpacker_destroy(u);
	}
	outcome_packer_destroy(p);
}

/* Facts that are counted and not there. */
static void
test_lost_array(void **state)
{
	struct outcome_packer *p = outcome_packer_create();
	struct outcome_unpacker *u = outcome_unpacker_create();
	enum outcome_unpacked step = OUTCOME_UNPACK_ON;
	const struct outcome *o;
	struct sample s;
	size_t len, used;

	(void)state;
	fill(&s);
	s.o.facts = NULL;
	assert_true(outcome_pack(p, &s.o));
	uint8_t *bytes = outcome_packer_bytes(p, &len);
	for (size_t at = 0; step == OUTCOME_UNPACK_ON; at += used)
		step = outcome_unpack(u, bytes + at, len - at, &used, &o);
	assert_int_equal(step, OUTCOME_UNPACK_BROKEN);
	outcome_unpacker_destroy(u);
	outcome_packer_destroy(p);
}

static void
test_cut(void **state)
{
	struct outcome_packer *p = outcome_packer_create();
	struct outcome_unpacker *u = outcome_unpacker_create();
	const struct outcome *o;
	struct sample s;
	size_t len, used;

	(void)state;
	fill(&s);
	assert_true(outcome_pack(p, &s.o));
	uint8_t *bytes = outcome_packer_bytes(p, &len);
	assert_int_equal(outcome_unpack(u, bytes, 8, &used, &o), OUTCOME_UNPACK_MORE);
	assert_int_equal(outcome_unpack(u, bytes, used, &used, &o), OUTCOME_UNPACK_MORE);
	assert_int_equal(outcome_unpack(u, bytes, used, &used, &o), OUTCOME_UNPACK_ON);
	bytes[0] = 3;
	assert_int_equal(outcome_unpack(u, bytes, len, &used, &o), OUTCOME_UNPACK_BROKEN);
	outcome_unpacker_destroy(u);
	outcome_packer_destroy(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip), cmocka_unit_test(test_begins_anew),
	    cmocka_unit_test(test_damage),     cmocka_unit_test(test_lost_array),
	    cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
