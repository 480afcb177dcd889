/*
 * fetches_feed.c - what packets say of fetches: DNS, connections, HTTP. See fetches.h.
 */
#include <string.h>

#include "analyzer/tls/fetches_impl.h"
#include "dissectors/dns/dns.h"
#include "dissectors/http/http.h"

enum { DNS_PORT = 53, OCSP_STATUS_LEN = 5, HTTP_ERRORS = 400 };

/* --- DNS -------------------------------------------------------------------------------------- */

static struct fetch *
find_query(struct fetches_host *h, const struct dns *m)
{
	const struct fetches_fit fit = {.name = m->name};
	struct fetch same;

	if (!fetches_fit(h, &fit, &same))
		return NULL;
	for (unsigned i = 0; i < fetches_kept(h->n_fetches, FETCHES_MAX); i++) {
		struct fetch *x = &h->fetches[i];
		if (x->to.family == 0 && x->id == m->id && (x->urls & same.urls) != 0)
			return x;
	}
	return NULL;
}

static void
learn(struct fetches_host *h, const struct dns *m, const struct dns_answer *a)
{
	struct endpoint addr = {.family = a->type == DNS_TYPE_A ? 4 : 6};

	memcpy(addr.addr, a->data.data, a->data.len);
	for (unsigned i = 0; i < fetches_kept(h->n_targets, FETCHES_URLS_MAX); i++) {
		struct fetches_target *t = &h->targets[i];
		if (strcmp(t->url.host, m->name) == 0 && !fetches_leads_to(t, &addr) &&
		    t->n_addrs < FETCHES_ADDRS_MAX)
			t->addrs[t->n_addrs++] = addr;
	}
}

static void
take_response(struct fetches_host *h, struct cursor *in, const struct dns *m, int64_t now)
{
	struct fetch *x = find_query(h, m);
	struct dns_answer a;
	bool address = false;
	uint16_t n = m->answers;

	while (m->rcode == DNS_NOERROR && dns_answer_next(in, &n, &a)) {
		if (a.type != DNS_TYPE_A && a.type != DNS_TYPE_AAAA)
			continue;
		learn(h, m, &a);
		address = true;
	}
	if (x == NULL || x->end_ns != 0)
		return;
	x->end_ns = now;
	x->state = m->rcode == DNS_NXDOMAIN ? FETCH_NXDOMAIN
		   : address                ? FETCH_RESOLVED
					    : FETCH_DNS_FAILED;
	x->code = m->rcode;
}

void
fetches_dns(struct fetches *f, const struct segment *s)
{
	struct cursor in = cursor_init(s->payload, 0);
	bool query = s->dst.port == DNS_PORT;
	struct fetches_host *h;
	struct dns m;

	if (f->hosts == 0 || (!query && s->src.port != DNS_PORT))
		return;
	h = fetches_host(f, query ? &s->src : &s->dst);
	if (h == NULL || !dns_parse(&in, &m) || m.response == query)
		return;
	if (!query) {
		take_response(h, &in, &m, s->time_ns);
		return;
	}
	struct fetch x = {.state = FETCH_NO_ADDRESS,
			  .mark = {.frame = s->frame, .time_ns = s->time_ns},
			  .id = m.id};
	const struct fetches_fit fit = {.name = m.name};
	if (find_query(h, &m) == NULL && fetches_fit(h, &fit, &x))
		fetches_add(h, &x);
}

/* --- TCP -------------------------------------------------------------------------------------- */

static struct fetch *
find_connection(struct fetches_host *h, const struct flow *flow, enum flow_dir host)
{
	const struct endpoint *to = &flow->from[!host];

	for (unsigned i = 0; i < fetches_kept(h->n_fetches, FETCHES_MAX); i++) {
		struct fetch *x = &h->fetches[i];
		if (x->port == flow->from[host].port && x->to.port == to->port &&
		    fetches_same_address(&x->to, to) && x->mark.frame >= flow->first_frame)
			return x;
	}
	return NULL;
}

static void
take_syn(struct fetches_host *h, const struct flow *flow, enum flow_dir d,
	 const struct flow_mark *mark)
{
	const struct endpoint *to = &flow->from[!d];
	const struct fetches_fit known = {.to = to, .port = to->port}, guess = {.port = to->port};
	struct fetch x = {
	    .state = FETCH_NO_ANSWER, .mark = *mark, .port = flow->from[d].port, .to = *to};

	if (find_connection(h, flow, d) != NULL)
		return; /* once more */
	x.guessed = !fetches_fit(h, &known, &x);
	if (!x.guessed || fetches_fit(h, &guess, &x))
		fetches_add(h, &x);
}

static void
settle(struct fetch *x, enum fetch_state state, unsigned code, int64_t now)
{
	x->state = state;
	x->code = code;
	x->end_ns = now;
}

void
fetches_control(struct fetches *f, const struct flow *flow, enum flow_dir d, uint8_t tcp_flags,
		const struct flow_mark *mark)
{
	bool syn = (tcp_flags & TCP_SYN) != 0, ack = (tcp_flags & TCP_ACK) != 0;
	struct fetches_host *h;
	struct fetch *x;

	if (f->hosts == 0)
		return;
	if (syn && !ack) {
		h = fetches_host(f, &flow->from[d]);
		if (h != NULL)
			take_syn(h, flow, d, mark);
		return;
	}
	h = fetches_host(f, &flow->from[!d]);
	x = h != NULL ? find_connection(h, flow, !d) : NULL;
	if (x == NULL || x->state != FETCH_NO_ANSWER)
		return;
	if (syn)
		settle(x, FETCH_NO_REPLY, 0, 0);
	else if ((tcp_flags & TCP_RST) != 0)
		settle(x, FETCH_REFUSED, 0, mark->time_ns);
}

/* --- HTTP ------------------------------------------------------------------------------------- */

static void
lower(struct bytes text, char *out, size_t size)
{
	size_t n = text.len < size - 1 ? text.len : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] | 0x20
									   : text.data[i]);
	out[n] = '\0';
}

/* The request says what the address could not: whose URL it is, or that it is none of them. */
static void
take_request(const struct fetches_host *h, struct fetch *x, struct bytes data)
{
	struct cursor in = cursor_init(data, 0);
	struct http_request r;
	char name[DNS_NAME_MAX + 1];

	if (!http_request_parse(&in, &r))
		return;
	lower(r.host, name, sizeof(name));
	const struct fetches_fit fit = {.port = x->to.port,
					.name = r.host.len > 0 ? name : NULL,
					.to = r.host.len > 0 ? NULL : &x->to,
					.path = r.target};
	x->guessed = !fetches_fit(h, &fit, x) && x->guessed;
}

/* OCSPResponse with an error is nothing but its status: SEQUENCE { ENUMERATED }. */
static unsigned
ocsp_error(struct bytes data)
{
	static const uint8_t head[] = {0x30, 0x03, 0x0a, 0x01};

	if (data.len < OCSP_STATUS_LEN)
		return 0;
	struct bytes tail = data;
	bytes_take(&tail, data.len - OCSP_STATUS_LEN);
	return memcmp(tail.data, head, sizeof(head)) == 0 ? tail.data[OCSP_STATUS_LEN - 1] : 0;
}

static void
take_reply(struct fetch *x, struct bytes data, int64_t now)
{
	struct cursor in = cursor_init(data, 0);
	unsigned status = http_status_parse(&in), error = ocsp_error(data);

	if (status == 0)
		return;
	if (status >= HTTP_ERRORS)
		settle(x, FETCH_HTTP_ERROR, status, now);
	else if ((x->kinds & FETCH_OCSP) != 0 && error != 0)
		settle(x, FETCH_OCSP_ERROR, error, now);
	else
		settle(x, FETCH_DONE, status, now);
}

void
fetches_data(struct fetches *f, const struct flow *flow, const struct flow_data *d)
{
	struct fetches_host *h;
	struct fetch *x;

	if (f->hosts == 0)
		return;
	h = fetches_host(f, &flow->from[d->dir]);
	x = h != NULL ? find_connection(h, flow, d->dir) : NULL;
	if (x != NULL) {
		take_request(h, x, d->data);
		return;
	}
	h = fetches_host(f, &flow->from[!d->dir]);
	x = h != NULL ? find_connection(h, flow, !d->dir) : NULL;
	if (x != NULL && x->state == FETCH_NO_REPLY)
		take_reply(x, d->data, d->mark.time_ns);
}
