/*
 * relate_filter.h - while a capture is stored: could any two of its sessions be related?
 * Filled by store_session.c with every outcome, asked by store_capture.c when the capture ends.
 *
 * It saves pass 2 the reading of captures in which nothing relates, which are most. It may say yes
 * too often, never no wrongly: full, it says yes to everything. Bounded: 16 MiB.
 */
#ifndef DB_RELATE_FILTER_H
#define DB_RELATE_FILTER_H

#include "db/relate.h"

#include <stddef.h>

struct relate_filter {
	uint64_t *slots; /* a key's upper bits, and what is told of it; 0 free */
	size_t size, used;
	size_t twice; /* randoms that may be handshakes captured twice */
	unsigned met;
};

/* A zeroed one is empty. */
void relate_filter_reset(struct relate_filter *f);
void relate_filter_finish(struct relate_filter *f);
/* Fetches the memory that add will need for this outcome: it is random, and much. */
void relate_filter_expect(const struct relate_filter *f, const struct outcome *o);
void relate_filter_add(struct relate_filter *f, const struct outcome *o);

#endif
