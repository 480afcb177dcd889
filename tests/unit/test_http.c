/*
 * test_http.c - how HTTP/1 messages begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dissectors/http/http.h"

static const struct {
	const char *text;
	const char *method, *target, *host; /* method NULL: no request */
} requests[] = {
    {"POST / HTTP/1.0\r\nHost: ocsp.example:8080\r\nContent-Length: 70\r\n\r\n0", "POST", "/",
     "ocsp.example"},
    {"GET /ca.crl HTTP/1.1\r\nAccept: */*\r\nhOsT:\t crl.example \r\n\r\n", "GET", "/ca.crl",
     "crl.example"},
    {"GET /ca.crl HTTP/1.1\n\nHost: body.example\n", "GET", "/ca.crl", ""},
    {"GET /ca.crl HTTP/1.1\r\nHost: crl.exa", "GET", "/ca.crl", "crl.exa"},
    {"GET http://a.example/b HTTP/1.1\r\nHost:\r\n\r\n", "GET", "http://a.example/b", ""},
    {"GET /ca.crl HTTP/1.1", "GET", "/ca.crl", ""},
    {"GET /ca.crl HTTP/2.0\r\n", NULL, NULL, NULL},
    {"GET /ca.crl\r\n", NULL, NULL, NULL},
    {" / HTTP/1.1\r\n", NULL, NULL, NULL},
    {"AVERYLONGMETHODNAME / HTTP/1.1\r\n", NULL, NULL, NULL},
    {"EHLO mail.example\r\n", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};

static void
expect(struct bytes have, const char *want)
{
	assert_int_equal(have.len, strlen(want));
	if (have.len > 0)
		assert_memory_equal(have.data, want, have.len);
}

static void
test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct cursor in =
		    cursor_init(bytes_of(requests[i].text, strlen(requests[i].text)), 0);
		struct http_request r;
		bool good = http_request_parse(&in, &r);
		if (good != (requests[i].method != NULL))
			fail_msg("%s", requests[i].text);
		if (!good)
			continue;
		expect(r.method, requests[i].method);
		expect(r.target, requests[i].target);
		expect(r.host, requests[i].host);
	}
}

static const struct {
	const char *text;
	unsigned status;
} replies[] = {
    {"HTTP/1.1 200 OK\r\n", 200},
    {"HTTP/1.0 503 Service Unavailable\r\n", 503},
    {"HTTP/1.1 404", 404},
    {"HTTP/1.1 40", 0},
    {"HTTP/1.1 4x4 no\r\n", 0},
    {"HTTP/1.1 999 no\r\n", 0},
    {"HTTP/1.1 099 no\r\n", 0},
    {"HTTP/2.0 200 OK\r\n", 0},
    {"HTTP/1.10 200 OK\r\n", 0},
    {"220 mail.example\r\n", 0},
    {"", 0},
};

static void
test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct cursor in =
		    cursor_init(bytes_of(replies[i].text, strlen(replies[i].text)), 0);
		assert_int_equal(http_status_parse(&in), replies[i].status);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
