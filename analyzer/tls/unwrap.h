/*
 * unwrap.h - TLS inside another protocol's packets becomes a stream of its own.
 * Stands between packet/flow and tls_stream.c. A carrier (a row of carriers.def) reads its packets
 * and hands over the TLS bytes in them; they are given offsets of their own, from 1 on, and what
 * the other side had acknowledged is counted in such offsets, too: whoever listens sees one TLS
 * stream per direction, as if nothing had been around it.
 *
 * A direction is a carrier's when it begins like one, and then for good. Ordinary streams cost one
 * call of unwrap_suspects() when they begin.
 */
#ifndef ANALYZER_TLS_UNWRAP_H
#define ANALYZER_TLS_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/packet/flow.h"

enum {
	UNWRAP_PREFIX_MAX = 128, /* a carrier must know its stream by this many bytes */
	UNWRAP_CHUNKS = 32,      /* runs of TLS bytes per direction of which the place is kept */
	/* What a hole of unknown length is counted as: more than any record, so that no record is
	 * taken to go on behind it. */
	UNWRAP_HOLE_UNKNOWN = 128 * 1024,
};

enum unwrap_fit { UNWRAP_NO, UNWRAP_MORE, UNWRAP_YES };

struct unwrap;

/* A carrier. `state` is of one direction: state_size bytes, zero at first, freed without notice. */
struct carrier {
	const char *name;
	size_t state_size;
	/* Could a direction begin so? `first` is never empty; YES and NO are final, and
	 * UNWRAP_PREFIX_MAX bytes must be enough. NO for ordinary TLS must come at once. */
	enum unwrap_fit (*probe)(struct bytes first);
	/* The next view, from offset 1 on. Calls unwrap_tls(), _hole() and _restart(). Returns the
	 * offset before which nothing is of interest (for flow_skip), 0 when all is. */
	uint64_t (*feed)(void *state, struct unwrap *u, const struct flow_data *d);
	/* Bytes of the stream are missing; may be told late (flow.h). */
	void (*gap)(void *state, struct unwrap *u, enum flow_dir d, uint64_t at, uint64_t len,
		    const struct flow_mark *mark);
	/* The stream is over: last chance to tell of holes. */
	void (*finish)(void *state, struct unwrap *u, enum flow_dir d);
};

/* Who listens. Offsets are those of the TLS stream. */
struct unwrap_sink {
	void *ctx;
	void (*data)(void *ctx, const struct flow_data *d);
	void (*gap)(void *ctx, enum flow_dir d, uint64_t at, uint64_t len,
		    const struct flow_mark *mark);
	/* In this direction a TLS session begins here: a carrier took it, or another session
	 * follows; offsets go on. */
	void (*restart)(void *ctx, enum flow_dir d);
};

/* Could some carrier's stream begin so? False is final. */
bool unwrap_suspects(struct bytes first);
/* NULL when memory is short. The flow is looked at for its FINs, and outlives this. */
struct unwrap *unwrap_create(const struct flow *flow, const struct unwrap_sink *sink);
void unwrap_destroy(struct unwrap *u); /* takes NULL */
/* Offer a view of a direction. False: not a carrier's (yet), the view is the caller's; nothing may
 * be kept of what it showed when a later one is taken, which then starts from offset 1. *skip as
 * of carrier.feed. */
bool unwrap_feed(struct unwrap *u, const struct flow_data *d, uint64_t *skip);
bool unwrap_gap(struct unwrap *u, enum flow_dir d, uint64_t at, uint64_t len,
		const struct flow_mark *mark);
/* Both directions are over. */
void unwrap_finish(struct unwrap *u);
bool unwrap_failed(const struct unwrap *u); /* memory was short */

/* The rest takes NULL for: no carrier. The one of this direction; NULL when it has none. */
const struct carrier *unwrap_carrier(const struct unwrap *u, enum flow_dir d);
/* The facts of the flow's direction with TLS offsets where the flow has its own: next, fin and rst.
 */
struct flow_direction unwrap_direction(struct unwrap *u, const struct flow *flow, enum flow_dir d);

/* --- for carriers ---------------------------------------------------------------------------- */

/* TLS bytes that lay at offset `at` of the carrier's stream. */
void unwrap_tls(struct unwrap *u, enum flow_dir d, uint64_t at, struct bytes tls,
		const struct flow_mark *mark);
/* len TLS bytes are missing; 0: nobody knows how many, or whether. */
void unwrap_hole(struct unwrap *u, enum flow_dir d, uint64_t len, const struct flow_mark *mark);
void unwrap_restart(struct unwrap *u, enum flow_dir d);

#define CARRIER(name, text) extern const struct carrier carrier_##name;
#include "analyzer/tls/carriers.def"
#undef CARRIER

#endif
