/*
 * pcapng_resync.h - find the next whole block of a pcapng file, and the way back after a bad one.
 * Between reader.c and capture_pcapng.c. A block is whole when its length is possible and is
 * repeated behind its body (draft-ietf-opsawg-pcapng, "General Block Structure").
 */
#ifndef ANALYZER_INPUT_PCAPNG_RESYNC_H
#define ANALYZER_INPUT_PCAPNG_RESYNC_H

#include "analyzer/input/pcapng_block.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/reader.h"

/* While looking for the next block only lengths up to this are believed. */
enum { PCAPNG_RESYNC_BLOCK_MAX = 1 << 20 };

enum pcapng_finding {
	PCAPNG_FOUND, /* a block; its body borrows from the reader */
	PCAPNG_LOST,  /* a bad block was stepped over and recorded; head is what it said it was */
	PCAPNG_OVER,  /* the end, or a read error: reader_error() */
};

/* Where in the file we stand, for plausibility and for the text of problems. */
struct pcapng_place {
	bool big;
	uint32_t interfaces; /* described in this section */
	uint64_t frame;      /* last packet seen */
};

struct pcapng_found {
	struct pcapng_head head;
	struct bytes body; /* between the two lengths */
	uint64_t at;       /* of the block in the file */
};

enum pcapng_finding pcapng_find_block(struct reader *r, const struct pcapng_place *place,
				      struct problem *problem, struct pcapng_found *out);

/* Can a block with this start stand here? Checks type, length and what the type's fields say. */
bool pcapng_plausible(struct bytes start, const struct pcapng_place *place,
		      struct pcapng_head *head);

#endif
