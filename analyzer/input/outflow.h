/*
 * outflow.h - what unpack.c found, into the ring; and how much of it there may be.
 * Between unpack.c and ring.h, on the thread that runs ahead. Limits: struct opening_limits.
 */
#ifndef ANALYZER_INPUT_OUTFLOW_H
#define ANALYZER_INPUT_OUTFLOW_H

#include "analyzer/input/stream.h"
#include "analyzer/input/unpack.h"

/* Set job, the rest 0. */
struct outflow {
	struct unpack_job *job;
	uint64_t bytes;   /* decompressed, of all layers */
	uint64_t members; /* of all layers */
	uint64_t refused;
	bool ended; /* stopped, or at a limit of the whole input: nothing more is read */
	bool deep;  /* it was told that archives are nested too deep */
	char limit[SOURCE_WHY_MAX];
	char told[SOURCE_WHY_MAX]; /* the last trouble that went into the ring */
};

/* All of s is a capture. What cuts it short goes with it. */
void outflow_capture(struct outflow *d, struct stream *s, const char *path);
/* There is no capture at path, and why. */
void outflow_refuse(struct outflow *d, const char *path, enum source_refusal kind,
		    const char *text);
/* Every byte that is decompressed, of whatever layer, comes through here: as read(ctx, to, n). */
ssize_t outflow_read(struct outflow *d, reader_fn read, void *ctx, void *to, size_t n);
/* A limit of the whole input is reached, or memory is out. */
void outflow_end(struct outflow *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Nothing follows. */
void outflow_over(struct outflow *d);

#endif
