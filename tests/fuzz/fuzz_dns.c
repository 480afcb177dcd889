/*
 * fuzz_dns.c - DNS messages, and the start of HTTP messages.
 */
#include <stdlib.h>

#include "dissectors/dns/dns.h"
#include "dissectors/http/http.h"
#include "tests/fuzz/tls_walk.h"

static void
walk_dns(struct bytes data)
{
	struct cursor in = cursor_init(data, 1000);
	struct dns m;
	struct dns_answer a;

	if (!dns_parse(&in, &m))
		return;
	if (strlen(m.name) > DNS_NAME_MAX)
		abort();
	for (uint16_t n = m.answers; dns_answer_next(&in, &n, &a);)
		walk_view(&in, a.data);
}

static void
walk_http(struct bytes data)
{
	struct cursor in = cursor_init(data, 1000), again = in;
	struct http_request r;
	unsigned status = http_status_parse(&again);

	if (status != 0 && (status < 100 || status > 599))
		abort();
	if (!http_request_parse(&in, &r))
		return;
	walk_view(&in, r.method);
	walk_view(&in, r.target);
	walk_view(&in, r.host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk_dns(bytes_of(data, size));
	walk_http(bytes_of(data, size));
	return 0;
}
