/*
 * outflow.c - what unpack.c found, into the ring; and how much of it there may be. See outflow.h.
 */
#include "analyzer/input/outflow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REFUSED_MAX = 64 }; /* reasons told for one input; further ones are counted */

static struct ring_slot *
slot(struct outflow *d, enum ring_kind kind)
{
	struct ring_slot *s = ring_free(d->job->ring);
	if (s == NULL) {
		d->ended = true;
		return NULL;
	}
	s->kind = kind;
	s->len = s->at = 0;
	s->why = (struct source_why){.kind = SOURCE_OPENED};
	return s;
}

static void
put_refusal(struct outflow *d, const char *path, enum source_refusal kind, const char *text)
{
	struct ring_slot *s = slot(d, RING_REFUSED);
	if (s == NULL)
		return;
	s->path = strdup(path);
	s->why.kind = kind;
	snprintf(s->why.text, sizeof s->why.text, "%s", text);
	ring_put(d->job->ring);
}

void
outflow_refuse(struct outflow *d, const char *path, enum source_refusal kind, const char *text)
{
	bool trouble = kind != SOURCE_NO_CAPTURE && kind != SOURCE_EMPTY;
	if (trouble)
		snprintf(d->told, sizeof d->told, "%s", text);
	if (!trouble || d->refused++ < REFUSED_MAX)
		put_refusal(d, path, kind, text);
}

__attribute__((format(printf, 2, 3))) void
outflow_end(struct outflow *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(d->limit, sizeof d->limit, format, args);
	va_end(args);
	d->ended = true;
}

/* Rounded up. */
static uint64_t
megabytes(uint64_t bytes)
{
	return (bytes + 999999) / 1000000;
}

static void
count_bytes(struct outflow *d, uint64_t n)
{
	const struct opening_limits *limits = &d->job->limits;
	uint64_t consumed = d->job->consumed > 0 ? d->job->consumed : 1;
	d->bytes += n;
	if (d->bytes >= limits->input_bytes)
		outflow_end(d, "stopped after %" PRIu64 " MB decompressed, the limit for one input",
			    megabytes(d->bytes));
	else if (d->bytes >= limits->ratio_from && d->bytes / consumed >= limits->ratio)
		outflow_end(d,
			    "stopped after %" PRIu64 " MB: decompresses to more than %" PRIu64
			    " times its size",
			    megabytes(d->bytes), limits->ratio);
}

ssize_t
outflow_read(struct outflow *d, reader_fn read, void *ctx, void *to, size_t n)
{
	if (d->ended || ring_stopped(d->job->ring)) {
		d->ended = true;
		errno = ECANCELED;
		return -1;
	}
	ssize_t got = read(ctx, to, n);
	if (got > 0)
		count_bytes(d, (uint64_t)got);
	return got;
}

/* Fill a slot's data, at most `room` bytes; *why is set where the stream ends or breaks. */
static bool
fill(struct stream *s, struct ring_slot *slot, uint64_t room, const char **why)
{
	size_t size = room < sizeof slot->data ? (size_t)room : sizeof slot->data;
	while (slot->len < size) {
		ssize_t got = stream_read(s, slot->data + slot->len, size - slot->len);
		if (got <= 0) {
			*why = got < 0 ? stream_trouble(s) : "";
			return false;
		}
		slot->len += (size_t)got;
	}
	return true;
}

static void
end_capture(struct outflow *d, const char *why)
{
	struct ring_slot *s = slot(d, RING_CAPTURE_END);
	if (s == NULL)
		return;
	snprintf(s->why.text, sizeof s->why.text, "%s", why);
	snprintf(d->told, sizeof d->told, "%s", why);
	ring_put(d->job->ring);
}

void
outflow_capture(struct outflow *d, struct stream *s, const char *path)
{
	uint64_t left = d->job->limits.capture_bytes;
	char limit[SOURCE_WHY_MAX];
	const char *why = limit;
	struct ring_slot *data = slot(d, RING_CAPTURE);
	if (data == NULL)
		return;
	data->path = strdup(path);
	ring_put(d->job->ring);
	snprintf(limit, sizeof limit,
		 "stopped after %" PRIu64 " MB decompressed, the limit for one capture",
		 megabytes(left));
	for (bool more = true; more && left > 0;) {
		data = slot(d, RING_DATA);
		if (data == NULL)
			return;
		more = fill(s, data, left, &why);
		left -= data->len;
		ring_put(d->job->ring);
	}
	end_capture(d, why);
}

void
outflow_over(struct outflow *d)
{
	char text[SOURCE_WHY_MAX];
	if (d->limit[0] != '\0' && strcmp(d->limit, d->told) != 0)
		put_refusal(d, d->job->path, SOURCE_UNSUPPORTED, d->limit);
	if (d->refused > REFUSED_MAX) {
		snprintf(text, sizeof text, "%" PRIu64 " further members can't be read",
			 d->refused - REFUSED_MAX);
		put_refusal(d, d->job->path, SOURCE_DAMAGED, text);
	}
	if (slot(d, RING_OVER) != NULL)
		ring_put(d->job->ring);
}
