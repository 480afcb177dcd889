/*
 * fuzz_fetches.c - URLs of a certificate, then packets: [what][length][bytes] each.
 */
#include <stdlib.h>
#include <string.h>

#include "analyzer/tls/fetches.h"

enum { URLS = 64 };

static void
feed(struct fetches *f, struct flow *flow, uint8_t what, struct bytes data, uint64_t n)
{
	const struct flow_mark mark = {.frame = n, .time_ns = (int64_t)n};
	struct segment s = {.src = flow->from[what & 1],
			    .dst = flow->from[!(what & 1)],
			    .payload = data,
			    .frame = n,
			    .time_ns = (int64_t)n};
	struct flow_data view = {
	    .dir = (enum flow_dir)(what & 1), .at = 1, .data = data, .mark = mark};

	flow->from[0].port = (uint16_t)(40000 + (what >> 6));
	switch (what >> 1 & 3) {
	case 0:
		s.src.port = (what & 1) != 0 ? 53 : 5000;
		s.dst.port = (what & 1) != 0 ? 5000 : 53;
		fetches_dns(f, &s);
		break;
	case 1:
		fetches_control(f, flow, view.dir, data.len > 0 ? data.data[0] : TCP_SYN, &mark);
		break;
	default:
		fetches_data(f, flow, &view);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = {{1, 2, 3, 4}};
	struct fetches f = {.key = &key};
	struct flow flow = {.from = {{.addr = {192, 0, 2, 1}, .family = 4, .port = 40000},
				     {.addr = {192, 0, 2, 7}, .family = 4, .port = 80}}};
	char urls[URLS + 24] = "http://ocsp.example/ ";
	size_t at = size < URLS ? size : URLS, used = strlen(urls);
	uint64_t n = 0;

	for (size_t i = 0; i < at && data[i] != 0; i++)
		urls[used++] = (char)data[i];
	if (!fetches_watch(&f, &flow.from[0], FETCH_OCSP, urls) ||
	    !fetches_watch(&f, &flow.from[0], FETCH_CRL, "http://192.0.2.7/ca.crl"))
		abort();
	while (at + 2 <= size) {
		uint8_t what = data[at], len = data[at + 1];
		at += 2;
		size_t have = size - at < len ? size - at : len;
		feed(&f, &flow, what, bytes_of(data + at, have), ++n);
		at += have;
	}
	struct fetches_found found =
	    fetches_find(&f, &flow.from[0], FETCH_OCSP, urls, 0, (int64_t)n);
	if (found.failed.kinds != 0 &&
	    (found.failed.name == NULL || found.failed.urls == 0 || found.failed.mark.frame > n))
		abort();
	fetches_clear(&f);
	return 0;
}
