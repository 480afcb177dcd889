/*
 * test_fetches.c - what is seen of a host's OCSP and CRL fetches.
 * A script is words, one packet each, one second apart: dns (query), nx, servfail, none, addr
 * (responses); syn, synack, rst; post, crl, other (requests), ok, 503, later (replies). "|" is the
 * moment up to which is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "analyzer/tls/fetches.h"
#include "analyzer/tls/fetches_url.h"

#define OCSP_URL "http://OCSP.example/check"
#define CRL_URL  "http://ocsp.example/ca.crl"
static const int64_t second = 1000 * 1000 * 1000;
static const struct endpoint server = {.addr = {192, 0, 2, 1}, .family = 4, .port = 8883};
static const struct endpoint responder = {.addr = {192, 0, 2, 7}, .family = 4, .port = 80};
static const struct endpoint resolver = {.addr = {192, 0, 2, 53}, .family = 4, .port = 53};

struct world {
	struct hash_key key;
	struct fetches f;
	struct flow flow;
	uint64_t frame;
	int64_t now, asked;
};

static void
world_begin(struct world *w, const char *ocsp, const char *crl)
{
	*w = (struct world){.now = second, .flow = {.from = {server, responder}, .first_frame = 1}};
	assert_true(hash_key_init(&w->key));
	w->f.key = &w->key;
	w->flow.from[0].port = 40000;
	assert_true(fetches_watch(&w->f, &server, FETCH_OCSP, ocsp));
	assert_true(fetches_watch(&w->f, &server, FETCH_CRL, crl));
}

static void
dns(struct world *w, bool query, uint8_t flags, const char *answer, size_t len)
{
	uint8_t data[200] = {0x12, 0x34, query ? 1 : 0x81, flags, 0, 1, 0, len > 0};
	static const char question[] = "\4ocsp\7example\0\0\1\0\1";
	struct segment s = {.src = query ? server : resolver,
			    .dst = query ? resolver : server,
			    .frame = w->frame,
			    .time_ns = w->now};

	s.src.port = query ? 5000 : 53;
	s.dst.port = query ? 53 : 5000;
	memcpy(data + 12, question, sizeof(question) - 1);
	if (len > 0)
		memcpy(data + 12 + sizeof(question) - 1, answer, len);
	s.payload = bytes_of(data, 12 + sizeof(question) - 1 + len);
	fetches_dns(&w->f, &s);
}

static void
control(struct world *w, enum flow_dir d, uint8_t flags)
{
	const struct flow_mark mark = {.frame = w->frame, .time_ns = w->now};

	fetches_control(&w->f, &w->flow, d, flags, &mark);
}

static void
data(struct world *w, enum flow_dir d, const char *text, size_t len)
{
	const struct flow_data view = {.dir = d,
				       .at = 1,
				       .data = bytes_of(text, len),
				       .mark = {.frame = w->frame, .time_ns = w->now}};

	fetches_data(&w->f, &w->flow, &view);
}

#define TEXT(d, text) data(w, d, text, sizeof(text) - 1)

static void
word(struct world *w, const char *what)
{
	static const char address[] = "\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc0\0\2\7";

	w->frame++;
	w->now += second;
	if (strcmp(what, "dns") == 0)
		dns(w, true, 0, NULL, 0);
	else if (strcmp(what, "nx") == 0)
		dns(w, false, 0x83, NULL, 0);
	else if (strcmp(what, "servfail") == 0)
		dns(w, false, 0x82, NULL, 0);
	else if (strcmp(what, "none") == 0)
		dns(w, false, 0x80, NULL, 0);
	else if (strcmp(what, "addr") == 0)
		dns(w, false, 0x80, address, sizeof(address) - 1);
	else if (strcmp(what, "syn") == 0)
		control(w, FLOW_DIR_A, TCP_SYN);
	else if (strcmp(what, "synack") == 0)
		control(w, FLOW_DIR_B, TCP_SYN | TCP_ACK);
	else if (strcmp(what, "rst") == 0)
		control(w, FLOW_DIR_B, TCP_RST | TCP_ACK);
	else if (strcmp(what, "post") == 0)
		TEXT(FLOW_DIR_A, "POST /check HTTP/1.0\r\nHost: ocsp.example\r\n\r\n");
	else if (strcmp(what, "crl") == 0)
		TEXT(FLOW_DIR_A, "GET /ca.crl HTTP/1.0\r\nHost: ocsp.example\r\n\r\n");
	else if (strcmp(what, "other") == 0)
		TEXT(FLOW_DIR_A, "GET / HTTP/1.0\r\nHost: other.example\r\n\r\n");
	else if (strcmp(what, "ok") == 0)
		TEXT(FLOW_DIR_B, "HTTP/1.0 200 OK\r\n\r\n\x30\x03\x0a\x01\x00");
	else if (strcmp(what, "503") == 0)
		TEXT(FLOW_DIR_B, "HTTP/1.0 503 no\r\n\r\n");
	else if (strcmp(what, "later") == 0)
		TEXT(FLOW_DIR_B, "HTTP/1.0 200 OK\r\n\r\n\x30\x03\x0a\x01\x03");
	else if (strcmp(what, "|") == 0)
		w->asked = w->now;
	else
		fail_msg("no such word: %s", what);
}

static void
play(struct world *w, const char *script)
{
	char copy[100];

	strcpy(copy, script);
	for (char *p = strtok(copy, " "); p != NULL; p = strtok(NULL, " "))
		word(w, p);
	if (w->asked == 0)
		w->asked = w->now;
}

enum { NOTHING = -1 };
static const struct {
	const char *script;
	int ocsp; /* enum fetch_state, or NOTHING */
	unsigned code;
	bool guessed, done;
	int crl;
} rows[] = {
    {"", NOTHING, 0, false, false, NOTHING},
    {"dns", FETCH_NO_ADDRESS, 0, false, false, FETCH_NO_ADDRESS},
    {"dns dns", FETCH_NO_ADDRESS, 0, false, false, FETCH_NO_ADDRESS},
    {"dns nx", FETCH_NXDOMAIN, 3, false, false, FETCH_NXDOMAIN},
    {"dns servfail", FETCH_DNS_FAILED, 2, false, false, FETCH_DNS_FAILED},
    {"dns none", FETCH_DNS_FAILED, 0, false, false, FETCH_DNS_FAILED},
    {"dns addr", NOTHING, 0, false, false, NOTHING},
    {"dns | addr", FETCH_NO_ADDRESS, 0, false, false, FETCH_NO_ADDRESS},
    {"dns addr syn", FETCH_NO_ANSWER, 0, false, false, FETCH_NO_ANSWER},
    {"dns addr syn syn syn", FETCH_NO_ANSWER, 0, false, false, FETCH_NO_ANSWER},
    {"dns addr syn rst", FETCH_REFUSED, 0, false, false, FETCH_REFUSED},
    {"dns addr syn | rst", FETCH_NO_ANSWER, 0, false, false, FETCH_NO_ANSWER},
    {"dns addr syn synack", FETCH_NO_REPLY, 0, false, false, FETCH_NO_REPLY},
    {"dns addr syn synack post", FETCH_NO_REPLY, 0, false, false, NOTHING},
    {"dns addr syn synack crl", NOTHING, 0, false, false, FETCH_NO_REPLY},
    {"dns addr syn synack post ok", NOTHING, 0, false, true, NOTHING},
    {"dns addr syn synack post | ok", FETCH_NO_REPLY, 0, false, false, NOTHING},
    {"dns addr syn synack post 503", FETCH_HTTP_ERROR, 503, false, false, NOTHING},
    {"dns addr syn synack post later", FETCH_OCSP_ERROR, 3, false, false, NOTHING},
    {"dns addr syn synack crl 503", NOTHING, 0, false, false, FETCH_HTTP_ERROR},
    {"dns addr syn synack other 503", NOTHING, 0, false, false, NOTHING},
    /* the name was known before: an address nobody named */
    {"syn", FETCH_NO_ANSWER, 0, true, false, FETCH_NO_ANSWER},
    {"syn rst", FETCH_REFUSED, 0, true, false, FETCH_REFUSED},
    {"syn synack post", FETCH_NO_REPLY, 0, false, false, NOTHING},
    {"syn synack post ok", NOTHING, 0, false, true, NOTHING},
    {"syn synack other", NOTHING, 0, false, false, NOTHING},
    {"nx", NOTHING, 0, false, false, NOTHING},
    {"synack post ok", NOTHING, 0, false, false, NOTHING},
};

static void
test_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		world_begin(&w, OCSP_URL, CRL_URL);
		play(&w, rows[i].script);
		struct fetches_found o =
		    fetches_find(&w.f, &server, FETCH_OCSP, OCSP_URL, 0, w.asked);
		struct fetches_found c =
		    fetches_find(&w.f, &server, FETCH_CRL, CRL_URL, 0, w.asked);
		int ocsp = o.failed.kinds != 0 ? (int)o.failed.state : NOTHING;
		int crl = c.failed.kinds != 0 ? (int)c.failed.state : NOTHING;
		if (ocsp != rows[i].ocsp || crl != rows[i].crl || o.done != rows[i].done ||
		    o.failed.code != rows[i].code || o.failed.guessed != rows[i].guessed)
			fail_msg("%s: ocsp %d code %u guessed %d done %d, crl %d", rows[i].script,
				 ocsp, o.failed.code, o.failed.guessed, o.done, crl);
		if (ocsp != NOTHING)
			assert_string_equal(o.failed.name, "ocsp.example");
		fetches_clear(&w.f);
	}
}

/* Only this host's, only these URLs', only in this span of time. */
static void
test_whose(void **state)
{
	struct endpoint other = server;
	struct world w;

	(void)state;
	other.addr[3] = 2;
	world_begin(&w, OCSP_URL " ldap://x/y http://second.example:8080/ http://192.0.2.7/o",
		    NULL);
	play(&w, "dns nx");
	assert_int_equal(fetches_find(&w.f, &server, FETCH_OCSP, OCSP_URL, 0, w.now).failed.state,
			 FETCH_NXDOMAIN);
	assert_int_equal(fetches_find(&w.f, &other, FETCH_OCSP, OCSP_URL, 0, w.now).failed.kinds,
			 0);
	assert_int_equal(fetches_find(&w.f, &server, FETCH_CRL, OCSP_URL, 0, w.now).failed.kinds,
			 0);
	assert_int_equal(
	    fetches_find(&w.f, &server, FETCH_OCSP, "http://second.example:8080/", 0, w.now)
		.failed.kinds,
	    0);
	assert_int_equal(
	    fetches_find(&w.f, &server, FETCH_OCSP, OCSP_URL, w.now, w.now).failed.kinds, 0);
	assert_int_equal(fetches_find(&w.f, &server, FETCH_OCSP, OCSP_URL, 0, second).failed.kinds,
			 0);
	/* an address in the URL needs no DNS */
	play(&w, "syn");
	struct fetches_found found =
	    fetches_find(&w.f, &server, FETCH_OCSP, "http://192.0.2.7/o", 0, w.now);
	assert_int_equal(found.failed.state, FETCH_NO_ANSWER);
	assert_false(found.failed.guessed);
	fetches_clear(&w.f);
	assert_int_equal(fetches_find(&w.f, &server, FETCH_OCSP, OCSP_URL, 0, w.now).failed.kinds,
			 0);
}

static void
test_limits(void **state)
{
	struct endpoint host = server;
	struct world w;
	char url[64];

	(void)state;
	world_begin(&w, NULL, NULL);
	play(&w, "dns syn"); /* nobody is watched */
	assert_null(w.f.slots);
	for (unsigned i = 0; i < 2 * FETCHES_HOSTS_MAX; i++) {
		host.addr[1] = (uint8_t)(i >> 8);
		host.addr[2] = (uint8_t)i;
		assert_true(fetches_watch(&w.f, &host, FETCH_OCSP, OCSP_URL));
	}
	assert_int_equal(w.f.hosts, FETCHES_HOSTS_MAX);
	fetches_clear(&w.f);
	for (unsigned i = 0; i < 3 * FETCHES_URLS_MAX; i++) {
		strcpy(url, "http://a.example/");
		url[7] = (char)('a' + i);
		assert_true(fetches_watch(&w.f, &server, FETCH_OCSP, url));
	}
	size_t used = w.f.arena.used; /* of one host, whatever it is shown */
	for (unsigned i = 0; i < 3 * FETCHES_MAX; i++) {
		w.flow.from[0].port++;
		word(&w, "syn");
	}
	assert_true(fetches_find(&w.f, &server, FETCH_OCSP, url, 0, w.now).failed.guessed);
	assert_int_equal(
	    fetches_find(&w.f, &server, FETCH_OCSP, "http://a.example/", 0, w.now).failed.kinds, 0);
	assert_int_equal(w.f.arena.used, used);
	fetches_clear(&w.f);
}

static const struct {
	const char *text, *host, *path; /* host NULL: none of ours */
	uint16_t port;
} urls[] = {
    {"http://OCSP.Example", "ocsp.example", "/", 80},
    {"HTTP://a:8080/x/y?z", "a", "/x/y?z", 8080},
    {"http://user@a:81/", "a", "/", 81},
    {"http://[2001:DB8::1]:82/p", "2001:db8::1", "/p", 82},
    {"http://[2001:db8::1]", "2001:db8::1", "/", 80},
    {"http://a:/", "a", "/", 80},
    {"http://a:99999/", NULL, NULL, 0},
    {"http://a:8x/", NULL, NULL, 0},
    {"http:///path", NULL, NULL, 0},
    {"https://a/", NULL, NULL, 0},
    {"ldap://a/", NULL, NULL, 0},
    {"http://", NULL, NULL, 0},
    {"h", NULL, NULL, 0},
};

static void
test_urls(void **state)
{
	struct fetches_url url;
	struct endpoint e;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		bool good = fetches_url_parse(bytes_of(urls[i].text, strlen(urls[i].text)), &url);
		if (good != (urls[i].host != NULL))
			fail_msg("%s", urls[i].text);
		if (!good)
			continue;
		assert_string_equal(url.host, urls[i].host);
		assert_string_equal(url.path_at > 0 ? url.text + url.path_at : "/", urls[i].path);
		assert_int_equal(url.port, urls[i].port);
	}
	static const struct {
		const char *host;
		bool good;
	} hosts[] = {{"192.0.2.7", true},     {"0.0.0.0", true},
		     {"192.0.2", false},      {"192.0.2.256", false},
		     {"192.0.2.7.", false},   {"1.2.3.4a", false},
		     {"ocsp.example", false}, {"", false}};
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		strcpy(url.host, hosts[i].host);
		assert_int_equal(fetches_url_address(&url, &e), hosts[i].good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_scripts),
	    cmocka_unit_test(test_whose),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
