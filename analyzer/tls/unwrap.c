/*
 * unwrap.c - which carrier a direction is of, and the offsets of the TLS stream. See unwrap.h.
 */
#include "analyzer/tls/unwrap.h"

#include <stdlib.h>
#include <string.h>

enum wrapped {
	WRAPPED_UNKNOWN, /* only a beginning was seen, or nothing */
	WRAPPED_NOT,
	WRAPPED_BY, /* side.carrier */
};

/* Bytes that follow each other in both streams. */
struct chunk {
	uint64_t raw, tls, len;
};

struct side {
	enum wrapped wrapped;
	const struct carrier *carrier;
	void *state;
	uint8_t prefix[UNWRAP_PREFIX_MAX];
	size_t prefix_len;
	uint64_t next;        /* offset of the next TLS byte */
	uint64_t acked;       /* TLS offset last found acknowledged */
	uint64_t chunk_count; /* ever */
	struct chunk chunks[UNWRAP_CHUNKS];
};

struct unwrap {
	const struct flow *flow;
	struct unwrap_sink sink;
	struct side side[FLOW_DIR_COUNT];
	bool failed;
};

/* --- recognition ----------------------------------------------------------------------------- */

static const struct carrier *const carriers[] = {
#define CARRIER(name, text) &carrier_##name,
#include "analyzer/tls/carriers.def"
#undef CARRIER
};

enum { CARRIER_COUNT = sizeof(carriers) / sizeof(carriers[0]) };

static enum unwrap_fit
probe_all(struct bytes first, const struct carrier **found)
{
	enum unwrap_fit best = UNWRAP_NO;

	for (size_t i = 0; i < CARRIER_COUNT && best != UNWRAP_YES; i++) {
		enum unwrap_fit fit = carriers[i]->probe(first);
		if (fit == UNWRAP_NO)
			continue;
		best = fit;
		*found = carriers[i];
	}
	return best;
}

bool
unwrap_suspects(struct bytes first)
{
	const struct carrier *found;

	return first.len > 0 && probe_all(first, &found) != UNWRAP_NO;
}

static void
adopt(struct unwrap *u, struct side *s, const struct carrier *carrier)
{
	s->state = calloc(1, carrier->state_size);
	s->wrapped = s->state == NULL ? WRAPPED_NOT : WRAPPED_BY;
	s->carrier = carrier;
	u->failed |= s->state == NULL;
}

/* Look at the direction's beginning; views before this one are in the prefix. */
static void
recognise(struct unwrap *u, struct side *s, const struct flow_data *d)
{
	size_t room = sizeof(s->prefix) - s->prefix_len;
	size_t n = d->data.len < room ? d->data.len : room;
	const struct carrier *found;

	if (d->at != 1 + s->prefix_len) {
		s->wrapped = WRAPPED_NOT;
		return;
	}
	memcpy(s->prefix + s->prefix_len, d->data.data, n);
	switch (probe_all(bytes_of(s->prefix, s->prefix_len + n), &found)) {
	case UNWRAP_YES:
		adopt(u, s, found); /* prefix_len stays: what the views before this one held */
		return;
	case UNWRAP_MORE:
		s->prefix_len += n;
		if (s->prefix_len < sizeof(s->prefix))
			return;
		break;
	case UNWRAP_NO:
		break;
	}
	s->wrapped = WRAPPED_NOT;
}

/* --- from below ------------------------------------------------------------------------------ */

struct unwrap *
unwrap_create(const struct flow *flow, const struct unwrap_sink *sink)
{
	struct unwrap *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->flow = flow;
	u->sink = *sink;
	u->side[FLOW_DIR_A].next = u->side[FLOW_DIR_B].next = 1;
	return u;
}

void
unwrap_destroy(struct unwrap *u)
{
	if (u == NULL)
		return;
	free(u->side[FLOW_DIR_A].state);
	free(u->side[FLOW_DIR_B].state);
	free(u);
}

/* The direction is a carrier's: it gets what was kept of earlier views. */
static void
begin(struct unwrap *u, struct side *s, const struct flow_data *d)
{
	struct flow_data before = *d;

	unwrap_restart(u, d->dir);
	before.at = 1;
	before.data = bytes_of(s->prefix, s->prefix_len);
	if (before.data.len > 0)
		s->carrier->feed(s->state, u, &before);
}

bool
unwrap_feed(struct unwrap *u, const struct flow_data *d, uint64_t *skip)
{
	struct side *s = &u->side[d->dir];

	if (s->wrapped == WRAPPED_UNKNOWN && d->data.len > 0) {
		recognise(u, s, d);
		if (s->wrapped == WRAPPED_BY)
			begin(u, s, d);
	}
	if (s->wrapped != WRAPPED_BY)
		return false;
	*skip = s->carrier->feed(s->state, u, d);
	return true;
}

bool
unwrap_gap(struct unwrap *u, enum flow_dir d, uint64_t at, uint64_t len,
	   const struct flow_mark *mark)
{
	struct side *s = &u->side[d];

	if (s->wrapped != WRAPPED_BY) {
		s->wrapped = WRAPPED_NOT;
		return false;
	}
	s->carrier->gap(s->state, u, d, at, len, mark);
	return true;
}

/* A direction with bytes of which the carrier could not be told, while the other one's was: TLS of
 * it may have gone by. */
static bool
is_missed(const struct unwrap *u, enum flow_dir d)
{
	const struct side *s = &u->side[d];

	return u->side[!d].wrapped == WRAPPED_BY &&
	       (s->wrapped == WRAPPED_NOT || s->prefix_len > 0);
}

void
unwrap_finish(struct unwrap *u)
{
	const struct flow_mark none = {0};

	for (unsigned i = 0; i < FLOW_DIR_COUNT; i++) {
		enum flow_dir d = (enum flow_dir)i;
		struct side *s = &u->side[d];
		if (s->wrapped == WRAPPED_BY)
			s->carrier->finish(s->state, u, d);
		else if (is_missed(u, d))
			unwrap_hole(u, d, 0, &none);
	}
}

bool
unwrap_failed(const struct unwrap *u)
{
	return u->failed;
}

const struct carrier *
unwrap_carrier(const struct unwrap *u, enum flow_dir d)
{
	return u != NULL && u->side[d].wrapped == WRAPPED_BY ? u->side[d].carrier : NULL;
}

/* --- offsets --------------------------------------------------------------------------------- */

/* The TLS bytes before offset `raw`. Between two chunks no TLS byte was acknowledged anew. Before
 * the oldest chunk kept, what was found last stands: acknowledgements only grow. */
static uint64_t
tls_offset(struct unwrap *u, enum flow_dir d, uint64_t raw)
{
	struct side *s = &u->side[d];
	const struct flow_direction *f = &u->flow->dir[d];
	uint64_t kept = s->chunk_count < UNWRAP_CHUNKS ? s->chunk_count : UNWRAP_CHUNKS;

	if (s->wrapped != WRAPPED_BY)
		return raw;
	if (f->fin.frame != 0 && raw > f->fin_at)
		return s->next + 1; /* the FIN's own place */
	for (uint64_t i = s->chunk_count; i > s->chunk_count - kept; i--) {
		const struct chunk *c = &s->chunks[(i - 1) % UNWRAP_CHUNKS];
		if (raw > c->raw) {
			uint64_t n = raw - c->raw;
			s->acked = c->tls + (n < c->len ? n : c->len);
			break;
		}
	}
	return s->acked;
}

static struct flow_mark
tls_mark(struct unwrap *u, enum flow_dir d, const struct flow_mark *mark)
{
	struct flow_mark translated = *mark;

	translated.ack = tls_offset(u, !d, mark->ack);
	return translated;
}

struct flow_direction
unwrap_direction(struct unwrap *u, const struct flow *flow, enum flow_dir d)
{
	const struct flow_direction *raw = &flow->dir[d];
	struct flow_direction translated = *raw;

	if (u == NULL)
		return translated;
	translated.fin = tls_mark(u, d, &raw->fin);
	translated.rst = tls_mark(u, d, &raw->rst);
	if (u->side[d].wrapped != WRAPPED_BY)
		return translated;
	translated.next = translated.fin_at = u->side[d].next;
	translated.rst_at = raw->rst_at == 0 ? 0 : u->side[d].next;
	return translated;
}

static void
note_chunk(struct side *s, uint64_t raw, uint64_t len)
{
	struct chunk *last = &s->chunks[(s->chunk_count - 1) % UNWRAP_CHUNKS];

	if (s->chunk_count > 0 && last->raw + last->len == raw &&
	    last->tls + last->len == s->next) {
		last->len += len;
		return;
	}
	s->chunks[s->chunk_count++ % UNWRAP_CHUNKS] =
	    (struct chunk){.raw = raw, .tls = s->next, .len = len};
}

/* --- from carriers --------------------------------------------------------------------------- */

void
unwrap_tls(struct unwrap *u, enum flow_dir d, uint64_t at, struct bytes tls,
	   const struct flow_mark *mark)
{
	struct side *s = &u->side[d];
	struct flow_data out = {.dir = d, .at = s->next, .data = tls, .mark = tls_mark(u, d, mark)};

	if (tls.len == 0)
		return;
	note_chunk(s, at, tls.len);
	s->next += tls.len;
	u->sink.data(u->sink.ctx, &out);
}

void
unwrap_hole(struct unwrap *u, enum flow_dir d, uint64_t len, const struct flow_mark *mark)
{
	struct side *s = &u->side[d];
	struct flow_mark translated = tls_mark(u, d, mark);
	uint64_t at = s->next;

	if (len == 0)
		len = UNWRAP_HOLE_UNKNOWN;
	s->next += len;
	u->sink.gap(u->sink.ctx, d, at, len, &translated);
}

void
unwrap_restart(struct unwrap *u, enum flow_dir d)
{
	u->sink.restart(u->sink.ctx, d);
}
