/*
 * settle.h - a delivery becomes rows: a new capture, another name of a stored one, or a problem.
 * Called by delivery.c, by one thread at a time. settle_match.c tells whether a capture is stored
 * already.
 */
#ifndef ANALYZER_CLI_SETTLE_H
#define ANALYZER_CLI_SETTLE_H

#include "analyzer/cli/delivery.h"

/* False: a fault, which is set. */
bool settle(struct batch *b, struct delivery *d);
/* Finds what is stored of unchanged files that were read with the same parameters. False: a fault.
 */
bool settle_look_up(struct batch *b);
/* ... and marks the units that need not be read, once rotated ones are joined. False: a fault. */
bool settle_skip_known(struct batch *b);

/* The stored capture that a delivery's content belongs to. */
struct settle_match {
	struct batch *batch;
	struct delivery *delivery;
	int64_t id; /* 0: none */
	bool same_parameters, proven;
	char stored_sha256[DIGEST_HEX_SIZE]; /* computed here, to be stored; "" if not */
};

/* A store_capture_each over a struct settle_match. */
bool settle_match_each(void *match, const struct store_capture *c);
/* Nothing that a stored capture's rows depend on has changed. */
bool settle_match_parameters(const struct batch *b, const struct store_capture *c);

#endif
