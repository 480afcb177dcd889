/*
 * damage.c - damaged captures must not contradict whole ones: damage [--limit N] PATH...
 * Every capture is read whole; then every prefix of it, with each packet lost, one in eight lost,
 * neighbours swapped, from each packet on, one direction only, and cut to 96 and 256 bytes. What a
 * damaged one claims of a session (requested, client_cert, outcome) must be what the whole one
 * says, or unknown; where the whole one says nothing, no absence may be claimed. Prints TAP.
 * $MTLSCOPE_CAPTURES may name one more directory; captures of more than PACKETS_MAX packets are
 * left out.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/input/source.h"
#include "analyzer/packet/decode.h"
#include "analyzer/packet/flow.h"
#include "analyzer/tls/tls_stream.h"
#include "analyzer/verdict/judge.h"

enum { PACKETS_MAX = 250, SESSIONS_MAX = 64, TOLD_MAX = 40, PATH_SIZE = 4096, LOSSY_RUNS = 32 };

struct claim {
	enum attempt_kind kind;
	int value[3]; /* requested, client_cert, outcome */
};

struct heard {
	struct outcome_endpoint a, b;
	struct claim claims[8];
	size_t n;
};

struct hearing {
	struct heard session[SESSIONS_MAX];
	size_t n;
};

struct capture {
	struct packet packet[PACKETS_MAX];
	bool reverse[PACKETS_MAX]; /* sent by the greater endpoint */
	size_t n;
};

struct totals {
	unsigned long captures, variants, sessions, known[3], unknown[3], wrong[3], more[3];
	unsigned told;
};

static const char *const fact_names[] = {"requested", "client_cert", "outcome"};
static const int unknown_values[] = {ANSWER_UNKNOWN, CLIENT_CERT_UNKNOWN, REACTION_UNKNOWN};

/* --- one reading ------------------------------------------------------------------------------ */

static void
hear(void *ctx, struct tls_session *s, enum flow_end why)
{
	struct hearing *h = ctx;
	struct outcome o;

	if (!judge_session(s, why, &o))
		abort();
	if (h->n == SESSIONS_MAX)
		return;
	struct heard *to = &h->session[h->n++];
	*to = (struct heard){.a = o.client, .b = o.server};
	for (size_t i = 0; i < o.n_attempts && to->n < 8; i++)
		to->claims[to->n++] = (struct claim){
		    .kind = o.attempts[i].kind,
		    .value = {(int)o.attempts[i].client_cert_requested,
			      (int)o.attempts[i].client_cert, (int)o.attempts[i].outcome}};
}

static struct tls_run run;

static void
listen(struct hearing *h, const struct packet *const *packets, size_t n)
{
	struct tls_wing wing = {.run = &run, .sink = {.ctx = h, .session = hear}};
	struct flow_sink sink = tls_wing_sink(&wing);
	struct flow_table *flows = flow_table_create(&sink);
	struct segment segment;

	h->n = 0;
	for (size_t i = 0; i < n; i++)
		if (decode_packet(packets[i], &segment) == DECODE_SEGMENT &&
		    segment.protocol == PROTOCOL_TCP && !flow_feed_segment(flows, &segment))
			abort();
	flow_finish(flows);
	flow_table_destroy(flows);
	if (wing.failed)
		abort();
}

/* --- comparing -------------------------------------------------------------------------------- */

static bool
same_end(const struct outcome_endpoint *a, const struct outcome_endpoint *b)
{
	return a->port == b->port && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

static bool
same_pair(const struct heard *a, const struct heard *b)
{
	return (same_end(&a->a, &b->a) && same_end(&a->b, &b->b)) ||
	       (same_end(&a->a, &b->b) && same_end(&a->b, &b->a));
}

static bool
without(int fact, int value)
{
	return fact == 1 &&
	       (value == CLIENT_CERT_NONE_SENT || value == CLIENT_CERT_NOT_IN_THIS_HANDSHAKE);
}

/* Does some attempt of that kind, in a session of that pair, say the same; do all say unknown? */
static void
look_up(const struct hearing *whole, const struct heard *session, const struct claim *c, int fact,
	bool *same, bool *open)
{
	*same = false;
	*open = true;
	for (size_t i = 0; i < whole->n; i++)
		for (size_t k = 0; k < whole->session[i].n; k++) {
			const struct claim *w = &whole->session[i].claims[k];
			if (!same_pair(&whole->session[i], session) || w->kind != c->kind)
				continue;
			*same |= w->value[fact] == c->value[fact] ||
				 (without(fact, w->value[fact]) && without(fact, c->value[fact]));
			*open &= w->value[fact] == unknown_values[fact];
		}
}

/* To claim that something was not sent needs proof that a damaged capture rarely has. */
static bool
is_absence(int fact, int value)
{
	static const int absent[] = {ANSWER_NO, CLIENT_CERT_NONE_SENT, REACTION_DROPPED_NO_REPLY};

	return value == absent[fact];
}

static void
compare(struct totals *t, const struct hearing *whole, const struct hearing *damaged,
	const char *path, const char *how, size_t where)
{
	for (size_t i = 0; i < damaged->n; i++)
		for (size_t k = 0; k < damaged->session[i].n; k++)
			for (int fact = 0; fact < 3; fact++) {
				const struct heard *s = &damaged->session[i];
				const struct claim *c = &s->claims[k];
				bool same, open;
				if (c->value[fact] == unknown_values[fact]) {
					t->unknown[fact]++;
					continue;
				}
				t->known[fact]++;
				look_up(whole, s, c, fact, &same, &open);
				if (same || (open && !is_absence(fact, c->value[fact])))
					continue;
				(open ? t->more : t->wrong)[fact]++;
				if (t->told++ < TOLD_MAX)
					printf("# %s: %s %zu: attempt %zu %s is %d, %s\n", path,
					       how, where, k, fact_names[fact], c->value[fact],
					       open ? "the whole says nothing" : "not so whole");
			}
	t->sessions += damaged->n;
	t->variants++;
}

/* --- the damages ------------------------------------------------------------------------------ */

struct damage {
	struct totals *t;
	const struct capture *c;
	const char *path;
	struct hearing whole, damaged;
	const struct packet *list[PACKETS_MAX];
};

static void
try_range(struct damage *d, size_t from, size_t to, const char *how, size_t where)
{
	for (size_t i = from; i < to; i++)
		d->list[i - from] = &d->c->packet[i];
	listen(&d->damaged, d->list, to - from);
	compare(d->t, &d->whole, &d->damaged, d->path, how, where);
}

static void
try_without(struct damage *d, size_t gone)
{
	size_t n = 0;

	for (size_t i = 0; i < d->c->n; i++)
		if (i != gone)
			d->list[n++] = &d->c->packet[i];
	listen(&d->damaged, d->list, n);
	compare(d->t, &d->whole, &d->damaged, d->path, "lost", gone + 1);
}

/* Several at once: one packet in eight, picked by a small generator. */
static void
try_lossy(struct damage *d, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;
	size_t n = 0;

	for (size_t i = 0; i < d->c->n; i++) {
		x = x * 1664525u + 1013904223u;
		if (x >> 29 != 0)
			d->list[n++] = &d->c->packet[i];
	}
	listen(&d->damaged, d->list, n);
	compare(d->t, &d->whole, &d->damaged, d->path, "lossy", seed);
}

static void
try_swapped(struct damage *d, size_t at)
{
	for (size_t i = 0; i < d->c->n; i++)
		d->list[i] = &d->c->packet[i == at ? at + 1 : i == at + 1 ? at : i];
	listen(&d->damaged, d->list, d->c->n);
	compare(d->t, &d->whole, &d->damaged, d->path, "swapped", at + 1);
}

static void
try_direction(struct damage *d, bool reverse)
{
	size_t n = 0;

	for (size_t i = 0; i < d->c->n; i++)
		if (d->c->reverse[i] == reverse)
			d->list[n++] = &d->c->packet[i];
	listen(&d->damaged, d->list, n);
	compare(d->t, &d->whole, &d->damaged, d->path, "direction", reverse);
}

static void
try_snaplen(struct damage *d, size_t snaplen)
{
	static struct packet cut[PACKETS_MAX];

	for (size_t i = 0; i < d->c->n; i++) {
		cut[i] = d->c->packet[i];
		if (cut[i].data.len > snaplen)
			cut[i].data.len = snaplen;
		d->list[i] = &cut[i];
	}
	listen(&d->damaged, d->list, d->c->n);
	compare(d->t, &d->whole, &d->damaged, d->path, "snaplen", snaplen);
}

static void
try_all(struct totals *t, const struct capture *c, const char *path)
{
	static struct damage d;

	d.t = t;
	d.c = c;
	d.path = path;
	for (size_t i = 0; i < c->n; i++)
		d.list[i] = &c->packet[i];
	listen(&d.whole, d.list, c->n);
	if (d.whole.n == 0)
		return;
	t->captures++;
	for (size_t i = 0; i < c->n; i++) {
		try_range(&d, 0, i, "first", i);
		try_range(&d, i, c->n, "from", i + 1);
		try_without(&d, i);
		if (i + 1 < c->n)
			try_swapped(&d, i);
	}
	try_direction(&d, false);
	try_direction(&d, true);
	for (uint32_t seed = 1; seed <= LOSSY_RUNS; seed++)
		try_lossy(&d, seed);
	try_snaplen(&d, 96);
	try_snaplen(&d, 256);
}

/* --- captures --------------------------------------------------------------------------------- */

static bool
is_reverse(const struct packet *p)
{
	struct segment s;

	if (decode_packet(p, &s) != DECODE_SEGMENT)
		return false;
	int order = memcmp(s.src.addr, s.dst.addr, sizeof(s.src.addr));
	return order != 0 ? order > 0 : s.src.port > s.dst.port;
}

/* False: too many packets, or no capture. */
static bool
load(struct capture *c, const char *path)
{
	struct source_why why;
	struct source *s = source_open(path, &why);
	struct packet p;
	struct secret secret;
	enum source_event e = SOURCE_END;

	c->n = 0;
	while (s != NULL && (e = source_next(s, &p, &secret)) == SOURCE_PACKET &&
	       c->n < PACKETS_MAX) {
		uint8_t *copy = malloc(p.data.len + 1);
		if (copy == NULL)
			abort();
		if (p.data.len > 0)
			memcpy(copy, p.data.data, p.data.len);
		p.data.data = copy;
		c->reverse[c->n] = is_reverse(&p);
		c->packet[c->n++] = p;
	}
	if (s != NULL)
		source_close(s);
	return e == SOURCE_END && c->n > 0;
}

static void
take_file(struct totals *t, const char *path)
{
	static struct capture c;

	if (load(&c, path))
		try_all(t, &c, path);
	for (size_t i = 0; i < c.n; i++)
		free((void *)(uintptr_t)c.packet[i].data.data);
}

static void
walk(struct totals *t, const char *path, unsigned long limit)
{
	struct stat st;
	char below[PATH_SIZE];

	if (stat(path, &st) != 0) { /* a test that looked nowhere must not pass */
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	DIR *d = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	if (d == NULL) {
		if (t->captures < limit)
			take_file(t, path);
		return;
	}
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		walk(t, below, limit);
	}
	closedir(d);
}

static unsigned long
report(const struct totals *t)
{
	unsigned long wrong = 0;

	printf("# %lu captures, %lu variants, %lu sessions\n", t->captures, t->variants,
	       t->sessions);
	for (int i = 0; i < 3; i++) {
		printf("# %s: %lu known, %lu unknown, %lu contradict, %lu absent without proof\n",
		       fact_names[i], t->known[i], t->unknown[i], t->wrong[i], t->more[i]);
		wrong += t->wrong[i] + t->more[i];
	}
	printf("%s 1 - damaged captures do not contradict whole ones\n1..1\n",
	       wrong == 0 && t->variants > 0 ? "ok" : "not ok");
	return wrong;
}

int
main(int argc, char **argv)
{
	struct totals t = {0};
	unsigned long limit = (unsigned long)-1;
	const char *more = getenv("MTLSCOPE_CAPTURES");

	if (!tls_run_init(&run))
		return 1;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--limit") == 0 && i + 1 < argc)
			limit = strtoul(argv[++i], NULL, 10);
		else
			walk(&t, argv[i], limit);
	if (more != NULL)
		walk(&t, more, limit);
	tls_run_finish(&run);
	return report(&t) > 0;
}
