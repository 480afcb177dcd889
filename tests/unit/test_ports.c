/*
 * test_ports.c - what counts as a connection without TLS, and what may be the capture's fault.
 * A script is segments, separated by spaces: who ("c" or "s"), ":", what. S SYN, SA SYN-ACK, A ACK,
 * R RST, RA RST with ACK, F FIN; "hi" text; TLS bytes that begin a record but no hello. A number in
 * front is how many ms pass before it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analyzer/packet/flow.h"
#include "analyzer/tls/run.h"
#include "analyzer/tls/tls_stream.h"

enum { CLIENT, SERVER, PORT = 8883 };

struct world {
	struct tls_run run;
	struct tls_wing wing;
	struct flow_table *flows;
	uint32_t seq[2];
	uint64_t frame;
	int64_t now;
	uint16_t client_port;
};

static void
on_session(void *ctx, struct tls_session *s, enum flow_end why)
{
	(void)ctx;
	(void)s;
	(void)why;
}

static void
world_begin(struct world *w)
{
	*w = (struct world){.now = 1, .client_port = 40000};
	assert_true(tls_run_init(&w->run));
	w->wing = (struct tls_wing){.run = &w->run, .sink = {.session = on_session}};
	struct flow_sink sink = tls_wing_sink(&w->wing);
	w->flows = flow_table_create(&sink);
	assert_non_null(w->flows);
}

/* The capture goes on for so many ms after the last packet. */
static void
world_end(struct world *w, int64_t after_ms)
{
	w->run.ports.end_ns = w->now + after_ms * 1000000;
	flow_finish(w->flows);
	assert_false(w->wing.failed);
	flow_table_destroy(w->flows);
}

static void
segment(struct world *w, int side, uint8_t flags, const char *data, size_t len, size_t captured)
{
	const struct endpoint ends[2] = {
	    {.addr = {10, 0, 0, 2}, .port = w->client_port, .family = 4},
	    {.addr = {10, 0, 0, 1}, .port = PORT, .family = 4}};
	bool syn = (flags & TCP_SYN) != 0;
	struct segment s = {.src = ends[side],
			    .dst = ends[!side],
			    .protocol = PROTOCOL_TCP,
			    .tcp_flags = flags,
			    .ttl = 64,
			    .seq = syn ? 1000 : w->seq[side],
			    .ack = (flags & TCP_ACK) != 0 ? w->seq[!side] : 0,
			    .payload = bytes_of(data, captured),
			    .payload_len = (uint32_t)len,
			    .frame = ++w->frame,
			    .time_ns = w->now};

	if (syn)
		w->seq[side] = 1001;
	w->seq[side] += (uint32_t)len + ((flags & TCP_FIN) != 0 ? 1 : 0);
	assert_true(flow_feed_segment(w->flows, &s));
}

static void
word(struct world *w, const char *what, int side)
{
	static const struct {
		const char *word, *data;
		uint8_t flags;
		size_t len, captured;
	} words[] = {
	    {"S", "", TCP_SYN, 0, 0},
	    {"SA", "", TCP_SYN | TCP_ACK, 0, 0},
	    {"A", "", TCP_ACK, 0, 0},
	    {"R", "", TCP_RST, 0, 0},
	    {"RA", "", TCP_RST | TCP_ACK, 0, 0},
	    {"F", "", TCP_FIN | TCP_ACK, 0, 0},
	    {"hi", "GET / HTTP/1.0\r\n\r\n", TCP_ACK | TCP_PSH, 18, 18},
	    {"cut", "GET / HTTP/1.0\r\n\r\n", TCP_ACK | TCP_PSH, 18, 4},
	    {"TLS", "\x17\x03\x03\x00\x10................", TCP_ACK, 21, 21},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, what) == 0) {
			segment(w, side, words[i].flags, words[i].data, words[i].len,
				words[i].captured);
			return;
		}
	if (strcmp(what, "lost") == 0) /* 10 bytes that the capture lacks */
		w->seq[side] += 10;
	else
		fail_msg("no such word: %s", what);
}

static void
play(struct world *w, const char *script)
{
	char copy[200];

	strcpy(copy, script);
	for (char *p = strtok(copy, " "); p != NULL; p = strtok(NULL, " ")) {
		w->now += (int64_t)strtol(p, &p, 10) * 1000000 + 1000;
		word(w, p + 2, *p == 's' ? SERVER : CLIENT);
	}
	w->seq[CLIENT] = w->seq[SERVER] = 0;
	w->client_port++;
}

static const struct {
	const char *script;
	int64_t after_ms;
	uint64_t refused, no_answer, plaintext;
} rows[] = {
    {"c:S s:RA", 0, 1, 0, 0},
    {"c:S 1000c:S s:RA", 0, 1, 0, 0},
    {"c:S 1000c:S 2000c:S", 0, 0, 1, 0},
    {"c:S 1c:S", 0, 0, 0, 0},        /* one SYN seen twice, as with -i any */
    {"c:S", 100, 0, 0, 0},           /* the capture may have ended too early */
    {"c:S", 10000, 0, 0, 0},         /* ... or sees one direction only: see both_directions() */
    {"c:S 1000c:S c:A", 0, 0, 0, 0}, /* it acknowledges: there was an answer */
    {"c:S c:hi", 0, 0, 0, 0},
    {"c:S s:SA c:A c:F s:F", 0, 0, 0, 0},
    {"c:S s:SA s:RA", 0, 0, 0, 0},
    {"c:S s:R", 0, 0, 0, 0},  /* acknowledges nothing: whose is it? */
    {"s:RA", 0, 0, 0, 0},     /* the SYN is missing */
    {"c:A s:RA", 0, 0, 0, 0}, /* ditto */
    {"c:S s:SA c:A c:hi s:hi c:F s:F", 0, 0, 0, 1},
    {"c:S s:SA c:A s:hi", 0, 0, 0, 1},
    {"c:S s:SA c:A c:hi", 0, 0, 0, 1},
    {"c:S s:SA c:A c:TLS", 0, 0, 0, 0}, /* TLS, whatever became of its hello */
    {"c:S s:SA c:A s:hi c:TLS", 0, 0, 0, 0},
    {"c:S s:SA c:A c:lost c:hi s:A", 0, 0, 0, 0}, /* the hello may have been lost */
    {"c:S s:SA c:A c:cut", 0, 0, 0, 0},
    {"c:A c:hi s:hi", 0, 0, 0, 0}, /* begins in the middle */
    {"c:S c:A c:hi", 0, 0, 0, 0},  /* one direction */
};

static struct outcome_without_tls
only_row(struct world *w)
{
	const uint16_t asked = PORT;
	struct outcome_without_tls *list, row = {0};
	size_t n = tls_ports_list(&w->run.ports, &asked, 1, &list);

	assert_non_null(list);
	assert_in_range(n, 0, 1);
	if (n == 1)
		row = list[0];
	free(list);
	return row;
}

static void
test_connections(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		world_begin(&w);
		play(&w, rows[i].script);
		world_end(&w, rows[i].after_ms);
		struct outcome_without_tls got = only_row(&w);
		if (got.refused != rows[i].refused || got.no_answer != rows[i].no_answer ||
		    got.plaintext != rows[i].plaintext)
			fail_msg("%s: refused %d, no_answer %d, plaintext %d", rows[i].script,
				 (int)got.refused, (int)got.no_answer, (int)got.plaintext);
		tls_run_finish(&w.run);
	}
}

/* Told where TLS was seen or the port was asked for, with the first frame of what counts. */
static void
test_which_ports(void **state)
{
	struct outcome_without_tls *list;
	struct world w;

	(void)state;
	world_begin(&w);
	play(&w, "c:S s:SA c:A c:F s:F"); /* frames 1 to 5 */
	play(&w, "c:S s:RA");
	play(&w, "c:S s:SA c:A s:hi");
	world_end(&w, 0);
	assert_int_equal(tls_ports_list(&w.run.ports, NULL, 0, &list), 0);
	free(list);
	assert_int_equal(only_row(&w).first_frame, 6);
	assert_int_equal(only_row(&w).plaintext, 1);
	assert_int_equal(only_row(&w).server.port, PORT);

	struct flow f = {.from = {{.addr = {10, 0, 0, 2}, .port = 1, .family = 4},
				  {.addr = {10, 0, 0, 1}, .port = PORT, .family = 4}}};
	assert_true(tls_ports_seen(&w.run.ports, &f, FLOW_DIR_B));
	assert_int_equal(tls_ports_list(&w.run.ports, NULL, 0, &list), 1);
	assert_int_equal(list[0].refused, 1);
	free(list);
	tls_run_finish(&w.run);
}

/* A SYN alone says something only where both directions are known to be captured, and time was. */
static void
test_both_directions(void **state)
{
	static const struct {
		uint64_t server_packets;
		int64_t after_ms;
		uint64_t no_answer;
	} lone[] = {{5, 10000, 1}, {0, 10000, 0}, {5, 100, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++) {
		struct world w;
		struct flow f = {.from = {{.addr = {10, 0, 0, 2}, .port = 1, .family = 4},
					  {.addr = {10, 0, 0, 1}, .port = PORT, .family = 4}}};
		f.dir[FLOW_DIR_A].packets = 5;
		f.dir[FLOW_DIR_B].packets = lone[i].server_packets;
		world_begin(&w);
		assert_true(tls_ports_seen(&w.run.ports, &f, FLOW_DIR_B));
		play(&w, "c:S");
		world_end(&w, lone[i].after_ms);
		assert_int_equal(only_row(&w).no_answer, lone[i].no_answer);
		tls_run_finish(&w.run);
	}
}

/* A scan of everything is forgotten, servers with TLS are not. */
static void
test_limit(void **state)
{
	struct tls_ports p = {0};
	struct hash_key key;
	struct flow f = {.from = {{.addr = {10, 0, 0, 2}, .port = 1, .family = 4}, {.family = 4}}};
	struct outcome_without_tls *list;

	(void)state;
	assert_true(hash_key_init(&key));
	p.key = &key;
	f.dir[FLOW_DIR_A] = (struct flow_direction){.syn = true, .acked = 1, .packets = 1};
	f.dir[FLOW_DIR_B] = (struct flow_direction){.rst = {.frame = 2}, .packets = 1};
	for (unsigned i = 0; i < 3 * TLS_PORTS_MAX; i++) {
		f.first_frame = i + 1;
		f.from[FLOW_DIR_B].port = (uint16_t)i;
		f.from[FLOW_DIR_B].addr[0] = (uint8_t)(i >> 16);
		assert_true(tls_ports_flow(&p, &f, false));
		if (i == 7)
			assert_true(tls_ports_seen(&p, &f, FLOW_DIR_B));
		assert_in_range(p.count, 1, TLS_PORTS_MAX);
	}
	assert_true(p.forgot > TLS_PORTS_MAX);
	assert_int_equal(tls_ports_list(&p, NULL, 0, &list), 1);
	assert_int_equal(list[0].first_frame, 8);
	free(list);
	tls_ports_clear(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_connections),
	    cmocka_unit_test(test_which_ports),
	    cmocka_unit_test(test_both_directions),
	    cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
