/*
 * unwrap_listen.h - drives an unwrap as packet/flow would, and writes down what is heard of it.
 * What flow_skip() would leave out is left out. Per direction the transcript has the TLS bytes as
 * they are, [n] for a hole, [?] for one of unknown length and | where a TLS session begins. Offsets
 * are checked on the way. Shared by test_unwrap.c and fuzz_unwrap.c.
 */
#ifndef TESTS_UNIT_UNWRAP_LISTEN_H
#define TESTS_UNIT_UNWRAP_LISTEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/tls/unwrap.h"

enum { LISTEN_TEXT = 1 << 16 };

struct listen {
	struct flow flow;
	struct unwrap *u;
	struct {
		uint64_t at;   /* next byte of the carrier's stream */
		uint64_t skip; /* bytes before this are not delivered */
		uint64_t tls;  /* next offset of the TLS stream */
		uint64_t ack;  /* last one heard from this sender, in TLS offsets */
		bool bare;     /* some bytes, or a hole, were not taken */
		char text[LISTEN_TEXT];
		size_t len;
	} side[FLOW_DIR_COUNT];
	uint64_t frame;
};

static inline void
listen_check(bool right)
{
	if (!right)
		abort();
}

static inline void
listen_write(struct listen *l, enum flow_dir d, const void *text, size_t len)
{
	listen_check(l->side[d].len + len < LISTEN_TEXT);
	memcpy(l->side[d].text + l->side[d].len, text, len);
	l->side[d].len += len;
}

static inline void
listen_ack(struct listen *l, enum flow_dir d, const struct flow_mark *mark)
{
	listen_check(mark->ack <= l->side[!d].tls + 1 || l->side[!d].bare);
	l->side[d].ack = mark->ack;
}

static inline void
listen_data(void *ctx, const struct flow_data *d)
{
	struct listen *l = ctx;

	listen_check(d->data.len > 0 && d->at == l->side[d->dir].tls);
	listen_check(d->mark.frame == l->frame);
	l->side[d->dir].tls += d->data.len;
	listen_ack(l, d->dir, &d->mark);
	listen_write(l, d->dir, d->data.data, d->data.len);
}

static inline void
listen_gap(void *ctx, enum flow_dir d, uint64_t at, uint64_t len, const struct flow_mark *mark)
{
	struct listen *l = ctx;
	char text[32];

	(void)mark;
	listen_check(len > 0 && at == l->side[d].tls);
	l->side[d].tls += len;
	snprintf(text, sizeof(text), len == UNWRAP_HOLE_UNKNOWN ? "[?]" : "[%u]", (unsigned)len);
	listen_write(l, d, text, strlen(text));
}

static inline void
listen_restart(void *ctx, enum flow_dir d)
{
	listen_write(ctx, d, "|", 1);
}

static inline struct listen *
listen_begin(void)
{
	struct listen *l = calloc(1, sizeof(*l));
	struct unwrap_sink sink = {
	    .ctx = l, .data = listen_data, .gap = listen_gap, .restart = listen_restart};

	listen_check(l != NULL);
	l->u = unwrap_create(&l->flow, &sink);
	listen_check(l->u != NULL);
	for (unsigned d = 0; d < FLOW_DIR_COUNT; d++)
		l->side[d].at = l->side[d].tls = 1;
	return l;
}

/* One view. ack: raw offset of the other direction. */
static inline void
listen_feed(struct listen *l, enum flow_dir d, const uint8_t *data, size_t len, uint64_t ack)
{
	struct flow_data view = {.dir = d,
				 .at = l->side[d].at,
				 .data = bytes_of(data, len),
				 .mark = {.frame = ++l->frame, .ack = ack}};
	uint64_t skip = 0;

	l->side[d].at += len;
	if (view.at < l->side[d].skip) {
		if (l->side[d].at < l->side[d].skip)
			return;
		bytes_take(&view.data, (size_t)(l->side[d].skip - view.at));
		view.at = l->side[d].skip;
	}
	if (!unwrap_feed(l->u, &view, &skip))
		l->side[d].bare = true;
	else if (skip > 0) {
		listen_check(skip > view.at + view.data.len);
		l->side[d].skip = skip;
	}
}

static inline void
listen_lose(struct listen *l, enum flow_dir d, uint64_t len)
{
	const struct flow_mark mark = {.frame = ++l->frame};

	if (!unwrap_gap(l->u, d, l->side[d].at, len, &mark))
		l->side[d].bare = true;
	l->side[d].at += len;
}

/* Ends both directions; the transcripts are strings from then on. */
static inline void
listen_end(struct listen *l)
{
	unwrap_finish(l->u);
	for (unsigned d = 0; d < FLOW_DIR_COUNT; d++)
		listen_write(l, (enum flow_dir)d, "", 1);
}

static inline void
listen_free(struct listen *l)
{
	unwrap_destroy(l->u);
	free(l);
}

#endif
