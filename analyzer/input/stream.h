/*
 * stream.h - bytes whose first ones are looked at before it is decided what to do with all of them.
 * Used by unpack.c over a file and over each member of an archive.
 */
#ifndef ANALYZER_INPUT_STREAM_H
#define ANALYZER_INPUT_STREAM_H

#include "analyzer/input/archive.h"
#include "analyzer/input/format.h"

/* Set `from`, the rest 0. */
struct stream {
	struct archive_bytes from;
	uint8_t head[FORMAT_PEEK];
	size_t len, at; /* of head: what there is, what was read */
	bool failed;    /* a read failed; stream_trouble() says why */
	bool squeezed;  /* out of a codec: a tar archive in it is no further layer */
};

/* The first FORMAT_PEEK bytes, fewer where the stream ends or breaks. Before anything is read. */
struct bytes stream_peek(struct stream *s);
/* A reader_fn over all of it. */
ssize_t stream_read(void *stream, void *to, size_t n);
const char *stream_trouble(void *stream);
/* The same bytes for archive.h. Borrows s. */
struct archive_bytes stream_bytes(struct stream *s);

#endif
