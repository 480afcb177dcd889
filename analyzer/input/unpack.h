/*
 * unpack.h - the walk through what is packed: layer in layer, member by member, into a ring.
 * Runs on a thread of its own; opening.c starts it and takes from the ring.
 */
#ifndef ANALYZER_INPUT_UNPACK_H
#define ANALYZER_INPUT_UNPACK_H

#include <stdatomic.h>
#include <stdint.h>

#include "analyzer/input/opening.h"
#include "analyzer/input/ring.h"

struct unpack_job {
	const char *path;
	struct reader *reader; /* at the first byte; the job's until it ends */
	struct archive_keys keys;
	struct opening_limits limits;
	struct ring *ring;
	_Atomic uint64_t consumed; /* bytes read of the file */
};

/* A pthread start routine: returns when all is in the ring (RING_OVER last) or it was stopped. */
void *unpack_run(void *job);

#endif
