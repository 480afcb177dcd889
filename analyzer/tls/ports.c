/*
 * ports.c - the table of server ports, and what a connection without TLS was. See ports.h.
 */
#include "analyzer/tls/ports.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/blocks.h"

enum { PORTS_FIRST = 256 }; /* slots; a power of two, doubled when three quarters are taken */

static const int64_t ns_per_ms = 1000 * 1000;

enum connection {
	CONNECTION_OTHER,
	CONNECTION_REFUSED,   /* RST instead of SYN-ACK */
	CONNECTION_NO_ANSWER, /* SYN again and again */
	CONNECTION_LONE_SYN,  /* ... once: unanswered only if both directions were captured */
	CONNECTION_PLAINTEXT,
};

struct port_key {
	uint64_t addr[2];
	uint64_t port; /* family << 16 | port; 0: an empty slot */
};

struct tls_ports_slot {
	struct port_key key;
	bool tls;  /* TLS was seen there */
	bool both; /* ... with packets of both sides */
	uint64_t refused, no_answer, lone, plaintext;
	uint64_t first_frame, first_lone; /* 0 none */
};

void
tls_ports_clear(struct tls_ports *p)
{
	free(p->slots);
	*p = (struct tls_ports){.key = p->key};
}

/* --- the table -------------------------------------------------------------------------------- */

static struct port_key
key_of(const struct endpoint *e)
{
	struct port_key key = {.port = (uint64_t)e->family << 16 | e->port};

	memcpy(key.addr, e->addr, sizeof(key.addr));
	return key;
}

static size_t
first_slot(const struct hash_key *hash, size_t mask, const struct port_key *key)
{
	return hash_bytes(hash, key, sizeof(*key)) & mask;
}

/* The key's slot, or the empty one where it would be. */
static struct tls_ports_slot *
probe(const struct hash_key *hash, struct tls_ports_slot *slots, size_t mask,
      const struct port_key *key)
{
	size_t i = first_slot(hash, mask, key);

	while (slots[i].key.port != 0 && memcmp(&slots[i].key, key, sizeof(*key)) != 0)
		i = (i + 1) & mask;
	return &slots[i];
}

/* Moves to a table of this size; without those where no TLS was seen when tls_only. */
static bool
rebuild(struct tls_ports *p, size_t size, bool tls_only)
{
	struct tls_ports_slot *slots = calloc(size, sizeof(*slots));
	size_t count = 0;

	if (slots == NULL)
		return false;
	for (size_t i = 0; p->slots != NULL && i <= p->mask; i++) {
		if (p->slots[i].key.port == 0 || (tls_only && !p->slots[i].tls))
			continue;
		*probe(p->key, slots, size - 1, &p->slots[i].key) = p->slots[i];
		count++;
	}
	free(p->slots);
	p->forgot += p->count - count;
	p->slots = slots;
	p->mask = size - 1;
	p->count = count;
	return true;
}

static bool
make_room(struct tls_ports *p)
{
	if (p->slots == NULL)
		return rebuild(p, PORTS_FIRST, false);
	if (p->count >= TLS_PORTS_MAX)
		return rebuild(p, p->mask + 1, true);
	return p->count < (p->mask + 1) / 4 * 3 || rebuild(p, (p->mask + 1) * 2, false);
}

/* *slot is NULL when all are taken by servers with TLS. False: memory is short. */
static bool
find_or_add(struct tls_ports *p, const struct endpoint *e, struct tls_ports_slot **slot)
{
	const struct port_key key = key_of(e);

	if (!make_room(p))
		return false;
	*slot = probe(p->key, p->slots, p->mask, &key);
	if ((*slot)->key.port != 0)
		return true;
	if (p->count >= TLS_PORTS_MAX) {
		p->forgot++;
		*slot = NULL;
		return true;
	}
	(*slot)->key = key;
	p->count++;
	return true;
}

/* --- one connection --------------------------------------------------------------------------- */

static bool
whole(const struct flow_direction *d)
{
	return d->base_known && !d->gap && !d->snaplen && !d->limit && d->missing == 0;
}

/* Who knocked; false when the capture does not show it. */
static bool
find_client(const struct flow *f, enum flow_dir *client)
{
	for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++) {
		if (!f->dir[d].syn || f->dir[d].syn_ack || f->dir[!d].syn)
			continue;
		*client = d;
		return true;
	}
	return false;
}

static enum connection
classify(const struct flow *f, enum flow_dir client, bool foreign)
{
	const struct flow_direction *c = &f->dir[client], *s = &f->dir[!client];
	/* A client that acknowledges, or sends, had its answer, captured or not. */
	bool silent = c->highest <= 1 && c->fin.frame == 0 && s->acked == 0;

	if (s->syn_ack)
		return foreign && whole(c) && whole(s) ? CONNECTION_PLAINTEXT : CONNECTION_OTHER;
	if (!silent || s->highest > 1)
		return CONNECTION_OTHER;
	if (s->rst.frame != 0)
		return c->acked > 0 ? CONNECTION_REFUSED : CONNECTION_OTHER;
	if (s->packets > 0)
		return CONNECTION_OTHER;
	return f->last_ns - f->first_ns >= TLS_PORTS_RETRY_MS * ns_per_ms ? CONNECTION_NO_ANSWER
									  : CONNECTION_LONE_SYN;
}

static void
count(struct tls_ports_slot *slot, enum connection what, uint64_t frame)
{
	uint64_t *first = what == CONNECTION_LONE_SYN ? &slot->first_lone : &slot->first_frame;

	slot->refused += what == CONNECTION_REFUSED;
	slot->no_answer += what == CONNECTION_NO_ANSWER;
	slot->lone += what == CONNECTION_LONE_SYN;
	slot->plaintext += what == CONNECTION_PLAINTEXT;
	if (*first == 0 || frame < *first)
		*first = frame;
}

bool
tls_ports_flow(struct tls_ports *p, const struct flow *f, bool foreign)
{
	struct tls_ports_slot *slot;
	enum flow_dir client;

	if (!find_client(f, &client))
		return true;
	enum connection what = classify(f, client, foreign);
	if (what == CONNECTION_LONE_SYN &&
	    p->end_ns - f->last_ns < TLS_PORTS_SILENCE_MS * ns_per_ms)
		what = CONNECTION_OTHER;
	if (what == CONNECTION_OTHER)
		return true;
	if (!find_or_add(p, &f->from[!client], &slot))
		return false;
	if (slot != NULL)
		count(slot, what, f->first_frame);
	return true;
}

void
tls_ports_expect(const struct tls_ports *p, const struct flow *f, enum flow_dir server)
{
	const struct port_key key = key_of(&f->from[server]);

	if (p->slots != NULL)
		blocks_fetch(&p->slots[first_slot(p->key, p->mask, &key)], sizeof(p->slots[0]));
}

bool
tls_ports_seen(struct tls_ports *p, const struct flow *f, enum flow_dir server)
{
	struct tls_ports_slot *slot;

	if (!find_or_add(p, &f->from[server], &slot))
		return false;
	if (slot != NULL) {
		slot->tls = true;
		slot->both |= f->dir[0].packets > 0 && f->dir[1].packets > 0;
	}
	return true;
}

/* --- what there is to tell -------------------------------------------------------------------- */

static int
by_endpoint(const void *a, const void *b)
{
	const struct outcome_without_tls *x = a, *y = b;
	int order = (int)x->server.family - (int)y->server.family;

	if (order == 0)
		order = memcmp(x->server.addr, y->server.addr, sizeof(x->server.addr));
	return order != 0 ? order : (int)x->server.port - (int)y->server.port;
}

static bool
told(const struct tls_ports_slot *slot, const uint16_t *asked, size_t n_asked)
{
	bool wanted = slot->tls;

	for (size_t i = 0; i < n_asked && !wanted; i++)
		wanted = asked[i] == (uint16_t)slot->key.port;
	return wanted && slot->key.port != 0;
}

static struct outcome_without_tls
row_of(const struct tls_ports_slot *slot)
{
	struct outcome_without_tls row = {
	    .server = {.family = (uint8_t)(slot->key.port >> 16), .port = (uint16_t)slot->key.port},
	    .refused = slot->refused,
	    .no_answer = slot->no_answer,
	    .plaintext = slot->plaintext,
	    .first_frame = slot->first_frame};

	memcpy(row.server.addr, slot->key.addr, sizeof(row.server.addr));
	if (!slot->both || slot->lone == 0)
		return row;
	row.no_answer += slot->lone;
	if (row.first_frame == 0 || slot->first_lone < row.first_frame)
		row.first_frame = slot->first_lone;
	return row;
}

size_t
tls_ports_list(const struct tls_ports *p, const uint16_t *asked, size_t n_asked,
	       struct outcome_without_tls **rows)
{
	struct outcome_without_tls *to = *rows = calloc(p->count + 1, sizeof(*to));
	size_t n = 0;

	if (to == NULL || p->slots == NULL)
		return 0;
	for (size_t i = 0; i <= p->mask; i++) {
		if (!told(&p->slots[i], asked, n_asked))
			continue;
		to[n] = row_of(&p->slots[i]);
		n += to[n].refused + to[n].no_answer + to[n].plaintext > 0;
	}
	if (n > 1)
		qsort(to, n, sizeof(*to), by_endpoint);
	return n;
}
