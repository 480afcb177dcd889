/*
 * opening.h - one path, and the captures in it, one after another.
 * Between cli (a list of paths, inputs.h) and source.h (one capture). A plain capture yields itself
 * and costs nothing more; x.pcap.gz yields one capture under its own path; an archive yields its
 * members as "outer.zip!dir/inner.pcap", archives in it likewise.
 *
 * What is packed is unpacked on a thread of its own, ahead of the analysis (unpack.c, ring.c). One
 * opening belongs to one thread; openings do not share anything.
 */
#ifndef ANALYZER_INPUT_OPENING_H
#define ANALYZER_INPUT_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/input/archive.h"
#include "analyzer/input/source.h"

/* How much is unpacked before it is taken for a bomb. What was read before a limit is kept, the
 * limit is told as the capture's problem, or the archive's. */
struct opening_limits {
	uint64_t capture_bytes; /* of one capture, decompressed */
	uint64_t input_bytes;   /* of all layers of one input */
	uint64_t ratio;         /* decompressed to compressed ... */
	uint64_t ratio_from;    /* ... once so much was decompressed */
	uint64_t members;       /* of all layers of one input */
	unsigned depth;         /* archives in archives; x.tar.gz counts once */
	uint64_t spool_bytes;   /* of a 7z archive in an archive or from a pipe: held in memory */
};
extern const struct opening_limits opening_limits_default;

struct opening_settings {
	struct archive_keys keys;
	const struct opening_limits *limits; /* NULL: the default */
	/* Asked while nothing comes; false ends the opening. May be NULL. */
	bool (*go_on)(void *ctx);
	void *ctx;
};

/* Either a capture (source is set) or a reason why there is none at this path. */
struct opening_item {
	const char *path;
	bool member;           /* of an archive: the path is not that of a file */
	struct source *source; /* the opening's; gone with the next opening_next */
	struct source_why why; /* when source is NULL */
};

struct opening;

/* "-" is stdin. Borrows what settings point to. NULL: out of memory. */
struct opening *opening_create(const char *path, const struct opening_settings *settings);
void opening_destroy(struct opening *o);
/* False at the end. A path that is no capture and no archive yields one item with the reason. */
bool opening_next(struct opening *o, struct opening_item *out);
/* For a progress line: bytes read of the file as it is on disk, and its size (0 unknown). */
void opening_progress(const struct opening *o, uint64_t *done, uint64_t *total);

/* The capture that an earlier opening of its file named so, "outer.zip!dir/inner.pcap": it stands
 * at its beginning in *source, which is the opening's. NULL: it is not there any more. */
struct opening *opening_find(const char *name, const struct opening_settings *settings,
			     struct source **source);

#endif
