/*
 * fuzz_tls_stream.c - a whole connection of arbitrary bytes: search, framing, session, verdict.
 * The bytes are cut into segments twice, as the input says and into single bytes: what is found out
 * must not depend on it. Input: per piece one byte (bit 7: side, low bits: length), then its bytes.
 */
#include <stdlib.h>

#include "tests/unit/conversation.h"

static void
feed(struct conversation *c, const uint8_t *data, size_t size, size_t most)
{
	while (size > 0) {
		int side = data[0] >> 7;
		size_t len = data[0] & 0x7f;
		data++;
		size--;
		if (len > size)
			len = size;
		for (size_t at = 0; at < len; at += most) {
			size_t n = len - at < most ? len - at : most;
			c->now -= 1000000; /* time must not depend on the cut */
			conversation_segment(c, side, TCP_ACK, data + at, n, true);
		}
		c->now += 1000000;
		data += len;
		size -= len;
	}
}

static struct heard
run(const uint8_t *data, size_t size, size_t most)
{
	struct conversation *c = calloc(1, sizeof(*c));

	if (c == NULL || !tls_run_init(&c->run))
		abort();
	c->seq[CLIENT] = 1000;
	c->now = 1700000000000000000;
	c->wing =
	    (struct tls_wing){.run = &c->run, .sink = {.ctx = c, .session = conversation_hear}};
	struct flow_sink sink = tls_wing_sink(&c->wing);
	c->flows = flow_table_create(&sink);
	if (c->flows == NULL)
		abort();
	conversation_segment(c, CLIENT, TCP_SYN, NULL, 0, true);
	conversation_segment(c, SERVER, TCP_SYN | TCP_ACK, NULL, 0, true);
	feed(c, data, size, most);
	conversation_segment(c, SERVER, TCP_FIN | TCP_ACK, NULL, 0, true);
	flow_finish(c->flows);
	struct heard heard = c->heard;
	flow_table_destroy(c->flows);
	tls_run_finish(&c->run);
	free(c);
	return heard;
}

static int
same(const struct heard *a, const struct heard *b)
{
	const struct outcome_attempt *x = &a->attempt, *y = &b->attempt;

	return a->sessions == b->sessions && a->attempts == b->attempts &&
	       a->verdict == b->verdict && a->foreign[0] == b->foreign[0] &&
	       a->foreign[1] == b->foreign[1] &&
	       x->client_cert_requested == y->client_cert_requested &&
	       x->client_cert == y->client_cert && x->outcome == y->outcome &&
	       x->ended_by == y->ended_by && x->proof == y->proof && x->resumed == y->resumed &&
	       strcmp(a->subject, b->subject) == 0 && strcmp(a->version, b->version) == 0;
}

static void
print(const char *cut, const struct heard *h)
{
	fprintf(stderr, "%s: %u sessions, %zu attempts, %s, foreign %llu and %llu bytes\n", cut,
		h->sessions, h->attempts, verdict_name(h->verdict),
		(unsigned long long)h->foreign[CLIENT], (unsigned long long)h->foreign[SERVER]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard whole, bytes;

	if (size > 4096)
		return 0;
	whole = run(data, size, 127);
	bytes = run(data, size, 1);
	if (!same(&whole, &bytes)) {
		print("whole", &whole);
		print("bytes", &bytes);
		abort();
	}
	return 0;
}
