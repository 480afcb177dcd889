/*
 * stream.c - bytes whose first ones are looked at first. See stream.h.
 */
#include "analyzer/input/stream.h"

#include <string.h>

ssize_t
stream_read(void *ctx, void *to, size_t n)
{
	struct stream *s = ctx;
	if (s->at < s->len) {
		if (n > s->len - s->at)
			n = s->len - s->at;
		memcpy(to, s->head + s->at, n);
		s->at += n;
		return (ssize_t)n;
	}
	ssize_t got = s->failed ? -1 : s->from.read(s->from.ctx, to, n);
	s->failed = got < 0;
	return got;
}

struct bytes
stream_peek(struct stream *s)
{
	while (s->len < sizeof s->head && !s->failed) {
		ssize_t got = s->from.read(s->from.ctx, s->head + s->len, sizeof s->head - s->len);
		s->failed = got < 0;
		if (got <= 0)
			break;
		s->len += (size_t)got;
	}
	return bytes_of(s->head, s->len);
}

const char *
stream_trouble(void *ctx)
{
	const struct stream *s = ctx;
	return s->from.trouble(s->from.ctx);
}

static ssize_t
read_at(void *ctx, void *to, size_t n, uint64_t at)
{
	const struct stream *s = ctx;
	return s->from.read_at(s->from.ctx, to, n, at);
}

struct archive_bytes
stream_bytes(struct stream *s)
{
	return (struct archive_bytes){
	    .read = stream_read,
	    .read_at = s->from.read_at != NULL ? read_at : NULL,
	    .size = s->from.size,
	    .trouble = stream_trouble,
	    .ctx = s,
	};
}
