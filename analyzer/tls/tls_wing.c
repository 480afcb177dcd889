/*
 * tls_wing.c - the flow sink: makes a TLS stream of each connection, directly or by way of a
 * carrier. Between packet/flow and tls_stream.c; see tls_stream.h and unwrap.h.
 */
#include <stddef.h>
#include <string.h>

#include "analyzer/tls/tls_stream_impl.h"
#include "dissectors/wire/cursor.h"

/* --- what a carrier tells -------------------------------------------------------------------- */

static void
carried_data(void *ctx, const struct flow_data *d)
{
	tls_stream_data(ctx, d);
}

static void
carried_gap(void *ctx, enum flow_dir d, uint64_t at, uint64_t len, const struct flow_mark *mark)
{
	tls_stream_gap(ctx, d, at, len, mark);
}

static void
carried_restart(void *ctx, enum flow_dir d)
{
	tls_stream_restart(ctx, d);
}

static void
begin_unwrap(struct tls_stream *t)
{
	const struct unwrap_sink sink = {
	    .ctx = t, .data = carried_data, .gap = carried_gap, .restart = carried_restart};

	t->unwrap = unwrap_create(t->flow, &sink);
	if (t->unwrap == NULL)
		t->wing->failed = true;
}

/* The first bytes of a direction. A byte alone is no header, and no proof of anything else. */
static void
begin(struct tls_stream *t, struct bytes data)
{
	struct cursor c = cursor_init(data, 0);
	struct tls_record_header h;

	if (t->unwrap == NULL && unwrap_suspects(data))
		begin_unwrap(t);
	t->records |= !tls_record_header_parse(&c, &h) || tls_record_header_plausible(&h);
}

/* --- the flow sink --------------------------------------------------------------------------- */

static void
sink_open(void *ctx, struct flow *f)
{
	(void)ctx;
	f->user = NULL; /* made when the first byte comes: most hostile flows never send one */
}

static struct tls_stream *
create(struct tls_wing *wing, struct flow *f)
{
	struct tls_stream *t = pool_take(&wing->run->streams);

	if (t == NULL) {
		wing->failed = true;
		return NULL;
	}
	memset(t, 0, offsetof(struct tls_stream, framing));
	for (enum flow_dir d = FLOW_DIR_A; d < FLOW_DIR_COUNT; d++) {
		framing_init(&t->framing[d], &t->lost_headers[d]);
		search_init(&t->search[d], &wing->run->searches, &t->first_headers[d]);
	}
	t->wing = wing;
	t->flow = f;
	return t;
}

static void
sink_data(void *ctx, struct flow *f, const struct flow_data *d)
{
	struct tls_stream *t = f->user != NULL ? f->user : (f->user = create(ctx, f));
	uint64_t skip = 0;

	if (t == NULL)
		return;
	if (d->at == 1) {
		fetches_data(&t->wing->run->fetches, f, d);
		begin(t, d->data);
	}
	if (t->unwrap == NULL || !unwrap_feed(t->unwrap, d, &skip))
		tls_stream_data(t, d);
	if (skip > 0)
		flow_skip(f, d->dir, skip);
}

static void
sink_control(void *ctx, struct flow *f, enum flow_dir d, uint8_t tcp_flags,
	     const struct flow_mark *mark)
{
	struct tls_wing *wing = ctx;

	fetches_control(&wing->run->fetches, f, d, tcp_flags, mark);
}

static void
sink_gap(void *ctx, struct flow *f, enum flow_dir d, uint64_t at, uint64_t len, enum flow_gap kind,
	 const struct flow_mark *mark)
{
	struct tls_stream *t = f->user;

	(void)ctx;
	(void)kind;
	if (t == NULL)
		return;
	if (t->unwrap == NULL || !unwrap_gap(t->unwrap, d, at, len, mark))
		tls_stream_gap(t, d, at, len, mark);
}

static void
sink_end(void *ctx, struct flow *f, enum flow_end why)
{
	struct tls_wing *wing = ctx;
	struct tls_stream *t = f->user;

	if (t == NULL) {
		wing->failed |= !tls_ports_flow(&wing->run->ports, f, false);
		return;
	}
	if (t->unwrap != NULL) {
		unwrap_finish(t->unwrap);
		wing->failed |= unwrap_failed(t->unwrap);
	}
	tls_stream_end(t, why);
	if (!t->told)
		wing->failed |=
		    !tls_ports_flow(&wing->run->ports, f, t->unwrap == NULL && !t->records);
	unwrap_destroy(t->unwrap);
	pool_give(&t->wing->run->streams, t);
	f->user = NULL;
}

/* Of a flow's data all goes through these, records that are only followed to the end of the trace;
 * what comes after them in their structs few streams need. */
static void
sink_expect(const struct flow *f, enum flow_dir d, unsigned away)
{
	const struct tls_stream *t = f->user;

	switch (away) {
	case 2:
		blocks_fetch(t, 1);
		blocks_fetch(&t->framing[d], offsetof(struct framing, foreign_at));
		return;
	case 1:
		if (t->mode[d] == MODE_SEARCH) {
			blocks_fetch(&t->search[d], sizeof(t->search[d]));
			blocks_fetch(&t->lost[d], sizeof(t->lost[d]));
		}
		if (t->session != NULL)
			blocks_fetch(t->session, offsetof(struct tls_session, flow));
		return;
	default:
		if (t->session != NULL)
			session_expect(t->session, session_side(t->session, d));
	}
}

/* A session's own memory begins in front of its first messages (session_create). */
static void
sink_expect_end(const struct flow *f, unsigned away)
{
	const struct tls_stream *t = f->user;

	if (away > 1)
		blocks_fetch(t, offsetof(struct tls_stream, search));
	else if (t->session != NULL)
		blocks_fetch(t->session, BLOCKS_SMALLEST / 2);
}

struct flow_sink
tls_wing_sink(struct tls_wing *wing)
{
	return (struct flow_sink){.ctx = wing,
				  .open = sink_open,
				  .data = sink_data,
				  .gap = sink_gap,
				  .control = sink_control,
				  .end = sink_end,
				  .expect = sink_expect,
				  .expect_end = sink_expect_end};
}
