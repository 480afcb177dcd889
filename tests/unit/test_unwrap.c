/*
 * test_unwrap.c - scripted OpenVPN connections against the TLS streams that must come out.
 * Each script runs with a packet a view, a byte a view, and packed into one view between holes;
 * nothing may change.
 *
 * Words, "s:" before those of the server: reset (hard), again (hard, another session id), soft,
 * <id>=<text> (control packet), ack, data<length>, bad (no packet). "+" before a word acknowledges
 * two packets in it; "old:" sends it under the key before, "lost:" leaves it out of the capture,
 * "head:" and "tail:" lose all but its first or last bytes, "late:" tells of the loss after the
 * next packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/openvpn_build.h"
#include "tests/unit/unwrap_listen.h"

enum cut { CUT_PACKETS, CUT_BYTES, CUT_PACKED, CUT_COUNT };
enum { KEEP = 14 }; /* bytes that "head:" and "tail:" leave */

struct script {
	struct listen *l;
	struct openvpn_build side[2];
	enum cut cut;
	uint8_t buffer[2][1 << 16];
	size_t buffered[2];
	uint64_t late_at[2], late_len[2];
};

static void
flush(struct script *s, enum flow_dir d)
{
	if (s->buffered[d] > 0)
		listen_feed(s->l, d, s->buffer[d], s->buffered[d], 0);
	s->buffered[d] = 0;
}

static void
deliver(struct script *s, enum flow_dir d, const uint8_t *data, size_t len)
{
	if (s->cut == CUT_PACKED) {
		memcpy(s->buffer[d] + s->buffered[d], data, len);
		s->buffered[d] += len;
	} else if (s->cut == CUT_PACKETS)
		listen_feed(s->l, d, data, len, 0);
	else
		for (size_t i = 0; i < len; i++)
			listen_feed(s->l, d, data + i, 1, 0);
}

static void
lose(struct script *s, enum flow_dir d, size_t len)
{
	flush(s, d);
	listen_lose(s->l, d, len);
}

static bool
prefixed(const char **word, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*word, prefix, len) != 0)
		return false;
	*word += len;
	return true;
}

static size_t
build(struct openvpn_build *b, enum flow_dir d, const char *word, uint8_t *out)
{
	static const uint8_t zeros[3000];
	uint32_t n;
	bool server = d == FLOW_DIR_B;

	if (strcmp(word, "again") == 0) {
		b->session_id++;
		b->key_id = 0;
	}
	if (strcmp(word, "reset") == 0 || strcmp(word, "again") == 0)
		return openvpn_build(b, out,
				     server ? OPENVPN_OP_control_hard_reset_server_v2
					    : OPENVPN_OP_control_hard_reset_client_v2,
				     0, NULL, 0);
	if (strcmp(word, "soft") == 0) {
		b->key_id = b->key_id == 7 ? 1 : b->key_id + 1;
		return openvpn_build(b, out, OPENVPN_OP_control_soft_reset_v1, 0, NULL, 0);
	}
	if (strcmp(word, "ack") == 0) {
		b->acks = 1;
		return openvpn_build(b, out, OPENVPN_OP_ack_v1, 0, NULL, 0);
	}
	if (strcmp(word, "bad") == 0) {
		memcpy(out, "\x00\x04\xF8zzzz", 6);
		return 6;
	}
	if (sscanf(word, "data%u", &n) == 1)
		return openvpn_build(b, out, OPENVPN_OP_data_v2, 0, zeros, n);
	assert_int_equal(sscanf(word, "%u=", &n), 1);
	word = strchr(word, '=') + 1;
	return openvpn_build(b, out, OPENVPN_OP_control_v1, n, word, strlen(word));
}

static void
lose_late(struct script *s, enum flow_dir d, size_t len)
{
	s->late_at[d] = s->l->side[d].at;
	s->late_len[d] = len;
	s->l->side[d].at += len;
}

static void
tell_late(struct script *s, enum flow_dir d)
{
	const struct flow_mark mark = {0};

	if (s->late_len[d] > 0)
		unwrap_gap(s->l->u, d, s->late_at[d], s->late_len[d], &mark);
	s->late_len[d] = 0;
}

static void
say(struct script *s, const char *word)
{
	enum flow_dir d = prefixed(&word, "s:") ? FLOW_DIR_B : FLOW_DIR_A;
	bool lost = prefixed(&word, "lost:"), head = prefixed(&word, "head:");
	bool tail = prefixed(&word, "tail:"), late = prefixed(&word, "late:");
	struct openvpn_build *b = &s->side[d];
	uint8_t packet[4096], key = b->key_id;

	bool old = prefixed(&word, "old:");
	b->key_id -= old ? 1 : 0;
	b->acks = prefixed(&word, "+") ? 2 : 0;
	size_t len = build(b, d, word, packet);
	b->key_id = old ? key : b->key_id;
	if (late) { /* inside of a packet that is being skipped: head and tail come */
		deliver(s, d, packet, KEEP);
		flush(s, d);
		lose_late(s, d, len - 2 * KEEP);
		deliver(s, d, packet + len - KEEP, KEEP);
		return;
	}
	if (head)
		deliver(s, d, packet, KEEP);
	if (lost || head || tail)
		lose(s, d, lost ? len : len - KEEP);
	if (tail)
		deliver(s, d, packet + len - KEEP, KEEP);
	else if (!lost && !head)
		deliver(s, d, packet, len);
	tell_late(s, d);
}

static struct listen *
run(const char *text, enum cut cut, size_t hmac_len)
{
	struct script *s = calloc(1, sizeof(*s));
	char *words = strdup(text), *save = NULL;

	assert_non_null(s);
	assert_non_null(words);
	s->l = listen_begin();
	s->cut = cut;
	s->side[FLOW_DIR_A] = (struct openvpn_build){
	    .session_id = 0xA1A1A1A1A1A1A1A1, .remote_session_id = 7, .hmac_len = hmac_len};
	s->side[FLOW_DIR_B] = (struct openvpn_build){
	    .session_id = 0xB2B2B2B2B2B2B2B2, .remote_session_id = 9, .hmac_len = hmac_len};
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
		say(s, w);
	flush(s, FLOW_DIR_A);
	flush(s, FLOW_DIR_B);
	listen_end(s->l);
	struct listen *l = s->l;
	free(words);
	free(s);
	return l;
}

static const struct {
	const char *script, *client, *server;
} rows[] = {
    {"reset", "|", ""},
    {"reset 1=hello 2=world", "|helloworld", ""},
    {"reset s:reset ack +1=hel s:ack 2=lo s:1=hi", "|hello", "|hi"},
    {"reset 1=a +2=b s:reset s:1=x s:+2=y", "|ab", "|xy"},
    /* retransmissions, of the reset, too */
    {"reset 1=ab reset 1=ab 2=cd 1=ab 2=cd 3=ef", "|abcdef", ""},
    /* the tunnel's data in between; an empty control packet */
    {"reset 1=ab data1 2=cd data2900 data1 3= 4=ef data2", "|abcdef", ""},
    /* renegotiation: what is still sent under the old key is left out */
    {"reset 1=ab soft 1=cd old:2=xx 2=ef data5 soft 1=gh", "|ab|cdef|gh", ""},
    {"reset 1=a soft soft soft soft soft soft soft soft 1=b", "|a||||||||b", ""},
    {"reset 1=ab again 1=cd", "|ab|cd", ""},
    /* numbers missing: nobody knows how many bytes */
    {"reset 2=cd 3=ef", "|[?]cdef", ""},
    {"reset 1=ab 4=cd", "|ab[?]cd", ""},
    /* a hole that hid no control packet, as the next number shows */
    {"reset 1=ab lost:data9 2=cd data3 lost:ack 3=ef", "|abcdef", ""},
    {"reset 1=ab lost:data9 data700 data10 ack 2=cd", "|abcd", ""},
    /* one that did, or may have */
    {"reset 1=ab lost:2=cd 3=ef", "|ab[?]ef", ""},
    {"reset 1=ab lost:2=cd data20 3=ef 4=gh", "|ab[?]efgh", ""},
    {"reset 1=ab lost:2=cd", "|ab[?]", ""},
    {"reset 1=ab lost:data9", "|ab[?]", ""},
    {"reset 1=ab lost:2=cd soft 1=ef", "|ab[?]|ef", ""},
    {"reset 1=ab lost:soft 1=cd", "|ab[?]|[?]cd", ""},
    {"reset 1=ab lost:soft lost:1=x 2=cd", "|ab[?]|[?]cd", ""},
    /* inside a packet: the rest of a header, the rest of a payload; a beginning */
    {"reset 1=ab head:2=cd 3=ef", "|ab[?]ef", ""},
    {"reset 1=ab head:2=cd", "|ab[?]", ""},
    {"reset 1=ab head:data30 2=cd", "|abcd", ""},
    {"reset 1=ab head:data30", "|ab", ""},
    {"reset 1=ab tail:2=cdefghijklmnopqrst 3=uv", "|ab[?]uv", ""},
    {"reset 1=ab late:data100 2=cd 3=ef", "|abcdef", ""},
    /* no packets any more, until the session id shows one */
    {"reset 1=ab bad 2=cd", "|abcd", ""},
    {"reset 1=ab bad", "|ab[?]", ""},
    {"reset 1=ab bad data200 ack 3=cd", "|ab[?]cd", ""},
    /* no carrier */
    {"1=ab", "", ""},
    {"lost:reset 1=ab", "", ""},
    {"bad reset 1=ab", "", ""},
    /* one direction alone: of the other one anything may have gone by */
    {"reset s:1=xy 1=ab", "|ab", "[?]"},
    {"reset s:lost:reset s:1=xy", "|", "[?]"},
};

static void
test_scripts(void **state)
{
	(void)state;
	static const size_t hmac_lens[] = {0, 20, 64};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t h = 0; h < sizeof(hmac_lens) / sizeof(hmac_lens[0]); h++)
			for (enum cut cut = 0; cut < CUT_COUNT; cut++) {
				struct listen *l = run(rows[i].script, cut, hmac_lens[h]);
				if (strcmp(l->side[FLOW_DIR_A].text, rows[i].client) != 0)
					print_message("row %zu cut %d hmac %zu\n", i, (int)cut,
						      hmac_lens[h]);
				assert_string_equal(l->side[FLOW_DIR_A].text, rows[i].client);
				assert_string_equal(l->side[FLOW_DIR_B].text, rows[i].server);
				listen_free(l);
			}
}

/* A payload cut by a hole of known length, before and after its end. */
static void
test_hole_in_payload(void **state)
{
	(void)state;
	static const struct {
		size_t lost;
		const char *text;
	} cuts[] = {{1, "|abc[1]efghij"},
		    {3, "|abc[3]ghij"},
		    {5, "|abc[5]ij"},
		    {6, "|abc[5][?]j"},
		    {99, "|abc[5][?]"}};

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		const struct openvpn_build b = {.session_id = 0xA1A2A3A4A5A6A7A8};
		uint8_t out[512];
		size_t n =
		    openvpn_build(&b, out, OPENVPN_OP_control_hard_reset_client_v2, 0, "", 0);
		n += openvpn_build(&b, out + n, OPENVPN_OP_control_v1, 1, "abcdefgh", 8);
		size_t hole = n - 5;
		n += openvpn_build(&b, out + n, OPENVPN_OP_control_v1, 2, "i", 1);
		n += openvpn_build(&b, out + n, OPENVPN_OP_control_v1, 3, "j", 1);
		struct listen *l = listen_begin();
		listen_feed(l, FLOW_DIR_A, out, hole, 0);
		listen_lose(l, FLOW_DIR_A, cuts[i].lost);
		if (hole + cuts[i].lost < n)
			listen_feed(l, FLOW_DIR_A, out + hole + cuts[i].lost,
				    n - hole - cuts[i].lost, 0);
		listen_end(l);
		assert_string_equal(l->side[FLOW_DIR_A].text, cuts[i].text);
		listen_free(l);
	}
}

/* After a hole, what looks like a packet is too short for one, and the right one begins within its
 * header: found however the bytes come. */
static void
test_packet_in_false_header(void **state)
{
	(void)state;
	static const size_t most[] = {512, 11, 10, 3, 2, 1};
	const struct openvpn_build b = {.session_id = 0x6162206162206162, .hmac_len = 20};
	uint8_t reset[OPENVPN_BUILD_MAX], after[3 + OPENVPN_BUILD_MAX + 2] = "\x00\x0a\x20";
	size_t reset_len =
	    openvpn_build(&b, reset, OPENVPN_OP_control_hard_reset_client_v2, 0, "", 0);
	size_t len = 3 + openvpn_build(&b, after + 3, OPENVPN_OP_control_v1, 1, "xy", 2);
	memcpy(after + 3, "ab", 2); /* its length, here the beginning of the session id */

	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		struct listen *l = listen_begin();
		listen_feed(l, FLOW_DIR_A, reset, reset_len, 0);
		listen_lose(l, FLOW_DIR_A, 100);
		for (size_t at = 0; at < len; at += most[i])
			listen_feed(l, FLOW_DIR_A, after + at,
				    len - at < most[i] ? len - at : most[i], 0);
		listen_end(l);
		assert_string_equal(l->side[FLOW_DIR_A].text, "|xy");
		listen_free(l);
	}
}

/* The other direction begins with a hole and is of no carrier: what is acknowledged of it stays. */
static void
test_acknowledges_a_hole(void **state)
{
	(void)state;
	enum { LOST = 5 };
	const struct openvpn_build b = {.session_id = 0xB1B2B3B4B5B6B7B8};
	uint8_t out[512];
	size_t n = openvpn_build(&b, out, OPENVPN_OP_control_hard_reset_server_v2, 0, "", 0);
	n += openvpn_build(&b, out + n, OPENVPN_OP_control_v1, 1, "ab", 2);

	struct listen *l = listen_begin();
	listen_lose(l, FLOW_DIR_A, LOST);
	listen_feed(l, FLOW_DIR_B, out, n, 1 + LOST);
	assert_int_equal(l->side[FLOW_DIR_B].ack, 1 + LOST);
	listen_end(l);
	assert_string_equal(l->side[FLOW_DIR_A].text, "[?]");
	assert_string_equal(l->side[FLOW_DIR_B].text, "|ab");
	listen_free(l);
}

static void
test_suspects(void **state)
{
	(void)state;
	static const struct {
		const char *first;
		size_t len;
		bool suspects;
	} begins[] = {
	    {"\x16\x03\x01\x02\x00\x01", 6, false},
	    {"\x15\x03\x03", 3, false},
	    {"\x80\x2e\x01", 3, false},
	    {"GET / HTTP/1.1", 14, false},
	    {"SSH-2.0", 7, false},
	    {"", 0, false},
	    {"\x00", 1, true},
	    {"\x00\x0e", 2, true},
	    {"\x00\x0e\x38", 3, true},
	    {"\x00\x0e\x39\x61\x62", 5, true},
	    {"\x00\x0e\x20", 3, false},
	    {"\x00\xff\x38", 3, false},
	    {"\x00\x0e\x50", 3, false},
	    {"\x00\x00\x00\x10", 4, false},
	};
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		assert_int_equal(unwrap_suspects(bytes_of(begins[i].first, begins[i].len)),
				 begins[i].suspects);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scripts),
	    cmocka_unit_test(test_hole_in_payload),
	    cmocka_unit_test(test_packet_in_false_header),
	    cmocka_unit_test(test_acknowledges_a_hole),
	    cmocka_unit_test(test_suspects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
